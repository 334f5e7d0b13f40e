"""Reading that the head should know of: by night, or of very many clients in an hour. Pure: fed with the access log.

| what | when |
|---|---|
| night | somebody opens, plays, searches, asks about or exports a client's data between `NIGHT_FROM` and `NIGHT_TO` |
| many | somebody opens more than `MOST_CLIENTS` clients within an hour |

A curator has 10–40 clients, so a working day does not come near; who copies the base does.
"""

from collections import deque
from dataclasses import dataclass
from typing import Final, Literal

from processors.days import HOUR_MS, local_day, local_hour
from schemas.people import AccessEntry, Deed
from schemas.types import LeadId, LocalDay, Millis

NIGHT_FROM, NIGHT_TO = 23, 6
"""Hours of the local clock."""
MOST_CLIENTS = 50
READS: Final = frozenset[Deed]({"view", "play", "search", "ask", "export"})
"""Deeds by which words come out; `refused` gave nothing."""

Kind = Literal["night", "many"]


@dataclass(frozen=True, slots=True)
class Noticed:
    """What the head is told, once per `key`: by night once a night, of many once an hour of the clock."""

    kind: Kind
    user: str
    name: str
    at: Millis
    clients: int
    key: str


class Watch:
    """What each user has opened within the last hour. Fed in the order of the log; a repeat changes nothing."""

    def __init__(self) -> None:
        self._opened: dict[str, deque[tuple[Millis, LeadId]]] = {}

    def take(self, entry: AccessEntry) -> list[Noticed]:
        """What a line of the log gives rise to."""
        if entry.action not in READS or not entry.user:
            return []
        clients = self._clients(entry)
        found = []
        if is_night(entry.at):
            night = f"access/{entry.user}/night/{night_of(entry.at)}"
            found.append(Noticed("night", entry.user, entry.name, entry.at, clients, night))
        if clients > MOST_CLIENTS:
            hour = f"access/{entry.user}/many/{entry.at // HOUR_MS}"
            found.append(Noticed("many", entry.user, entry.name, entry.at, clients, hour))
        return found

    def _clients(self, entry: AccessEntry) -> int:
        opened = self._opened.setdefault(entry.user, deque())
        while opened and opened[0][0] <= entry.at - HOUR_MS:
            opened.popleft()
        if entry.lead:
            opened.append((entry.at, entry.lead))
        return len({lead for _, lead in opened})


def is_night(at: Millis) -> bool:
    """Whether the clock on the wall shows the night."""
    hour = local_hour(at)
    return hour >= NIGHT_FROM or hour < NIGHT_TO


def night_of(at: Millis) -> LocalDay:
    """The local day on which the night began."""
    return local_day(at - NIGHT_TO * HOUR_MS)

"""Who is who in a meeting, from what its room reported. Pure."""

from bisect import bisect_right
from collections.abc import Iterable

from processors.answered import LONGEST
from schemas.sources import RoomReport
from schemas.types import Millis

NAMING = ("joined", "renamed", "left")
"""Reports that say what a participant is called."""


def display_name(told: str) -> str:
    """What a participant calls himself, as people see it: on one line, with nothing that turns other words round or
    hides in it. A program may send a longer one than a person types."""
    shown = "".join(sign for sign in told if sign.isprintable() or sign.isspace())
    return " ".join(shown.split())[:LONGEST].rstrip()


def display_names(told: Iterable[str]) -> list[str]:
    """Those of whom something is left."""
    return [name for one in told if (name := display_name(one))]


class Roster:
    """Names of participants by meeting and occupant's id (the bridge's endpoint). Reports come in any order."""

    def __init__(self) -> None:
        self._named: dict[str, dict[str, list[tuple[Millis, str]]]] = {}

    def take(self, report: RoomReport) -> None:
        """Note what it says of a name; twice is once."""
        name = display_name(report.name)
        if report.happening not in NAMING or not (report.participant and name):
            return
        told = self._named.setdefault(report.meeting_id, {}).setdefault(report.participant, [])
        said = (report.ts, name)
        if said not in told:
            told.insert(bisect_right(told, said), said)

    def name(self, meeting_id: str, endpoint: str, at: Millis | None = None) -> str:
        """What the participant was called at that time (None: at last); by his first name before he had one; empty
        where nobody knows."""
        told = self._named.get(meeting_id, {}).get(endpoint)
        if not told:
            return ""
        if at is None:
            return told[-1][1]
        return told[max(0, bisect_right(told, at, key=lambda one: one[0]) - 1)][1]

    def names(self, meeting_id: str) -> dict[str, str]:
        """All who were there: id to last name."""
        return {endpoint: told[-1][1] for endpoint, told in self._named.get(meeting_id, {}).items()}

    def forget(self, meeting_id: str) -> None:
        """The meeting is over and done with."""
        self._named.pop(meeting_id, None)

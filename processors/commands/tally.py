"""What the desk counts: proposals of a day, refusals in a row, what is paused and what may run by itself. Mutable."""

from collections import Counter
from typing import Final, Literal

from processors.days import DAY_MS, HOUR_MS, local_day
from schemas.command_defs import Limits
from schemas.commands import Command
from schemas.types import LocalDay, Millis

KEPT_MS: Final = 90 * DAY_MS
"""As long as the log is kept, so that who reads it anew knows the same."""
REFUSED_IN_A_ROW: Final = 5
"""From so many on a command is paused (research/web.md 2.C): of one client for him, of several for all."""
OF_ONE_CLIENT: Final = 2
"""So many of a row one client counts for: he alone pauses a command for nobody but himself."""
LATEST_MS: Final = HOUR_MS
"""Between what an administrator said and the log: so long the page may wait for the broker, and clocks may differ."""
FLOOD: Final = 500
"""Proposals of a day, of one kind of key and purse, that the desk looks at; ten times what all curators can answer."""


Purse = Literal["clients", "programs", "ours"]
"""What limits are counted by: `clients` for what a model proposes on a client's words, `programs` for what others' do
(MCP), `ours` for all else. So whoever talks a model into proposals, or lets a program make them without end, uses up
none of those of our people and of rules."""


def purse_of(command: Command) -> Purse:
    """Of a proposal. What one of ours has asked for is his, whatever a model has read for it."""
    kind, _, who = command.proposer.partition("/")
    if kind == "mcp":
        return "programs"
    by_model = kind == "agent" and who != "rules"
    return "clients" if by_model and command.trigger.client and command.trigger.kind != "asked" else "ours"


class Tally:
    """Counts of the last day seen; the rest for 90 days."""

    def __init__(self) -> None:
        self._day: LocalDay = -1
        self._seen: Counter[str] = Counter()
        self._admitted: Counter[tuple[Purse, str, str]] = Counter()
        self._streaks: dict[str, Counter[str]] = {}
        self._of_client: Counter[tuple[str, str]] = Counter()
        self._unlocked: dict[str, Millis] = {}
        self.paused: set[str] = set()
        self.paused_for: set[tuple[str, str]] = set()
        """Names and clients."""
        self.flooded = 0
        """Proposals that were not even looked at."""
        self.disbelieved: Counter[str] = Counter()
        """Words of people that nobody attested, by the reason."""
        self._switched: dict[str, Millis] = {}

    def turn(self, at: Millis) -> bool:
        """Whether a new day has begun; then its counts begin, too."""
        day = local_day(at)
        if day == self._day:
            return False
        self._day = day
        self._seen.clear()
        self._admitted.clear()
        self._unlocked = {name: since for name, since in self._unlocked.items() if at - since < KEPT_MS}
        return True

    def floods(self, who: str) -> bool:
        """Count a record of this kind; whether it is one too many."""
        self._seen[who] += 1
        if self._seen[who] <= FLOOD:
            return False
        self.flooded += 1
        return True

    def disbelieve(self, why: str) -> None:
        """Count a word that does not count."""
        self.disbelieved[why] += 1

    def is_news(self, name: str, said: Millis, at: Millis) -> bool:
        """Whether a switch of the time `said`, appended at `at`, is no copy of one that was written before."""
        if said <= self._switched.get(name, 0) or abs(at - said) > LATEST_MS:
            return False
        self._switched[name] = said
        return True

    def full(self, command: Command, limits: Limits) -> str:
        """Which limit this proposal would break: `lead`, `day` or none."""
        purse, name, lead_id = purse_of(command), command.name, command.lead_id
        if lead_id and self._admitted[purse, name, lead_id] >= limits.per_lead_day:
            return "lead"
        return "day" if self._admitted[purse, name, ""] >= limits.per_day else ""

    def admit(self, command: Command) -> None:
        """Count a proposal that people are asked about, or that runs by itself."""
        purse = purse_of(command)
        self._admitted[purse, command.name, ""] += 1
        if command.lead_id:
            self._admitted[purse, command.name, command.lead_id] += 1

    def approved(self, name: str, lead_id: str) -> None:
        """The row of refusals is broken."""
        self._streaks.pop(name, None)
        self._of_client.pop((name, lead_id), None)

    def refused(self, name: str, lead_id: str) -> None:
        """One refusal more; enough of them in a row pause the command, those of one client for him alone."""
        row = self._streaks.setdefault(name, Counter())
        row[lead_id] += 1
        if sum(min(many, OF_ONE_CLIENT) if lead else many for lead, many in row.items()) >= REFUSED_IN_A_ROW:
            self.paused.add(name)
        self._of_client[name, lead_id] += 1
        if lead_id and self._of_client[name, lead_id] >= REFUSED_IN_A_ROW:
            self.paused_for.add((name, lead_id))

    def pause(self, name: str, *, on: bool) -> None:
        """As an administrator says; an end of it is one for all clients."""
        self._streaks.pop(name, None)
        if on:
            self.paused.add(name)
            return
        self.paused.discard(name)
        self.paused_for = {one for one in self.paused_for if one[0] != name}
        self._of_client = Counter({one: many for one, many in self._of_client.items() if one[0] != name})

    def unlock(self, name: str, at: Millis, *, on: bool) -> None:
        """As an administrator says; it holds for 90 days, as long as the log in which it stands."""
        self._unlocked.pop(name, None)
        if on:
            self._unlocked[name] = at

    @property
    def unlocked(self) -> frozenset[str]:
        """What may run by itself, as of the day seen last."""
        return frozenset(self._unlocked)

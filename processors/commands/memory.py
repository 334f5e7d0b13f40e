"""What the desk remembers: commands by id and by digest, nonces that were used, counts. Mutable; `desk.decide` changes
it, everybody else reads."""

from collections.abc import Iterator
from typing import Final

from processors.commands.entries import Entry
from processors.commands.execution import objection
from processors.commands.figures import Figures, counted, good_enough
from processors.commands.tally import KEPT_MS, Tally
from processors.commands.world import World
from processors.days import DAY_MS
from schemas.command_defs import Definition
from schemas.commands import Answered, CommandId, Standing
from schemas.types import Millis

REJECTS_MS: Final = 7 * DAY_MS
"""How long rejected and dropped ones are remembered: they are many where something is wrong."""
PREFIX: Final = 20
"""Hex digits of a digest that a button has."""


class Desk:
    """The fold's state. Memory: what nothing has happened to for 90 days leaves, as it has left the log; rejected and
    dropped ones after a week. A proposal that comes again after that is past its time."""

    def __init__(self) -> None:
        self.standings: dict[CommandId, Standing] = {}
        self.offset = -1
        """Of the last record that was folded; what stands before it changes nothing any more."""
        self.now: Millis = 0
        self.tally = Tally()
        self.nonces: dict[str, Millis] = {}
        self._entries: dict[CommandId, Entry] = {}
        self._open: dict[CommandId, Entry] = {}
        self._by_digest: dict[str, CommandId] = {}

    # --- what everybody reads -----------------------------------------------------------------------------------------

    def open_ids(self) -> list[CommandId]:
        """Of those that are not final, `unknown` included; the oldest first."""
        return list(self._open)

    def waits(self) -> bool:
        """Whether something here depends on time: then `Clock` records are needed."""
        return any(entry.state in ("asking", "approved") for entry in self._open.values())

    def unbegun(self) -> list[CommandId]:
        """`running`, handed over or about to be, and no `Begun` or `Result` of it is in the log: what a new process
        hands over when it has read the log to its end."""
        return [id_ for id_, entry in self._open.items() if entry.state == "running" and not entry.begun]

    def objection(self, command_id: CommandId, at: Millis, world: World) -> str:
        """Why it must not be done any more (Russian), or "": everything that was verified once is verified again."""
        entry = self._entries[command_id]
        return objection(entry, definition_of(entry, world), at, world, self.tally)

    def figures(self, name: str) -> Figures:
        """Of a command's name."""
        return counted(entry for entry in self._entries.values() if entry.command.name == name)

    def may_unlock(self, name: str) -> bool:
        """Whether its figures are good enough for it to run by itself."""
        return good_enough(self.figures(name))

    @property
    def paused(self) -> frozenset[str]:
        """Names that were refused five times in a row: proposals of programs are rejected until an administrator ends
        it."""
        return frozenset(self.tally.paused)

    def paused_for(self, name: str) -> list[str]:
        """Clients for whom this one is paused, because their five were refused in a row."""
        return sorted(lead for one, lead in self.tally.paused_for if one == name)

    @property
    def unlocked(self) -> frozenset[str]:
        """Names that an administrator lets run by themselves; for 90 days."""
        return self.tally.unlocked

    # --- what the fold does -------------------------------------------------------------------------------------------

    def find(self, command_id: str) -> Entry | None:
        """By its id."""
        return self._entries.get(command_id)

    def answered(self, answer: Answered) -> Entry | None:
        """Which one is meant; whether the digest is the same is another question where the id is given."""
        return self.find(answer.command_id or self._by_digest.get(answer.digest[:PREFIX], ""))

    def opened(self) -> Iterator[Entry]:
        """Those that are not final; they may become so meanwhile."""
        return iter(tuple(self._open.values()))

    def keep(self, entry: Entry) -> None:
        """As it stands now, new or changed."""
        id_ = entry.command.command_id
        self._entries[id_] = entry
        self._by_digest[entry.standing.digest[:PREFIX]] = id_
        self.standings[id_] = entry.standing
        if entry.final:
            self._open.pop(id_, None)
        else:
            self._open[id_] = entry

    def prune(self, at: Millis) -> None:
        """Forget what nothing has happened to for long."""
        for id_, entry in tuple(self._entries.items()):
            kept = REJECTS_MS if entry.state in ("rejected", "dropped") else KEPT_MS
            if at - entry.standing.at >= kept and at > entry.deadline:
                del self._entries[id_], self.standings[id_]
                self._open.pop(id_, None)
                self._by_digest.pop(entry.standing.digest[:PREFIX], None)
        self.nonces = {nonce: used for nonce, used in self.nonces.items() if at - used < KEPT_MS}


def definition_of(entry: Entry, world: World) -> Definition | None:
    """Its definition, where there still is one."""
    return world.definitions.get((entry.command.name, entry.command.version))

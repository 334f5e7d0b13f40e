"""Kafka as lists, around `Deciding`: a log, what was sent, and an end in the middle of it.

house = House()
id_ = house.propose("note.add", {"text": "…"})   # as tests/unit/processors/commands/office.py
house.answer(house.approval(id_, "olga"))
await house.settle()                             # a batch: decided, sent, acked
house.restart()                                  # a new process
"""

from collections import defaultdict
from collections.abc import AsyncIterator, Iterable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from processors.commands import signing
from processors.commands.attesting import Call, unattested
from processors.commands.desk import Desk, decide
from processors.commands.world import World
from processors.privacy.erasing import Denied
from schemas.codec import Codec, Rejected
from schemas.command_codecs import HANDED, LOG, STANDING
from schemas.commands import (
    Approval,
    Begun,
    Clock,
    Handed,
    LogRecord,
    Refusal,
    Result,
    Standing,
)
from schemas.topics import COMMAND_EVENTS, COMMAND_STATE, LEAD_EVENTS, OUT_HTTP, OUT_PORTAL, OUT_TELEGRAM
from streams.actions.deciding import Deciding
from streams.actions.occasions import Occasions
from streams.engine.kafka import Output
from streams.engine.process import Batch
from tests.unit.processors.commands.office import DEVICES, NOON, PRIVATE, button, command, heard, world

HANDING = (OUT_TELEGRAM.name, OUT_PORTAL.name, OUT_HTTP.name)


class Topic:
    """Its records so far; a reader of it reads them from the beginning."""

    def __init__(self) -> None:
        self.records: list[Any] = []

    def add(self, key: bytes, value: bytes | None, at: int = NOON) -> None:
        """Behind all others."""
        offset = len(self.records)
        self.records.append(SimpleNamespace(offset=offset, key=key, value=value, timestamp=at, partition=0, headers=()))

    async def read(self, _partitions: Iterable[int]) -> AsyncIterator[Any]:
        """As `Reader.read`."""
        for record in list(self.records):
            yield record

    def table(self) -> dict[str, bytes]:
        """The last value of each key."""
        last = {record.key.decode(): record.value for record in self.records}
        return {key: value for key, value in last.items() if value is not None}


class Cut(Exception):
    """The process ends here."""


class House:
    """The log and all that came of it. `cut_after`: so many records are sent, then the process ends."""

    def __init__(self) -> None:
        self.world: World = world()
        self.denied = Denied()
        self.occasions: Occasions | None = None
        self.now = NOON
        self.topics: dict[str, Topic] = defaultdict(Topic)
        self.log, self.states = Topic(), self.topics[COMMAND_STATE.name]
        self.acked, self.generation, self._nonces = 0, 1, 0
        self.cut_after: int | None = None
        self.calls: dict[str, int] = defaultdict(int)
        self._looked = dict.fromkeys(HANDING, 0)
        self.deciding = self._new()

    def _new(self) -> Deciding:
        def made(stood: Any) -> World:
            return replace(self.world, stood=stood)

        commands: Any = self.log
        states: Any = self.states
        return Deciding(commands, states, made, lambda standing: self.denied.command(standing), self.occasions)

    def restart(self) -> None:
        """A new process, in a new generation."""
        self.generation += 1
        self.deciding = self._new()

    # --- the log ------------------------------------------------------------------------------------------------------

    def say(self, record: LogRecord, *, by: str = "") -> None:
        """Append it, signed by who says such, or as `Office.say`."""
        self.now += 1000
        self.log.add(b"k", LOG.encode(heard(record, by)), self.now)

    def propose(self, name: str, params: dict[str, Any], by: str = "k1", **changes: Any) -> str:
        """By the assistant, or with another key; its id."""
        made = command(name, params, self.now, **changes)
        self.say(signing.proposal(made, by, PRIVATE))
        return made.command_id

    def digest(self, id_: str) -> str:
        """Of a proposal in the log."""
        return self.straight()[id_].digest

    def approve(self, id_: str, user: str = "olga") -> None:
        """By a device's key."""
        self._nonces += 1
        digest, nonce = self.digest(id_), f"{self._nonces:032x}"
        proof = DEVICES[user].approve(digest, nonce)
        self.say(Approval(digest=digest, at=self.now, command_id=id_, user_id=user, passkey=proof))

    def press(self, id_: str) -> None:
        """Olga's button in Telegram."""
        self.say(Approval(digest=self.digest(id_)[:20], at=self.now, button=button(11)))

    def refuse(self, id_: str, *, by: str = "") -> None:
        """By Olga, on the page."""
        no = Refusal(digest=self.digest(id_), at=self.now, command_id=id_, user_id="olga", reason="не сейчас")
        self.say(no, by=by)

    def wait(self, millis: int) -> None:
        """Time passes, and the log is told."""
        self.now += millis
        self.say(Clock(at=self.now))

    def straight(self) -> dict[str, Standing]:
        """The log folded once, without any fault."""
        desk = Desk()
        for record in self.log.records:
            said = LOG.decode(record.value)
            if not isinstance(said, Rejected):
                decide(desk, said, record.offset, record.timestamp, self.world)
        return desk.standings

    # --- the process --------------------------------------------------------------------------------------------------

    async def settle(self, most: int = 1000) -> None:
        """One batch of at most so many records. Raises `Cut`; then a new process has to be started."""
        records = self.log.records[self.acked : self.acked + most]
        if not records:
            return
        outcome = await self.deciding(Batch("commands", 0, self.generation, records))
        for output in [*outcome.outputs, *outcome.state]:
            self._send(output)
        if self.cut_after is not None:  # everything was sent, but not acked
            raise Cut
        self.acked += len(records)

    def _send(self, output: Output) -> None:
        if self.cut_after is not None:
            if not self.cut_after:
                raise Cut
            self.cut_after -= 1
        self.topics[output.topic].add(output.key or b"", output.value, self.now)

    # --- who makes the calls ------------------------------------------------------------------------------------------

    def deliver(self) -> None:
        """As `notify` does: of what it was handed since, each call that nobody has begun or ended, once."""
        for handed in self.handed(fresh=True):
            said = [LOG.decode(record.value) for record in self.log.records]
            begun = {one.command_id for one in said if isinstance(one, Call) and not unattested(one, NOON, self.world)}
            if handed.command_id in begun:
                continue
            self.say(Begun(command_id=handed.command_id, at=self.now))
            self.calls[handed.command_id] += 1
            self.say(Result(command_id=handed.command_id, at=self.now, outcome="done", what="сообщение 5"))

    def handed(self, *, fresh: bool = False) -> list[Handed]:
        """All that was handed over, or what `deliver` has not seen."""
        found = []
        for name in HANDING:
            records = self.topics[name].records
            found += [HANDED.decode(record.value) for record in records[self._looked[name] if fresh else 0 :]]
            if fresh:
                self._looked[name] = len(records)
        return [one for one in found if isinstance(one, Handed)]

    # --- what came of it ----------------------------------------------------------------------------------------------

    def kept(self) -> dict[str, Standing]:
        """`command.state` as a table."""
        read = {key: STANDING.decode(value) for key, value in self.states.table().items()}
        return {key: one for key, one in read.items() if isinstance(one, Standing)}

    def values(self, topic: str) -> list[dict[str, Any]]:
        """What was sent there."""
        read: Codec[dict[str, Any]] = Codec(dict[str, Any])
        found = [read.decode(record.value) for record in self.topics[topic].records]
        return [one for one in found if not isinstance(one, Rejected)]

    def changes(self) -> list[tuple[str, str]]:
        """(before, after) of each change that was told, in order."""
        return [(one.get("before", ""), one["standing"]["state"]) for one in self.values(COMMAND_EVENTS.name)]

    def history(self) -> list[tuple[str, str]]:
        """(type, state or nothing) of each event of clients, in order."""
        return [(one["type"], one.get("state", "")) for one in self.values(LEAD_EVENTS.name)]

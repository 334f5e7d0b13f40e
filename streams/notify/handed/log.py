"""The log `commands`, followed by who makes the calls: who may make one, and which are over.

What nobody of us has signed there claims nothing and ends nothing (`signs`). Signatures are verified of what is asked
for: of ninety days of calls a handful is.

A call is claimed by a `Begun` in the log. Of all that claim the same call the first in the log's order has it, whatever
is delivered twice, however many processes believe that a partition is theirs: the others see that they are not it. So
a call that somebody began is never made again, and one whose maker died is only looked up.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable
from typing import Literal, NamedTuple
from uuid import uuid4

from aiokafka import ConsumerRecord

from processors.commands.attesting import Call
from schemas.codec import Rejected
from schemas.command_codecs import LOG
from schemas.commands import Begun, CommandId, Result
from schemas.errors import NotYet, Transient
from schemas.topics import COMMAND_DEFS, COMMANDS
from schemas.types import Millis
from streams.engine.clock import Clock
from streams.engine.command_tables import KnownDefinitions
from streams.engine.ends import Ends
from streams.engine.followed import Followed
from streams.engine.kafka import Output
from streams.engine.reader import Reader
from streams.engine.retry import WORLD, Policy, World, retry
from streams.notify.handed.signs import KEY_WAIT_S, One, Send, Signs

log = logging.getLogger(__name__)


PATIENCE = Policy(first=0.2, longest=15.0)
"""Pauses while Kafka does not take a word of ours: forgotten, nobody would know what became of the call."""
LOOK_AGAIN, CATCH_UP_SECONDS = 0.01, 15.0
LONGEST_WORDS = 300
"""Characters of what a result says."""

Outcome = Literal["done", "failed", "unknown"]


class Claim(NamedTuple):
    """The last one of a command; `at`: when the broker took it, ms UTC."""

    name: str
    at: Millis


class _Heard(NamedTuple):
    """What the log says of a call at the offset `place`; `at` as of a claim."""

    place: int
    said: Call
    at: Millis


class CommandLog(Followed):
    """The whole log. `name` makes the names of claims; `definitions` is followed beside it, for keys."""

    def __init__(
        self,
        reader: Reader,
        definitions: KnownDefinitions,
        signs: Signs,
        ends: Ends,
        send: Send,
        clock: Clock,
        name: Callable[[], str] = lambda: uuid4().hex,
        world: World = WORLD,
    ) -> None:
        super().__init__(reader)
        self._ends, self._send, self._clock, self._name, self._world = ends, send, clock, name, world
        self._definitions, self._signs = definitions, signs
        self._next = 0
        self._said: defaultdict[CommandId, list[_Heard]] = defaultdict(list)
        self._verdicts: dict[int, bool] = {}
        self._over: set[CommandId] = set()
        self.newest: Millis = 0
        """The time of its last record."""

    def put(self, record: ConsumerRecord) -> None:
        """As `Followed.put`."""
        if record.offset < self._next:  # followed anew after a fault
            return
        self._next, self.newest = record.offset + 1, max(self.newest, record.timestamp)
        said = LOG.decode(record.value)
        match said:
            case Rejected():
                log.warning("log of commands unreadable", extra={"offset": record.offset, "error": said.reason})
            case Begun() | Result():
                self._said[said.command_id].append(_Heard(record.offset, said, record.timestamp))
            case _:
                pass

    async def reach_end(self) -> None:
        """Return when all that stands in the log now is known here, and whose signatures count. Raises `Transient`;
        `NotYet` where we could not sign what we say of a call."""
        end, keys = await self._ends.of(COMMANDS.name), await self._ends.of(COMMAND_DEFS.name)
        left = CATCH_UP_SECONDS
        while self._reader.followed < end or self._definitions.followed < keys:
            if left <= 0:
                raise Transient("the log of commands is not followed to its end")
            await asyncio.sleep(LOOK_AGAIN)
            left -= LOOK_AGAIN
        if why := self._signs.missing():
            raise NotYet(why, retry_after=KEY_WAIT_S)

    def begun(self, command_id: CommandId) -> Claim | None:
        """Who is or was at it, as far as it is known here."""
        last = None
        for heard in self._said.get(command_id, ()):
            said, former = heard.said, "" if last is None else last.name
            if isinstance(said, Begun) and said.after == former and self._counts(heard):
                last = Claim(said.claim, heard.at)
        return last

    def is_over(self, command_id: CommandId) -> bool:
        """Whether somebody has said what became of it, as far as it is known here."""
        said = self._said.get(command_id, ())
        return command_id in self._over or any(isinstance(one.said, Result) and self._counts(one) for one in said)

    def _counts(self, heard: _Heard) -> bool:
        """Each signature is verified once, when it is asked for; of a key that is not known yet, again."""
        verdict = self._verdicts.get(heard.place)
        if verdict is None:
            verdict = self._signs.counts(heard.said, heard.at)
            if self._signs.knows(heard.said):
                self._verdicts[heard.place] = verdict
        return verdict

    async def claim(self, command_id: CommandId, after: str = "") -> str:
        """Say that the call is about to be made: the claim's name if it is ours to make, empty if not. `after`: the
        claim whose call surely did nothing. Raises `Transient`; then nothing was claimed."""
        await self.reach_end()
        if not self._is_free(command_id, after):
            return ""
        name = self._name()
        begun = Begun(command_id=command_id, at=self._clock(), claim=name, after=after)
        await self._say(begun)  # a second record of the same claim changes nothing
        await retry(PATIENCE, self.reach_end, world=self._world)  # given up here, it would be nobody's for ever
        last = self.begun(command_id)
        is_ours = last is not None and last.name == name and not self.is_over(command_id)
        return name if is_ours else ""

    async def end(self, command_id: CommandId, outcome: Outcome, what: str = "", error: str = "") -> None:
        """Say what became of it, however long Kafka is away."""
        result = Result(
            command_id=command_id,
            at=self._clock(),
            outcome=outcome,
            what=what[:LONGEST_WORDS],
            error=error[:LONGEST_WORDS],
        )
        await self._say(result)
        self._over.add(command_id)
        log.info("command's call is over", extra={"outcome": outcome, "id": command_id})

    def _is_free(self, command_id: CommandId, after: str) -> bool:
        last = self.begun(command_id)
        return not self.is_over(command_id) and (last.name if last is not None else "") == after

    async def _say(self, said: One) -> None:
        async def say() -> None:
            await self._send([Output(COMMANDS.name, said.command_id.encode(), LOG.encode(self._signs.signed(said)))])

        def told(fault: Exception) -> None:
            log.warning("log of commands not written", extra={"error": str(fault)})

        await retry(PATIENCE, say, told=told, world=self._world)

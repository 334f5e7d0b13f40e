"""The log `commands`, followed by who makes the calls: who may make one, and which are over.

A call is claimed by a `Begun` in the log. Of all that claim the same call the first in the log's order has it, whatever
is delivered twice, however many processes believe that a partition is theirs: the others see that they are not it. So
a call that somebody began is never made again, and one whose maker died is only looked up.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from typing import Literal, NamedTuple
from uuid import uuid4

from aiokafka import ConsumerRecord

from schemas.codec import Rejected
from schemas.command_codecs import LOG
from schemas.commands import Begun, CommandId, Result
from schemas.errors import Transient
from schemas.topics import COMMANDS
from schemas.types import Millis
from streams.engine.clock import Clock
from streams.engine.ends import Ends
from streams.engine.followed import Followed
from streams.engine.kafka import Output
from streams.engine.reader import Reader
from streams.engine.retry import WORLD, Policy, World, retry

log = logging.getLogger(__name__)


PATIENCE = Policy(first=0.2, longest=15.0)
"""Pauses while Kafka does not take a word of ours: forgotten, nobody would know what became of the call."""
LOOK_AGAIN, CATCH_UP_SECONDS = 0.01, 15.0
LONGEST_WORDS = 300
"""Characters of what a result says."""

Outcome = Literal["done", "failed", "unknown"]
Send = Callable[[Iterable[Output]], Awaitable[None]]


class Claim(NamedTuple):
    """The last one of a command; `at`: when the broker took it, ms UTC."""

    name: str
    at: Millis


class CommandLog(Followed):
    """The whole log. `name` makes the names of claims."""

    def __init__(
        self,
        reader: Reader,
        ends: Ends,
        send: Send,
        clock: Clock,
        name: Callable[[], str] = lambda: uuid4().hex,
        world: World = WORLD,
    ) -> None:
        super().__init__(reader)
        self._ends, self._send, self._clock, self._name, self._world = ends, send, clock, name, world
        self._next = 0
        self._claims: dict[CommandId, Claim] = {}
        self._over: set[CommandId] = set()

    def put(self, record: ConsumerRecord) -> None:
        """As `Followed.put`."""
        if record.offset < self._next:  # followed anew after a fault
            return
        self._next = record.offset + 1
        said = LOG.decode(record.value)
        match said:
            case Rejected():
                log.warning("log of commands unreadable", extra={"offset": record.offset, "error": said.reason})
            case Begun():
                last = self._claims.get(said.command_id)
                if said.after == (last.name if last is not None else ""):
                    self._claims[said.command_id] = Claim(said.claim, record.timestamp)
            case Result():
                self._over.add(said.command_id)
            case _:
                pass

    async def reach_end(self) -> None:
        """Return when all that stands in the log now is known here. Raises `Transient`."""
        end = await self._ends.of(COMMANDS.name)
        left = CATCH_UP_SECONDS
        while self._reader.followed < end:
            if left <= 0:
                raise Transient("the log of commands is not followed to its end")
            await asyncio.sleep(LOOK_AGAIN)
            left -= LOOK_AGAIN

    def begun(self, command_id: CommandId) -> Claim | None:
        """Who is or was at it, as far as it is known here."""
        return self._claims.get(command_id)

    def is_over(self, command_id: CommandId) -> bool:
        """Whether somebody has said what became of it, as far as it is known here."""
        return command_id in self._over

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
        last = self._claims.get(command_id)
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
        last = self._claims.get(command_id)
        return not self.is_over(command_id) and (last.name if last is not None else "") == after

    async def _say(self, said: Begun | Result) -> None:
        output = Output(COMMANDS.name, said.command_id.encode(), LOG.encode(said))

        def told(fault: Exception) -> None:
            log.warning("log of commands not written", extra={"error": str(fault)})

        await retry(PATIENCE, lambda: self._send([output]), told=told, world=self._world)

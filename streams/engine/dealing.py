"""A person deals with dead letters: each once, whoever else does the same at the same time, and after a kill.

There is no lock: who may deal with a letter is decided by the order on `dead.letters` itself. A command writes its
claim, reads on to the end, and goes on with what it holds. Who was killed in the middle has left a claim that says
where the record's partition ended before: whoever comes after `CLAIM_MS` looks there whether the record went back.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from aiokafka import ConsumerRecord, TopicPartition

from schemas.errors import Refused, TooLarge
from schemas.topics import DEAD_LETTERS, TOPICS
from streams.engine.clock import Clock
from streams.engine.dead_letters import CLAIM_MS, Claim, Numbered, OpenLetters, again, answer, history_of, read_open
from streams.engine.ends import Ends
from streams.engine.kafka import PARTITIONS, Outputs
from streams.engine.reader import Reader
from streams.settings import Kafka

CHUNK = 100
"""Letters that are claimed at once: what follows on the topic is read once for all of them."""

HOLD_MS = CLAIM_MS // 2
"""After so long a claim is written anew before the next letter: half of it is left for sending one."""

LOOK_S = 1.0
"""Pause between two looks at letters that another one holds."""

How = Literal["replayed", "dropped"]
_NOBODY = Claim("", "", 0, 0)
_SPECS = {topic.name: topic for topic in TOPICS}


@dataclass(frozen=True, slots=True)
class Dealt:
    """Numbers of letters: those that this command dealt with, those that it must leave with the reason, and those that
    somebody else closed meanwhile."""

    done: list[int] = field(default_factory=list)
    refused: dict[int, str] = field(default_factory=dict)
    others: list[int] = field(default_factory=list)


class Desk:
    """One command's work on letters. `by` is who gave it, `mark` is of this command alone; `told` hears for whom it
    waits."""

    def __init__(
        self,
        kafka: Kafka,
        by: str,
        mark: str,
        clock: Clock,
        told: Callable[[Claim], None],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._kafka, self._by, self._mark, self._clock, self._told, self._sleep = kafka, by, mark, clock, told, sleep
        self._outputs, self._ends = Outputs(kafka), Ends(kafka)
        self.letters = OpenLetters()

    async def look(self) -> OpenLetters:
        """The letters as they are now. Raises `Transient`."""
        return await read_open(self._read(DEAD_LETTERS.name, 0, self.letters.end), self.letters)

    async def deal(self, found: Iterable[Numbered], how: How) -> Dealt:
        """Deal with these letters in the order in which they came. Raises `Transient`: what was done stays done."""
        dealt = Dealt()
        ordered = sorted(found, key=lambda one: one.number)
        for at in range(0, len(ordered), CHUNK):
            await self._deal(ordered[at : at + CHUNK], how, dealt)
        return dealt

    async def close(self) -> None:
        """Close the connections."""
        await self._outputs.stop()
        await self._ends.stop()

    async def _deal(self, chunk: Sequence[Numbered], how: How, dealt: Dealt) -> None:
        now = asyncio.get_running_loop().time
        waiting = [one.number for one in chunk]
        seen: dict[Claim, float] = {}
        while True:
            since = self._clock()  # not the loop's: that one stands still while a notebook sleeps
            await self._claim([one for one in self._open(waiting) if now() >= seen.get(_held(one), 0.0)])
            await self.look()
            for one in self._open(waiting):
                if _held(one).mark == self._mark and 0 <= self._clock() - since < HOLD_MS:
                    await self._finish(one, how, dealt)
                    waiting.remove(one.number)
            left = self._open(waiting)
            open_ = {one.number for one in left}
            dealt.others.extend(number for number in waiting if number not in open_)
            waiting = [one.number for one in left]
            if not waiting:
                return
            for holder in {_held(one) for one in left} - {_NOBODY, *seen}:
                if holder.mark != self._mark:
                    seen[holder] = now() + CLAIM_MS / 1000
                    self._told(holder)
            await self._sleep(LOOK_S)

    def _open(self, numbers: Iterable[int]) -> list[Numbered]:
        return [one for one in map(self.letters.get, numbers) if one is not None]

    async def _claim(self, letters: Sequence[Numbered]) -> None:
        """It holds if no other's does, or if that one has run out by the broker's clock: `look` tells."""
        places = {
            one.number: TopicPartition(self._kafka.prefix + one.letter.topic, one.letter.partition) for one in letters
        }
        there = {places[one.number] for one in letters if _stands(one)}
        ends = await self._ends.ask(there) if there else {}
        at = self._clock()
        await self._outputs.send(
            answer(one.letter, "claimed", self._by, at, self._mark, ends.get(places[one.number], 0)) for one in letters
        )

    async def _finish(self, one: Numbered, how: How, dealt: Dealt) -> None:
        """First the record is where it belongs, then it is written down: a kill between the two leaves a claim."""
        at = self._clock()
        try:
            if how == "replayed" and not await self._went(one):
                await self._outputs.send([await again(self._kafka, one, self._by, at)])
        except (Refused, TooLarge) as error:
            dealt.refused[one.number] = str(error)
            await self._outputs.send([answer(one.letter, "released", self._by, at, self._mark)])
            return
        await self._outputs.send([answer(one.letter, how, self._by, at, self._mark)])
        dealt.done.append(one.number)

    async def _went(self, one: Numbered) -> bool:
        """Whether an earlier command was killed behind its record."""
        ends = [claim.end for claim in one.claims[:-1]]
        if not ends or not _stands(one):
            return False
        async for record in self._read(one.letter.topic, one.letter.partition, min(ends)):
            if any(attempt.number == one.number for attempt in history_of(record.headers)[-1:]):
                return True
        return False

    def _read(self, topic: str, partition: int, since: int) -> AsyncIterator[ConsumerRecord]:
        return Reader(self._kafka, _SPECS[topic]).read([partition], since=since)


def _held(one: Numbered) -> Claim:
    return one.holder or _NOBODY


def _stands(one: Numbered) -> bool:
    """Whether the letter's record stood on a topic of ours."""
    return 0 <= one.letter.partition < PARTITIONS.get(one.letter.topic, 0)

"""The open dead letters, as `dead.letters` tells them: each is open until a person's answer stands behind it."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from typing import Literal

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError
from msgspec.structs import replace

from schemas.codec import Rejected
from schemas.errors import Refused, Transient
from schemas.failed import DeadLetter
from schemas.topics import DEAD_LETTERS
from schemas.types import Millis
from streams.engine.connect import client_options
from streams.engine.kafka import FIRST_APPENDED, PARTITIONS, Output
from streams.engine.letters import LETTER
from streams.settings import Kafka

READ_S = 30.0
"""For one record that is read by its place."""

Place = tuple[str, int, int, str, Millis]
"""Topic, partition, offset, agent and time: a batch that is settled twice writes the same letter twice. The time parts
the letters of the recorder, whose markers stand on no topic."""


@dataclass(frozen=True, slots=True)
class Numbered:
    """A letter with its number: its offset in `dead.letters`."""

    number: int
    letter: DeadLetter


@dataclass(slots=True)
class OpenLetters:
    """Feed it every record of the topic in order."""

    _open: dict[Place, Numbered] = field(default_factory=dict)

    def add(self, record: ConsumerRecord) -> None:
        """A letter, or an answer to one. What cannot be read is passed over: nobody could do anything with it."""
        letter = LETTER.decode(record.value)
        if isinstance(letter, Rejected):
            return
        place = letter.topic, letter.partition, letter.offset, letter.agent, letter.ts
        known = self._open.pop(place, None)
        if not letter.answer:
            self._open[place] = Numbered(known.number if known else record.offset, letter)

    def select(self, numbers: Iterable[int] = (), topic: str = "", error: str = "", since: int = 0) -> list[Numbered]:
        """Those with these numbers (or all), of a topic, a class of error, from `since` on (ms UTC), in that order."""
        wanted = set(numbers)
        found = [
            one
            for one in self._open.values()
            if (not wanted or one.number in wanted)
            and (not topic or one.letter.topic == topic)
            and (not error or one.letter.error_class == error)
            and one.letter.ts >= since
        ]
        return sorted(found, key=lambda one: (one.letter.topic, one.letter.error_class, one.letter.ts, one.number))


async def read_open(records: AsyncIterator[ConsumerRecord]) -> OpenLetters:
    """The whole topic. Raises `Transient`."""
    letters = OpenLetters()
    async for record in records:
        letters.add(record)
    return letters


def answer(letter: DeadLetter, how: Literal["replayed", "dropped"]) -> Output:
    """What is written down when a person has dealt with a letter."""
    told = replace(letter, answer=how, payload=b"", key=None, error="", cut=0)
    return Output(DEAD_LETTERS.name, f"{letter.topic}/{letter.partition}".encode(), LETTER.encode(told))


async def again(kafka: Kafka, letter: DeadLetter) -> Output:
    """The record as it stood, for its own partition, with the time when the broker took it first.

    Raises `Refused` where there is no such topic, or where the letter was cut and the record has gone meanwhile.
    """
    if letter.topic not in PARTITIONS:
        raise Refused(f"«{letter.topic}» — не тема Kafka, возвращать некуда")
    payload = (await _whole(kafka, letter)) if letter.cut else letter.payload
    headers = ((FIRST_APPENDED, b"%d" % letter.ts),)
    return Output(letter.topic, letter.key, payload, letter.partition, headers)


async def _whole(kafka: Kafka, letter: DeadLetter) -> bytes:
    """The record of a letter that was cut, from where it stands. Raises `Refused`, `Transient`."""
    tp = TopicPartition(kafka.prefix + letter.topic, letter.partition)
    consumer = AIOKafkaConsumer(**client_options(kafka), auto_offset_reset="none", enable_auto_commit=False)
    try:
        async with asyncio.timeout(READ_S):
            await consumer.start()
            first = (await consumer.beginning_offsets([tp]))[tp]
            if letter.offset < first:
                raise Refused("запись целиком уже удалена по сроку хранения, в письме только её начало")
            consumer.assign([tp])
            consumer.seek(tp, letter.offset)
            record = await consumer.getone(tp)
    except (KafkaError, OSError, TimeoutError) as error:
        raise Transient(f"не удалось прочитать {letter.topic}/{letter.partition}: {error!r}") from error
    finally:
        await consumer.stop()
    if record.offset != letter.offset:
        raise Refused("записи целиком больше нет, в письме только её начало")
    return record.value or b""

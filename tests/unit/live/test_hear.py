"""Blocks of sound become words under the right name, through the real Vosk and without Kafka."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import msgspec
import numpy as np
import pytest

from schemas.audio import AUDIO_RECORD, AudioBlock, AudioClosed, AudioRecord
from schemas.codec import Codec
from schemas.said import Said
from schemas.sources import RoomReport
from schemas.topics import SAID
from streams.engine.kafka import Output, Outputs
from streams.engine.process import Batch, Record
from streams.engine.reader import Reader
from streams.engine.rooms import KnownRooms
from streams.live import hear
from streams.live.ears import Ears
from streams.live.hear import Hear
from streams.live.listener import Listener
from streams.live.telling import Telling
from tests.opus_packets import blocks_of, packets_of
from tests.speech import quiet, say

MODEL = Path(__file__).parents[2] / "fixtures" / "vosk-ru-tiny"
ZERO = 1_795_000_000_000
SAID_CODEC: Codec[Said] = Codec(Said)


@dataclass
class Row:
    """A record of Kafka as the worker reads it."""

    value: bytes
    offset: int
    timestamp: int = ZERO
    partition: int = 0
    key: bytes | None = b"m1"
    headers: tuple[tuple[str, bytes], ...] = ()


@dataclass
class Topics:
    """`source.audio` and `source.said` in memory; `broken` sends fail."""

    audio: list[Row] = field(default_factory=list)
    said: list[Row] = field(default_factory=list)

    def put(self, *records: AudioRecord) -> None:
        for record in records:
            self.audio.append(Row(AUDIO_RECORD.encode(record), len(self.audio)))

    async def send(self, outputs: list[Output]) -> None:
        for output in outputs:
            assert output.topic == SAID.name and output.value
            self.said.append(Row(output.value, len(self.said)))

    def reader(self, rows: list[Row]) -> Reader:
        class Fixed:
            async def read(self, *_: Any, **__: Any) -> AsyncIterator[Row]:
                for row in rows:
                    yield row

        return cast(Reader, Fixed())

    def told(self) -> list[Said]:
        """All turns, as often as they were told."""
        return [cast(Said, SAID_CODEC.decode(row.value)) for row in self.said]

    def words(self) -> dict[str, list[str]]:
        """What each participant said, in its order."""
        found: dict[str, list[str]] = {}
        for one in sorted(self.told(), key=lambda one: one.start_ms):
            found.setdefault(one.name, []).extend(word.text for word in one.words)
        return found


class Live:
    """The worker without its frame."""

    def __init__(self, topics: Topics, behind_ms: int = 1 << 60, ears: Listener | None = None) -> None:
        rooms = KnownRooms(cast(Reader, None))
        for endpoint, name in (("anna", "Анна Смирнова"), ("oleg", "Олег"), ("ivan", "Иван")):
            report = RoomReport(f"r-{endpoint}", "joined", ZERO, "lead-1003", "m1", "1003", endpoint, name)
            rooms.put(cast(Record, Row(msgspec.json.encode(report), 0)))
        self.topics, self.rooms = topics, rooms
        self.vosk = Ears(MODEL, threads=2, limit_mb=0, idle_s=60)
        self.ears = ears or self.vosk
        outputs = cast(Outputs, topics)
        self.telling = Telling(self.ears, rooms, outputs, clock=lambda: ZERO)
        readers = topics.reader(topics.audio), topics.reader(topics.said)
        self.hear = Hear(self.ears, self.telling, *readers, lambda *_: False, behind_ms, lambda: ZERO)

    async def take(self, since: int = 0, until: int | None = None) -> None:
        rows = cast(list[Record], self.topics.audio[since:until])
        outcome = await self.hear(Batch("source.audio", 0, 1, rows))
        assert not outcome.rejected

    async def told(self, turns: int) -> None:
        async with asyncio.timeout(120):
            while len({(one.tag, one.mark) for one in self.topics.told()}) < turns:
                await asyncio.sleep(0.02)

    async def die(self) -> None:
        """As at a kill: what it had to tell it tells no more."""
        for task in self.telling._tasks:
            task.cancel()
        await self.ears.close()


@pytest.fixture
async def topics() -> AsyncIterator[Topics]:
    yield Topics()


def meeting(*said: tuple[str, str, str, float]) -> list[AudioRecord]:
    """Blocks of who says what from when on, in the order in which they come; then the end."""
    blocks: list[AudioBlock] = []
    for number, (endpoint, voice, text, at) in enumerate(said):
        pcm = np.concatenate([say(text, voice), quiet(0.9)])
        loud = len(packets_of(say(text, voice)))
        found = packets_of(pcm, at, chunk=1000 + 2000 * number)
        found = [
            one if place < loud else one.__class__(one.chunk, one.ts, 90, one.opus) for place, one in enumerate(found)
        ]
        blocks += blocks_of(found, endpoint, zero=ZERO)
    blocks.sort(key=lambda block: block.packets[-1].ts)
    return [*blocks, AudioClosed("m1", "c1", ZERO + 60_000, True)]


THREE = (
    ("anna", "ru", "наш конкурент дешевле, мы уходим", 1.0),
    ("oleg", "ru+m3", "когда будет отгрузка", 1.3),
    ("ivan", "ru+m7", "нужно отменить бронь", 2.0),
    ("anna", "ru", "почему так долго", 6.0),
)
WORDS = {
    "Анна Смирнова": ["наш", "конкурент", "дешевле", "мы", "уходим", "почему", "так", "долго"],
    "Олег": ["когда", "будет", "отгрузка"],
    "Иван": ["нужно", "отменить", "бронь"],
}


async def test_who_talks_at_once_is_heard_apart_under_his_name(topics: Topics) -> None:
    topics.put(*meeting(*THREE))
    live = Live(topics)
    await live.take()
    await live.told(4)
    assert topics.words() == WORDS
    first = min(topics.told(), key=lambda said: said.start_ms)
    assert abs(first.start_ms - (ZERO + 1000)) < 150
    assert (first.lead_id, first.room, first.words[0].start_ms) == ("1003", "lead-1003", 0)
    await live.ears.close()


@pytest.mark.parametrize(("who", "told"), [("anna", {"Олег", "Иван"}), ("", set())])
async def test_what_was_heard_before_he_objected_is_not_told(topics: Topics, who: str, told: set[str]) -> None:
    """He objects while his words are recognised: they ring nobody. Others' are told, where it is known who he is."""
    topics.put(*meeting(*THREE[:3]))
    live = Live(topics)
    report = RoomReport("o", "objected", ZERO, "lead-1003", "m1", "1003", who)
    live.rooms.put(cast(Record, Row(msgspec.json.encode(report), 0)))
    await live.take()
    await live.told(len(told))
    await asyncio.gather(*live.telling._tasks)
    assert set(topics.words()) == told
    await live.ears.close()


async def test_after_a_kill_it_is_heard_again_and_told_once(topics: Topics) -> None:
    """Killed after each block in turn would be slow: here in the midst of the first turns, and when some were told."""
    topics.put(*meeting(*THREE))
    for until in (3, 7):
        first = Live(topics)
        await first.take(until=until)
        await asyncio.sleep(0.3)
        await first.die()
    last = Live(topics)
    await last.take(since=7)
    await last.told(4)
    once = dict(zip([(one.tag, one.mark) for one in topics.told()], topics.said, strict=True))
    assert len(once) == 4
    topics.said = list(once.values())
    assert topics.words() == WORDS
    await last.ears.close()


async def test_the_process_may_die_in_mid_turn(topics: Topics) -> None:
    topics.put(*meeting(*THREE))
    live = Live(topics)
    await live.take(until=4)
    child = await live.vosk._process.running()
    await child.kill()
    await live.take(since=4)
    await live.told(4)
    assert topics.words() == WORDS
    await live.ears.close()


async def test_a_muted_microphone_ends_a_turn(topics: Topics) -> None:
    """Nothing comes any more, also no end of the connection."""
    topics.put(*[record for record in meeting(THREE[0]) if isinstance(record, AudioBlock)][:2])
    live = Live(topics)
    watch = asyncio.create_task(live.hear.quiet())
    await live.take()
    await live.told(1)
    watch.cancel()
    assert topics.words()["Анна Смирнова"][:2] == ["наш", "конкурент"]
    await live.ears.close()


async def test_a_turn_is_over_while_others_talk_on(topics: Topics, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sound of others comes without a pause, so the time is theirs: no second goes by without a record. A whole block
    is waited behind for longer than a second; a turn that goes on is not cut by it."""
    monkeypatch.setattr(hear, "_now", lambda: 0.0)
    mute = [one for one in meeting(THREE[0]) if isinstance(one, AudioBlock)][:2]
    others = packets_of(np.concatenate([say("почему так долго", "ru+m3")] * 4), 3.0, chunk=9000)
    topics.audio += [
        Row(AUDIO_RECORD.encode(block), number, ZERO + 1000 * number)
        for number, block in enumerate([*mute, *blocks_of(others, "oleg", zero=ZERO)])
    ]
    live = Live(topics)
    watch = asyncio.create_task(live.hear.quiet())
    await live.take(until=3)
    await asyncio.sleep(3 * hear.LOOK_S)
    [anna, oleg] = live.hear._parts[0].sources.values()
    assert anna.source.open and oleg.source.open
    await live.take(since=3, until=4)
    await live.told(1)
    watch.cancel()
    assert topics.words() == {"Анна Смирнова": WORDS["Анна Смирнова"][:5]} and oleg.source.open
    await live.ears.close()


async def test_old_sound_is_left_to_the_final_text(topics: Topics) -> None:
    topics.put(*meeting(THREE[0]))
    live = Live(topics, behind_ms=-60_000)
    await live.take()
    assert not topics.said and not live.hear._parts[0].sources
    await live.ears.close()

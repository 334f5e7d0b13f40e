"""Sound on its way to Kafka: memory, then a file, then a gap; and in that order again."""

import asyncio
import stat
from collections.abc import AsyncIterator, Iterable
from pathlib import Path

import pytest

from schemas.audio import AUDIO_RECORD, AudioBlock, AudioGap, AudioRecord, Packet
from schemas.errors import Transient
from streams.engine.kafka import Output
from streams.gateway import live_keeper
from streams.gateway.live_keeper import RING_MS, Keeper
from streams.gateway.live_spool import Kept, Spool


def block(number: int, meeting: str = "m") -> AudioBlock:
    """The second `number` of a meeting."""
    packets = [Packet(number * 50 + n, (number * 50 + n) * 960, 40, b"opus") for n in range(50)]
    return AudioBlock(meeting, "c", "a1", "a1", 1_000_000, packets)


class Shelf:
    """Kafka, which may be away."""

    def __init__(self) -> None:
        self.taken: list[AudioRecord] = []
        self.away = self.stopped = False

    async def send(self, outputs: Iterable[Output]) -> None:
        if self.away:
            raise Transient("away")
        for output in outputs:
            record = AUDIO_RECORD.decode(output.value)
            assert output.topic == "source.audio" and output.key == record.meeting_id.encode()  # type: ignore[union-attr]
            self.taken.append(record)  # type: ignore[arg-type]

    async def stop(self) -> None:
        self.stopped = True


class House:
    """A keeper at work. Its clock stands until it is moved."""

    def __init__(self, path: Path, most: int = 1 << 20) -> None:
        self.shelf, self.now, self.path = Shelf(), 5_000_000, path
        self.keeper = Keeper(self.shelf, Spool(path, most), lambda: self.now)
        self.task = asyncio.ensure_future(self.keeper.run())

    async def settled(self) -> None:
        """All that can go has gone."""
        for _ in range(200):
            await asyncio.sleep(0.002)

    async def end(self) -> None:
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)
        await self.keeper.finish()


@pytest.fixture
async def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    monkeypatch.setattr(live_keeper, "PAUSE_S", 0.01)
    one = House(tmp_path / "var" / "spool")
    yield one
    if not one.task.done():
        await one.end()


async def test_what_kafka_takes_goes_at_once_and_in_order(house: House) -> None:
    """And nothing is left of a file."""
    for number in range(5):
        house.keeper.put(block(number))
    await house.settled()
    assert house.shelf.taken == [block(number) for number in range(5)]
    await house.end()
    assert house.shelf.stopped and not house.path.exists()


async def test_a_minute_stays_in_memory_and_the_rest_in_a_file(house: House) -> None:
    """Which nobody else can read; all of it comes in order when Kafka is back, once."""
    house.shelf.away = True
    for number in range(100):
        house.keeper.put(block(number))
        house.now += 1000
    await house.settled()
    assert house.path.stat().st_size > 0
    assert stat.S_IMODE(house.path.stat().st_mode) == 0o600
    house.shelf.away = False
    await house.settled()
    assert house.shelf.taken == [block(number) for number in range(100)]


async def test_what_has_no_room_is_a_gap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the first to the last that was dropped, between what was before and what came after, meeting by meeting."""
    monkeypatch.setattr(live_keeper, "PAUSE_S", 0.01)
    size = Kept(b"m", AUDIO_RECORD.encode(block(10))).size
    house = House(tmp_path / "spool", most=size * 10 + 5)
    house.shelf.away = True
    for number in range(200):
        house.keeper.put(block(number))
        house.now += 1000
        if number % 20 == 0:
            await asyncio.sleep(0.03)
    await house.settled()
    house.shelf.away = False
    await house.settled()
    gaps = [record for record in house.shelf.taken if isinstance(record, AudioGap)]
    seconds = [record.packets[0].chunk // 50 for record in house.shelf.taken if isinstance(record, AudioBlock)]
    (gap,) = gaps
    assert seconds == sorted(set(seconds)) and len(seconds) > RING_MS // 1000
    lost = sorted(set(range(200)) - set(seconds))
    assert (gap.since, gap.until) == (1_000_000 + lost[0] * 1000, 1_000_000 + lost[-1] * 1000 + 1000)
    assert gap.why == "spilled" and lost == [*range(lost[0], lost[-1] + 1)]
    await house.end()


async def test_what_is_left_at_the_end_is_the_next_ones(house: House) -> None:
    """Kafka away and the process told to end: a file, and the next process begins with it."""
    house.shelf.away = True
    for number in range(5):
        house.keeper.put(block(number))
    await house.end()
    assert house.shelf.taken == []
    following = House(house.path)
    following.keeper.put(block(9))
    await following.settled()
    assert following.shelf.taken == [block(number) for number in (0, 1, 2, 3, 4, 9)]
    await following.end()
    assert not house.path.exists()


def test_a_torn_record_is_none(tmp_path: Path) -> None:
    """Killed while it wrote: what is whole is read, and what comes after is written behind that."""
    spool = Spool(tmp_path / "spool", 1 << 20)
    spool.open()
    assert spool.add([Kept(b"m", b"one"), Kept(b"m", b"two")]) == []
    spool.close()
    whole = (tmp_path / "spool").read_bytes()
    (tmp_path / "spool").write_bytes(whole[:-1])
    spool = Spool(tmp_path / "spool", 1 << 20)
    spool.open()
    records = spool.take(1 << 20)
    assert records == [Kept(b"m", b"one")]
    spool.done(records)
    assert spool.take(1 << 20) == [] and not spool.waits
    assert spool.add([Kept(b"m", b"three")]) == []
    assert spool.take(1 << 20) == [Kept(b"m", b"three")]


def test_a_file_is_of_one_process(tmp_path: Path) -> None:
    """Another one refuses all, as one does that may not write."""
    first, second, nowhere = (Spool(path, 1 << 20) for path in (tmp_path / "s", tmp_path / "s", Path("/proc/no/spool")))
    for spool in (first, second, nowhere):
        spool.open()
    assert first.add([Kept(b"m", b"one")]) == []
    for spool in (second, nowhere):
        assert spool.add([Kept(b"m", b"one")]) == [Kept(b"m", b"one")] and not spool.waits
        spool.close()
    assert first.take(99) == [Kept(b"m", b"one")]

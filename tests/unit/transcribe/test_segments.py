"""Finished segments on a topic that is a list: what is kept comes back, and what is out is forgotten."""

from collections.abc import AsyncIterator, Iterable
from typing import NamedTuple, cast

from msgspec.structs import replace

from schemas.errors import Transient
from schemas.sources import Recording, SegmentNote, Word
from schemas.speech import FinishedRecording, FinishedSegment
from schemas.topics import SEGMENTS
from streams.engine.kafka import Output, partition_of
from streams.engine.reader import Reader
from streams.engine.retry import World
from streams.transcribe.segments import KEEPING, SegmentTopic, segment_key
from streams.transcribe.sound.audio import Segment

RECORDING = Recording("00aa", "s", "a.mp4", "a.mp4", 1, "0" * 64, "room", 2_000, 1_000, 1_000, "ok")
SEGMENT = Segment(0, 0, 1000, 0, 1000)
FINISHED = FinishedSegment(SegmentNote(0, 1000, "kit", "general"), [Word("да", 0, 100, 1.0)])


class Line(NamedTuple):
    """A record as `Reader` gives it."""

    key: bytes
    value: bytes | None


class Topic:
    """Reads what was sent; `faults` are raised first. `pauses` is what it was waited for."""

    def __init__(self) -> None:
        self.sent: list[Output] = []
        self.faults: list[Exception] = []
        self.pauses: list[float] = []

    async def read(self, partitions: Iterable[int]) -> AsyncIterator[Line]:
        wanted = set(partitions)
        for output in self.sent:
            if output.partition in wanted:
                yield Line(output.key or b"", output.value)

    async def send(self, outputs: list[Output]) -> None:
        if self.faults:
            raise self.faults.pop()
        self.sent += outputs

    async def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)

    def seen(self) -> SegmentTopic:
        return SegmentTopic(cast(Reader, self), self.send, World(sleep=self.pause))


async def test_what_is_kept_is_found_by_the_next_owner() -> None:
    """By recording, cut, engine and model; a change of any of them, or of the file, is another segment."""
    topic = Topic()
    await (await topic.seen().open(RECORDING)).keep(SEGMENT, FINISHED)
    next_owner = await topic.seen().open(RECORDING)
    assert next_owner.find("", SEGMENT, "kit", "general") == FINISHED
    assert next_owner.find("", SEGMENT, "vosk", "general") is None
    assert next_owner.find("", SEGMENT, "kit", "general:rc") is None
    assert next_owner.find("Анна", SEGMENT, "kit", "general") is None
    assert next_owner.find("", Segment(0, 0, 1010, 0, 1010), "kit", "general") is None
    for other in (replace(RECORDING, sha256="1" * 64), replace(RECORDING, recording_id="00a")):
        assert (await topic.seen().open(other)).find("", SEGMENT, "kit", "general") is None


async def test_all_of_a_recording_is_in_one_partition() -> None:
    """That of its id, whatever the segment: it is the only one that is read."""
    topic = Topic()
    memory = await topic.seen().open(RECORDING)
    for at in range(50):
        note = SegmentNote(at * 1000, at * 1000 + 1000, "kit", "general")
        await memory.keep(Segment(at, note.start_ms, note.end_ms, 0, 1), FinishedSegment(note, []))
    assert {output.partition for output in topic.sent} == {partition_of(SEGMENTS.name, b"00aa")}
    assert len({output.key for output in topic.sent}) == 50


async def test_a_finished_segment_waits_for_the_broker() -> None:
    """It is paid for: sent again until the broker has it, with pauses that grow to a limit."""
    topic = Topic()
    topic.faults = [Transient("away")] * 12
    await (await topic.seen().open(RECORDING)).keep(SEGMENT, FINISHED)
    assert len(topic.sent) == 1
    assert len(topic.pauses) == 12
    assert KEEPING.first / 2 <= topic.pauses[0] <= KEEPING.first
    assert KEEPING.longest / 2 <= topic.pauses[-1] <= KEEPING.longest


async def test_out_and_forgotten() -> None:
    """When no better transcript is to come the segments are deleted and the mark says that this file is out."""
    topic = Topic()
    memory = await topic.seen().open(RECORDING)
    assert memory.out is None
    await memory.keep(SEGMENT, FINISHED)
    mark = FinishedRecording(RECORDING, 1, 5)
    await topic.send(memory.close(mark, forget=True))
    later = await topic.seen().open(RECORDING)
    assert later.out == mark
    assert later.find("", SEGMENT, "kit", "general") is None
    assert (await topic.seen().open(replace(RECORDING, sha256="1" * 64))).out is None


async def test_a_poor_one_keeps_its_segments() -> None:
    """They are what an upgrade need not pay for again; the newest mark is the one that counts."""
    topic = Topic()
    memory = await topic.seen().open(RECORDING)
    await memory.keep(SEGMENT, FINISHED)
    await topic.send(memory.close(FinishedRecording(RECORDING, 1, 5, poor=1), forget=False))
    await topic.send(memory.close(FinishedRecording(RECORDING, 1, 9, poor=1, upgrades=1), forget=False))
    assert (await topic.seen().open(RECORDING)).find("", SEGMENT, "kit", "general") == FINISHED
    [mark] = await topic.seen().marks(set(range(SEGMENTS.partitions)))
    assert (mark.upgrades, mark.at) == (1, 9)
    assert await topic.seen().marks(set()) == []


async def test_a_record_that_is_not_ours_is_no_segment() -> None:
    """A broken value means the segment is done again, nothing worse."""
    topic = Topic()
    key = segment_key(RECORDING, "", SEGMENT, "kit", "general").encode()
    topic.sent = [Output(SEGMENTS.name, key, b"{broken", partition_of(SEGMENTS.name, b"00aa"))]
    assert (await topic.seen().open(RECORDING)).find("", SEGMENT, "kit", "general") is None


async def test_a_begun_operation_is_known_to_the_next_owner() -> None:
    """By the segment's own key: until its words take the place, or it is over, or the recording is forgotten."""
    topic = Topic()

    async def seen() -> str:
        return (await topic.seen().open(RECORDING)).operation("", SEGMENT, "kit", "general").id

    memory = await topic.seen().open(RECORDING)
    operation = memory.operation("", SEGMENT, "kit", "general")
    assert operation.id == ""
    await operation.begun("op-1")
    assert (operation.id, await seen()) == ("op-1", "op-1")
    assert memory.find("", SEGMENT, "kit", "general") is None
    assert memory.operation("", SEGMENT, "kit", "general:rc").id == ""
    await operation.over()
    assert (operation.id, await seen()) == ("", "")
    await operation.begun("op-2")
    await memory.keep(SEGMENT, FINISHED)
    assert (operation.id, await seen()) == ("", "")
    await memory.operation("", SEGMENT, "kit", "other").begun("op-3")
    forgotten = memory.close(FinishedRecording(RECORDING, 1, 5), forget=True)
    assert len([output for output in forgotten if output.value is None]) == 2


async def test_a_begun_operation_waits_for_the_broker() -> None:
    """It is paid for as well."""
    topic = Topic()
    topic.faults = [Transient("away")] * 3
    await (await topic.seen().open(RECORDING)).operation("", SEGMENT, "kit", "general").begun("op-1")
    assert len(topic.sent) == 1

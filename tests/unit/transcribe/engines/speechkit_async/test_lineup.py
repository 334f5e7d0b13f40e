"""The asynchronous engine before another one: whole recordings are its own, what it refuses goes on."""

from functools import partial
from pathlib import Path

from schemas.speech import FinishedSegment
from streams.transcribe.engines.fallback import Course
from streams.transcribe.engines.speechkit_async import SpeechKitAsync
from streams.transcribe.job import TranscribedAudio, transcribe_on
from streams.transcribe.sound.audio import Segment
from tests.fakes.speechkit import FakeSpeechKit, Fault
from tests.speech import write_wav
from tests.tones import Talk
from tests.unit.transcribe.stand_ins import DictMemory, Scripted, line


class Bounds:
    segment_min_s, segment_max_s, hard_max_s = 10.0, 20.0, 25.0


class Tenacious(DictMemory):
    """Notes how many results were deleted at the service when a segment was kept."""

    def __init__(self, fake: FakeSpeechKit) -> None:
        super().__init__()
        self.fake, self.deleted_before = fake, list[int]()

    async def keep(self, segment: Segment, finished: FinishedSegment) -> None:
        self.deleted_before.append(sum(at.deleted for at in self.fake.files.work.values()))
        await super().keep(segment, finished)


async def all_of(said: Talk, at: Path, engine: SpeechKitAsync, vosk: Scripted, memory: DictMemory) -> TranscribedAudio:
    """A whole recording on both."""
    write_wav(at / "meeting.wav", said.pcm)
    engines = line(engine, vosk)
    course = partial(Course, engines, memory=memory)
    return await transcribe_on(at / "meeting.wav", course, Bounds(), at / "spool")


async def test_in_a_line_up(engine: SpeechKitAsync, fake: FakeSpeechKit, said: Talk, tmp_path: Path) -> None:
    """It does a whole recording; a result is deleted at the service only when it is kept here, then each is."""
    vosk, memory = Scripted("vosk", offline=True), Tenacious(fake)
    heard = await all_of(said, tmp_path, engine, vosk, memory)
    assert tuple(heard.words) == said.words
    assert (heard.engine, heard.degraded, vosk.asked) == ("speechkit_async", False, [])
    assert len(fake.files.work) == heard.segments > 2
    assert all(work.deleted for work in fake.files.work.values())
    assert memory.deleted_before[0] == 0
    assert max(memory.deleted_before) < heard.segments


async def test_refused_in_a_line_up(engine: SpeechKitAsync, fake: FakeSpeechKit, said: Talk, tmp_path: Path) -> None:
    """One segment that it does not take goes to the next engine; a refused key sends all of them there."""
    fake.behaviour.faults.append(Fault("reject", code="INVALID_ARGUMENT"))
    vosk = Scripted("vosk", offline=True)
    heard = await all_of(said, tmp_path, engine, vosk, DictMemory())
    assert (heard.engine, len(vosk.asked)) == ("speechkit_async", 1)
    assert [note.engine for note in heard.notes].count("vosk") == 1
    fake.behaviour.keys = []
    heard = await all_of(said, tmp_path, engine, vosk, DictMemory())
    assert {note.engine for note in heard.notes} == {"vosk"}

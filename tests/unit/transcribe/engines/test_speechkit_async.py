"""Asynchronous recognition against the fake: a whole recording in one call, and nothing left behind."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from schemas.sources import Word
from schemas.speech import FinishedSegment
from streams.settings.speech import SpeechKit
from streams.speech.faults import EngineError, EngineFault, EngineRefusal, ErrorKind
from streams.speech.speechkit_line import SessionReport
from streams.transcribe.engines import speechkit_operation
from streams.transcribe.engines.fallback import Course
from streams.transcribe.engines.interface import UNKEPT, Operation
from streams.transcribe.engines.speechkit_async import SpeechKitAsync
from streams.transcribe.job import TranscribedAudio, transcribe_on
from streams.transcribe.sound.audio import Audio, Segment
from tests.fakes.speechkit import FakeSpeechKit, Fault
from tests.fakes.speechkit_async import Work
from tests.speech import write_wav
from tests.tones import Talk, talk, write
from tests.unit.transcribe.stand_ins import DictMemory, Noted, Scripted, line

SECONDS = 60


@pytest.fixture(scope="module")
def said() -> Talk:
    return talk(SECONDS, seed=3)


@pytest.fixture(scope="module")
def audio(said: Talk, tmp_path_factory: pytest.TempPathFactory) -> Audio:
    path = tmp_path_factory.mktemp("job-1-x") / "audio.pcm"
    write(path, said.pcm)
    return Audio(path, len(said.pcm))


@pytest.fixture
def fake() -> Iterator[FakeSpeechKit]:
    with FakeSpeechKit() as running:
        yield running


def made(fake: FakeSpeechKit, reports: list[SessionReport] | None = None, **settings: Any) -> SpeechKitAsync:
    wanted = SpeechKit(**(fake.settings() | {"async_poll_seconds": 0.01} | settings))
    return SpeechKitAsync(wanted, observe=([] if reports is None else reports).append)


@pytest.fixture
def reports() -> list[SessionReport]:
    return []


@pytest.fixture
async def engine(fake: FakeSpeechKit, reports: list[SessionReport]) -> AsyncIterator[SpeechKitAsync]:
    running = made(fake, reports)
    yield running
    await running.close()


Bills = list[tuple[str, int]]


def bills(reports: list[SessionReport]) -> Bills:
    """Outcome and seconds billed of each."""
    return [(report.outcome, report.billed_units) for report in reports]


async def interrupted(engine: SpeechKitAsync, fake: FakeSpeechKit, audio: Audio, operation: Operation) -> None:
    """A call that is cancelled when the service is at work."""
    fake.behaviour.polls, asked = 1_000_000, len(fake.files.polled_at)
    running = asyncio.create_task(engine.transcribe_kept(audio, segment(), operation))
    async with asyncio.timeout(120):
        while len(fake.files.polled_at) == asked:
            await asyncio.sleep(0.005)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    fake.behaviour.polls = 1


def segment(start_ms: int = 0, end_ms: int = SECONDS * 1000) -> Segment:
    return Segment(0, start_ms, end_ms, start_ms, end_ms)


def work(fake: FakeSpeechKit) -> Work:
    (only,) = fake.files.work.values()
    return only


async def test_a_whole_recording(
    engine: SpeechKitAsync, fake: FakeSpeechKit, reports: list[SessionReport], said: Talk, audio: Audio
) -> None:
    """Exact words and times, readable text, seconds billed, and the result deleted at the service."""
    result = await engine.transcribe(audio, segment())
    assert result.words == said.words
    assert (result.billed_units, result.punctuated, result.attempts) == (SECONDS, True, 1)
    assert result.utterances[0].text.startswith("T")
    assert (work(fake).deleted, work(fake).format) == (True, "raw_audio")
    (report,) = reports
    assert (report.engine, report.outcome, report.billed_units) == ("speechkit_async", "done", SECONDS)
    assert report.first_answer_s
    assert result.first_event_ms == round(report.first_answer_s * 1000)
    assert report.lasted_s > report.first_answer_s


async def test_a_part_keeps_the_recordings_times(engine: SpeechKitAsync, said: Talk, audio: Audio) -> None:
    """A segment in the middle has the recording's times."""
    pause = next(
        b.start_ms - 100 for a, b in zip(said.words, said.words[1:], strict=False) if b.start_ms > a.end_ms + 300
    )
    result = await engine.transcribe(audio, segment(pause))
    assert result.words == tuple(word for word in said.words if word.start_ms > pause)


async def test_a_long_recording_goes_as_opus(
    engine: SpeechKitAsync, fake: FakeSpeechKit, said: Talk, audio: Audio, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is too large raw is sent in a tenth of the size, with the same words within 40 ms."""
    monkeypatch.setattr(speechkit_operation, "LARGEST", 400_000)
    result = await engine.transcribe(audio, segment())
    assert work(fake).format == "container_audio"
    assert work(fake).size < len(said.pcm) * 2 / 7
    assert [word.text for word in result.words] == [word.text for word in said.words]
    assert max(abs(a.start_ms - b.start_ms) for a, b in zip(result.words, said.words, strict=True)) <= 40


async def test_by_address(fake: FakeSpeechKit, said: Talk, audio: Audio) -> None:
    """With a spool that Object Storage shows, only the address goes over the line; a part goes inline as ever."""
    engine = made(fake, async_uri="https://storage.yandexcloud.net/spool/")
    address = f"https://storage.yandexcloud.net/spool/{audio.path.parent.name}/audio.pcm"
    fake.files.storage[address] = said.pcm.tobytes()
    assert (await engine.transcribe(audio, segment())).words == said.words
    del fake.files.storage[address]
    assert (await engine.transcribe(audio, segment(0, 30_000))).words
    await engine.close()


async def test_questions_are_spaced(fake: FakeSpeechKit, engine: SpeechKitAsync, audio: Audio) -> None:
    """However short the distance in the settings, the service is asked at most five times a second."""
    fake.behaviour.polls = 4
    await engine.transcribe(audio, segment())
    asked = fake.files.polled_at
    assert len(asked) == 4
    assert asked[-1] - asked[0] >= 0.5  # 0.6 s of spacing, less what the network shifts


@pytest.mark.parametrize(
    ("code", "kind", "error"),
    [
        ("UNAUTHENTICATED", ErrorKind.AUTH, EngineRefusal),
        ("INVALID_ARGUMENT", ErrorKind.INVALID, EngineRefusal),
        ("RESOURCE_EXHAUSTED", ErrorKind.QUOTA, EngineFault),
        ("UNAVAILABLE", ErrorKind.TRANSIENT, EngineFault),
    ],
)
async def test_refused_at_the_door(
    engine: SpeechKitAsync,
    fake: FakeSpeechKit,
    reports: list[SessionReport],
    audio: Audio,
    code: str,
    kind: ErrorKind,
    error: type[EngineError],
) -> None:
    """The same kinds as in streaming; what was not begun is not billed."""
    fake.behaviour.always = Fault("reject", code=code)
    with pytest.raises(error) as caught:
        await engine.transcribe(audio, segment())
    assert caught.value.kind is kind
    assert [(report.outcome, report.code, report.billed_units) for report in reports] == [(kind, code, 0)]


@pytest.mark.parametrize(("number", "kind"), [(3, ErrorKind.INVALID), (13, ErrorKind.TRANSIENT)])
async def test_an_operation_that_fails(
    engine: SpeechKitAsync,
    fake: FakeSpeechKit,
    reports: list[SessionReport],
    audio: Audio,
    number: int,
    kind: ErrorKind,
) -> None:
    """It has the kind of its code, is deleted, and may have cost; the next attempt begins anew, whatever the kind."""
    fake.behaviour.operation_error = number
    operation = Noted()
    with pytest.raises(EngineError) as caught:
        await engine.transcribe_kept(audio, segment(), operation)
    assert caught.value.kind is kind
    assert work(fake).deleted
    assert operation.id == ""
    assert bills(reports) == [(kind, SECONDS)]


async def test_too_long_a_wait(fake: FakeSpeechKit, audio: Audio) -> None:
    """A recognition that never ends is given up after its time, and deleted."""
    fake.behaviour.polls = 1_000_000
    engine = made(fake, async_timeout_seconds=0.3)
    with pytest.raises(EngineFault) as caught:
        await engine.transcribe(audio, segment())
    await engine.close()
    assert caught.value.kind is ErrorKind.TIMEOUT
    assert work(fake).deleted


async def test_cancel_deletes_the_result(
    engine: SpeechKitAsync, fake: FakeSpeechKit, reports: list[SessionReport], audio: Audio
) -> None:
    """A cancelled call that nobody comes back for leaves no words of the meeting at the service; the engine works."""
    await interrupted(engine, fake, audio, UNKEPT)
    assert work(fake).deleted
    assert bills(reports) == [("cancelled", SECONDS)]
    result = await engine.transcribe(audio, segment())
    assert all(isinstance(word, Word) for word in result.words)


async def test_longer_than_the_service_takes(engine: SpeechKitAsync, tmp_path: Path) -> None:
    """More than four hours is refused before anything is read or sent."""
    with pytest.raises(EngineRefusal, match="4 h"):
        await engine.transcribe(Audio(tmp_path / "none", 0), segment(0, 4 * 3600 * 1000 + 1))


async def test_a_successor_asks_for_the_same_operation(
    engine: SpeechKitAsync, fake: FakeSpeechKit, reports: list[SessionReport], said: Talk, audio: Audio
) -> None:
    """The sound is sent once and billed once; the result stays at the service until it is kept here."""
    operation = Noted()
    await interrupted(engine, fake, audio, operation)
    assert (operation.id, work(fake).deleted) == (*fake.files.work, False)
    result = await engine.transcribe_kept(Audio(audio.path / "gone", 0), segment(), operation)
    assert result.words == said.words
    assert (len(fake.files.work), work(fake).deleted, result.billed_units) == (1, False, SECONDS)
    assert bills(reports) == [("cancelled", 0), ("done", SECONDS)]
    await engine.discard(result)
    assert work(fake).deleted


async def test_an_operation_that_the_service_forgot(
    engine: SpeechKitAsync, fake: FakeSpeechKit, said: Talk, audio: Audio
) -> None:
    """After three days, or with another folder's key, it is begun anew."""
    operation = Noted("of-last-week")
    assert (await engine.transcribe_kept(audio, segment(), operation)).words == said.words
    assert [operation.id] == list(fake.files.work)


async def test_an_operation_that_is_lost_sight_of(fake: FakeSpeechKit, said: Talk, audio: Audio) -> None:
    """A key that is refused while the service works fails the segment, but the next call has the work that is paid."""
    engine, operation = made(fake), Noted()
    await interrupted(engine, fake, audio, operation)
    keys, fake.behaviour.keys = fake.behaviour.keys, []
    with pytest.raises(EngineRefusal):
        await engine.transcribe_kept(audio, segment(), operation)
    fake.behaviour.keys = keys
    assert (await engine.transcribe_kept(audio, segment(), operation)).words == said.words
    assert len(fake.files.work) == 1
    await engine.close()


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

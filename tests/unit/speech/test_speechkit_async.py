"""Asynchronous recognition against the fake: a whole recording in one call, and nothing left behind."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from schemas.sources import Word
from streams.speech import speechkit_async
from streams.speech.engines import Audio, EngineError, EngineFault, EngineRefusal, ErrorKind, Segment
from streams.speech.sections import SpeechKit
from streams.speech.speechkit_async import SpeechKitAsync
from tests.fakes.speechkit import FakeSpeechKit, Fault
from tests.fakes.speechkit_async import Work
from tests.tones import Talk, talk, write

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


def made(fake: FakeSpeechKit, **settings: Any) -> SpeechKitAsync:
    return SpeechKitAsync(SpeechKit(**(fake.settings() | {"async_poll_seconds": 0.01} | settings)))


@pytest.fixture
async def engine(fake: FakeSpeechKit) -> AsyncIterator[SpeechKitAsync]:
    running = made(fake)
    yield running
    await running.close()


def segment(start_ms: int = 0, end_ms: int = SECONDS * 1000) -> Segment:
    return Segment(0, start_ms, end_ms, start_ms, end_ms)


def work(fake: FakeSpeechKit) -> Work:
    (only,) = fake.files.work.values()
    return only


async def test_a_whole_recording(engine: SpeechKitAsync, fake: FakeSpeechKit, said: Talk, audio: Audio) -> None:
    """Exact words and times, readable text, seconds billed, and the result deleted at the service."""
    result = await engine.transcribe(audio, segment())
    assert result.words == said.words
    assert (result.billed_units, result.punctuated, result.attempts) == (SECONDS, True, 1)
    assert result.utterances[0].text.startswith("T")
    assert (work(fake).deleted, work(fake).format) == (True, "raw_audio")


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
    monkeypatch.setattr(speechkit_async, "LARGEST", 400_000)
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
    engine: SpeechKitAsync, fake: FakeSpeechKit, audio: Audio, code: str, kind: ErrorKind, error: type[EngineError]
) -> None:
    """The same kinds as in streaming."""
    fake.behaviour.always = Fault("reject", code=code)
    with pytest.raises(error) as caught:
        await engine.transcribe(audio, segment())
    assert caught.value.kind is kind


async def test_an_operation_that_fails(engine: SpeechKitAsync, fake: FakeSpeechKit, audio: Audio) -> None:
    """A failed operation has the kind of its code, and is deleted as well."""
    fake.behaviour.operation_error = 3  # INVALID_ARGUMENT
    with pytest.raises(EngineRefusal) as caught:
        await engine.transcribe(audio, segment())
    assert caught.value.kind is ErrorKind.INVALID
    assert work(fake).deleted


async def test_too_long_a_wait(fake: FakeSpeechKit, audio: Audio) -> None:
    """A recognition that never ends is given up after its time, and deleted."""
    fake.behaviour.polls = 1_000_000
    engine = made(fake, async_timeout_seconds=0.3)
    with pytest.raises(EngineFault) as caught:
        await engine.transcribe(audio, segment())
    await engine.close()
    assert caught.value.kind is ErrorKind.TIMEOUT
    assert work(fake).deleted


async def test_cancel_deletes_the_result(engine: SpeechKitAsync, fake: FakeSpeechKit, audio: Audio) -> None:
    """A cancelled call leaves no words of the meeting at the service, and the engine works on."""
    fake.behaviour.polls = 1_000_000
    running = asyncio.create_task(engine.transcribe(audio, segment()))
    async with asyncio.timeout(20):
        while not fake.files.polled_at:
            await asyncio.sleep(0.005)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert work(fake).deleted
    fake.behaviour.polls = 1
    result = await engine.transcribe(audio, segment())
    assert all(isinstance(word, Word) for word in result.words)


async def test_longer_than_the_service_takes(engine: SpeechKitAsync, tmp_path: Path) -> None:
    """More than four hours is refused before anything is read or sent."""
    with pytest.raises(EngineRefusal, match="4 h"):
        await engine.transcribe(Audio(tmp_path / "none", 0), segment(0, 4 * 3600 * 1000 + 1))

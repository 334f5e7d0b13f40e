"""Asynchronous recognition against the fake: a whole recording in one call, exact, however it is sent."""

from pathlib import Path

import pytest

from streams.speech.faults import EngineError, EngineFault, EngineRefusal, ErrorKind
from streams.speech.speechkit_line import SessionReport
from streams.transcribe.engines import speechkit_operation
from streams.transcribe.engines.speechkit_async import SpeechKitAsync
from streams.transcribe.sound.audio import Audio
from tests.fakes.speechkit import FakeSpeechKit, Fault
from tests.tones import Talk
from tests.unit.transcribe.engines.speechkit_async.recognition import SECONDS, made, segment, work


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


async def test_longer_than_the_service_takes(engine: SpeechKitAsync, tmp_path: Path) -> None:
    """More than four hours is refused before anything is read or sent."""
    with pytest.raises(EngineRefusal, match="4 h"):
        await engine.transcribe(Audio(tmp_path / "none", 0), segment(0, 4 * 3600 * 1000 + 1))

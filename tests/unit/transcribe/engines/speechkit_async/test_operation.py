"""An operation of the asynchronous service that fails, lasts, is left or taken over: paid once, nothing left behind."""

import pytest

from schemas.sources import Word
from streams.speech.faults import EngineError, EngineFault, EngineRefusal, ErrorKind
from streams.speech.speechkit_line import SessionReport
from streams.transcribe.engines.interface import UNKEPT
from streams.transcribe.engines.speechkit_async import SpeechKitAsync
from streams.transcribe.sound.audio import Audio
from tests.fakes.speechkit import FakeSpeechKit
from tests.tones import Talk
from tests.unit.transcribe.engines.speechkit_async.recognition import SECONDS, bills, interrupted, made, segment, work
from tests.unit.transcribe.stand_ins import Noted


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

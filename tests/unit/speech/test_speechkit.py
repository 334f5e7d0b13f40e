"""The streaming engine against the fake SpeechKit: words and times exact through every fault."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from schemas.sources import Word
from streams.speech.engines import Audio, EngineFault, EngineRefusal, ErrorKind, Segment
from streams.speech.pace import SessionReport
from streams.speech.sections import SpeechKit
from streams.speech.speechkit_stream import SpeechKitStream
from tests.fakes.speechkit import KEY, FakeSpeechKit, Fault
from tests.tones import RATE, Talk, talk, write

PACE = 100.0
SECONDS = 60


@pytest.fixture(scope="module")
def said() -> Talk:
    return talk(SECONDS)


@pytest.fixture(scope="module")
def audio(said: Talk, tmp_path_factory: pytest.TempPathFactory) -> Audio:
    path = tmp_path_factory.mktemp("tones") / "audio.pcm"
    write(path, said.pcm)
    return Audio(path, len(said.pcm))


@pytest.fixture
def fake() -> Iterator[FakeSpeechKit]:
    with FakeSpeechKit() as running:
        yield running


class Bench:
    """An engine that waits for nothing, and what it did."""

    def __init__(self, fake: FakeSpeechKit, **settings: Any) -> None:
        self.pauses: list[float] = []
        self.reports: list[SessionReport] = []
        wanted = fake.settings() | {"pace": PACE, "silent_seconds": 1.0, "starts_per_second": 40} | settings
        self.engine = SpeechKitStream(SpeechKit(**wanted), observe=self.reports.append, pause=self._pause)

    async def _pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        await asyncio.sleep(0)


Make = Callable[..., Bench]


@pytest.fixture
async def make(fake: FakeSpeechKit) -> AsyncIterator[Make]:
    benches: list[Bench] = []

    def build(**settings: Any) -> Bench:
        benches.append(Bench(fake, **settings))
        return benches[-1]

    yield build
    for bench in benches:
        await bench.engine.close()


def segment(start_ms: int = 0, end_ms: int = SECONDS * 1000, overlap_ms: int = 0) -> Segment:
    return Segment(0, start_ms, end_ms, start_ms - overlap_ms, end_ms + overlap_ms)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.005)


async def test_a_whole_session(make: Make, fake: FakeSpeechKit, said: Talk, audio: Audio) -> None:
    """All words with exact times, readable utterances over the same time, the cost, and what was sent."""
    bench = make()
    result = await bench.engine.transcribe(audio, segment())
    assert result.words == said.words
    assert (result.attempts, result.billed_units, result.warnings, result.punctuated) == (1, 4, 0, True)
    assert [word.capitalize() for word in _raw(result.utterances[0].text)][:1] == [result.utterances[0].text.split()[0]]
    assert [word for one in result.utterances for word in _raw(one.text)] == [word.text for word in said.words]
    assert all(one.text[0] == "T" and one.text.endswith(".") for one in result.utterances)
    assert (result.utterances[0].start_ms, result.utterances[-1].end_ms) == (
        said.words[0].start_ms,
        said.words[-1].end_ms,
    )
    (record,) = fake.sessions
    assert record.metadata["authorization"] == f"Api-Key {KEY}"
    assert (record.request_id,) == result.request_ids
    assert "x-data-logging-enabled" not in record.metadata
    assert "x-folder-id" not in record.metadata
    assert record.received_ms == SECONDS * 1000
    (report,) = bench.reports
    assert (report.kind, report.sent_ms, report.billed_units) == (None, SECONDS * 1000, 4)
    assert result.first_event_ms is not None


def _raw(text: str) -> list[str]:
    return text.lower().rstrip(".").split()


TROUBLES = {
    "hang": [Fault("hang", 22_000)],
    "unavailable": [Fault("fail", 31_000, "UNAVAILABLE")],
    "internal": [Fault("fail", 31_000, "INTERNAL"), Fault("fail", 9_000, "INTERNAL")],
    "deadline": [Fault("fail", 12_400, "DEADLINE_EXCEEDED")],
    "quota": [Fault("reject", code="RESOURCE_EXHAUSTED")] * 2,
    "cut": [Fault("cut", 40_000)],
    "truncated": [Fault("truncate", 35_000)],
    "too long": [Fault("fail", 45_000, "OUT_OF_RANGE", "Exceeded maximum allowed stream duration")],
    "one after the other": [Fault("hang", 10_000), Fault("cut", 10_000), Fault("truncate", 10_000)],
    "at the very end": [Fault("fail", 60_000, "UNAVAILABLE")],
}


@pytest.mark.parametrize("faults", TROUBLES.values(), ids=TROUBLES)
async def test_words_are_exact_through_faults(
    make: Make, fake: FakeSpeechKit, said: Talk, audio: Audio, faults: list[Fault]
) -> None:
    """A session that breaks is resumed from its last final: no word is lost, none comes twice, all times hold."""
    fake.behaviour.faults.extend(faults)
    bench = make()
    result = await bench.engine.transcribe(audio, segment())
    assert result.words == said.words
    assert result.attempts == len(fake.sessions) == len(faults) + 1
    assert len(set(result.request_ids)) == result.attempts
    assert sum(report.kind is not None for report in bench.reports) == len(faults)
    assert result.billed_units == sum(report.billed_units for report in bench.reports)


async def test_a_resumed_session_sends_only_the_rest(make: Make, fake: FakeSpeechKit, said: Talk, audio: Audio) -> None:
    """What is final is not heard (and paid) again."""
    fake.behaviour.faults.append(Fault("fail", 40_000))
    await make().engine.transcribe(audio, segment())
    finals = [word.end_ms for word in said.words if word.end_ms < 40_000]
    assert fake.sessions[1].received_ms <= SECONDS * 1000 - finals[-25]  # the utterance that was open at most


async def test_progress_starts_the_count_of_attempts_again(
    make: Make, fake: FakeSpeechKit, said: Talk, audio: Audio
) -> None:
    """Two attempts without progress would be the end; six failures that each bring it further are not."""
    fake.behaviour.faults.extend([Fault("fail", 8_000)] * 6)
    result = await make(attempts=2).engine.transcribe(audio, segment())
    assert result.words == said.words
    assert result.attempts >= 6


REFUSALS = [
    ("UNAUTHENTICATED", ErrorKind.AUTH),
    ("PERMISSION_DENIED", ErrorKind.AUTH),
    ("INVALID_ARGUMENT", ErrorKind.INVALID),
    ("UNIMPLEMENTED", ErrorKind.MODEL),
]


@pytest.mark.parametrize(("code", "kind"), REFUSALS)
async def test_refusals_are_not_repeated(
    make: Make, fake: FakeSpeechKit, audio: Audio, code: str, kind: ErrorKind
) -> None:
    """A refusal for good costs one session, and keeps the service's code and our request id."""
    fake.behaviour.always = Fault("reject", code=code)
    with pytest.raises(EngineRefusal) as caught:
        await make().engine.transcribe(audio, segment())
    assert (caught.value.kind, caught.value.code) == (kind, code)
    assert caught.value.request_id == fake.sessions[0].request_id
    assert len(fake.sessions) == 1


LASTING = [
    (Fault("reject", code="UNAVAILABLE"), ErrorKind.TRANSIENT, 5),
    (Fault("reject", code="RESOURCE_EXHAUSTED"), ErrorKind.QUOTA, 5),
    (Fault("fail", 0, "OUT_OF_RANGE"), ErrorKind.SESSION_LIMIT, 5),
    (Fault("cut", 0), ErrorKind.TRANSIENT, 5),
]


@pytest.mark.parametrize(("fault", "kind", "sessions"), LASTING)
async def test_faults_that_last_end_the_segment(
    make: Make, fake: FakeSpeechKit, audio: Audio, fault: Fault, kind: ErrorKind, sessions: int
) -> None:
    """After five sessions without progress the segment fails as a passing fault, with growing pauses between."""
    fake.behaviour.always = fault
    bench = make()
    with pytest.raises(EngineFault) as caught:
        await bench.engine.transcribe(audio, segment())
    assert caught.value.kind is kind
    assert len(fake.sessions) == sessions
    if kind is ErrorKind.QUOTA:
        assert all(5 <= pause <= 60 for pause in bench.pauses if pause > 1)
        assert bench.engine.health().detail.startswith("0 of 4 sessions")


async def test_internal_errors_that_last_are_the_audios(make: Make, fake: FakeSpeechKit, audio: Audio) -> None:
    """INTERNAL three times without progress is no passing fault: the docs say to look at the format first."""
    fake.behaviour.always = Fault("fail", 0, "INTERNAL")
    with pytest.raises(EngineRefusal) as caught:
        await make().engine.transcribe(audio, segment())
    assert (caught.value.kind, len(fake.sessions)) == (ErrorKind.INVALID, 3)


async def test_a_wrong_key(make: Make, fake: FakeSpeechKit, audio: Audio) -> None:
    """The fake's own check of the key; neither key nor header is in the error."""
    with pytest.raises(EngineRefusal) as caught:
        await make(api_key="other-key").engine.transcribe(audio, segment())
    assert caught.value.kind is ErrorKind.AUTH
    assert "other-key" not in str(caught.value)


async def test_an_iam_token_and_a_folder(make: Make, fake: FakeSpeechKit, said: Talk, audio: Audio) -> None:
    """A user's token goes as Bearer, with the folder."""
    fake.behaviour.tokens.append("t1.token")
    result = await make(api_key="", iam_token="t1.token", folder="b1g").engine.transcribe(audio, segment())
    assert len(result.words) == len(said.words)
    assert fake.sessions[0].metadata["x-folder-id"] == "b1g"


async def test_a_hard_cut(make: Make, said: Talk, audio: Audio) -> None:
    """Beside a hard cut each word is in the utterances of the one segment that owns it; text in between is raw."""
    engine = make().engine
    middle = next(word for word in said.words if word.start_ms > 30_000)
    cut = middle.end_ms + 30
    first = await engine.transcribe(audio, Segment(0, 0, cut, 0, cut + 2000))
    second = await engine.transcribe(audio, Segment(1, cut, SECONDS * 1000, cut - 2000, SECONDS * 1000))
    said_twice = [_raw(one.text) for result in (first, second) for one in result.utterances]
    assert [word for text in said_twice for word in text] == [word.text for word in said.words]
    owned = [word for word in first.words if Segment(0, 0, cut, 0, cut).owns(word)]
    assert owned == [word for word in said.words if word.end_ms < cut]


async def test_a_silent_segment(make: Make, tmp_path: Path) -> None:
    """No word is an answer, not a truncated session."""
    path = tmp_path / "silence.pcm"
    path.write_bytes(bytes(RATE * 2 * 10))
    result = await make().engine.transcribe(Audio(path, RATE * 10), segment(0, 10_000))
    assert (result.words, result.utterances, result.attempts) == ((), (), 1)


async def test_too_fast_is_counted(make: Make, fake: FakeSpeechKit, audio: Audio) -> None:
    """The service's WARNING about the pace is counted, and is no failure."""
    fake.behaviour.warn_pace = 2.0
    result = await make().engine.transcribe(audio, segment())
    assert (result.warnings, result.attempts) == (1, 1)


async def test_never_more_than_parallel(make: Make, fake: FakeSpeechKit, said: Talk, audio: Audio) -> None:
    """Ten segments at once on an engine for three: the service never sees a fourth session."""
    engine = make(parallel=3).engine
    parts = [Segment(n, n * 6000, n * 6000 + 6000, n * 6000, n * 6000 + 6000) for n in range(10)]
    results = await asyncio.gather(*(engine.transcribe(audio, part) for part in parts))
    assert fake.most_at_once <= 3
    assert len(results) == 10


async def test_cancel_leaves_nothing_running(make: Make, fake: FakeSpeechKit, said: Talk, audio: Audio) -> None:
    """A cancelled call ends its session and its threads, also while the service hangs; the engine works on."""
    bench = make(pace=1.0, silent_seconds=60)
    fake.behaviour.faults.append(Fault("hang", 800))
    running = asyncio.create_task(bench.engine.transcribe(audio, segment()))
    await until(lambda: bool(fake.sessions) and fake.sessions[0].received_ms >= 800)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    await until(lambda: fake.sessions[0].outcome == "ended")
    await bench.engine.close()
    await until(lambda: not [t for t in threading.enumerate() if t.name.startswith("speechkit")])
    quick = make()
    assert (await quick.engine.transcribe(audio, segment())).words == said.words
    await quick.engine.close()
    assert (await quick.engine.transcribe(audio, segment())).words == said.words


async def test_the_service_away(audio: Audio) -> None:
    """A refused connection is a passing fault that costs nothing."""
    with FakeSpeechKit() as gone:
        bench = Bench(gone, attempts=2)
    with pytest.raises(EngineFault) as caught:
        await bench.engine.transcribe(audio, segment())
    await bench.engine.close()
    assert (caught.value.kind, caught.value.code) == (ErrorKind.TRANSIENT, "UNAVAILABLE")
    assert [report.billed_units for report in bench.reports] == [0, 0]


def test_check_without_a_key() -> None:
    """No key is said in words before anything is sent, and health agrees."""
    engine = SpeechKitStream(SpeechKit())
    with pytest.raises(EngineRefusal, match="LEADPULSE_SPEECHKIT__API_KEY"):
        engine.check()
    assert not engine.health().usable
    SpeechKitStream(SpeechKit(api_key="a")).check()  # type: ignore[arg-type]


@pytest.mark.parametrize("key", ["two\nlines", "ключ", "a b", "bell\a"])
def test_a_key_that_no_header_takes(key: str) -> None:
    """What gRPC would answer by "Locally cancelled" is found in the settings, and not shown."""
    with pytest.raises(ValidationError) as caught:
        SpeechKit(api_key=key)  # type: ignore[arg-type]
    assert key not in str([error["msg"] for error in caught.value.errors(include_input=False)])


def test_a_key_from_a_file_may_end_its_line() -> None:
    """The line feed that an editor adds is cut off."""
    assert SpeechKit(api_key="abc\n").api_key.get_secret_value() == "abc"  # type: ignore[arg-type]


def test_plaintext_stays_on_this_machine() -> None:
    """The key never goes over a network unencrypted."""
    with pytest.raises(ValidationError, match="openly"):
        SpeechKit(plaintext=True)


async def test_word_type(make: Make, audio: Audio) -> None:
    """Confidence is 1: SpeechKit's own is documented as unused."""
    result = await make().engine.transcribe(audio, segment(0, 5_000))
    assert all(isinstance(word, Word) and word.confidence == 1.0 for word in result.words)

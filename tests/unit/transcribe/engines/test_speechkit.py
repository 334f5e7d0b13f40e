"""The streaming engine against the fake SpeechKit: words and times exact through every fault."""

import asyncio
import threading
from collections import Counter
from pathlib import Path

import pytest
from prometheus_client import REGISTRY

from schemas.sources import SegmentNote, Word
from schemas.speech import FinishedSegment
from streams.engine import metrics
from streams.settings import Settings
from streams.speech.faults import EngineFault
from streams.transcribe.engines.lineup import lineup
from streams.transcribe.merge import Heard, joined
from streams.transcribe.sound.audio import Audio, Segment
from tests.fakes.speechkit import KEY, FakeSpeechKit, Fault
from tests.tones import RATE, Talk
from tests.unit.transcribe.engines.speechkit_bench import SECONDS, Make, audio, fake, make, said, segment, until

__all__ = ["audio", "fake", "make", "said"]

NOTE = SegmentNote(0, 0, "speechkit_stream", "general")


async def test_a_whole_session(make: Make, fake: FakeSpeechKit, said: Talk, audio: Audio) -> None:
    """All words with exact times, readable utterances over the same time, the cost, and what was sent."""
    bench = make()
    result = await bench.engine.transcribe(audio, segment())
    assert result.words == said.words
    assert (result.attempts, result.billed_units, result.warnings, result.punctuated) == (1, 4, 0, True)
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
    assert (report.outcome, report.sent_ms, report.billed_units) == ("done", SECONDS * 1000, 4)
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
    assert sum(report.outcome != "done" for report in bench.reports) == len(faults)
    assert result.billed_units == sum(report.billed_units for report in bench.reports)


async def test_a_resumed_session_sends_only_the_rest(make: Make, fake: FakeSpeechKit, said: Talk, audio: Audio) -> None:
    """What is final is not heard (and paid) again."""
    fake.behaviour.faults.append(Fault("fail", 40_000))
    await make().engine.transcribe(audio, segment())
    finals = [word.end_ms for word in said.words if word.end_ms < 40_000]
    assert fake.sessions[1].received_ms <= SECONDS * 1000 - finals[-25]  # the utterance that was open at most


async def test_the_services_own_limits(make: Make, fake: FakeSpeechKit, said: Talk, audio: Audio) -> None:
    """Sound over the session's limit in ms or bytes goes on in a next session; idle cuts and a full house pass."""
    fake.behaviour.session_ms = 25_000
    assert (await make().engine.transcribe(audio, segment())).words == said.words
    fake.behaviour.session_ms, fake.behaviour.session_bytes = 300_000, 1_000_000
    assert (await make().engine.transcribe(audio, segment())).words == said.words
    fake.behaviour.session_bytes, fake.behaviour.parallel = 10_000_000, 2
    engine = make(parallel=4, attempts=20).engine
    results = await asyncio.gather(*(engine.transcribe(audio, segment()) for _ in range(5)))
    assert all(result.words == said.words for result in results)
    assert "OUT_OF_RANGE" in fake.summary()["outcomes"]
    assert "RESOURCE_EXHAUSTED" in fake.summary()["outcomes"]


async def test_an_idle_session_is_cut(make: Make, fake: FakeSpeechKit, audio: Audio) -> None:
    """The fake ends a session that sends nothing for too long, as the service does; it is resumed like any other."""
    fake.behaviour.idle_s = 0.05
    result = await make(pace=4.0, attempts=1, silent_seconds=20).engine.transcribe(audio, segment(0, 400))
    assert result.words == ()
    with pytest.raises(EngineFault):
        await make(pace=4.0, attempts=1, silent_seconds=20).engine.transcribe(audio, segment(0, 2_000))
    assert fake.sessions[-1].outcome == "DEADLINE_EXCEEDED"


async def test_progress_starts_the_count_of_attempts_again(
    make: Make, fake: FakeSpeechKit, said: Talk, audio: Audio
) -> None:
    """Two attempts without progress would be the end; six failures that each bring it further are not."""
    fake.behaviour.faults.extend([Fault("fail", 10_000)] * 6)
    result = await make(attempts=2).engine.transcribe(audio, segment())
    assert result.words == said.words
    assert result.attempts >= 6


async def test_an_iam_token_and_a_folder(make: Make, fake: FakeSpeechKit, said: Talk, audio: Audio) -> None:
    """A user's token goes as Bearer, with the folder."""
    fake.behaviour.tokens.append("t1.token")
    result = await make(api_key="", iam_token="t1.token", folder="b1g").engine.transcribe(audio, segment())
    assert len(result.words) == len(said.words)
    assert fake.sessions[0].metadata["x-folder-id"] == "b1g"


async def test_a_hard_cut(make: Make, said: Talk, audio: Audio) -> None:
    """Beside a hard cut each word is in both texts once: that of the segment which owns it; text in between is raw."""
    engine = make().engine
    middle = next(word for word in said.words if word.start_ms > 30_000)
    cut = middle.end_ms + 30
    parts = Segment(0, 0, cut, 0, cut + 2000), Segment(1, cut, SECONDS * 1000, cut - 2000, SECONDS * 1000)
    first, second = [await engine.transcribe(audio, part) for part in parts]
    heard = [
        Heard("", part, FinishedSegment(NOTE, list(one.words), list(one.utterances), list(one.lengths)))
        for part, one in zip(parts, (first, second), strict=True)
    ]
    words, utterances, _ = joined(heard)
    assert words == list(said.words)
    assert [word for one in utterances for word in _raw(one.text)] == [word.text for word in said.words]
    assert any(one.text.endswith(".") for one in utterances)


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
    engine = make(parallel=3, silent_seconds=60).engine  # who gives up a session too early has two for a moment
    parts = [Segment(n, n * 6000, n * 6000 + 6000, n * 6000, n * 6000 + 6000) for n in range(10)]
    results = await asyncio.gather(*(engine.transcribe(audio, part) for part in parts))
    assert fake.most_at_once <= 3
    assert len(results) == 10


async def test_what_was_begun_is_ended_first(make: Make, fake: FakeSpeechKit, audio: Audio) -> None:
    """A broken segment comes before those that wait for their first session, so breaks are not all left for the end."""
    fake.behaviour.faults.append(Fault("fail", 400))
    engine = make(parallel=1).engine
    broken, *others = await asyncio.gather(*(engine.transcribe(audio, segment()) for _ in range(4)))
    order = [record.request_id for record in fake.sessions]
    assert broken.request_ids == (order[0], order[2])
    assert {other.attempts for other in others} == {1}


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


async def test_word_type(make: Make, audio: Audio) -> None:
    """Confidence is 1: SpeechKit's own is documented as unused."""
    result = await make().engine.transcribe(audio, segment(0, 5_000))
    assert all(isinstance(word, Word) and word.confidence == 1.0 for word in result.words)


async def test_a_failed_segment_is_in_the_bill(fake: FakeSpeechKit, audio: Audio) -> None:
    """Every session of a segment that is given up, and a cancelled one, is in the metrics with its units."""
    kit = {**fake.settings(), "pace": 100.0, "attempts": 2, "starts_per_second": 40}
    settings = Settings.model_validate({"speechkit": kit, "speech": {"engines": ["speechkit_stream"]}})
    [guarded] = lineup(settings).engines
    before = billed()
    fake.behaviour.faults.extend([Fault("fail", 31_000), Fault("fail", 400, "INTERNAL"), Fault("hang", 16_000)])
    with pytest.raises(EngineFault):
        await guarded.transcribe(audio, segment())
    failed = billed() - before
    assert len(fake.sessions) == 2
    assert failed[("sessions", "transient")] == 2
    assert 4 <= failed[("units", "")] <= 8  # 31 s are three units; more sound may be on its way when the fault comes
    assert failed[("answers", "")] == 2
    running = asyncio.create_task(guarded.transcribe(audio, segment()))
    await until(lambda: len(fake.sessions) == 3 and fake.sessions[2].received_ms >= 16_000)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    cancelled = billed() - before - failed
    assert cancelled[("sessions", "cancelled")] == 1
    assert cancelled[("units", "")] >= 2
    await guarded.engine.close()


def billed() -> Counter[tuple[str, str]]:
    """What the metrics say of streaming: sessions by outcome, units, and sessions that had an answer."""
    engine = "speechkit_stream"
    counted: Counter[tuple[str, str]] = Counter()
    for sample in (sample for metric in metrics.SPEECH_SESSIONS.collect() for sample in metric.samples):
        if sample.name.endswith("_total") and sample.labels["engine"] == engine:
            counted["sessions", sample.labels["outcome"]] = int(sample.value)
    for name, what in (("billed_units_total", "units"), ("first_event_seconds_count", "answers")):
        counted[what, ""] = int(REGISTRY.get_sample_value(f"leadpulse_speech_{name}", {"engine": engine}) or 0)
    return counted

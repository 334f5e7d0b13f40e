"""SpeechKit fails and comes back: every recording has a transcript, then a better one, and nothing is paid for twice.

The fake SpeechKit hears tones (`tests.tones`), so a transcript is right to the word and the millisecond or it is not.
"""

import signal
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from functools import partial
from pathlib import Path

import msgspec
import pytest

from schemas.speech import FinishedSegment
from schemas.topics import RECORDINGS, SEGMENTS
from tests.fakes.speechkit import KEY, FakeSpeechKit, Fault
from tests.installation import Installation, until
from tests.semantics.speech_bench import BOUNDS, ENDED_AT, MODEL, PARALLEL, Bench, exact, record, send, transcripts


@pytest.fixture
def fake() -> Iterator[FakeSpeechKit]:
    """A SpeechKit on loopback."""
    with FakeSpeechKit() as running:
        yield running


@pytest.fixture
async def here(bootstrap: str, tmp_path: Path, fake: FakeSpeechKit) -> AsyncIterator[Installation]:
    """A fresh installation with a recordings folder, and the fake as its SpeechKit."""
    (tmp_path / "storage").mkdir()
    speech = {
        "RECORDINGS": tmp_path / "storage",
        "SPOOL": tmp_path / "spool",
        "VOSK_MODEL": MODEL,
        **{name.upper(): value for name, value in BOUNDS.items()},
    }
    kit = {**fake.settings(), "PACE": 10, "PARALLEL": PARALLEL}
    environ = {f"LEADPULSE_SPEECH__{name}": str(value) for name, value in speech.items()}
    environ |= {f"LEADPULSE_SPEECHKIT__{name.upper()}": str(value) for name, value in kit.items()}
    async with Installation(bootstrap, tmp_path, environ) as installation:
        yield installation


async def test_a_refused_key_then_a_better_text(here: Installation, fake: FakeSpeechKit) -> None:
    """The breaker opens, Vosk does it all, ops are told once; with the key accepted the next version is exact."""
    fake.behaviour.keys = []
    bench = Bench(here, fake)
    older, newer = record(here, 1), record(here, 2)
    newer = (msgspec.structs.replace(newer[0], started_at=ENDED_AT), newer[1])
    await send(here, older[0], newer[0])
    await bench.settle()

    first = await transcripts(here)
    assert len(first) == 2
    for transcript in first:
        assert (transcript.version, transcript.engine, transcript.degraded) == (1, "vosk", True)
        assert transcript.shares == {"vosk": 1.0}
        assert transcript.failed_segments == []
    assert len(fake.sessions) <= PARALLEL
    assert [(n.kind, n.subject) for n in await bench.told(1)] == [("engine_refuses", "speechkit_stream")]
    assert await bench.upgrades.look() is None

    fake.behaviour.keys = [KEY]
    bench.clock.now += 1000
    assert await bench.upgrades.look() == newer[0].recording_id
    await bench.settle()
    assert await bench.upgrades.look() == older[0].recording_id
    await bench.settle()
    assert await bench.upgrades.look() is None

    better = {t.recording.recording_id: t for t in await transcripts(here) if t.version == 2}
    for recording, said in (older, newer):
        transcript = better[recording.recording_id]
        exact(transcript, said)
        assert (transcript.engine, transcript.degraded) == ("speechkit_stream", False)
        assert transcript.shares == {"speechkit_stream": 1.0}
    refused, back = await bench.told(2)
    assert (back.kind, back.notice_id) == ("engine_refuses", refused.notice_id)

    sessions = len(fake.sessions)
    await send(here, older[0], newer[0])  # the recorder sends at least once
    await bench.settle()
    assert len(fake.sessions) == sessions
    assert len(await transcripts(here)) == 4
    await bench.close()


async def test_a_lost_segment_is_redone_alone(here: Installation, fake: FakeSpeechKit) -> None:
    """One segment falls to Vosk: the upgrade asks for that one only, and the whole is exact then."""
    bench = Bench(here, fake)
    recording, said = record(here, 3)
    fake.behaviour.faults.append(Fault("reject", code="INVALID_ARGUMENT", details="broken sound"))
    await send(here, recording)
    await bench.settle()
    [first] = await transcripts(here)
    assert first.degraded
    assert Counter(note.engine for note in first.segments)["vosk"] == 1
    assert 0 < first.shares["vosk"] < 0.3
    sessions = len(fake.sessions)

    assert await bench.upgrades.look() == recording.recording_id
    await bench.settle()
    _, second = await transcripts(here)
    exact(second, said)
    assert (second.version, second.degraded) == (2, False)
    assert len(fake.sessions) == sessions + 1
    await bench.close()


async def test_an_upgrade_that_cannot_be_is_no_fault(here: Installation, fake: FakeSpeechKit) -> None:
    """The file has gone meanwhile: the attempt is counted, no new version comes, nothing is rejected or held up."""
    bench = Bench(here, fake)
    recording, _ = record(here, 11, seconds=15.0)
    fake.behaviour.faults.append(Fault("reject", code="INVALID_ARGUMENT", details="broken sound"))
    await send(here, recording)
    await bench.settle()
    (here.folder / "storage" / "other.wav").touch()  # an empty folder would be a share that is not mounted
    (here.folder / "storage" / recording.path).unlink()
    (here.folder / "storage" / "another.mp4").touch()  # an empty folder would be a share that is not mounted
    assert await bench.upgrades.look() == recording.recording_id
    await bench.settle()
    assert [t.version for t in await transcripts(here)] == [1]
    marks = [r.value for r in await here.read(SEGMENTS) if r.key.endswith(b"/out")]
    assert [msgspec.json.decode(mark).get("upgrades", 0) for mark in marks] == [0, 1]
    await bench.close()


async def test_killed_in_mid_recording_nothing_is_paid_twice(here: Installation, fake: FakeSpeechKit) -> None:
    """SIGKILL twice: the transcript is exact, and a segment that was finished is never sent to SpeechKit again."""
    recording, said = record(here, 4, seconds=150.0)
    await send(here, recording)
    before = 0
    kills: list[tuple[set[str], int]] = []  # sound of the segments kept so far, and the number of sessions by then
    for _ in range(2):
        worker = here.worker("transcribe", {"LEADPULSE_METRICS__TRANSCRIBE": "0"})
        await until(partial(_kept, here, before + 4), 40, "four more segments are finished", pause=0.02)
        here.end(worker, signal.SIGKILL)
        before = await here.count(SEGMENTS)
        kills.append((await _paid(here, fake), len(fake.sessions)))
    here.worker("transcribe", {"LEADPULSE_METRICS__TRANSCRIBE": "0"})
    await here.settled("transcribe", RECORDINGS, 60)

    [transcript] = await transcripts(here)
    exact(transcript, said)
    assert not transcript.degraded
    for paid, sessions in kills:
        assert len(paid) >= 4
        assert not paid & {session.digest for session in fake.sessions[sessions:]}


async def _paid(here: Installation, fake: FakeSpeechKit) -> set[str]:
    """The sound, as the fake heard it, of the segments that stand in `transcript.segments`."""
    sound = {session.request_id: session.digest for session in fake.sessions}
    kept = [msgspec.json.decode(r.value, type=FinishedSegment) for r in await here.read(SEGMENTS) if r.value]
    return {sound[request] for segment in kept for request in segment.note.request_ids}


async def test_killed_while_an_operation_runs(here: Installation, fake: FakeSpeechKit) -> None:
    """SIGKILL while Yandex recognises asynchronously: the next worker asks for what was begun, and sends nothing again;
    what is read is deleted there."""
    environ = {
        "LEADPULSE_METRICS__TRANSCRIBE": "0",
        "LEADPULSE_SPEECH__ENGINES": '["speechkit_async", "vosk"]',
        "LEADPULSE_SPEECHKIT__ASYNC_POLL_SECONDS": "0.1",
    }
    recording, said = record(here, 12, seconds=30.0)
    fake.behaviour.polls = 1_000_000
    await send(here, recording)
    worker = here.worker("transcribe", environ)
    await until(partial(_kept, here, 2), 40, "two operations are known", pause=0.02)
    here.end(worker, signal.SIGKILL)
    assert len(fake.files.work) == 2
    fake.behaviour.polls = 1
    here.worker("transcribe", environ)
    await here.settled("transcribe", RECORDINGS, 60)

    [transcript] = await transcripts(here)
    exact(transcript, said)
    assert (transcript.engine, transcript.degraded) == ("speechkit_async", False)
    assert len(fake.files.work) == len(transcript.segments) > 2
    assert all(work.deleted for work in fake.files.work.values())


async def test_a_second_worker_takes_over_in_mid_job(here: Installation, fake: FakeSpeechKit) -> None:
    """Partitions move while recordings are in work: every recording comes out exact, whoever did it."""
    meetings = [record(here, number, seconds=60.0) for number in range(5, 11)]
    here.worker("transcribe")
    await send(here, *(recording for recording, _ in meetings))
    await until(partial(_kept, here, 4), 40, "segments are finished", pause=0.02)
    here.worker("transcribe", {"LEADPULSE_METRICS__TRANSCRIBE": "0"})
    await here.settled("transcribe", RECORDINGS, 80)
    came = await transcripts(here)
    assert {t.recording.recording_id for t in came} == {recording.recording_id for recording, _ in meetings}
    for recording, said in meetings:
        for transcript in came:
            if transcript.recording.recording_id == recording.recording_id:
                exact(transcript, said)
                assert not transcript.degraded


async def _kept(here: Installation, count: int) -> bool:
    return await here.count(SEGMENTS) >= count

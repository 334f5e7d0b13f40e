"""«Возражаю» over kills of `transcribe`, on a real broker: objected recordings are deleted, whatever came first."""

import signal
from functools import partial

import msgspec
from msgspec.structs import replace

from schemas.sources import FromJitsi, Recording, RoomReport, Transcript
from schemas.topics import OBJECTIONS, RECORDINGS, SEGMENTS, TRANSCRIPTS
from tests.installation import Installation, until
from tests.semantics.test_kill_transcribe import here, record, send

__all__ = ["here"]


def objection(recording: Recording) -> RoomReport:
    """As the gateway puts it on its topic; long after the recording, so that only its session says which it is."""
    at = recording.ended_at + 10_000_000
    return RoomReport(
        f"o-{recording.file}", "objected", at, recording.room, "m", "1001", session_id=recording.session_id
    )


async def object_to(installation: Installation, recording: Recording) -> None:
    """Somebody in its meeting does."""
    report = objection(recording)
    await installation.produce(OBJECTIONS, [(report.id, msgspec.json.encode(report))])


async def deleted(installation: Installation) -> list[str]:
    """Recordings that the history hears of as deleted, a line each time."""
    records = [msgspec.json.decode(r.value, type=FromJitsi) for r in await installation.read(RECORDINGS)]
    return sorted(r.recording_id for r in records if isinstance(r, RoomReport) and r.happening == "recording_deleted")


async def test_before_behind_and_between(here: Installation) -> None:
    """One objected to before it comes, one behind its transcript, one that nobody objects to; the worker is killed
    after each objection. Two are deleted, each told once; no word of them is kept; the third has its transcript."""
    early, late, plain = (replace(record(here, number, "это склад"), session_id=f"s{number}") for number in range(3))
    worker = here.worker("transcribe")
    await send(here, [late])

    async def out(count: int) -> bool:
        return await here.count(TRANSCRIPTS) >= count

    await until(partial(out, 1), 90, "the late one's transcript is out")
    await object_to(here, early)
    await object_to(here, late)
    await send(here, [early, plain])
    here.end(worker, signal.SIGKILL)
    here.worker("transcribe", {"LEADPULSE_METRICS__TRANSCRIBE": "0"})
    await until(partial(out, 2), 90, "the plain one's transcript is out")

    async def gone() -> bool:
        return len(await deleted(here)) == 2

    await until(gone, 90, "both are told to be deleted")
    assert await deleted(here) == sorted([early.recording_id, late.recording_id])
    assert [file.name for file in (here.folder / "storage").iterdir()] == ["2.wav"]
    got = [msgspec.json.decode(r.value, type=Transcript) for r in await here.read(TRANSCRIPTS)]
    assert {t.recording.recording_id for t in got} == {late.recording_id, plain.recording_id}
    kept = {r.key: r.value for r in await here.read(SEGMENTS)}
    standing = {key.decode() for key, value in kept.items() if value}
    assert standing >= {f"{r.recording_id}/refused" for r in (early, late)}
    ours = (early.recording_id, late.recording_id)
    assert not [key for key in standing if key.startswith(ours) and not key.endswith("/refused")]

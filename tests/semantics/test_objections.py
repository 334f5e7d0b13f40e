"""«Возражаю» over kills of `transcribe`, on a real broker: objected recordings are deleted, whatever came first; of
tracks only the objector's."""

import hashlib
import signal
from functools import partial

import msgspec
from msgspec.structs import replace

from processors.tracks.entry import entry_id
from schemas.audio import AudioClosed, AudioOpened, AudioRecord
from schemas.sources import FromJitsi, Recording, RoomReport, Transcript
from schemas.topics import OBJECTIONS, RECORDINGS, SEGMENTS, TRANSCRIPTS
from tests.installation import Installation, until
from tests.opus_packets import blocks_of, packets_of
from tests.semantics.test_kill_transcribe import here, record, recording, send
from tests.speech import say
from tests.unit.tracks.test_file import ZERO, made

__all__ = ["here"]


def objection(recording: Recording) -> RoomReport:
    """As the gateway puts it on its topic; long after the recording, so that only its session says which it is."""
    at = recording.ended_at + 10_000_000
    return RoomReport(
        f"o-{recording.file}", "objected", at, recording.room, "m", "1001", session_id=recording.session_id
    )


def tracks(installation: Installation) -> Recording:
    """A meeting of Anna and Boris, a track for each."""
    records: list[AudioRecord] = [AudioOpened("m1", "c1", ZERO)]
    for who, words in (("a", "у вас дорого, мы уходим"), ("b", "это склад")):
        records += blocks_of(packets_of(say(words), 1.0), who, zero=ZERO)
    arranged, file = made(installation.folder / "m", [*records, AudioClosed("m1", "c1", ZERO + 9000, ended=True)])
    name, data = f"{entry_id('m1')}.mka", file.read_bytes()
    (installation.folder / "storage" / name).write_bytes(data)
    return replace(
        recording(name),
        recording_id=entry_id("m1"),
        session_id="",
        sha256=hashlib.sha256(data).hexdigest(),
        participants=arranged.people,
        meeting_id="m1",
        occupants=arranged.occupants,
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
    after each objection. Two are deleted, each told once; no word of them is kept; the third has its transcript. Of a
    meeting with tracks, transcribed already, the others' is left under another id, and has its transcript."""
    early, late, plain = (replace(record(here, number, "это склад"), session_id=f"s{number}") for number in range(3))
    worker = here.worker("transcribe")
    meeting = tracks(here)
    await send(here, [late, meeting])

    async def out(count: int) -> bool:
        return await here.count(TRANSCRIPTS) >= count

    await until(partial(out, 2), 90, "the transcripts of the late ones are out")
    await object_to(here, early)
    await object_to(here, late)
    said = replace(objection(meeting), meeting_id="m1", participant="b", session_id="")
    await here.produce(OBJECTIONS, [("o-tracks", msgspec.json.encode(said))])
    await send(here, [early, plain])
    here.end(worker, signal.SIGKILL)
    here.worker("transcribe", {"LEADPULSE_METRICS__TRANSCRIBE": "0"})
    await until(partial(out, 4), 90, "the transcripts of the plain one and of what is left are out")

    async def gone() -> bool:
        return len(await deleted(here)) == 3

    await until(gone, 90, "all three are told to be deleted")
    assert await deleted(here) == sorted(one.recording_id for one in (early, late, meeting))
    left = entry_id("m1", ["b"])
    assert sorted(file.name for file in (here.folder / "storage").iterdir()) == sorted(["2.wav", f"{left}.mka"])
    got = [msgspec.json.decode(r.value, type=Transcript) for r in await here.read(TRANSCRIPTS)]
    ids = {late.recording_id, meeting.recording_id, plain.recording_id, left}
    assert {t.recording.recording_id for t in got} == ids
    [words] = [t.words for t in got if t.recording.recording_id == left]
    assert words and {word.speaker for word in words} == {"Анна"}
    kept = {r.key: r.value for r in await here.read(SEGMENTS)}
    standing = {key.decode() for key, value in kept.items() if value}
    assert standing >= {f"{r.recording_id}/refused" for r in (early, late, meeting)}
    ours = (early.recording_id, late.recording_id, meeting.recording_id)
    assert not [key for key in standing if key.startswith(ours) and not key.endswith("/refused")]

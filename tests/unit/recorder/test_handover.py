"""One recording's way on real files and real child processes, with a publisher that notes what it gets."""

import os
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from recorder.agent import Agent
from recorder.crew import Crashed, Stalled
from recorder.jobs import Prepare, Prepared
from recorder.probe import probe
from schemas.codec import event_id
from tests.unit.recorder.bench import Bench
from tests.unit.recorder.clips import write_clip, write_session


async def test_whole_way(bench: Bench) -> None:
    """A marked recording lies on the share with the hash and the path that its event tells."""
    directory = write_session(bench.recordings, "381ca070")
    bench.mark(directory)
    assert await bench.agent.work() == 0
    [told] = bench.notes.recordings()
    assert (told.status, told.lead_id, told.room, told.host) == ("ok", "12345", "lead-12345-kickoff", "jibri-1")
    assert told.ended_at - told.started_at == told.duration_ms
    content = (bench.target / told.path).read_bytes()
    assert (len(content), sha256(content).hexdigest()) == (told.size, told.sha256)
    assert bench.notes.sent[0][1] == told.recording_id
    assert bench.spool.pending() == []
    assert bench.spool.recall(told.recording_id)
    assert not list((bench.recordings / ".leadpulse" / "work").glob("*"))
    assert len(list(directory.iterdir())) == 2


@pytest.mark.parametrize("metadata", [b"", b'{"meeting_url": "https', b"[]"])
async def test_bad_metadata(bench: Bench, metadata: bytes) -> None:
    """Broken metadata is told as a dead letter, and the recording goes its way by its file name."""
    bench.mark(write_session(bench.recordings, "s", metadata=metadata))
    assert await bench.agent.work() == 0
    assert [r.lead_id for r in bench.notes.recordings()] == ["12345"]
    assert [(x.error_class, x.payload) for x in bench.notes.letters()] == [("BadMetadata", metadata)]
    assert bench.spool.failed() == []


async def test_without_metadata(bench: Bench) -> None:
    """A missing metadata.json is no fault at all."""
    directory = write_session(bench.recordings, "s", room="standup")
    (directory / "metadata.json").unlink()
    bench.mark(directory)
    await bench.agent.work()
    [told] = bench.notes.recordings()
    assert (told.lead_id, told.room) == (None, "standup")
    assert told.path.startswith("_unassigned/")
    assert bench.notes.letters() == []


async def test_damaged_is_kept(bench: Bench) -> None:
    """A truncated mp4 and an empty one are copied and published with their status."""
    directory = write_session(bench.recordings, "s")
    [good] = directory.glob("*.mp4")
    (directory / "cut.mp4").write_bytes(good.read_bytes()[:-2000])
    (directory / "zero.mp4").touch()
    bench.mark(directory)
    assert await bench.agent.work() == 0
    assert {r.file: r.status for r in bench.notes.recordings()} == {
        good.name: "ok",
        "cut.mp4": "damaged",
        "zero.mp4": "empty",
    }
    assert len(bench.stored()) == 3


@pytest.mark.parametrize("error", [Crashed("signal 11"), Stalled("no progress")])
async def test_a_file_that_kills_its_reader(bench: Bench, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    """It is tried three times, then copied and published as damaged with the reason."""

    async def dies(_: Prepare) -> Prepared:
        raise error

    bench.mark(write_session(bench.recordings, "s"))
    monkeypatch.setattr(bench.crew, "prepare", dies)
    assert [await bench.agent.work() for _ in range(3)] == [1, 1, 0]
    [told] = bench.notes.recordings()
    assert (told.status, told.error) == ("damaged", f"the reader failed: {error}")


async def test_repaired(bench: Bench) -> None:
    """A file cut behind its index is published in its repaired form; the original stands beside it; both once."""
    directory = bench.recordings / "s"
    directory.mkdir()
    path = write_clip(directory / "lead-5_2026-08-20-12-00-00.mp4", 20.0, {"movflags": "faststart"})
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    for _ in range(2):
        bench.mark(directory)
        assert await bench.agent.work() == 0
    [told] = bench.notes.recordings()
    assert (told.status, told.file) == ("ok", path.name)
    assert told.error.startswith("repaired: sound ends at")
    assert told.path.endswith("~repaired.mp4")
    content = (bench.target / told.path).read_bytes()
    assert (len(content), sha256(content).hexdigest()) == (told.size, told.sha256)
    assert 8_000 < told.duration_ms < 12_000
    [original] = [name for name in bench.stored() if name != told.path]
    assert (bench.target / original).read_bytes() == path.read_bytes()


@pytest.mark.parametrize("codec", ["opus", "flac"])
async def test_sound_beside_the_video(benches: Callable[..., Bench], codec: str) -> None:
    """The sound alone lies beside the recording, whole, before its event is out; made again it is the same file."""
    bench = benches(audio=codec)
    directory = write_session(bench.recordings, "s")
    bench.mark(directory)
    bench.notes.away = True
    assert await bench.agent.work() == 1
    stored = sorted(bench.stored(), key=lambda name: name.endswith(codec))
    assert [Path(name).suffix for name in stored] == [".mp4", f".{codec}"]
    assert abs(probe(bench.target / stored[1], 3.0).duration_ms - 4000) < 150
    again = benches(audio=codec)
    assert await again.agent.work() == 0
    assert [r.path for r in again.notes.recordings()] == [stored[0]]
    assert again.stored() == bench.stored()


async def test_no_sound_no_harm(benches: Callable[..., Bench]) -> None:
    """A work folder that cannot be made costs the sound file only."""
    bench = benches(audio="opus")
    bench.mark(write_session(bench.recordings, "s"))
    (bench.recordings / ".leadpulse" / "work").write_text("in the way")
    assert await bench.agent.work() == 0
    assert [r.status for r in bench.notes.recordings()] == ["ok"]
    assert bench.health.sound_failed == 1


async def test_not_enough_room(benches: Callable[..., Bench]) -> None:
    """A target with less room than is to be left takes nothing, and the marker waits."""
    bench = benches()
    bench.mark(write_session(bench.recordings, "s"))
    full = Bench(bench.recordings.parent)
    full.settings = replace(bench.settings, target_free_mb=1e12)
    agent = Agent(full.settings, full.spool, bench.crew, bench.notes, bench.health)  # type: ignore[arg-type]
    assert await agent.work() == 1
    assert bench.stored() == []
    assert "MB left" in bench.health.faults["markers"]


async def test_nothing_mounted(benches: Callable[..., Bench]) -> None:
    """A target that must be a mount point and is a plain folder takes nothing."""
    bench = benches(target_mount=Path("/usr/share"))
    bench.mark(write_session(bench.recordings, "s"))
    assert await bench.agent.work() == 1
    assert "nothing is mounted" in bench.health.faults["markers"]
    assert bench.stored() == []


async def test_mode(benches: Callable[..., Bench]) -> None:
    """What is written on the share has the mode that the mask leaves."""
    bench = benches(umask=0o022)
    bench.mark(write_session(bench.recordings, "s"))
    await bench.agent.work()
    [name] = bench.stored()
    assert ((bench.target / name).stat().st_mode & 0o777, (bench.target / name).parent.stat().st_mode & 0o777) == (
        0o644,
        0o755,
    )


async def test_same_name_from_two_hosts(benches: Callable[..., Bench], tmp_path: Path) -> None:
    """Two hosts with one session id and one file name but other sound: two files, two events, two ids."""
    told = []
    for seconds in (4.0, 5.0):
        host = tmp_path / f"host{seconds:g}"
        host.mkdir()
        bench = Bench(host)
        (host / "share").rmdir()
        (tmp_path / "share").mkdir(exist_ok=True)
        (host / "share").symlink_to(tmp_path / "share")
        directory = bench.recordings / "s"
        directory.mkdir()
        path = write_clip(directory / "lead-5_2026-08-20-12-00-00.mp4", seconds)
        os.utime(path, (1_790_000_000, 1_790_000_000))
        bench.mark(directory)
        assert await bench.agent.work() == 0
        await bench.crew.close()
        told += bench.notes.recordings()
    assert len({r.recording_id for r in told}) == len({r.path for r in told}) == 2
    for recording in told:
        content = (tmp_path / "share" / recording.path).read_bytes()
        assert sha256(content).hexdigest() == recording.sha256
        assert recording.recording_id == event_id("recording", recording.session_id, recording.file)


async def test_cut_escape_in_the_name(bench: Bench) -> None:
    """A Cyrillic name cut in the middle of an escape, without metadata: the lead is still found."""
    room = ("lead-77-" + "%d0%bf%d1%80%d0%b8%d0%b2%d0%b5%d1%82" * 4)[:101]
    assert room[-2] == "%" or room[-1] == "%" or room[-3] == "%"
    directory = write_session(bench.recordings, "s", room=room[:-1])
    (directory / "metadata.json").unlink()
    bench.mark(directory)
    assert await bench.agent.work() == 0
    [told] = bench.notes.recordings()
    assert (told.lead_id, told.status) == ("77", "ok")


async def test_marked_again_after_delete(benches: Callable[..., Bench]) -> None:
    """With local files deleted, a second call of the hook is no dead letter."""
    bench = benches(local="delete")
    directory = write_session(bench.recordings, "s")
    bench.mark(directory)
    bench.mark(directory)
    assert await bench.agent.work() == 0
    assert len(bench.notes.sent) == 1


async def test_delete_leaves_others(benches: Callable[..., Bench]) -> None:
    """Only what was published is deleted: a foreign file and its folder stay."""
    bench = benches(local="delete")
    directory = write_session(bench.recordings, "s")
    (directory / "notes.txt").touch()
    bench.mark(directory)
    await bench.agent.work()
    assert [p.name for p in directory.iterdir()] == ["notes.txt"]


async def test_second_recording_of_a_session(benches: Callable[..., Bench]) -> None:
    """A file that is still written beside a marked one is left for its own marker."""
    bench = benches(local="delete")
    directory = write_session(bench.recordings, "s")
    bench.mark(directory)
    write_clip(directory / "second.mp4")
    later = bench.spool.pending()[0].ts / 1000 + 60
    os.utime(directory / "second.mp4", (later, later))
    assert await bench.agent.work() == 0
    assert [p.name for p in directory.glob("*.mp4")] == ["second.mp4"]
    assert (directory / "metadata.json").exists()
    bench.spool.drop(directory, round(later * 1000))
    assert await bench.agent.work() == 0
    assert [r.file for r in bench.notes.recordings()][1:] == ["second.mp4"]

"""The agent's loop on real files, with a publisher that notes what it gets."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from recorder import agent as agent_module
from recorder.agent import Agent
from recorder.crew import Crashed, Crew, Stalled
from recorder.disposal import QUARANTINE
from recorder.health import Health
from recorder.jobs import Deliver, Delivered, Prepare, Prepared
from recorder.probe import probe
from recorder.publish import NotPublished
from recorder.settings import Settings
from recorder.spool import Spool
from schemas.codec import Codec, event_id
from schemas.sources import DeadLetter, Recording
from tests.unit.recorder.clips import write_clip, write_session

RECORDING: Codec[Recording] = Codec(Recording)
LETTER: Codec[DeadLetter] = Codec(DeadLetter)


class Notes:
    """In the publisher's place; `away` as long as Kafka is."""

    def __init__(self) -> None:
        self.away = False
        self.failing = self.failures = 0
        self.sent: list[tuple[str, str, bytes]] = []

    async def publish(self, topic: str, key: str, value: bytes) -> None:
        if self.away:
            raise NotPublished("away")
        self.sent.append((topic, key, value))

    def recordings(self) -> list[Recording]:
        found = [RECORDING.decode(value) for topic, _, value in self.sent if topic == "source.recordings"]
        return [r for r in found if isinstance(r, Recording)]

    def letters(self) -> list[DeadLetter]:
        found = [LETTER.decode(value) for topic, _, value in self.sent if topic == "dead.letters"]
        return [letter for letter in found if isinstance(letter, DeadLetter)]


class Bench:
    """An agent with its folders."""

    def __init__(self, folder: Path, **options: Any) -> None:
        self.recordings, self.target = folder / "rec", folder / "share"
        self.recordings.mkdir(exist_ok=True)
        self.target.mkdir(exist_ok=True)
        self.spool = Spool(self.recordings / ".leadpulse")
        self.spool.prepare()
        self.settings = Settings(
            recordings=self.recordings,
            target=self.target,
            spool=self.recordings / ".leadpulse",
            host="jibri-1",
            target_free_mb=0.0,
            source_free_mb=0.0,
            low_priority=False,
            **options,
        )
        self.notes, self.health, self.crew = Notes(), Health(), Crew(self.settings)
        self.agent = Agent(
            self.settings,
            self.spool,
            self.crew,
            self.notes,  # type: ignore[arg-type]  # the same methods
            self.health,
        )

    def mark(self, directory: Path) -> None:
        """What finalize.sh does."""
        path = self.spool._pending / f"{directory.name}.{len(list(self.spool._pending.iterdir()))}.1.job"
        path.write_bytes(os.fsencode(directory) + b"\n")

    def stored(self) -> list[str]:
        return sorted(p.relative_to(self.target).as_posix() for p in self.target.rglob("*") if p.is_file())


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """A failed marker has its turn again at once."""
    monkeypatch.setattr(agent_module, "RETRY_FIRST_S", 0.0)


@pytest.fixture
async def benches(tmp_path: Path) -> AsyncIterator[Callable[..., Bench]]:
    """Makes benches with settings of the test's own, and ends their child processes."""
    made: list[Bench] = []

    def make(**options: Any) -> Bench:
        made.append(Bench(tmp_path, **options))
        return made[-1]

    yield make
    for bench in made:
        await bench.crew.close()


@pytest.fixture
def bench(benches: Callable[..., Bench]) -> Bench:
    return benches()


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


async def test_marked_twice(bench: Bench) -> None:
    """A second marker of the same recording publishes nothing."""
    directory = write_session(bench.recordings, "s")
    bench.mark(directory)
    await bench.agent.work()
    bench.mark(directory)
    assert await bench.agent.work() == 0
    assert len(bench.notes.sent) == 1


async def test_bad_markers(bench: Bench) -> None:
    """Markers that lead nowhere become dead letters and go aside; the next good one passes."""
    (bench.recordings / "no-media").mkdir()
    for name in ("gone", "no-media"):
        bench.mark(bench.recordings / name)
    bench.mark(write_session(bench.recordings, "good"))
    assert await bench.agent.work() == 0
    assert [letter.error_class for letter in bench.notes.letters()] == ["DeadMarker", "DeadMarker"]
    assert bench.notes.letters()[0].payload == os.fsencode(bench.recordings / "gone") + b"\n"
    assert [r.session_id for r in bench.notes.recordings()] == ["good"]
    assert len(bench.spool.failed()) == 2


@pytest.mark.parametrize("content", [b"", b"\n", b"\0\xff" * 5000, b"/etc\n"])
async def test_garbage_marker(bench: Bench, content: bytes) -> None:
    """Any bytes in a marker end in `failed`, not in an exception."""
    (bench.spool._pending / "x.job").write_bytes(content)
    assert await bench.agent.work() == 0
    assert len(bench.notes.letters()) == 1


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


async def test_share_away(bench: Bench) -> None:
    """Without the share nothing is made in its place, the agent is unready, and later all is done."""
    bench.mark(write_session(bench.recordings, "s"))
    bench.target.rmdir()
    assert await bench.agent.work() == 1
    assert not bench.target.exists()
    assert "target folder is missing" in bench.health.faults["markers"]
    bench.target.mkdir()
    assert await bench.agent.work() == 0
    assert bench.health.faults == {}
    assert len(bench.notes.recordings()) == 1


async def test_one_stuck_marker(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A recording that cannot be copied waits, and the others pass it."""
    deliver = bench.crew.deliver

    async def picky(job: Deliver) -> Delivered:
        if job.source.parent.name == "stuck":
            raise PermissionError("no")
        return await deliver(job)

    monkeypatch.setattr(bench.crew, "deliver", picky)
    for name in ("stuck", "free"):
        bench.mark(write_session(bench.recordings, name))
    assert await bench.agent.work() == 1
    assert [r.session_id for r in bench.notes.recordings()] == ["free"]
    assert [m.directory.name for m in bench.spool.pending()] == ["stuck"]


async def test_fault_of_our_own(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """An unforeseen exception costs its marker only; the local recording stays, whatever the setting."""

    async def broken(_: Prepare) -> Prepared:
        raise ZeroDivisionError

    bench.mark(write_session(bench.recordings, "s"))
    monkeypatch.setattr(bench.crew, "prepare", broken)
    assert await bench.agent.work() == 0
    assert [x.error_class for x in bench.notes.letters()] == ["ZeroDivisionError"]
    assert len(bench.spool.failed()) == 1
    assert list((bench.recordings / "s").glob("*.mp4"))


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
    stored = bench.stored()
    assert [Path(name).suffix for name in stored] == [".mp4", f".{codec}"]
    assert abs(probe(bench.target / stored[1], 3.0).duration_ms - 4000) < 150
    again = benches(audio=codec)
    assert await again.agent.work() == 0
    assert [r.path for r in again.notes.recordings()] == [stored[0]]
    assert again.stored() == stored


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


async def test_kafka_away(benches: Callable[..., Bench]) -> None:
    """Nothing is deleted and nothing is done until the broker has the record; then the copy is not made twice."""
    bench = benches(local="delete")
    directory = write_session(bench.recordings, "s")
    bench.mark(directory)
    bench.notes.away = True
    assert await bench.agent.work() == 1
    assert len(list(directory.iterdir())) == 2
    [stored] = bench.target.rglob("*.mp4")
    inode = stored.stat().st_ino
    bench.notes.away = False
    assert await bench.agent.work() == 0
    assert stored.stat().st_ino == inode
    assert not directory.exists()


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


async def test_same_session_on_two_hosts(bench: Bench) -> None:
    """Two files of one session id have two ids and two places."""
    first = write_session(bench.recordings, "s")
    bench.mark(first)
    await bench.agent.work()
    shutil.rmtree(first)
    directory = write_session(bench.recordings, "s", room="lead-12345-again")
    bench.mark(directory)
    await bench.agent.work()
    told = bench.notes.recordings()
    assert len({r.recording_id for r in told}) == len({r.path for r in told}) == len(bench.stored()) == 2


async def test_sweep(benches: Callable[..., Bench]) -> None:
    """A recording that the hook missed is taken after the quiet time, once."""
    bench = benches(quiet_minutes=1.0)
    directory = write_session(bench.recordings, "s")
    bench.agent.sweep()
    assert await bench.agent.work() == 0
    assert bench.notes.sent == []
    [path] = directory.glob("*.mp4")
    old = path.stat().st_mtime - 61
    os.utime(path, (old, old))
    for _ in range(2):
        bench.agent.sweep()
        assert await bench.agent.work() == 0
    assert len(bench.notes.sent) == 1
    assert bench.health.swept == 1


async def test_recordings_away(benches: Callable[..., Bench]) -> None:
    """A recordings volume that is not mounted is said, and nothing is given up."""
    bench = benches()
    shutil.rmtree(bench.recordings)
    bench.spool.prepare = lambda: None  # type: ignore[method-assign]  # a real volume cannot be made by mkdir
    bench.agent.sweep()
    assert await bench.agent.work() == 0
    assert "recordings" in bench.health.faults


async def test_quarantine(benches: Callable[..., Bench]) -> None:
    """Published local files go into quarantine, stay there for the days, and then they are deleted."""
    bench = benches(local="quarantine", quarantine_days=1.0)
    directory = write_session(bench.recordings, "s")
    bench.mark(directory)
    assert await bench.agent.work() == 0
    aside = bench.recordings / QUARANTINE / "s"
    assert not directory.exists()
    assert sorted(p.suffix for p in aside.iterdir()) == [".json", ".mp4"]
    bench.agent.sweep()
    assert aside.exists()
    os.utime(aside, (1, 1))
    bench.agent.sweep()
    assert not aside.exists()
    assert (bench.health.disposed, bench.health.purged, bench.health.swept) == (1, 1, 0)


async def test_killed_before_the_clean_up(benches: Callable[..., Bench]) -> None:
    """Local files that a kill left behind their done marker are deleted by the next sweep, unpublished ones never."""
    bench = benches(quiet_minutes=1.0)
    for name in ("done", "new"):
        directory = write_session(bench.recordings, name)
        [path] = directory.glob("*.mp4")
        os.utime(path, (path.stat().st_mtime - 61,) * 2)
    bench.mark(bench.recordings / "done")
    assert await bench.agent.work() == 0
    later = benches(quiet_minutes=1.0, local="delete")
    later.agent.sweep()
    assert not (bench.recordings / "done").exists()
    assert list((bench.recordings / "new").glob("*.mp4"))
    assert later.health.swept == 1


async def test_cancelled_copy(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stop in the middle of a copy ends it, and the marker waits for the next start."""
    copying, ended = asyncio.Event(), asyncio.Event()

    async def endless(_: Deliver) -> Delivered:
        copying.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()
        raise AssertionError

    monkeypatch.setattr(bench.crew, "deliver", endless)
    bench.mark(write_session(bench.recordings, "s"))
    running = asyncio.create_task(bench.agent.run())
    await asyncio.wait_for(copying.wait(), 10)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert ended.is_set()
    assert len(bench.spool.pending()) == 1
    assert bench.notes.sent == []

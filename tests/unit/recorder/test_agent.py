"""The agent's loop on real files, with a publisher that notes what it gets."""

import asyncio
import os
import shutil
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from recorder import agent as agent_module
from recorder.agent import Agent
from recorder.copy import Halted, copy_file
from recorder.health import Health
from recorder.publish import NotPublished
from recorder.settings import Settings
from recorder.spool import Spool
from schemas.codec import Codec
from schemas.sources import DeadLetter, Recording
from tests.unit.recorder.clips import write_clip, write_session

RECORDING: Codec[Recording] = Codec(Recording)
LETTER: Codec[DeadLetter] = Codec(DeadLetter)


class Notes:
    """In the publisher's place; `away` as long as Kafka is."""

    def __init__(self) -> None:
        self.away = self.failing = False
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
            **options,
        )
        self.notes, self.health = Notes(), Health()
        self.agent = Agent(self.settings, self.spool, self.notes, self.health)  # type: ignore[arg-type]  # same methods

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
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


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
    assert bench.spool.recall(told.recording_id) == bench.notes.sent[0][2]
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
def test_garbage_marker(tmp_path: Path, content: bytes) -> None:
    """Any bytes in a marker end in `failed`, not in an exception."""
    bench = Bench(tmp_path)
    (bench.spool._pending / "x.job").write_bytes(content)
    assert asyncio.run(bench.agent.work()) == 0
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

    def picky(source: Path, *rest: Any) -> Any:
        if source.parent.name == "stuck":
            raise PermissionError("no")
        return copy_file(source, *rest)

    monkeypatch.setattr(agent_module, "copy_file", picky)
    for name in ("stuck", "free"):
        bench.mark(write_session(bench.recordings, name))
    assert await bench.agent.work() == 1
    assert [r.session_id for r in bench.notes.recordings()] == ["free"]
    assert [m.directory.name for m in bench.spool.pending()] == ["stuck"]


async def test_fault_of_our_own(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """An unforeseen exception costs its marker only; the local recording stays, whatever the setting."""

    def broken(*_: Any) -> Any:
        raise ZeroDivisionError

    bench.mark(write_session(bench.recordings, "s"))
    monkeypatch.setattr(agent_module, "probe", broken)
    assert await bench.agent.work() == 0
    assert [x.error_class for x in bench.notes.letters()] == ["ZeroDivisionError"]
    assert len(bench.spool.failed()) == 1
    assert list((bench.recordings / "s").glob("*.mp4"))


async def test_kafka_away(tmp_path: Path) -> None:
    """Nothing is deleted and nothing is done until the broker has the record; then the copy is not made twice."""
    bench = Bench(tmp_path, delete_local=True)
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


async def test_marked_again_after_delete(tmp_path: Path) -> None:
    """With local files deleted, a second call of the hook is no dead letter."""
    bench = Bench(tmp_path, delete_local=True)
    directory = write_session(bench.recordings, "s")
    bench.mark(directory)
    bench.mark(directory)
    assert await bench.agent.work() == 0
    assert len(bench.notes.sent) == 1


async def test_delete_leaves_others(tmp_path: Path) -> None:
    """Only what was published is deleted: a foreign file and its folder stay."""
    bench = Bench(tmp_path, delete_local=True)
    directory = write_session(bench.recordings, "s")
    (directory / "notes.txt").touch()
    bench.mark(directory)
    await bench.agent.work()
    assert [p.name for p in directory.iterdir()] == ["notes.txt"]


async def test_second_recording_of_a_session(tmp_path: Path) -> None:
    """A file that is still written beside a marked one is left for its own marker."""
    bench = Bench(tmp_path, delete_local=True)
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


async def test_sweep(tmp_path: Path) -> None:
    """A recording that the hook missed is taken after the quiet time, once."""
    bench = Bench(tmp_path, quiet_minutes=1.0)
    directory = write_session(bench.recordings, "s")
    await bench.agent.sweep()
    assert await bench.agent.work() == 0
    assert bench.notes.sent == []
    [path] = directory.glob("*.mp4")
    old = path.stat().st_mtime - 61
    os.utime(path, (old, old))
    for _ in range(2):
        await bench.agent.sweep()
        assert await bench.agent.work() == 0
    assert len(bench.notes.sent) == 1
    assert bench.health.swept == 1


async def test_recordings_away(tmp_path: Path) -> None:
    """A recordings volume that is not mounted is said, and nothing is given up."""
    bench = Bench(tmp_path)
    shutil.rmtree(bench.recordings)
    bench.spool.prepare = lambda: None  # type: ignore[method-assign]  # a real volume cannot be made by mkdir
    await bench.agent.sweep()
    assert await bench.agent.work() == 0
    assert "recordings" in bench.health.faults


async def test_cancelled_copy(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stop in the middle of a copy ends its thread, and the marker waits for the next start."""
    copying, halted = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def endless(_: Path, __: Path, halt: Any) -> Any:
        loop.call_soon_threadsafe(copying.set)
        assert halt.wait(10)
        loop.call_soon_threadsafe(halted.set)
        raise Halted

    monkeypatch.setattr(agent_module, "copy_file", endless)
    bench.mark(write_session(bench.recordings, "s"))
    running = asyncio.create_task(bench.agent.run())
    await asyncio.wait_for(copying.wait(), 10)
    running.cancel()
    await asyncio.wait_for(halted.wait(), 10)
    with pytest.raises(asyncio.CancelledError):
        await running
    assert len(bench.spool.pending()) == 1
    assert bench.notes.sent == []

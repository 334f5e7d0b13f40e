"""The agent's loop on real files and real child processes: markers, retries, sweep, clean-up."""

import asyncio
import os
import shutil
from collections.abc import Callable

import pytest

from recorder.disposal import QUARANTINE, dispose
from recorder.jobs import Deliver, Delivered, Prepare, Prepared
from recorder.sweep import media_of
from tests.unit.recorder.bench import Bench
from tests.unit.recorder.clips import write_session


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
    bench.agent.sweep()
    assert await bench.agent.work() == 0
    assert f"folder is missing (RECORDINGS): '{bench.recordings}'" in bench.health.faults["recordings"]
    assert not bench.recordings.exists()


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
    await asyncio.wait_for(copying.wait(), 120)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert ended.is_set()
    assert len(bench.spool.pending()) == 1
    assert bench.notes.sent == []


async def test_changed_after_it_was_published(bench: Bench) -> None:
    """A file that was written to since its publication is not deleted, and its folder stays."""
    directory = write_session(bench.recordings, "s")
    [path] = directory.glob("*.mp4")
    state = media_of(directory, path)
    path.write_bytes(b"more")
    assert dispose(directory, [(path, state)], "delete") == 0
    assert sorted(p.name for p in directory.iterdir()) == [path.name, "metadata.json"]


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

"""A recordings disk that takes no byte more: the agent's own notes lie on it, and it must free it all the same."""

import errno
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from recorder.check import notes
from recorder.disposal import QUARANTINE
from tests.unit.recorder.bench import Bench
from tests.unit.recorder.clips import write_session

FULL = OSError(errno.ENOSPC, "No space left on device")


@contextmanager
def full(folder: Path, fault: OSError = FULL) -> Iterator[None]:
    """Below `folder` nothing can be written or made, and no name put into another folder; deleting goes on, unless the
    disk is read-only."""
    with pytest.MonkeyPatch.context() as patch:
        deleting = ("unlink",) if fault.errno == errno.EROFS else ()
        for name in ("open", "mkdir", "replace", "touch", *deleting):
            patch.setattr(Path, name, refusing(getattr(Path, name), folder, fault))
        yield


def refusing(method: Callable[..., object], folder: Path, fault: OSError) -> Callable[..., object]:
    def call(path: Path, *args: object, **options: object) -> object:
        mode = str(args[0] if args else options.get("mode", "r"))
        if path.is_relative_to(folder) and not (method.__name__ == "open" and mode.startswith("r")):
            raise type(fault)(fault.errno, fault.strerror, str(path))
        return method(path, *args, **options)

    return call


@pytest.mark.parametrize("fault", [FULL, OSError(errno.EDQUOT, "quota"), OSError(errno.EROFS, "read-only")])
async def test_published_once(benches: Callable[..., Bench], fault: OSError) -> None:
    """With no room for its note the recording is published once and done; the note is written when there is room."""
    bench = benches()
    directory = write_session(bench.recordings, "s")
    bench.mark(directory)
    with full(bench.recordings, fault):
        assert [await bench.agent.work() for _ in range(3)] == [0, 0, 0]
        bench.agent.sweep()
        assert "notes wait in memory" in bench.health.faults["notes"]
        bench.agent.sweep()
        assert bench.spool.pending() == []
    [told] = bench.notes.recordings()
    bench.agent.sweep()
    assert "notes" not in bench.health.faults
    later = Bench(bench.recordings.parent)
    assert later.spool.recall(told.recording_id)
    assert later.spool.pending() == []
    assert later.spool.knows("s")


async def test_deleted_although_no_note_fits(benches: Callable[..., Bench]) -> None:
    """What is published is deleted: nothing else frees the disk."""
    bench = benches(local="delete")
    directory = write_session(bench.recordings, "s")
    bench.mark(directory)
    with full(bench.recordings):
        assert await bench.agent.work() == 0
        assert not directory.exists()
    assert len(bench.notes.recordings()) == 1


async def test_a_forgotten_recording(benches: Callable[..., Bench]) -> None:
    """The hook could write no marker, and nor can the sweep: the recording is taken all the same, and once."""
    bench = benches(local="delete", quiet_minutes=1.0)
    directory = write_session(bench.recordings, "s")
    [path] = directory.glob("*.mp4")
    os.utime(path, (path.stat().st_mtime - 61,) * 2)
    with full(bench.recordings):
        for _ in range(2):
            bench.agent.sweep()
            assert await bench.agent.work() == 0
        assert not directory.exists()
    assert len(bench.notes.recordings()) == 1
    bench.agent.sweep()
    assert Bench(bench.recordings.parent).spool.pending() == []


async def test_a_bad_marker(bench: Bench) -> None:
    """It becomes one dead letter, not one at every try."""
    bench.mark(bench.recordings / "gone")
    with full(bench.recordings):
        assert [await bench.agent.work() for _ in range(3)] == [0, 0, 0]
        assert len(bench.spool.failed()) == 1
    assert len(bench.notes.letters()) == 1
    bench.agent.sweep()
    assert len(Bench(bench.recordings.parent).spool.failed()) == 1


async def test_no_room_for_quarantine(benches: Callable[..., Bench]) -> None:
    """Where not even a name fits, what is published is deleted: quarantine would be emptied at once."""
    bench = benches(local="quarantine")
    directory = write_session(bench.recordings, "s")
    bench.mark(directory)
    with full(bench.recordings):
        assert await bench.agent.work() == 0
        assert not directory.exists()


async def test_each_chore_alone(benches: Callable[..., Bench], monkeypatch: pytest.MonkeyPatch) -> None:
    """A chore that fails is told under its name, and the others are done: quarantine, clean-up, sweep, disk."""
    bench = benches(local="quarantine", quarantine_days=1.0, quiet_minutes=1.0)
    aside = bench.recordings / QUARANTINE / "old"
    aside.mkdir(parents=True)
    (aside / "a.mp4").touch()
    dangling = bench.recordings / QUARANTINE / "link"
    dangling.symlink_to("nowhere")
    os.utime(aside, (1, 1))
    [path] = write_session(bench.recordings, "s").glob("*.mp4")
    os.utime(path, (path.stat().st_mtime - 61,) * 2)

    def broken(*_: object, **__: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(bench.spool, "prepare", broken)
    monkeypatch.setattr("recorder.chores.find_settled", broken)
    bench.agent.sweep()
    assert not aside.exists()
    assert [marker.directory.name for marker in bench.spool.pending()] == ["s"]
    assert bench.health.source_free > 0
    assert set(bench.health.faults) == {"spool", "clean-up"}


def test_what_a_killed_agent_had_made(bench: Bench) -> None:
    """The repaired copy of a recording that is published by now is deleted; of one that waits it stays."""
    for name in ("out", "waits"):
        (bench.spool.work_of(name)).mkdir(parents=True)
        (bench.spool.work_of(name) / "repaired.mp4").touch()
    bench.spool.remember("out", b"{}", 0)
    bench.agent.sweep()
    assert [path.name for path in bench.spool.work_of("out").parent.iterdir()] == ["waits"]


async def test_an_entry_of_quarantine_that_stays(
    benches: Callable[..., Bench], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is told, and those behind it go."""
    bench = benches(quarantine_days=1.0)
    for number, name in enumerate(("first", "second")):
        folder = bench.recordings / QUARANTINE / name
        folder.mkdir(parents=True)
        os.utime(folder, (number + 1, number + 1))
    rmtree = shutil.rmtree

    def picky(path: Path) -> None:
        if path.name == "first":
            raise PermissionError(13, "Permission denied", str(path))
        rmtree(path)

    monkeypatch.setattr(shutil, "rmtree", picky)
    bench.agent.sweep()
    assert [path.name for path in (bench.recordings / QUARANTINE).iterdir()] == ["first"]
    assert "Permission denied" in bench.health.faults["quarantine"]


async def test_recordings_not_mounted(benches: Callable[..., Bench], tmp_path: Path) -> None:
    """A volume that must be mounted and is not: markers wait, and it is told with the path and the setting."""
    bench = benches(recordings_mount=tmp_path / "rec")
    bench.mark(bench.recordings / "s")
    bench.agent.sweep()
    assert await bench.agent.work() == 1
    assert f"nothing is mounted (RECORDINGS_MOUNT): '{tmp_path / 'rec'}'" in bench.health.faults["recordings"]
    assert "RECORDINGS_MOUNT" in bench.health.faults["markers"]
    assert bench.notes.letters() == []


def test_a_volume_that_goes(bench: Bench) -> None:
    """With the volume our own folder in it has gone: nothing is made in its place, and it is told until it is back."""
    bench.agent.sweep()
    spool = bench.recordings / ".leadpulse"
    away = spool.rename(bench.target / "volume")
    bench.agent.sweep()
    assert f"is the recordings volume mounted? (RECORDINGS): '{spool}'" in bench.health.faults["recordings"]
    assert list(bench.recordings.iterdir()) == []
    away.rename(spool)
    bench.agent.sweep()
    assert bench.health.faults == {}


def test_a_target_that_may_be_no_share(benches: Callable[..., Bench], tmp_path: Path) -> None:
    """`check` notes a target on the recordings' own disk, unless it says what must be mounted."""
    assert any("TARGET_MOUNT" in text for text in notes(benches().settings))
    assert not any("TARGET_MOUNT" in text for text in notes(benches(target_mount=tmp_path).settings))

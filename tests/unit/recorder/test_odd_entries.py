"""Things in the recordings folder and in the spool that nobody expects there: each costs itself and nothing else."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from recorder.event import is_about
from recorder.sweep import media_of
from tests.unit.recorder.bench import Bench
from tests.unit.recorder.clips import write_session

SECRET = b"of another file"


def dangle(path: Path) -> None:
    path.symlink_to(path.with_name("nowhere"))


def lead_away(path: Path) -> None:
    path.with_name("secret").write_bytes(SECRET)
    path.symlink_to(path.with_name("secret"))


ODD: list[Callable[[Path], None]] = [dangle, lead_away, os.mkfifo, Path.mkdir]


@pytest.mark.parametrize("make", ODD, ids=lambda make: make.__name__)
async def test_in_a_markers_place(bench: Bench, make: Callable[[Path], None]) -> None:
    """It is told and counted, stays where it is, and the marker beside it is worked on. No link is followed."""
    make(bench.spool._pending / "x.job")
    bench.mark(write_session(bench.recordings, "s"))
    bench.agent.sweep()
    assert await bench.agent.work() == 0
    assert [r.session_id for r in bench.notes.recordings()] == ["s"]
    assert bench.notes.letters() == []
    assert bench.health.faults["odd markers"].startswith("x.job: ")
    assert bench.health.unreadable == 1


async def test_an_unreadable_marker(benches: Callable[..., Bench], monkeypatch: pytest.MonkeyPatch) -> None:
    """One that may not be read is told; its directory is found by the sweep, and the others have their turn."""
    bench = benches(quiet_minutes=1.0)
    directory = write_session(bench.recordings, "hidden")
    [path] = directory.glob("*.mp4")
    os.utime(path, (path.stat().st_mtime - 61,) * 2)
    bench.mark(directory)
    [refused] = bench.spool._pending.iterdir()
    bench.mark(write_session(bench.recordings, "s"))
    refuse(monkeypatch, refused)
    assert await bench.agent.work() == 0
    assert bench.health.faults["odd markers"] == f"{refused.name}: Permission denied"
    bench.agent.sweep()
    assert await bench.agent.work() == 0
    assert [r.session_id for r in bench.notes.recordings()] == ["s", "hidden"]


@pytest.mark.parametrize("make", ODD, ids=lambda make: make.__name__)
async def test_in_the_metadatas_place(bench: Bench, make: Callable[[Path], None]) -> None:
    """The recording goes its way by its file name; a dead letter tells what stood there and nothing of its content."""
    directory = write_session(bench.recordings, "s")
    (directory / "metadata.json").unlink()
    make(directory / "metadata.json")
    bench.mark(directory)
    assert await bench.agent.work() == 0
    assert [(r.status, r.lead_id) for r in bench.notes.recordings()] == [("ok", "12345")]
    [letter] = bench.notes.letters()
    assert (letter.error_class, letter.error, letter.payload) == (
        "BadMetadata",
        "metadata.json: not a regular file",
        b"",
    )


async def test_metadata_that_may_not_be_read(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """The recording does not wait for a right that only a person can give."""
    directory = write_session(bench.recordings, "s")
    bench.mark(directory)
    refuse(monkeypatch, directory / "metadata.json")
    assert await bench.agent.work() == 0
    assert [r.lead_id for r in bench.notes.recordings()] == ["12345"]
    assert [letter.error for letter in bench.notes.letters()] == ["metadata.json: Permission denied"]


@pytest.mark.parametrize("make", ODD, ids=lambda make: make.__name__)
async def test_in_a_recordings_place(benches: Callable[..., Bench], make: Callable[[Path], None]) -> None:
    """Beside a good file and as a recording directory: passed over, never followed, never deleted."""
    bench = benches(local="delete")
    directory = write_session(bench.recordings, "s")
    make(directory / "odd.mp4")
    make(bench.recordings / "odd")
    bench.mark(directory)
    bench.agent.sweep()
    assert await bench.agent.work() == 0
    assert [r.status for r in bench.notes.recordings()] == ["ok"]
    bench.agent.sweep()
    assert os.path.lexists(directory / "odd.mp4")
    assert os.path.lexists(bench.recordings / "odd")
    assert "unreadable" not in bench.health.faults


async def test_a_directory_that_cannot_be_looked_into(
    benches: Callable[..., Bench], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sweep tells it, finds the one behind it, and does its other chores."""
    bench = benches(quiet_minutes=1.0)
    for name in ("a", "b"):
        [path] = write_session(bench.recordings, name).glob("*.mp4")
        os.utime(path, (path.stat().st_mtime - 61,) * 2)
    scandir = os.scandir

    def scan(path: Path) -> object:
        if Path(path).name == "a":
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr("recorder.media.os.scandir", scan)
    bench.agent.sweep()
    assert [marker.directory.name for marker in bench.spool.pending()] == ["b"]
    assert bench.health.faults["unreadable"] == "a: Permission denied"
    assert bench.health.source_free > 0


async def test_one_bad_file_of_a_directory(bench: Bench) -> None:
    """A file that must be tried again holds up no other of its session; what is done is not done twice."""
    directory = write_session(bench.recordings, "s")
    (directory / "a.mp4").write_bytes(b"x")
    taken = bench.target / "12345"
    bench.mark(directory)
    prepare = bench.crew.prepare

    async def picky(job: object) -> object:
        if job.source.name == "a.mp4":  # type: ignore[attr-defined]
            raise PermissionError(13, "Permission denied")
        return await prepare(job)  # type: ignore[arg-type]

    bench.crew.prepare = picky  # type: ignore[assignment, method-assign]
    assert [await bench.agent.work() for _ in range(2)] == [1, 1]
    assert len(bench.notes.recordings()) == 1
    assert taken.is_dir()
    bench.crew.prepare = prepare  # type: ignore[method-assign]
    assert await bench.agent.work() == 0
    assert len(bench.notes.recordings()) == 2


@pytest.mark.parametrize("note", [b"[]", b"7", b"\xff", b'"x"'])
def test_a_note_that_is_none(tmp_path: Path, note: bytes) -> None:
    """Any bytes in a note say that nothing is known of the file."""
    path = tmp_path / "s" / "a.mp4"
    path.parent.mkdir()
    path.touch()
    assert not is_about(note, media_of(path.parent, path))


async def test_files_of_a_sub_folder(benches: Callable[..., Bench]) -> None:
    """Segments one level down are taken, each under its own name and id, and cleared away; what is deeper stays."""
    bench = benches(local="delete")
    directory = write_session(bench.recordings, "s")
    [whole] = directory.glob("*.mp4")
    for place in ("segments/0.mp4", "again/0.mp4", "segments/deep/1.mp4", ".hidden/2.mp4"):
        (directory / place).parent.mkdir(parents=True, exist_ok=True)
        (directory / place).write_bytes(whole.read_bytes())
    bench.mark(directory)
    assert await bench.agent.work() == 0
    told = bench.notes.recordings()
    assert sorted(r.file for r in told) == sorted([whole.name, "again/0.mp4", "segments/0.mp4"])
    assert {(r.lead_id, r.status) for r in told} == {("12345", "ok")}
    assert len({r.recording_id for r in told}) == 3
    assert bench.stored() == sorted(r.path for r in told)
    left = sorted(path.relative_to(directory).as_posix() for path in directory.rglob("*.mp4"))
    assert left == [".hidden/2.mp4", "segments/deep/1.mp4"]


def refuse(monkeypatch: pytest.MonkeyPatch, refused: Path) -> None:
    """As another user's file: the tests may run as root, who may read all."""
    opened = os.open

    def open_(path: Path, *args: int) -> int:
        if Path(path) == refused:
            raise PermissionError(13, "Permission denied", str(path))
        return opened(path, *args)

    monkeypatch.setattr(os, "open", open_)

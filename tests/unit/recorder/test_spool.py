"""The spool and the sweep."""

import os
from pathlib import Path

import pytest

from recorder.media import locate, media_files, printable
from recorder.spool import Spool
from recorder.sweep import find_forgotten, media_of

NOW = 1_790_000_000_000
QUIET = 600_000


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    made = Spool(tmp_path / ".leadpulse")
    made.prepare()
    return made


def record_file(directory: Path, name: str = "a.mp4", age_ms: int = QUIET + 1000) -> Path:
    directory.mkdir(exist_ok=True)
    (directory / name).write_bytes(b"x")
    os.utime(directory / name, ((NOW - age_ms) / 1000,) * 2)
    return directory / name


def forgotten(tmp_path: Path, spool: Spool) -> list[str]:
    return [d.name for d in find_forgotten(tmp_path, spool, QUIET, NOW)]


def test_oldest_first(tmp_path: Path, spool: Spool) -> None:
    """Markers come in the order of their writing; other files in the folder are none."""
    spool.drop(tmp_path / "b", NOW)
    spool.drop(tmp_path / "a", NOW + 1000)
    (tmp_path / ".leadpulse" / "pending" / "c.tmp").touch()
    assert [(m.directory.name, m.ts) for m in spool.pending()] == [("b", NOW), ("a", NOW + 1000)]


def test_finish_and_give_up(tmp_path: Path, spool: Spool) -> None:
    """A finished marker is kept in `done`, a given-up one in `failed`, and neither waits any more."""
    spool.drop(tmp_path / "a", NOW)
    spool.drop(tmp_path / "b", NOW)
    good, bad = spool.pending()
    spool.finish(good)
    spool.give_up(bad, NOW + 60_000)
    assert spool.pending() == []
    assert [(m.directory.name, m.ts) for m in spool.failed()] == [("b", NOW + 60_000)]  # put back, it is another letter
    assert spool.finished_before(good)
    assert not spool.finished_before(bad)


def test_remember(spool: Spool) -> None:
    """What was published is found again under its id, and nothing under another."""
    spool.remember("00ff", b"{}", NOW)
    assert spool.recall("00ff") == b"{}"
    assert spool.recall("00fe") is None


def test_sweep_finds(tmp_path: Path, spool: Spool) -> None:
    """A quiet directory with a media file and without a marker is found; a loud, hidden or empty one is not."""
    record_file(tmp_path / "quiet")
    record_file(tmp_path / "loud", age_ms=QUIET - 1000)
    record_file(tmp_path / "half")
    record_file(tmp_path / "half", "b.mp4", age_ms=0)
    record_file(tmp_path / "text", "metadata.json")
    record_file(tmp_path / ".hidden")
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").touch()
    assert forgotten(tmp_path, spool) == ["quiet"]


def test_sweep_leaves_marked(tmp_path: Path, spool: Spool) -> None:
    """A directory whose marker waits or was given up is not marked again."""
    for name in ("waits", "failed"):
        record_file(tmp_path / name)
        spool.drop(tmp_path / name, NOW)
    spool.give_up(next(m for m in spool.pending() if m.directory.name == "failed"), NOW)
    assert forgotten(tmp_path, spool) == []


def test_sweep_knows_published(tmp_path: Path, spool: Spool) -> None:
    """A published file is not found again, but it is when it was changed since."""
    path = record_file(tmp_path / "s")
    media = media_of(path.parent, path)
    spool.remember(media.recording_id, b'{"size":1,"ended_at":%d}' % media.ended_at, NOW)
    assert forgotten(tmp_path, spool) == []
    path.write_bytes(b"more")
    os.utime(path, ((NOW - 2 * QUIET) / 1000,) * 2)
    assert forgotten(tmp_path, spool) == ["s"]


def test_media_files(tmp_path: Path) -> None:
    """Media by their suffix in any case; metadata, hidden files, folders and links are passed over."""
    for name in ("b.MKV", "a.mp4", "metadata.json", ".a.mp4.part", ".c.mp4", "ffmpeg.log"):
        (tmp_path / name).touch()
    (tmp_path / "d.mp4").mkdir()
    (tmp_path / "e.mp4").symlink_to("/etc/passwd")
    assert [p.name for p in media_files(tmp_path)] == ["a.mp4", "b.MKV"]


@pytest.mark.parametrize("named", ["/storage/recordings/s", "s", "/etc/../s"])
def test_locate(tmp_path: Path, named: str) -> None:
    """The last part of the name counts: the hook's container sees the volume elsewhere."""
    (tmp_path / "s").mkdir()
    assert locate(tmp_path, Path(named)) == tmp_path / "s"


@pytest.mark.parametrize(
    "named", ["/rec/gone", "/etc", "/", "", "..", "/rec/..", "/rec/link", "/rec/.leadpulse", "a\0b"]
)
def test_locate_nowhere(tmp_path: Path, named: str) -> None:
    """A marker never leads out of the recordings folder."""
    (tmp_path / "link").symlink_to("/etc")
    (tmp_path / ".leadpulse").mkdir()
    assert locate(tmp_path, Path(named)) is None


def test_locate_without_volume(tmp_path: Path) -> None:
    """A recordings folder that is away is a passing fault, not a bad marker."""
    with pytest.raises(FileNotFoundError):
        locate(tmp_path / "gone", Path("/rec/s"))


def test_locate_in_an_empty_folder(tmp_path: Path) -> None:
    """What an unmounted volume leaves behind is no bad marker either; one file in it, and the marker is."""
    with pytest.raises(FileNotFoundError, match="is empty"):
        locate(tmp_path, Path("/rec/s"))
    (tmp_path / "x").touch()
    assert locate(tmp_path, Path("/rec/s")) is None


def test_sweep_looks_one_level_down(tmp_path: Path, spool: Spool) -> None:
    """A directory with nothing but segments in a sub-folder is found when they are quiet; a loud one is not."""
    for name, age in (("quiet", QUIET + 1000), ("loud", 0)):
        (tmp_path / name).mkdir()
        record_file(tmp_path / name / "segments", age_ms=age)
    record_file(tmp_path / "quiet" / "segments", "b.mp4")
    assert forgotten(tmp_path, spool) == ["quiet"]


def test_printable() -> None:
    """A file name that is no UTF-8 becomes text that can be stored anywhere."""
    assert printable(os.fsdecode(b"lead-\xff.mp4")) == "lead-\\xff.mp4"

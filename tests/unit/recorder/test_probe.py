"""The verdict on a media file, on real files."""

from pathlib import Path

import pytest

from recorder.jobs import Probe
from recorder.probe import probe
from recorder.remux import remux
from tests.unit.recorder.clips import write_clip, write_silent_film

FRAGMENTED = {"movflags": "frag_keyframe+empty_moov+default_base_moof", "frag_duration": "500000"}


def cut(path: Path, share: float) -> Path:
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    return path


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.m4a", "a.mov"])
def test_good(tmp_path: Path, name: str) -> None:
    """A whole file is ok with its length, in any container Jibri may be told to write."""
    verdict = probe(write_clip(tmp_path / name, 4.0), 3.0)
    assert verdict.status == "ok"
    assert verdict.error == ""
    assert abs(verdict.duration_ms - 4000) < 150


def test_killed_before_the_index(tmp_path: Path) -> None:
    """An mp4 whose end is missing has no index: damaged, with ffmpeg's words, and no length."""
    verdict = probe(cut(write_clip(tmp_path / "a.mp4"), 0.9), 3.0)
    assert verdict.status == "damaged"
    assert verdict.duration_ms == 0
    assert "InvalidDataError" in verdict.error


@pytest.mark.parametrize(("name", "options"), [("a.mp4", {"movflags": "faststart"}), ("a.mkv", {})])
def test_cut_behind_the_index(tmp_path: Path, name: str, options: dict[str, str]) -> None:
    """A file that opens but promises more sound than it has is damaged, and its real length is told."""
    verdict = probe(cut(write_clip(tmp_path / name, 20.0, options), 0.5), 3.0)
    assert verdict.status == "damaged"
    assert 8_000 < verdict.duration_ms < 12_000
    assert "of 20." in verdict.error


def test_killed_fragmented(tmp_path: Path) -> None:
    """A crash-proof container without its end: what is there can be used or is told as damaged, never lost."""
    verdict = probe(cut(write_clip(tmp_path / "a.mp4", 20.0, FRAGMENTED), 0.5), 3.0)
    assert verdict.status in {"ok", "damaged"}
    assert 8_000 < verdict.duration_ms < 12_000


def test_short(tmp_path: Path) -> None:
    """A recording under the limit is too_short and still has its length."""
    verdict = probe(write_clip(tmp_path / "a.mp4", 1.0), 3.0)
    assert (verdict.status, verdict.error) == ("too_short", "shorter than 3 s")
    assert 900 < verdict.duration_ms < 1150


def test_empty(tmp_path: Path) -> None:
    """Zero bytes and a film without sound are empty, each with its reason."""
    (tmp_path / "zero.mp4").touch()
    assert probe(tmp_path / "zero.mp4", 3.0) == Probe("empty", error="zero bytes")
    assert probe(write_silent_film(tmp_path / "film.mp4"), 3.0) == Probe("empty", error="no audio track")


def test_no_media_at_all(tmp_path: Path) -> None:
    """Text under a media name is damaged, not an exception."""
    (tmp_path / "a.mp4").write_text("hello" * 1000)
    assert probe(tmp_path / "a.mp4", 3.0).status == "damaged"


def test_gone(tmp_path: Path) -> None:
    """A disk fault is an OSError: it is no verdict on the file."""
    with pytest.raises(FileNotFoundError):
        probe(tmp_path / "a.mp4", 3.0)


@pytest.mark.parametrize("name", ["a.mkv", "a.mp4"])
def test_a_title_of_old_programs(tmp_path: Path, name: str) -> None:
    """A title in cp1251 is no fault of the sound."""
    path = write_clip(tmp_path / name, 4.0, title="TITLE-TITLE")
    path.write_bytes(path.read_bytes().replace(b"TITLE-TITLE", "Планёрка 12".encode("cp1251")))
    assert probe(path, 3.0).status == "ok"
    remux(path, tmp_path / f"again{path.suffix}", lambda _: None)
    assert probe(tmp_path / f"again{path.suffix}", 3.0).status == "ok"


@pytest.mark.parametrize("size", [868, 300, 40, 5, 1])
def test_a_matroska_of_some_bytes(tmp_path: Path, size: int) -> None:
    """A recording that was cut right after its head is damaged or empty, never a fault of the agent."""
    path = write_clip(tmp_path / "a.mkv")
    path.write_bytes(path.read_bytes()[:size])
    assert probe(path, 3.0).status in {"damaged", "empty"}

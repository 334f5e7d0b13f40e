"""Where a recording's file is looked for: a fault of the storage waits, a fault of the record is its own."""

from pathlib import Path

import pytest

from schemas.errors import Terminal, Transient
from streams.settings import Speech
from streams.transcribe import awaited
from streams.transcribe.sound.sound_file import FileAway


def locate(folder: Path, relative: str, mount: Path | None = None) -> Path:
    """What the worker does before it decodes."""
    return awaited.locate(Speech(recordings=folder, recordings_mount=mount), relative)


def test_a_file_that_is_there(tmp_path: Path) -> None:
    """Below the root."""
    (tmp_path / "a.mp4").touch()
    assert locate(tmp_path, "a.mp4") == tmp_path / "a.mp4"


def test_storage_that_is_away_is_waited_for(tmp_path: Path) -> None:
    """No folder; an empty one, as an unmounted share leaves behind; one that is not mounted though files are in it."""
    for folder in (tmp_path / "nowhere", tmp_path):
        with pytest.raises(Transient):
            locate(folder, "a.mp4")
    (tmp_path / "a.mp4").touch()
    with pytest.raises(Transient, match="ничего не смонтировано"):
        locate(tmp_path, "a.mp4", mount=tmp_path)


@pytest.mark.parametrize(("relative", "fault"), [("gone.mp4", FileAway), ("../a.mp4", Terminal), ("/etc", Terminal)])
def test_a_file_that_is_not_there(tmp_path: Path, relative: str, fault: type[Exception]) -> None:
    """With the storage in place it may be late; a path that leads out of it will never be right."""
    (tmp_path / "other.mp4").touch()
    with pytest.raises(fault):
        locate(tmp_path, relative)

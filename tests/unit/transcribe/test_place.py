"""Where a recording's file is looked for: a fault of the storage waits, a fault of the record is its own."""

from pathlib import Path
from typing import Any, cast

import pytest

from schemas.errors import RecordFault, Terminal, Transient
from streams.settings import Speech
from streams.transcribe.worker import Transcribe


def locate(folder: Path, relative: str, mount: Path | None = None) -> Path:
    """What the worker does before it decodes."""
    unused = cast(Any, None)
    return Transcribe(Speech(recordings=folder, recordings_mount=mount), unused, unused, unused)._locate(relative)


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


@pytest.mark.parametrize(("relative", "fault"), [("gone.mp4", RecordFault), ("../a.mp4", Terminal), ("/etc", Terminal)])
def test_a_record_that_names_no_file_of_ours(tmp_path: Path, relative: str, fault: type[Exception]) -> None:
    """With the storage in place the record is at fault: a dead letter, but a file may come a minute late over NFS."""
    (tmp_path / "other.mp4").touch()
    with pytest.raises(fault):
        locate(tmp_path, relative)

"""What the sweep sees of other processes' open files, and what it clears away after a crash."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from recorder.disposal import dispose
from recorder.openfiles import open_files
from recorder.spool import Spool
from recorder.sweep import find_forgotten, find_settled, media_of

NOW = 1_790_000_000_000


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    """A file that nobody has written to for a long time."""
    path = tmp_path / "rec" / "381ca070" / "lead-1.mp4"
    path.parent.mkdir(parents=True)
    path.touch()
    os.utime(path, (1, 1))
    return path


def found(recording: Path) -> list[str]:
    spool = Spool(recording.parents[1] / ".leadpulse")
    spool.prepare()
    return [d.name for d in find_forgotten(recording.parents[1], spool, 1000, NOW)]


def test_open_elsewhere(recording: Path) -> None:
    """A quiet recording that another process has open is left alone until it is closed: ffmpeg may stand still."""
    assert found(recording) == ["381ca070"]
    code = "import sys; f = open(sys.argv[1], 'ab'); print(flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", code, str(recording)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as writer:
        assert writer.stdout
        writer.stdout.readline()
        assert found(recording) == []
        writer.communicate(timeout=10)
    assert found(recording) == ["381ca070"]


def test_another_view_of_the_volume(recording: Path) -> None:
    """Only the last two parts of the path count: Jibri's container sees the volume under another one."""
    elsewhere = recording.parents[2] / "storage" / "381ca070" / "lead-1.mp4"
    elsewhere.parent.mkdir(parents=True)
    elsewhere.touch()
    with elsewhere.open():
        assert found(recording) == []
    namesake = elsewhere.rename(elsewhere.with_name("lead-2.mp4"))
    with namesake.open():
        assert found(recording) == ["381ca070"]


def test_processes_that_hide(recording: Path, tmp_path: Path) -> None:
    """Where no process can be looked into, the quiet time alone decides."""
    proc = tmp_path / "proc"
    (proc / "17").mkdir(parents=True)
    (proc / "18").touch()
    assert open_files(proc) == set()
    spool = Spool(tmp_path / "spool")
    spool.prepare()
    directories = find_forgotten(recording.parents[1], spool, 1000, NOW, lambda: open_files(proc))
    assert [d.name for d in directories] == ["381ca070"]


@pytest.mark.parametrize("left", [(), ("metadata.json",)])
def test_cleared_but_not_removed(tmp_path: Path, left: tuple[str, ...]) -> None:
    """A directory that a crash left in the middle of its clean-up is found by its done marker; a new one is not."""
    spool = Spool(tmp_path / ".leadpulse")
    spool.prepare()
    directories = [tmp_path / "done", tmp_path / "new"]
    for directory in directories:
        directory.mkdir()
        for name in left:
            (directory / name).touch()
    spool.drop(directories[0], NOW)
    assert list(find_settled(tmp_path, spool)) == []
    spool.finish(spool.pending()[0])
    assert list(find_settled(tmp_path, spool)) == [(directories[0], [])]
    dispose(directories[0], [], "delete")
    assert [path.name for path in tmp_path.iterdir() if path.name[0] != "."] == ["new"]


def test_published_but_not_cleared(recording: Path) -> None:
    """A published file is cleared away by the next sweep, however young it is, unless it was changed since."""
    spool = Spool(recording.parents[1] / ".leadpulse")
    spool.prepare()
    media = media_of(recording.parent, recording)
    assert list(find_settled(recording.parents[1], spool)) == []
    note = json.dumps({"size": media.size, "ended_at": media.ended_at}).encode()
    spool.remember(media.recording_id, note, media.ended_at)
    assert list(find_settled(recording.parents[1], spool)) == [(recording.parent, [(recording, media)])]
    recording.write_bytes(b"more")
    assert list(find_settled(recording.parents[1], spool)) == []

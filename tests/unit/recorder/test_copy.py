"""The verified copy."""

import errno
import os
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from recorder import copy
from recorder.copy import CHUNK, Copied, copy_file


class Stopped(Exception):
    """Raised by a pace in the middle of a copy."""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "in" / "a.mp4"
    path.parent.mkdir()
    path.write_bytes(bytes(range(256)) * (CHUNK // 64))
    return path


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "out" / "2026" / "a.mp4"


def run(source: Path, target: Path, steps: int = 1 << 30) -> Copied:
    """A copy whose pace raises at the nth chunk."""
    left = [steps]

    def pace(size: int) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise Stopped

    return copy_file(source, target, target.with_name(".part"), pace)


def names(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.rglob("*") if p.is_file())


def test_copies(source: Path, target: Path) -> None:
    """The bytes arrive under the asked name, in folders that were not there, and no `.part` stays."""
    content = source.read_bytes()
    assert run(source, target) == Copied(target, len(content), sha256(content).hexdigest())
    assert target.read_bytes() == content
    assert names(target.parent) == ["a.mp4"]


def test_already_there(source: Path, target: Path) -> None:
    """The same bytes are not written again, and a `.part` that a kill left beside its name goes."""
    first = run(source, target)
    inode = target.stat().st_ino
    os.link(target, target.with_name(".part"))
    assert run(source, target) == first
    assert target.stat().st_ino == inode
    assert names(target.parent) == ["a.mp4"]


@pytest.mark.parametrize("change", [b"", b"longer"])
def test_other_bytes_under_the_name(source: Path, target: Path, change: bytes) -> None:
    """Another Jibri's file of the same name is kept; ours gets its hash into its name, the same at each try."""
    target.parent.mkdir(parents=True)
    other = source.read_bytes()[::-1] + change
    target.write_bytes(other)
    for _ in range(2):
        copied = run(source, target)
        assert copied.path.name == f"a~{copied.sha256[:8]}.mp4"
    assert target.read_bytes() == other
    assert copied.path.read_bytes() == source.read_bytes()


@pytest.mark.parametrize("steps", [0, 1, 3])
def test_continued(source: Path, target: Path, steps: int) -> None:
    """A stop between two chunks leaves only the `.part`, and the next copy writes what is missing."""
    with pytest.raises(Stopped):
        run(source, target, steps)
    assert names(target.parent) == [".part"]
    copied = run(source, target)
    assert copied.resumed == max(steps, 0) * CHUNK
    assert target.read_bytes() == source.read_bytes()
    assert names(target.parent) == ["a.mp4"]


@pytest.mark.parametrize("length", [CHUNK + 5, 10 * CHUNK])
def test_wrong_part(source: Path, target: Path, length: int) -> None:
    """A `.part` with other bytes, or longer than the source, is believed only as far as it is right."""
    target.parent.mkdir(parents=True)
    good = source.read_bytes()[: CHUNK + 1]
    target.with_name(".part").write_bytes(good + b"?" * (length - len(good)))
    assert run(source, target).resumed == CHUNK
    assert target.read_bytes() == source.read_bytes()


def test_part_is_longer(source: Path, target: Path) -> None:
    """A `.part` that begins as the source and goes on is cut to its length."""
    target.parent.mkdir(parents=True)
    target.with_name(".part").write_bytes(source.read_bytes() + b"more")
    run(source, target)
    assert target.read_bytes() == source.read_bytes()


def test_damaged_on_the_way(source: Path, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A copy that reads back differently never gets its name."""
    monkeypatch.setattr(copy, "hash_file", lambda path, pace: "0" * 64)
    with pytest.raises(OSError, match="differs"):
        run(source, target)
    assert names(target.parent) == [".part"]


def test_source_grows(source: Path, target: Path) -> None:
    """A file that is still written is refused: it will be copied when it is whole."""

    def pace(size: int) -> None:
        with source.open("ab") as file:
            file.write(b"x")

    with pytest.raises(OSError, match="changed"):
        copy_file(source, target, target.with_name(".part"), pace)


def test_another_host_came_first(source: Path, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name taken during our copy is never replaced: the next attempt finds another name."""
    link = os.link

    def late(part: Path, name: Path) -> None:
        if not name.exists():
            name.write_bytes(b"theirs")
        link(part, name)

    monkeypatch.setattr(os, "link", late)
    with pytest.raises(FileExistsError):
        run(source, target)
    monkeypatch.undo()
    assert run(source, target).path.read_bytes() == source.read_bytes()
    assert target.read_bytes() == b"theirs"


def test_without_hard_links(source: Path, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A share that knows no hard links gets a rename."""

    def refuse(*_: object) -> None:
        raise OSError(errno.EOPNOTSUPP, "no links")

    monkeypatch.setattr(os, "link", refuse)
    run(source, target)
    assert names(target.parent) == ["a.mp4"]


def test_owner(source: Path, target: Path) -> None:
    """The file and the folders made for it belong to the owner that was asked for."""
    uid, gid = os.geteuid(), os.getegid() if os.geteuid() else 65534
    copy_file(source, target, target.with_name(".part"), lambda size: None, (uid, gid))
    assert {(p.stat().st_uid, p.stat().st_gid) for p in (target, target.parent, target.parent.parent)} == {(uid, gid)}


def test_empty_file(tmp_path: Path, target: Path) -> None:
    """Zero bytes are a file too: nothing is lost because it is empty."""
    (tmp_path / "a.mp4").touch()
    assert run(tmp_path / "a.mp4", target).size == 0


@pytest.mark.parametrize("make", [os.mkfifo, Path.mkdir, lambda path: path.symlink_to("nowhere")], ids=range(3))
def test_no_file_in_the_copys_place(source: Path, target: Path, make: Callable[[Path], None]) -> None:
    """A FIFO, a folder or a dangling link under its name is left alone and holds up nothing: the copy stands beside."""
    target.parent.mkdir(parents=True)
    make(target)
    copied = run(source, target)
    assert copied.path == target.with_stem(f"a~{copied.sha256[:8]}")
    assert run(source, target) == copied

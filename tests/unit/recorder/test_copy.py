"""The verified copy."""

from hashlib import sha256
from pathlib import Path
from threading import Event

import pytest

from recorder import copy
from recorder.copy import CHUNK, Copied, Halted, copy_file


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "in" / "a.mp4"
    path.parent.mkdir()
    path.write_bytes(bytes(range(256)) * (CHUNK // 100))
    return path


class StopsAfter(Event):
    """Is set at the nth question."""

    def __init__(self, questions: int) -> None:
        super().__init__()
        self._left = questions

    def is_set(self) -> bool:
        self._left -= 1
        return self._left < 0


def names(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.rglob("*") if p.is_file())


def test_copies(source: Path, tmp_path: Path) -> None:
    """The bytes arrive under the asked name, in folders that were not there, and no `.part` stays."""
    target = tmp_path / "out" / "2026" / "a.mp4"
    copied = copy_file(source, target, Event())
    content = source.read_bytes()
    assert copied == Copied(target, len(content), sha256(content).hexdigest())
    assert target.read_bytes() == content
    assert names(tmp_path / "out") == ["a.mp4"]


def test_already_there(source: Path, tmp_path: Path) -> None:
    """The same bytes are not written again: the file of the first copy stays as it is."""
    target = tmp_path / "out" / "a.mp4"
    first = copy_file(source, target, Event())
    inode = target.stat().st_ino
    assert copy_file(source, target, Event()) == first
    assert target.stat().st_ino == inode


@pytest.mark.parametrize("change", [b"", b"longer"])
def test_other_bytes_under_the_name(source: Path, tmp_path: Path, change: bytes) -> None:
    """Another Jibri's file of the same name is kept; ours gets its hash into its name, the same at each try."""
    target = tmp_path / "out" / "a.mp4"
    target.parent.mkdir()
    other = source.read_bytes()[::-1] + change
    target.write_bytes(other)
    for _ in range(2):
        copied = copy_file(source, target, Event())
        assert copied.path.name == f"a~{copied.sha256[:8]}.mp4"
    assert target.read_bytes() == other
    assert copied.path.read_bytes() == source.read_bytes()


@pytest.mark.parametrize("questions", [0, 1, 3])
def test_halted(source: Path, tmp_path: Path, questions: int) -> None:
    """A halt between two chunks leaves only the `.part`, and the next copy gets over it."""
    target = tmp_path / "out" / "a.mp4"
    with pytest.raises(Halted):
        copy_file(source, target, StopsAfter(questions))
    assert names(tmp_path / "out") == [".a.mp4.part"]
    assert copy_file(source, target, Event()).size == source.stat().st_size
    assert names(tmp_path / "out") == ["a.mp4"]


def test_damaged_on_the_way(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A copy that reads back differently never gets its name."""
    monkeypatch.setattr(copy, "hash_file", lambda path, halt: "0" * 64)
    with pytest.raises(OSError, match="differs"):
        copy_file(source, tmp_path / "out" / "a.mp4", Event())
    assert names(tmp_path / "out") == [".a.mp4.part"]


def test_source_grows(source: Path, tmp_path: Path) -> None:
    """A file that is still written is refused: it will be copied when it is whole."""

    class Grows(Event):
        def is_set(self) -> bool:
            with source.open("ab") as file:
                file.write(b"x")
            return False

    with pytest.raises(OSError, match="changed"):
        copy_file(source, tmp_path / "out" / "a.mp4", Grows())


def test_empty_file(tmp_path: Path) -> None:
    """Zero bytes are a file too: nothing is lost because it is empty."""
    (tmp_path / "a.mp4").touch()
    assert copy_file(tmp_path / "a.mp4", tmp_path / "out" / "a.mp4", Event()).size == 0

"""The class archive only saves time: whatever becomes of it, the set-up goes on."""

from pathlib import Path

import pytest

from schemas.errors import Transient
from streams.embedded import archive
from streams.embedded.java import class_archive


class Stopped:
    """A broker whose Java was killed before it wrote its classes, as on a busy machine; or that could not start."""

    def __init__(self, folder: Path, *_: object, **__: object) -> None:
        self.folder = folder

    async def start(self) -> None:
        """Starts."""

    async def stop(self, timeout: float | None) -> None:
        """Ends without an archive; it must be given all the time that it needs."""
        assert timeout is None


class Broken(Stopped):
    """A Java that ends by itself."""

    async def start(self) -> None:
        """Does not start."""
        raise Transient("ended")


class Whole(Stopped):
    """A Java that writes its classes at its end."""

    async def stop(self, timeout: float | None) -> None:
        """Ends."""
        (self.folder / "classes.jsa").write_bytes(b"classes")


@pytest.mark.parametrize("broker", [Stopped, Broken])
async def test_no_archive_is_no_fault(broker: type, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A broker that leaves no archive behind leaves nothing else behind either, and raises nothing."""
    runtime = _java(tmp_path, monkeypatch)
    monkeypatch.setattr(archive, "Broker", broker)
    assert not await archive.archive_classes(tmp_path)
    assert list(tmp_path.iterdir()) == [runtime]


async def test_an_archive_is_kept_and_made_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What Java wrote is where the next start looks for it, readable by whoever runs the broker."""
    runtime = _java(tmp_path, monkeypatch)
    monkeypatch.setattr(archive, "Broker", Whole)
    assert await archive.archive_classes(tmp_path)
    kept = class_archive(tmp_path, runtime)
    assert (kept.read_bytes(), kept.stat().st_mode & 0o777) == (b"classes", 0o644)
    monkeypatch.setattr(archive, "Broker", None)
    assert await archive.archive_classes(tmp_path)


async def test_a_full_disk_is_no_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cache that nothing can be written to has no archive, that is all."""

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    _java(tmp_path, monkeypatch)
    monkeypatch.setattr(archive, "scratch", full)
    assert not await archive.archive_classes(tmp_path)


def _java(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    runtime = folder / "java"
    runtime.touch()

    async def java() -> Path:
        return runtime

    monkeypatch.setattr(archive, "java", java)
    return runtime

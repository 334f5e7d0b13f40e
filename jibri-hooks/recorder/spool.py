"""The spool: what finalize.sh leaves, and what became of it.

pending/<session>.<seconds>.<pid>.job   a marker; its text is the path of a recording directory
failed/…                                markers that nothing can be done with; there is a dead letter for each
done/…                                  markers whose files are all published, kept
done/<recording id>.json                what was published, one per media file, kept: a second marker finds it
work/<recording id>/                    what is made of a recording on its way to the target
locks/<recording id>                    held by the child process that copies it
"""

import glob
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

MAX_BYTES = 8192


@dataclass(frozen=True, slots=True)
class Marker:
    """A marker as it stands: its file, its bytes, and when it was written (ms UTC)."""

    path: Path
    content: bytes
    ts: int

    @property
    def directory(self) -> Path:
        """The recording directory as Jibri named it. One newline at the end belongs to the marker."""
        return Path(os.fsdecode(self.content.removesuffix(b"\n")))


class Spool:
    """The folders. Everything but work appears and moves by rename, so a crash leaves nothing half-written."""

    def __init__(self, folder: Path) -> None:
        self._pending, self._failed, self._done = (folder / name for name in ("pending", "failed", "done"))
        self._work, self._locks = folder / "work", folder / "locks"

    def prepare(self) -> None:
        """Make the folders. Raises OSError."""
        for folder in (self._pending, self._failed, self._done):
            folder.mkdir(parents=True, exist_ok=True)

    def pending(self) -> list[Marker]:
        """Markers that wait, oldest first."""
        return sorted((_read(path) for path in self._pending.glob("*.job")), key=lambda m: (m.ts, m.path.name))

    def failed(self) -> list[Marker]:
        """Markers that were given up."""
        return [_read(path) for path in self._failed.glob("*.job")]

    def drop(self, directory: Path, now_ms: int) -> None:
        """Write a marker as finalize.sh does: the sweep's voice. One directory gets one such marker at a time."""
        _write(self._pending / f"{directory.name[:100]}.sweep.job", os.fsencode(directory) + b"\n", now_ms)

    def work_of(self, recording_id: str) -> Path:
        """Folder for what is made of a recording."""
        return self._work / recording_id

    def lock_of(self, recording_id: str) -> Path:
        """Lock file of a recording."""
        return self._locks / recording_id

    def clear(self, recording_id: str) -> None:
        """Delete what was made of a recording."""
        shutil.rmtree(self.work_of(recording_id), ignore_errors=True)
        self.lock_of(recording_id).unlink(missing_ok=True)

    def remember(self, recording_id: str, note: bytes, ended_at: int) -> None:
        """Keep what was published about a media file."""
        _write(self._done / f"{recording_id}.json", note, ended_at)

    def recall(self, recording_id: str) -> bytes | None:
        """What was published about a media file, or None."""
        try:
            return (self._done / f"{recording_id}.json").read_bytes()
        except FileNotFoundError:
            return None

    def forget(self, recording_id: str) -> None:
        """Delete what is kept about a media file."""
        (self._done / f"{recording_id}.json").unlink(missing_ok=True)

    def finish(self, marker: Marker) -> None:
        """The marker's work is done; a record of each of its files is in `done/`."""
        marker.path.replace(self._done / marker.path.name)

    def finished_before(self, marker: Marker) -> bool:
        """Whether another marker of the same directory is done: then it is no fault that the directory is gone."""
        return self.knows(marker.directory.name)

    def knows(self, session: str) -> bool:
        """Whether a marker of the directory of this name is done."""
        names = self._done.glob(f"{glob.escape(session[:100])}.*.job")
        return any(_read(path).directory.name == session for path in names)

    def give_up(self, marker: Marker) -> None:
        """Put the marker aside, for a person to look at."""
        marker.path.replace(self._failed / marker.path.name)


def _read(path: Path) -> Marker:
    with path.open("rb") as file:
        return Marker(path, file.read(MAX_BYTES), os.fstat(file.fileno()).st_mtime_ns // 1_000_000)


def _write(path: Path, content: bytes, ts: int) -> None:
    temporary = path.with_name(path.name + ".tmp")
    with temporary.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.utime(temporary, (ts / 1000, ts / 1000))
    temporary.replace(path)

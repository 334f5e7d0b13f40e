"""The spool: what finalize.sh leaves, and what became of it.

pending/<session>.<seconds>.<pid>.job   a marker; its text is the path of a recording directory
failed/…                                markers that nothing can be done with; there is a dead letter for each
done/…                                  markers whose files are all published, kept
done/<recording id>.json                what was published, one per media file, kept: a second marker finds it
work/<recording id>/                    what is made of a recording on its way to the target
lock                                    empty; the byte of a recording is locked by the child process that copies it
"""

import glob
import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from recorder.shelf import Shelf, write_file

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
    """The folders. Nothing here fails because the disk is full: see `Shelf`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._pending, self._failed, self._done = (folder / name for name in ("pending", "failed", "done"))
        self._work, self.lock = folder / "work", folder / "lock"
        self._shelf = Shelf()
        self._odd: dict[Path, dict[str, str]] = {}

    def prepare(self) -> None:
        """Make the folders, inside what must be there: an unmounted volume is never replaced. Raises OSError."""
        for folder in (self._folder, self._pending, self._failed, self._done):
            folder.mkdir(exist_ok=True)
        self.lock.touch()

    @property
    def odd(self) -> dict[str, str]:
        """What stands in a marker's place and cannot be read, as the last looks found it: its name and why."""
        return {name: why for found in self._odd.values() for name, why in found.items()}

    @property
    def held(self) -> str:
        """Why something waits in memory for the disk; empty when nothing does."""
        return f"{self._shelf.held} notes wait in memory: {self._shelf.refusal}" if self._shelf.held else ""

    def catch_up(self) -> None:
        """Give the disk what it did not take before."""
        self._shelf.catch_up()

    def tidy(self) -> None:
        """Delete what a killed agent had made of recordings that are published by now. Raises OSError."""
        if not self._work.is_dir():
            return
        for folder in self._work.iterdir():
            if self.recall(folder.name) is not None:
                self.clear(folder.name)

    def pending(self) -> list[Marker]:
        """Markers that wait, oldest first."""
        return sorted(self._markers(self._pending), key=lambda m: (m.ts, m.path.name))

    def failed(self) -> list[Marker]:
        """Markers that were given up."""
        return list(self._markers(self._failed))

    def drop(self, directory: Path, now_ms: int) -> None:
        """Write a marker as finalize.sh does: the sweep's voice. One directory gets one such marker at a time."""
        path = self._pending / f"{directory.name[:100]}.sweep.job"
        self._shelf.write(path, os.fsencode(directory) + b"\n", now_ms)

    def work_of(self, recording_id: str) -> Path:
        """Folder for what is made of a recording."""
        return self._work / recording_id

    def clear(self, recording_id: str) -> None:
        """Delete what was made of a recording."""
        shutil.rmtree(self.work_of(recording_id), ignore_errors=True)

    def remember(self, recording_id: str, note: bytes, ended_at: int) -> None:
        """Keep what was published about a media file."""
        self._shelf.write(self._done / f"{recording_id}.json", note, ended_at)

    def recall(self, recording_id: str) -> bytes | None:
        """What was published about a media file, or None: also where its note cannot be read, and it is made again."""
        try:
            return self._shelf.read(self._done / f"{recording_id}.json")[0]
        except OSError:
            return None

    def try_out(self) -> None:
        """Write and delete a note. Raises OSError."""
        path = self._done / "check.json"
        write_file(path, b"{}", 0)
        path.unlink()

    def finish(self, marker: Marker) -> None:
        """The marker's work is done; a record of each of its files is in `done/`."""
        self._shelf.move(marker.path, self._done / marker.path.name)

    def finished_before(self, marker: Marker) -> bool:
        """Whether another marker of the same directory is done: then it is no fault that the directory is gone."""
        return self.knows(marker.directory.name)

    def knows(self, session: str) -> bool:
        """Whether a marker of the directory of this name is done."""
        markers = self._markers(self._done, f"{glob.escape(session[:100])}.*.job")
        return any(marker.directory.name == session for marker in markers)

    def give_up(self, marker: Marker, now_ms: int) -> None:
        """Put the marker aside, for a person to look at. It gets the time of now: if he puts it back and it fails once
        more, that is another dead letter; one that is told twice after a kill keeps its time."""
        aside = self._failed / marker.path.name
        self._shelf.move(marker.path, aside)
        with suppress(OSError):  # held in memory for a full disk, or of another user
            os.utime(aside, (now_ms / 1000, now_ms / 1000))

    def _markers(self, folder: Path, pattern: str = "*.job") -> Iterator[Marker]:
        """Each by itself: what cannot be read holds up no other."""
        odd: dict[str, str] = {}
        for path in self._shelf.paths(folder, pattern):
            try:
                content, ts = self._shelf.read(path)
            except FileNotFoundError:
                if path.is_symlink():
                    odd[path.name] = "a link to nowhere"
                continue  # else it was moved away meanwhile
            except OSError as error:
                odd[path.name] = error.strerror or str(error)
                continue
            yield Marker(path, content[:MAX_BYTES], ts)
        if folder != self._done:
            self._odd[folder] = odd

"""Recordings without a marker: after a killed JVM, a restart or a missing script Jibri never calls the hook."""

from collections.abc import Callable, Iterator
from pathlib import Path

from recorder.event import Media, is_about
from recorder.media import media_files, modified_ms, printable
from recorder.openfiles import Name, open_files
from recorder.spool import Spool


def media_of(path: Path) -> Media:
    """The identity and the state of a media file. Raises OSError."""
    return Media(printable(path.parent.name), printable(path.name), path.stat().st_size, modified_ms(path))


def find_forgotten(
    recordings: Path, spool: Spool, quiet_ms: int, now_ms: int, opened: Callable[[], set[Name]] = open_files
) -> Iterator[Path]:
    """Directories with an unpublished media file in which nothing has changed for `quiet_ms` and that nobody has open.

    One with a marker is left alone: a pending one will be worked on, a failed one waits for a person. Raises OSError.
    """
    names: set[Name] | None = None
    for directory, files in _quiet(recordings, spool, quiet_ms, now_ms):
        if all(is_about(spool.recall(media.recording_id), media) for media in map(media_of, files)):
            continue
        names = opened() if names is None else names
        if not any((path.parent.name, path.name) in names for path in files):
            yield directory


def find_settled(recordings: Path, spool: Spool) -> Iterator[tuple[Path, list[tuple[Path, Media]]]]:
    """Directories whose media files are all published as they stand, with these: what a crash in or before the
    clean-up left. One without any is among them when a marker of it is done. Raises OSError.
    """
    for directory in _unmarked(recordings, spool):
        files = [(path, media_of(path)) for path in media_files(directory)]
        published = all(is_about(spool.recall(media.recording_id), media) for _, media in files)
        if published and (files or spool.knows(directory.name)):
            yield directory, files


def _quiet(recordings: Path, spool: Spool, quiet_ms: int, now_ms: int) -> Iterator[tuple[Path, list[Path]]]:
    for directory in _unmarked(recordings, spool):
        files = media_files(directory)
        if files and max(map(modified_ms, files)) <= now_ms - quiet_ms:
            yield directory, files


def _unmarked(recordings: Path, spool: Spool) -> Iterator[Path]:
    marked = {marker.directory.name for marker in [*spool.pending(), *spool.failed()]}
    for directory in sorted(recordings.iterdir()):
        if directory.name.startswith(".") or directory.name in marked:
            continue
        if directory.is_dir() and not directory.is_symlink():
            yield directory

"""Recordings without a marker: after a killed JVM, a restart or a missing script Jibri never calls the hook."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from recorder.event import Media, is_about
from recorder.media import media_files, modified_ms, printable
from recorder.openfiles import Name, open_files
from recorder.spool import Spool

Told = Callable[[Path, OSError], None]
"""Told of a directory that cannot be looked at; the others are."""


def media_of(directory: Path, path: Path) -> Media:
    """The identity and the state of a media file of a recording directory. Raises OSError."""
    file = printable(path.relative_to(directory).as_posix())
    return Media(printable(directory.name), file, path.stat().st_size, modified_ms(path))


def find_forgotten(
    recordings: Path,
    spool: Spool,
    quiet_ms: int,
    now_ms: int,
    opened: Callable[[], set[Name]] = open_files,
    told: Told = lambda _path, _error: None,
) -> Iterator[Path]:
    """Directories with an unpublished media file in which nothing has changed for `quiet_ms` and that nobody has open.

    One with a marker is left alone: a pending one will be worked on, a failed one waits for a person. Raises OSError
    of the recordings folder itself.
    """
    names: set[Name] | None = None
    for directory, files in _unmarked(recordings, spool, told):
        if not files or max(media.ended_at for _, media in files) > now_ms - quiet_ms:
            continue
        if all(is_about(spool.recall(media.recording_id), media) for _, media in files):
            continue
        names = opened() if names is None else names
        if not any((path.parent.name, path.name) in names for path, _ in files):
            yield directory


def find_settled(
    recordings: Path, spool: Spool, told: Told = lambda _path, _error: None
) -> Iterator[tuple[Path, list[tuple[Path, Media]]]]:
    """Directories whose media files are all published as they stand, with these: what a crash in or before the
    clean-up left. One without any is among them when a marker of it is done. Raises OSError of the recordings folder.
    """
    for directory, files in _unmarked(recordings, spool, told):
        published = all(is_about(spool.recall(media.recording_id), media) for _, media in files)
        if published and (files or spool.knows(directory.name)):
            yield directory, files


def _unmarked(recordings: Path, spool: Spool, told: Told) -> Iterator[tuple[Path, list[tuple[Path, Media]]]]:
    marked = {marker.directory.name for marker in [*spool.pending(), *spool.failed()]}
    with os.scandir(recordings) as entries:
        names = sorted(entry.name for entry in entries if entry.is_dir(follow_symlinks=False))
    for name in names:
        directory = recordings / name
        if name.startswith(".") or name in marked:
            continue
        try:
            files = [(path, media_of(directory, path)) for path in media_files(directory)]
        except OSError as error:
            told(directory, error)
            continue
        yield directory, files

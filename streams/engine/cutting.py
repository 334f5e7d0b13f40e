"""A person's own track goes out of a meeting's file; the others are copied, nothing decoded or encoded."""

import os
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from processors.tracks.entry import TRACKS
from processors.tracks.lines import name_of
from schemas.errors import Terminal
from streams.engine.deleting import delete_files, place_of, sync_folder
from streams.settings import Speech

PART = ".cut"
"""Behind the name of the file that is being written."""


def is_tracks(relative: str) -> bool:
    """Whether a recording has a track for each participant, and not one sound of all."""
    return relative.endswith(TRACKS)


def cut_tracks(speech: Speech, relative: str, is_his: Callable[[str], bool]) -> int:
    """Take out the tracks under a name of his; how many. The file is as it was or without them, whenever the power
    goes; one that holds nobody else is deleted. Blocking.

    Raises `Terminal` where the path leaves the recordings folder or the file cannot be read, `Transient` where the
    folder is away, `OSError`.
    """
    import av  # here: 16 MB of RSS that an idle worker need not hold

    path = place_of(speech, relative)
    if not path.is_file():
        return 0
    try:
        titles = titles_of(path)
        kept = [number for number, title in enumerate(titles) if not is_his(name_of(title))]
        if len(kept) == len(titles):
            return 0
        if not kept:
            return len(titles) if delete_files(speech, relative) else 0
        _write(path, path, kept)
    except av.error.FFmpegError as error:
        raise _unreadable(path, error) from error
    return len(titles) - len(kept)


def copy_tracks(speech: Speech, relative: str, into: str, numbers: list[int]) -> list[str]:
    """Write these tracks of a file as the file `into`; their titles. It is there whole or not at all. Blocking; raises
    as `cut_tracks`."""
    import av

    path, target = place_of(speech, relative), place_of(speech, into)
    try:
        _write(path, target, numbers)
        return titles_of(target)
    except av.error.FFmpegError as error:
        raise _unreadable(path, error) from error


def titles_of(path: Path) -> list[str]:
    """Of a file's tracks. Raises FFmpeg's errors."""
    import av

    with av.open(str(path)) as container:
        return [stream.metadata.get("title", "") for stream in container.streams]


def _unreadable(path: Path, error: Exception) -> Exception:
    if isinstance(error, OSError) and error.errno:
        return error
    return Terminal(f"{path}: дорожки не вырезаются, файл не читается")


def _write(path: Path, target: Path, kept: list[int]) -> None:
    part = target.with_name(target.name + PART)
    try:
        _copy(path, part, kept)
        with part.open("rb") as file:
            os.fsync(file.fileno())
        part.chmod(path.stat().st_mode & 0o777)
        part.replace(target)
        sync_folder(target.parent)
    finally:
        part.unlink(missing_ok=True)


def _copy(path: Path, part: Path, kept: list[int]) -> None:
    import av

    with ExitStack() as opened:
        source = opened.enter_context(av.open(str(path)))
        options = {"fflags": "+bitexact"}
        copy = opened.enter_context(av.open(str(part), "w", format="matroska", options=options))
        streams: dict[int, Any] = {}
        for number in kept:
            streams[number] = copy.add_stream_from_template(source.streams[number])
            streams[number].metadata["title"] = source.streams[number].metadata.get("title", "")
        for packet in source.demux([source.streams[number] for number in kept]):
            if packet.dts is not None:  # the end of a stream
                packet.stream = streams[packet.stream.index]
                copy.mux_one(packet)

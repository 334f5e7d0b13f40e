"""Lines of Opus packets → one Matroska file, nothing decoded or encoded. The same lines give the same bytes."""

import hashlib
import os
import struct
from contextlib import ExitStack
from fractions import Fraction
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from processors.tracks.packets import FRAME, SILENCE, TICKS
from streams.tracks.spool import Sound

WINDOW = TICKS
"""Ticks that are interleaved at once."""
HEAD = b"OpusHead" + struct.pack("<BBHIhB", 1, 1, 0, TICKS, 0, 0)
"""RFC 7845, 5.1: mono, nothing to skip. A packet in stereo is mixed by the decoder."""
PART = ".part"


def write(path: Path, titles: list[str], sound: Sound) -> tuple[int, str]:
    """Write the lines to `path`, for its owner only; it is whole or as it was, whenever the power goes. Blocking.

    Returns (bytes, sha256). Raises `OSError`.
    """
    path.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
    part = path.with_name(path.name + PART)
    os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
    try:
        _mux(part, titles, sound)
        with part.open("rb") as file:
            os.fsync(file.fileno())
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            size = file.tell()
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return size, digest


def _mux(path: Path, titles: list[str], sound: Sound) -> None:
    import av  # here: 16 MB of RSS that an idle worker need not hold

    lanes = [np.load(sound.lane(number), mmap_mode="r") for number in range(len(titles))]
    with ExitStack() as opened:
        container = opened.enter_context(av.open(str(path), "w", format="matroska", options={"fflags": "+bitexact"}))
        payloads = opened.enter_context(sound.payloads.open("rb"))
        streams = [_stream(container, title) for title in titles]
        container.start_encoding()
        for stream, lane in zip(
            streams, lanes, strict=True
        ):  # each begins with the meeting, so that its times are ours
            if lane["pts"][0] >= FRAME:
                container.mux_one(_packet(stream, 0, FRAME, SILENCE))
        marks = [0] * len(lanes)
        while due := _due(lanes, marks):
            for pts, number, at in sorted(due):
                row = lanes[number][at]
                container.mux_one(_packet(streams[number], pts, int(row["length"]), _payload(payloads, row)))


def _due(lanes: list[Any], marks: list[int]) -> list[tuple[int, int, int]]:
    """(pts, line, row) of the packets of the next window that has some; moves the marks on."""
    left = [int(lane["pts"][at]) for lane, at in zip(lanes, marks, strict=True) if at < len(lane)]
    due = []
    for number, lane in enumerate(lanes if left else []):
        first, last = marks[number], int(np.searchsorted(lane["pts"], min(left) + WINDOW))
        due += [(int(lane["pts"][at]), number, at) for at in range(first, last)]
        marks[number] = last
    return due


def _payload(payloads: BinaryIO, row: Any) -> bytes:
    size = int(row["size"])
    if not size:
        return SILENCE
    payloads.seek(int(row["at"]))
    return payloads.read(size)


def _stream(container: Any, title: str) -> Any:
    stream = container.add_stream("libopus", rate=TICKS)
    stream.layout = "mono"
    stream.codec_context.extradata = HEAD
    stream.metadata["title"] = title
    return stream


def _packet(stream: Any, pts: int, length: int, opus: bytes) -> Any:
    import av

    packet = av.Packet(opus)
    packet.pts = packet.dts = pts
    packet.duration, packet.time_base, packet.stream, packet.is_keyframe = length, Fraction(1, TICKS), stream, True
    return packet

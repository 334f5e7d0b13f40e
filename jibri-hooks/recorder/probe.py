"""What a media file is worth: `ok`, `damaged`, `empty` or `too_short`, and how long it is.

Jibri's hook looks the same after a crash, an empty call and a normal end, so the file itself is asked.
"""

from fractions import Fraction
from pathlib import Path
from typing import Any

import av

from recorder.jobs import Probe
from recorder.regular import open_regular

TAIL_S = 10.0
"""The end is checked from so many seconds before it: enough to meet a packet at any sane packet length."""
SLACK_S = 2.0
"""So much shorter than the index says an audio track may be: ffmpeg ends audio and video at different times."""


def probe(path: Path, min_seconds: float) -> Probe:
    """Read the container, not the picture: the index, and the packets near the end. Raises OSError of the disk.

    A file without an index and without a duration (a Matroska whose writer was killed) is read through once.
    """
    if path.stat().st_size == 0:
        return Probe("empty", error="zero bytes")
    with open_regular(path) as file:
        try:
            with av.open(file, metadata_errors="ignore") as container:  # titles of old programs are cp1251
                return _judge(container, min_seconds)
        except av.FFmpegError as error:
            return Probe("damaged", error=f"{type(error).__name__}: {error.strerror}")


def _judge(container: Any, min_seconds: float) -> Probe:
    if not container.streams.audio:
        return Probe("empty", error="no audio track")
    track = container.streams.audio[0]
    start = (container.start_time or 0) / av.time_base
    promised = (container.duration or 0) / av.time_base
    end = _last_end(container, track, max(start + promised - TAIL_S, 0.0)) - start
    if promised and end < promised - SLACK_S:
        real = max(_last_end(container, track, 0.0) - start, 0.0)
        return Probe("damaged", round(real * 1000), f"sound ends at {real:.1f} s of {promised:.1f} s")
    seconds = promised or max(end, 0.0)
    if seconds <= 0:
        return Probe("empty", error="no sound in the audio track")
    if seconds < min_seconds:
        return Probe("too_short", round(seconds * 1000), f"shorter than {min_seconds:g} s")
    return Probe("ok", round(seconds * 1000))


def _last_end(container: Any, track: Any, since_s: float) -> float:
    """Where the last readable packet after `since_s` ends, in seconds; 0 when there is none."""
    container.seek(round(since_s * av.time_base), backward=True)
    end = Fraction(0)
    try:
        for packet in container.demux(track):
            if packet.pts is not None and packet.size and not packet.is_corrupt:
                end = max(end, (packet.pts + (packet.duration or 0)) * packet.time_base)
    except av.FFmpegError:
        return float(end)  # the rest cannot be read: the caller compares with what was promised
    return float(end)

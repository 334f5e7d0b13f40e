"""Second chances: the readable packets of a damaged file in a new container, and the sound alone as Opus or FLAC.

Both write the same bytes for the same input (`bitexact`), so a second attempt finds the first one's copy by its hash.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import av

from recorder.copy import Pace
from recorder.regular import open_regular

CODECS = {"opus": ("libopus", "opus"), "flac": ("flac", "flac")}
"""Setting → encoder, container."""
RATE = 16_000
"""Samples a second: what speech recognition takes."""
OPUS_BITS = 32_000
"""Bits a second of one voice channel: transparent for speech (RFC 6716 section 2.1.1: 20-32 kbit/s for wideband)."""


def remux(source: Path, into: Path, pace: Pace) -> None:
    """Copy every readable packet of sound and picture. Raises `av.FFmpegError` when there is none, and OSError."""
    with _read(source) as incoming, av.open(str(into), "w", options=_exact()) as outgoing:
        tracks = {
            stream.index: outgoing.add_stream_from_template(stream)
            for stream in incoming.streams
            if stream.type in {"audio", "video"}
        }
        for packet in _packets(incoming, pace):
            if packet.stream_index in tracks:
                packet.stream = tracks[packet.stream_index]
                outgoing.mux(packet)


def extract_sound(source: Path, into: Path, codec: str, pace: Pace) -> None:
    """The first audio track as 16 kHz, one channel or two. Raises `av.FFmpegError` when nothing can be decoded, and
    OSError.

    Two channels stay two: mixed, a miswired pair of opposite phase is silence for good.
    """
    encoder, container = CODECS[codec]
    with (
        _read(source) as incoming,
        av.open(str(into), "w", format=container, options=_exact()) as outgoing,
    ):
        layout = "mono" if incoming.streams.audio[0].codec_context.layout.nb_channels == 1 else "stereo"
        track = outgoing.add_stream(encoder, rate=RATE, layout=layout)
        if codec == "opus":
            track.bit_rate = OPUS_BITS * track.codec_context.layout.nb_channels
        track.codec_context.flags |= av.codec.context.Flags.bitexact
        resampler = av.AudioResampler(format="s16", layout=layout, rate=RATE)
        for packet in _packets(incoming, pace, incoming.streams.audio[0]):
            for frame in _decode(packet):
                for sound in resampler.resample(frame):
                    outgoing.mux(track.encode(sound))
        for sound in resampler.resample(None):
            outgoing.mux(track.encode(sound))
        outgoing.mux(track.encode(None))
    with into.open("rb") as written:
        os.fsync(written.fileno())


@contextmanager
def _read(source: Path) -> Iterator[Any]:
    with open_regular(source) as file, av.open(file, metadata_errors="ignore") as container:
        yield container


def _exact() -> dict[str, str]:
    return {"fflags": "+bitexact"}


def _packets(container: Any, pace: Pace, *tracks: Any) -> Iterator[Any]:
    """Packets with a time, up to the first one that cannot be read."""
    try:
        for packet in container.demux(*tracks):
            pace(packet.size)
            if packet.dts is not None and packet.size and not packet.is_corrupt:
                yield packet
    except av.FFmpegError:
        return


def _decode(packet: Any) -> list[Any]:
    try:
        return list(packet.decode())
    except av.FFmpegError:  # one broken packet costs its 20 ms
        return []

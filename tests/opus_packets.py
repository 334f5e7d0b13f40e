"""Speech as Opus packets of 20 ms, as a browser sends them; and blocks of them, as they lie on `source.audio`."""

from collections.abc import Iterable

import av
import numpy as np

from schemas.audio import AudioBlock, Packet
from tests.speech import RATE, Pcm

FRAME = RATE // 50
TICKS = 960


def opus_of(pcm: Pcm) -> list[bytes]:
    """One payload for each 20 ms of 16 kHz speech, the last one filled up."""
    coder = av.CodecContext.create("libopus", "w")
    coder.sample_rate, coder.layout, coder.format, coder.bit_rate = RATE, "mono", "s16", 32_000
    coder.options = {"application": "voip"}
    whole = np.concatenate([pcm, np.zeros(-len(pcm) % FRAME, np.int16)])
    found: list[bytes] = []
    for at in range(0, len(whole), FRAME):
        frame = av.AudioFrame.from_ndarray(whole[None, at : at + FRAME], format="s16", layout="mono")
        frame.sample_rate, frame.pts = RATE, at
        found += [bytes(packet) for packet in coder.encode(frame)]
    return found


def packets_of(pcm: Pcm, since_s: float = 0.0, chunk: int = 1000, level: int = 30) -> list[Packet]:
    """The speech from `since_s` of the media clock on."""
    start = round(since_s * 48_000)
    return [Packet(chunk + at, start + at * TICKS, level, opus) for at, opus in enumerate(opus_of(pcm))]


def blocks_of(
    packets: Iterable[Packet], endpoint: str, *, meeting: str = "m1", connection: str = "c1", tag: str = "", zero: int
) -> list[AudioBlock]:
    """A block a second."""
    seconds: dict[int, list[Packet]] = {}
    for packet in packets:
        seconds.setdefault(packet.ts // 48_000, []).append(packet)
    tag = tag or f"{endpoint}-a0"
    return [AudioBlock(meeting, connection, tag, endpoint, zero, of) for of in seconds.values()]

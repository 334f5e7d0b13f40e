"""A stretch of spooled sound as one block of bytes: raw where that is small enough, else Opus in Ogg. Blocking."""

import io

import numpy as np

from streams.transcribe.sound.audio import RATE, Audio

BITS_PER_SECOND = 32_000
"""4 h make 57.6 MB: the longest recording fits into one request."""
COMPLEXITY = "5"
"""Of 10: half the CPU of the default, and speech at this rate does not need more."""
BLOCK = RATE * 10


def encode(audio: Audio, from_ms: int, to_ms: int, raw_up_to: int) -> tuple[bytes, bool]:
    """(bytes, whether they are Opus). Raw s16le as long as it has at most `raw_up_to` bytes: 31 min in 60 MB."""
    first, last = from_ms * RATE // 1000, min(to_ms * RATE // 1000, audio.samples)
    with audio.path.open("rb") as file:
        file.seek(first * 2)
        if (last - first) * 2 <= raw_up_to:
            return file.read((last - first) * 2), False
    return _opus(audio, first, last), True


def _opus(audio: Audio, first: int, last: int) -> bytes:
    import av  # here: 16 MB of RSS that an idle worker need not hold

    out = io.BytesIO()
    with av.open(out, "w", format="ogg") as container, audio.path.open("rb") as file:
        stream = container.add_stream(
            "libopus", rate=RATE, options={"application": "voip", "compression_level": COMPLEXITY}
        )
        stream.layout, stream.bit_rate = "mono", BITS_PER_SECOND
        file.seek(first * 2)
        for at in range(first, last, BLOCK):
            pcm = np.frombuffer(file.read(min(BLOCK, last - at) * 2), "<i2")
            frame = av.AudioFrame.from_ndarray(pcm[None], format="s16", layout="mono")
            frame.sample_rate, frame.pts = RATE, at - first
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return out.getvalue()

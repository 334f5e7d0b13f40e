"""Real media files made by PyAV, and recording directories as Jibri leaves them."""

import json
from pathlib import Path

import av
import numpy as np

RATE = 44_100
FRAME = 1024


def write_clip(path: Path, seconds: float = 4.0, options: dict[str, str] | None = None, title: str = "") -> Path:
    """A mono AAC track of quiet noise, as Jibri records it, without a picture."""
    noise = np.random.default_rng(1)
    with av.open(str(path), "w", options=options or {}) as container:
        if title:
            container.metadata["title"] = title
        track = container.add_stream("aac", rate=RATE, layout="mono")
        for at in range(0, round(seconds * RATE), FRAME):
            samples = noise.uniform(-0.2, 0.2, (1, FRAME)).astype("f4")
            frame = av.AudioFrame.from_ndarray(samples, format="fltp", layout="mono")
            frame.rate, frame.pts = RATE, at
            container.mux(track.encode(frame))
        container.mux(track.encode(None))
    return path


def write_silent_film(path: Path) -> Path:
    """A picture without a sound track."""
    with av.open(str(path), "w") as container:
        track = container.add_stream("mpeg4", rate=10)
        track.width, track.height, track.pix_fmt = 32, 32, "yuv420p"
        for at in range(50):
            frame = av.VideoFrame.from_ndarray(np.full((32, 32, 3), at, np.uint8), format="rgb24")
            frame.pts = at
            container.mux(track.encode(frame))
        container.mux(track.encode(None))
    return path


def write_session(
    recordings: Path, session: str, room: str = "lead-12345-kickoff", metadata: bytes | None = None
) -> Path:
    """`<recordings>/<session>/` with one good mp4 and the `metadata.json` of `room`, or other bytes in its place."""
    directory = recordings / session
    directory.mkdir(parents=True)
    write_clip(directory / f"{room}_2026-08-20-12-00-00.mp4")
    told = {"meeting_url": f"https://meet.example/{room}", "participants": []}
    (directory / "metadata.json").write_bytes(json.dumps(told).encode() if metadata is None else metadata)
    return directory

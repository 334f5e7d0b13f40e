"""The sound alone, beside the recording."""

import wave
from pathlib import Path

import av
import numpy as np
import pytest

from recorder.remux import extract_sound

RATE = 48_000
TONE = (8000 * np.sin(np.arange(RATE) / 20)).astype("<i2")


def write(path: Path, *channels: "np.ndarray[tuple[int], np.dtype[np.int16]]") -> None:
    """A WAV of one second."""
    with wave.open(str(path), "wb") as file:
        file.setparams((len(channels), 2, RATE, 0, "NONE", ""))
        file.writeframes(np.stack(channels, axis=1).tobytes())


def loudest(path: Path) -> list[int]:
    """Of each channel."""
    with av.open(str(path)) as container:
        sound = np.concatenate([frame.to_ndarray() for frame in container.decode(audio=0)], axis=1)
        channels = container.streams.audio[0].codec_context.layout.nb_channels
    planes = sound.reshape(-1, channels).T if sound.shape[0] != channels else sound
    return [int(np.abs(plane.astype(np.float64)).max() * (32767 if sound.dtype.kind == "f" else 1)) for plane in planes]


@pytest.mark.parametrize("codec", ["opus", "flac"])
def test_a_miswired_pair_is_not_silenced(tmp_path: Path, codec: str) -> None:
    """The second channel is the first one upside down: their mix would be silence for good."""
    write(tmp_path / "in.wav", TONE, -TONE)
    extract_sound(tmp_path / "in.wav", tmp_path / "out", codec, lambda _size: None)
    assert len(found := loudest(tmp_path / "out")) == 2 and min(found) > 4000


def test_one_channel_stays_one(tmp_path: Path) -> None:
    """A mono recording is not paid for twice."""
    write(tmp_path / "in.wav", TONE)
    extract_sound(tmp_path / "in.wav", tmp_path / "out", "flac", lambda _size: None)
    assert len(found := loudest(tmp_path / "out")) == 1 and min(found) > 4000

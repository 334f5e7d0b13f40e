"""Any file to 16 kHz mono: right samples at the right time, or a clear refusal."""

import errno
from pathlib import Path

import av
import numpy as np
import pytest

from schemas.errors import Transient
from streams.transcribe.sound.audio import RATE
from streams.transcribe.sound.decode import Unreadable, decode
from streams.transcribe.sound.sound_file import SoundFile
from tests.speech import write_mp4, write_wav
from tests.unit.transcribe.sound.beeps import beeps, heard


@pytest.mark.parametrize("rate", [8_000, 16_000, 44_100, 48_000])
def test_wav_of_any_rate(tmp_path: Path, into: Path, rate: int) -> None:
    """Length and the time of every beep stay, whatever the source's rate."""
    write_wav(tmp_path / "a.wav", beeps(4, rate), rate)
    audio = decode(tmp_path / "a.wav", into)
    assert abs(audio.samples - 4 * RATE) <= 2
    assert heard(audio.pcm()) == [(0, 0), (10, 1), (20, 2), (30, 3)]
    assert not audio.damaged
    assert into.stat().st_size == audio.samples * 2


def test_jibri_mp4(tmp_path: Path, into: Path) -> None:
    """AAC 44.1 kHz stereo beside a picture: the encoder's delay is taken out again."""
    write_mp4(tmp_path / "a.mp4", beeps(5))
    audio = decode(tmp_path / "a.mp4", into)
    assert heard(audio.pcm()) == [(second * 10, second) for second in range(5)]
    assert abs(audio.duration_ms - 5000) < 50
    assert not audio.damaged


def test_a_hole_in_the_time_stamps_becomes_silence(tmp_path: Path, into: Path) -> None:
    """A muted track skips time stamps: the sound after the hole keeps its time."""
    with av.open(str(tmp_path / "a.mka"), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=RATE, layout="mono")
        pcm = beeps(6)
        for second in (0, 1, 4, 5):
            part = np.ascontiguousarray(pcm[second * RATE : (second + 1) * RATE])
            frame = av.AudioFrame.from_ndarray(part[None], format="s16", layout="mono")
            frame.sample_rate, frame.pts = RATE, second * RATE
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    audio = decode(tmp_path / "a.mka", into)
    assert heard(audio.pcm()) == [(0, 0), (10, 1), (40, 4), (50, 5)]
    assert audio.duration_ms == 6000


def test_a_broken_time_stamp_does_not_fill_the_disk(tmp_path: Path, into: Path) -> None:
    """A jump far past the end that the container names is a fault of the stamp, not hours of silence."""
    with SoundFile([into]) as spool:
        spool.lasting_s = 10.0
        spool.advance(3600.0)
    assert spool.samples == 0
    assert spool.flaw


def _silent_film(path: Path) -> None:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=1)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        container.mux(stream.encode(av.VideoFrame(64, 48, "yuv420p")))
        container.mux(stream.encode(None))


def test_refusals_say_why(tmp_path: Path, into: Path) -> None:
    """No file, a folder, an empty file, a text, a film without sound, and an mp4 whose recorder was killed."""
    files = {name: tmp_path / name for name in ("none.mp4", "empty.mp4", "text.mp4", "film.mp4", "killed.mp4", "a.txt")}
    files["empty.mp4"].touch()
    files["text.mp4"].write_text("это не видео " * 100)
    files["a.txt"].write_bytes(bytes(5000))
    _silent_film(files["film.mp4"])
    write_mp4(files["killed.mp4"], beeps(5))
    files["killed.mp4"].write_bytes(files["killed.mp4"].read_bytes()[:-4000])
    expected = {
        "none.mp4": "такого файла или папки нет",
        "empty.mp4": "файл пуст",
        "text.mp4": "moov",
        "film.mp4": "нет звуковой дорожки",
        "killed.mp4": "moov",
        "a.txt": "не читается как звук",
    }
    for name, text in expected.items():
        with pytest.raises(Unreadable, match=text):
            decode(files[name], into)
    with pytest.raises(Unreadable, match="это папка, а не файл"):
        decode(tmp_path, into)


def test_a_full_spool_is_passing(tmp_path: Path) -> None:
    """No space left is tried again later and says so."""
    write_wav(tmp_path / "a.wav", beeps(3))
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("needs /dev/full")
    with pytest.raises(Transient, match="no space left") as caught:
        decode(tmp_path / "a.wav", full)
    assert caught.value.retry_after
    assert caught.value.__cause__.errno == errno.ENOSPC  # type: ignore[union-attr]

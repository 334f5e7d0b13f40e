"""Any file to 16 kHz mono: right samples at the right time, or a clear refusal."""

import errno
import threading
from pathlib import Path

import av
import numpy as np
import pytest

from schemas.errors import Transient
from streams.speech import decode as module
from streams.speech.decode import Stopped, Unreadable, decode
from streams.speech.engines import RATE, Pcm
from tests.speech import write_mp4, write_wav


def beeps(seconds: int, rate: int = RATE) -> Pcm:
    """The first tenth of each second n is a tone of 300 + 50·n Hz, so that every second can be told."""
    at = np.arange(seconds * rate)
    tone = 10_000 * np.sin(2 * np.pi * (300 + 50 * (at // rate)) * at / rate)
    return np.where(at % rate < rate // 10, tone, 0).astype(np.int16)


def heard(pcm: Pcm) -> list[tuple[int, int]]:
    """(tenth of a second, number of the beep) of all beeps in the sound."""
    found = []
    for tenth in range(len(pcm) // 1600):
        part = pcm[tenth * 1600 + 600 : tenth * 1600 + 1500].astype(float)  # without an edit list AAC is 23 ms late
        if np.abs(part).max() > 3000:
            strongest = int(np.abs(np.fft.rfft(part, RATE)).argmax())
            found.append((tenth, round((strongest - 300) / 50)))
    return found


@pytest.fixture
def into(tmp_path: Path) -> Path:
    return tmp_path / "out.pcm"


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


@pytest.mark.parametrize("movflags", ["faststart", "frag_keyframe+empty_moov"])
def test_a_cut_off_tail_is_marked(tmp_path: Path, into: Path, movflags: str) -> None:
    """What was written before the cut is decoded; the rest is named."""
    whole = tmp_path / "whole.mp4"
    write_mp4(whole, beeps(20), movflags=movflags)
    (tmp_path / "cut.mp4").write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    audio = decode(tmp_path / "cut.mp4", into)
    found = heard(audio.pcm())
    assert found == [(second * 10, second) for second in range(len(found))]
    assert 5 <= len(found) <= 15
    if movflags == "faststart":  # a fragmented file does not say how long it meant to be
        assert audio.damaged
        assert "of 20.0 s" in audio.flaw


def test_a_cut_off_picture_does_not_end_the_sound(tmp_path: Path, into: Path) -> None:
    """Where the picture lies behind the sound in the file, its loss must not stop the sound before the cut."""
    pcm = beeps(30)
    write_wav(tmp_path / "a.wav", pcm)
    with (
        av.open(str(tmp_path / "a.wav")) as source,
        av.open(str(tmp_path / "whole.mp4"), "w", options={"movflags": "faststart"}) as container,
    ):
        film = container.add_stream("mpeg4", rate=1)
        film.width, film.height, film.pix_fmt = 64, 48, "yuv420p"
        sound = container.add_stream("aac", rate=RATE, layout="mono")
        for frame in source.decode(audio=0):
            container.mux(sound.encode(frame))
        container.mux(sound.encode(None))
        picture = av.VideoFrame(64, 48, "yuv420p")
        for second in range(30):
            picture.pts = second
            container.mux(film.encode(picture))
        container.mux(film.encode(None))
    whole = (tmp_path / "whole.mp4").read_bytes()
    (tmp_path / "cut.mp4").write_bytes(whole[: len(whole) // 2])
    assert len(heard(decode(tmp_path / "cut.mp4", into).pcm())) >= 10


def test_damage_in_the_middle_keeps_the_times_after_it(tmp_path: Path, into: Path) -> None:
    """Bytes overwritten in the middle cost their own seconds; the beeps after them are still where they were."""
    whole = tmp_path / "whole.mp4"
    write_mp4(whole, beeps(30), movflags="faststart")
    raw = bytearray(whole.read_bytes())
    middle = len(raw) // 2
    raw[middle : middle + len(raw) // 20] = b"\xff" * (len(raw) // 20)
    (tmp_path / "hurt.mp4").write_bytes(raw)
    audio = decode(tmp_path / "hurt.mp4", into)
    late = [(tenth, number) for tenth, number in heard(audio.pcm()) if number >= 20]
    assert late == [(second * 10, second) for second in range(20, 30)]
    assert audio.damaged


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
    track = module._Track(into.open("wb"), lasting_s=10.0, stop=None)
    with track.file:
        track.advance(3600.0)
    assert track.samples == 0
    assert track.flaw


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
        "none.mp4": "No such file",
        "empty.mp4": "empty",
        "text.mp4": "moov",
        "film.mp4": "no audio stream",
        "killed.mp4": "moov",
        "a.txt": "cannot be read as media",
    }
    for name, text in expected.items():
        with pytest.raises(Unreadable, match=text):
            decode(files[name], into)
    with pytest.raises(Unreadable, match="Is a directory"):
        decode(tmp_path, into)


def test_a_stopped_decode_ends(tmp_path: Path, into: Path) -> None:
    """A cancelled job does not decode to the end in its thread."""
    write_wav(tmp_path / "a.wav", beeps(3))
    stop = threading.Event()
    stop.set()
    with pytest.raises(Stopped):
        decode(tmp_path / "a.wav", into, stop)


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

"""What a file's sound truly is: miswired lines, holes in the middle, lengths that nobody told, rates that are none."""

from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest

from streams.transcribe.sound.audio import RATE, Pcm
from streams.transcribe.sound.decode import Unreadable, decode, voices
from tests.speech import write_wav
from tests.tones import encode, encode_live, hear, talk

TALK = talk(20, seed=4)


def written(path: Path, by_channel: Pcm, codec: str = "pcm_s16le") -> Path:
    encode(path, codec, {"": by_channel}, rate=16_000)
    return path


@pytest.mark.parametrize("louder", [1.0, 0.8, 1.25])
def test_a_miswired_line_is_heard(tmp_path: Path, louder: float) -> None:
    """Both channels carry one sound, one of them upside down: mixed they are silence, so one of them is taken."""
    noise = np.random.default_rng(1).normal(0, 8, (2, len(TALK.pcm)))
    both = (np.stack([TALK.pcm, -TALK.pcm * louder * 0.99]) + noise).astype(np.int16)
    [(name, audio)] = voices(written(tmp_path / "a.wav", both), tmp_path)
    assert [word.text for word in hear(audio.pcm())] == [word.text for word in TALK.words]
    assert (name, audio.flaw) == ("", "")


def test_only_the_far_side_is_miswired(tmp_path: Path) -> None:
    """One person is the same in both channels, the other upside down in one: neither may vanish."""
    near, far = TALK.pcm.copy(), TALK.pcm.copy()
    near[10 * RATE :], far[: 10 * RATE] = 0, 0
    [(_, audio)] = voices(written(tmp_path / "a.wav", np.stack([near + far, near - far])), tmp_path)
    assert len(hear(audio.pcm())) == len(TALK.words)


def test_ordinary_stereo_is_mixed(tmp_path: Path) -> None:
    """Somebody who is in one channel only, beside one in both, is not lost by the look for miswired lines."""
    left, right = TALK.pcm.copy(), TALK.pcm.copy()
    left[15 * RATE :] = 0
    [(_, audio)] = voices(written(tmp_path / "a.wav", np.stack([left, right])), tmp_path)
    assert len(hear(audio.pcm())) == len(TALK.words)


@pytest.mark.parametrize("name", ["a.ogg", "a.opus", "a.webm", "a.flac"])
@pytest.mark.parametrize("kind", ["overwritten", "cut out"])
def test_a_hole_is_told_with_its_place(tmp_path: Path, name: str, kind: str) -> None:
    """Sound that is missing in the middle of a file whose stamps know no holes; the words after it keep their times."""
    path, into = tmp_path / name, tmp_path / "x.pcm"
    encode(path, "flac" if name == "a.flac" else "libopus", {"": TALK.pcm}, rate=16_000 if name == "a.flac" else 48_000)
    assert decode(path, into).flaw == ""
    raw = bytearray(path.read_bytes())
    middle, length = len(raw) // 2, len(raw) // 8
    raw[middle : middle + length] = bytes(length) if kind == "overwritten" else b""
    path.write_bytes(raw)
    audio = decode(path, into)
    assert audio.damaged
    assert "нет звука с 9." in audio.flaw or "нет звука с 10." in audio.flaw or "нет звука с 8." in audio.flaw
    assert [word.text for word in hear(audio.pcm())][-10:] == [word.text for word in TALK.words][-10:]


def test_broken_packets_are_told_with_their_place(tmp_path: Path) -> None:
    """mp4 knows where each packet is: the first broken one says where to listen."""
    encode(tmp_path / "a.m4a", "aac", {"": TALK.pcm})
    raw = bytearray((tmp_path / "a.m4a").read_bytes())
    middle = len(raw) // 2
    raw[middle : middle + 2000] = bytes(2000)
    (tmp_path / "a.m4a").write_bytes(raw)
    assert "первый на " in decode(tmp_path / "a.m4a", tmp_path / "x.pcm").flaw


def late_noise(seconds: int) -> Pcm:
    """Silence, then noise: a variable rate says little at its start."""
    sound = np.random.default_rng(2).normal(0, 9000, seconds * RATE)
    sound[: seconds * RATE // 2] = 0
    return np.clip(sound, -30_000, 30_000).astype(np.int16)


def adts(path: Path) -> None:
    encode_live(path, "adts", "aac", late_noise(50))


def mp3(path: Path) -> None:
    """Of two bit rates, without a header that tells its length."""
    for bit_rate in (32_000, 128_000):
        with av.open(str(path) + ".part", "w", format="mp3", options={"write_xing": "0", "id3v2_version": "0"}) as out:
            stream = out.add_stream("libmp3lame", rate=RATE, layout="mono")
            stream.bit_rate = bit_rate
            frame = av.AudioFrame.from_ndarray(late_noise(25)[None], format="s16p", layout="mono")
            frame.sample_rate, frame.pts = RATE, 0
            out.mux([*stream.encode(frame), *stream.encode(None)])
        with path.open("ab") as whole:
            whole.write(Path(str(path) + ".part").read_bytes())


@pytest.mark.parametrize("write", [adts, mp3])
def test_a_length_that_nobody_told_says_nothing(tmp_path: Path, write: Callable[[Path], None]) -> None:
    """FFmpeg guesses the length of these from the bit rate at their start; the file is whole for all that."""
    write(tmp_path / "a.bin")
    audio = decode(tmp_path / "a.bin", tmp_path / "x.pcm")
    assert (audio.damaged, audio.flaw) == (False, "")
    assert abs(audio.duration_ms - 50_000) < 300


@pytest.mark.parametrize("rate", [1, 400])
def test_a_rate_that_is_none_is_refused_in_words(tmp_path: Path, rate: int) -> None:
    """A WAV that claims 1 Hz would become 16 000 times as large; no speech is in it anyway."""
    write_wav(tmp_path / "a.wav", TALK.pcm, rate)
    with pytest.raises(Unreadable, match=f"{rate} Гц"):
        decode(tmp_path / "a.wav", tmp_path / "x.pcm")
    assert (tmp_path / "x.pcm").stat().st_size == 0

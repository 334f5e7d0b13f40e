"""Files that are cut off or hurt in the middle: what is left is heard at its time, and the damage is named."""

import struct
from collections.abc import Callable
from pathlib import Path

import av
import pytest

from streams.transcribe.sound.audio import RATE
from streams.transcribe.sound.decode import decode
from tests.speech import write_mp4, write_wav
from tests.tones import encode, encode_live, hear, same_words, talk
from tests.unit.transcribe.sound.beeps import beeps, heard


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
        assert "из 20.0 с" in audio.flaw


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


TALK = talk(40)


def sized(path: Path, size: int) -> None:
    """A WAV whose header tells `size` bytes of sound."""
    write_wav(path, TALK.pcm)
    raw = bytearray(path.read_bytes())
    raw[40:44] = struct.pack("<I", size)
    path.write_bytes(raw)


def rf64(path: Path) -> None:
    """A WAV with 64-bit sizes (EBU Tech 3306)."""
    write_wav(path, TALK.pcm)
    raw = path.read_bytes()
    sizes = struct.pack("<4sIQQQI", b"ds64", 28, len(raw) + 28, len(TALK.pcm) * 2, 0, 0)
    path.write_bytes(b"RF64\xff\xff\xff\xffWAVE" + sizes + raw[12:40] + b"\xff\xff\xff\xff" + raw[44:])


def fragments(path: Path) -> None:
    """As a live recorder writes mp4."""
    encode(path, "aac", {"": TALK.pcm}, movflags="empty_moov+default_base_moof", frag_duration="2000000")


Write = Callable[[Path], None]
CUTS: dict[str, tuple[Write, str]] = {
    "faststart.mp4": (lambda path: write_mp4(path, TALK.pcm, movflags="faststart"), "из 40.0 с"),
    "fragment.mp4": (lambda path: write_mp4(path, TALK.pcm, movflags="frag_keyframe+empty_moov"), "из 40.0 с"),
    "fragments.mp4": (fragments, "посреди блока mdat"),
    "opus.mkv": (lambda path: encode(path, "libopus", {"": TALK.pcm}), "из 40.0 с"),
    "opus.webm": (lambda path: encode(path, "libopus", {"": TALK.pcm}), "из 40.0 с"),
    "live.webm": (lambda path: encode_live(path, "webm", "libopus", TALK.pcm), "посреди элемента"),
    "opus.ogg": (lambda path: encode(path, "libopus", {"": TALK.pcm}), "посреди страницы"),
    "live.ogg": (lambda path: encode_live(path, "ogg", "libopus", TALK.pcm), "посреди страницы"),
    "xing.mp3": (lambda path: encode(path, "libmp3lame", {"": TALK.pcm}), "из 40.0 с"),
    "live.mp3": (lambda path: encode_live(path, "mp3", "libmp3lame", TALK.pcm), ""),
    "sized.wav": (lambda path: write_wav(path, TALK.pcm), "из 1280000 байт"),
    "rf64.wav": (rf64, "из 1280000 байт"),
    "zero.wav": (lambda path: sized(path, 0), ""),
    "live.wav": (lambda path: sized(path, 0xFFFFFFFF), ""),
    "sox.wav": (lambda path: sized(path, 0x7FFFF000), ""),
    "flac.mka": (lambda path: encode(path, "flac", {"": TALK.pcm}), "из 40.0 с"),
}
"""How to write it, and what is said of it when 60 % of its bytes are left; nothing where the file does not tell."""


@pytest.mark.parametrize("name", CUTS)
def test_what_is_left_of_a_cut_file(tmp_path: Path, into: Path, name: str) -> None:
    """A whole file is whole; of a cut one every word up to the cut comes, and it is marked where it can be told."""
    write, told = CUTS[name]
    write(tmp_path / name)
    whole = decode(tmp_path / name, into)
    assert (same_words(hear(whole.pcm()), TALK), whole.damaged, whole.flaw) == (len(TALK.words), False, "")
    raw = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(raw[: len(raw) * 6 // 10])
    cut = decode(tmp_path / name, into)
    found = hear(cut.pcm())
    assert 0.5 <= cut.duration_ms / 40_000 <= 0.65
    assert same_words(found, TALK) >= sum(word.end_ms < cut.duration_ms - 50 for word in TALK.words)
    assert cut.damaged == bool(told)
    assert told in cut.flaw


def test_an_ogg_that_was_not_closed(tmp_path: Path, into: Path) -> None:
    """Its last page is whole but not the end of the stream: the recorder was killed between two pages."""
    encode(tmp_path / "a.ogg", "libopus", {"": TALK.pcm})
    raw = (tmp_path / "a.ogg").read_bytes()
    (tmp_path / "a.ogg").write_bytes(raw[: raw.rindex(b"OggS")])
    assert "у потока нет конца" in decode(tmp_path / "a.ogg", into).flaw

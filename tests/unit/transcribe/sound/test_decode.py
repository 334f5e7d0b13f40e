"""Any file to 16 kHz mono: right samples at the right time, or a clear refusal."""

import errno
import struct
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest

from schemas.errors import Transient
from schemas.sources import Word
from streams.transcribe.sound.audio import RATE, Pcm
from streams.transcribe.sound.decode import Unreadable, decode, tracks, voices
from streams.transcribe.sound.sound_file import SoundFile
from tests.speech import write_mp4, write_wav
from tests.tones import Talk, encode, encode_live, hear, talk


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


def same_words(found: list[Word], said: Talk) -> int:
    """How many words are heard as they were said, from the first on, within 40 ms; codecs smear edges."""
    for at, (got, word) in enumerate(zip(found, said.words, strict=False)):
        if got.text != word.text or abs(got.start_ms - word.start_ms) > 40:
            return at
    return min(len(found), len(said.words))


def test_an_ogg_that_was_not_closed(tmp_path: Path, into: Path) -> None:
    """Its last page is whole but not the end of the stream: the recorder was killed between two pages."""
    encode(tmp_path / "a.ogg", "libopus", {"": TALK.pcm})
    raw = (tmp_path / "a.ogg").read_bytes()
    (tmp_path / "a.ogg").write_bytes(raw[: raw.rindex(b"OggS")])
    assert "у потока нет конца" in decode(tmp_path / "a.ogg", into).flaw


@pytest.mark.parametrize(("seconds", "tag"), [((20, 5), b"DURATION"), ((5, 20), b"XXXXXXXX")])
def test_who_left_early_has_a_whole_track(tmp_path: Path, seconds: tuple[int, int], tag: bytes) -> None:
    """The container is as long as its longest track; a shorter one is not damaged, if its own length is told or not."""
    sounds = {"Анна": talk(seconds[0], 1).pcm, "Пётр": talk(seconds[1], 2).pcm}
    encode(tmp_path / "a.mka", "libopus", sounds)
    (tmp_path / "a.mka").write_bytes((tmp_path / "a.mka").read_bytes().replace(b"DURATION", tag))
    assert tracks(tmp_path / "a.mka") == ["Анна", "Пётр"]
    for track in (0, 1):
        [(_, audio)] = voices(tmp_path / "a.mka", tmp_path, track=track)
        assert (audio.duration_ms, audio.flaw) == (seconds[track] * 1000, "")


@pytest.mark.parametrize(
    ("name", "codec", "count"), [("a.wav", "pcm_s16le", 8), ("a.flac", "flac", 3), ("a.mp4", "aac", 2)]
)
def test_a_person_in_each_channel(tmp_path: Path, name: str, codec: str, count: int) -> None:
    """Two to eight channels with talk of their own are as many voices, exact; the mixed sound leaves no file behind."""
    talks = [talk(60, seed) for seed in range(count)]
    encode(tmp_path / name, codec, {"": np.stack([each.pcm for each in talks])}, rate=RATE)
    found = voices(tmp_path / name, tmp_path)
    assert [voice.name for voice in found] == [f"{number + 1}" for number in range(count)]
    for (_, audio), said in zip(found, talks, strict=True):
        assert same_words(hear(audio.pcm()), said) == len(said.words)
        assert not audio.damaged
    assert len(list(tmp_path.glob("*.pcm"))) == count


@pytest.mark.parametrize("count", [2, 3, 9])
def test_one_room_in_all_channels(tmp_path: Path, count: int) -> None:
    """The same sound in every channel, or a sound field of more than eight, is one nameless voice."""
    said = talk(20)
    with av.open(str(tmp_path / "a.wav"), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=RATE, layout=f"{count} channels")
        packed = np.repeat(said.pcm, count)[None]
        frame = av.AudioFrame.from_ndarray(packed, format="s16", layout=f"{count} channels")
        frame.sample_rate = RATE
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    [(name, audio)] = voices(tmp_path / "a.wav", tmp_path)
    assert name == ""
    assert hear(audio.pcm()) == list(said.words)


def test_a_nameless_third_channel_is_heard(tmp_path: Path) -> None:
    """FFmpeg takes three channels for stereo and a bass, and would leave that out of the mix."""
    said = talk(20)
    with av.open(str(tmp_path / "a.wav"), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=RATE, layout="3 channels")
        frame = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(np.stack([said.pcm * 0, said.pcm * 0, said.pcm]).T.reshape(1, -1)), "s16", "3 channels"
        )
        frame.sample_rate = RATE
        container.mux(stream.encode(frame))
    [(_, audio)] = voices(tmp_path / "a.wav", tmp_path)
    assert hear(audio.pcm()) == list(said.words)


def test_the_title_may_name_the_channels(tmp_path: Path) -> None:
    """As many names as channels, else numbers; beside other tracks the track's name and a number."""
    pair = np.stack([talk(60, 1).pcm, talk(60, 2).pcm])
    for title, names in {
        "Оператор / Клиент": ["Оператор", "Клиент"],
        "Звонок": ["1", "2"],
        "А / Б / В": ["1", "2"],
        "Я / Я": ["1", "2"],
    }.items():
        encode(tmp_path / "a.mka", "flac", {title: pair}, rate=RATE)
        assert [voice.name for voice in voices(tmp_path / "a.mka", tmp_path)] == names
    encode(tmp_path / "a.mka", "flac", {"Анна": talk(5, 3).pcm, "Зал": pair}, rate=RATE)
    found = voices(tmp_path / "a.mka", tmp_path, track=1, name="Зал")
    assert [voice.name for voice in found] == ["Зал, канал 1", "Зал, канал 2"]


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

"""Voices of a file: its tracks, and channels with a person in each."""

from pathlib import Path

import av
import numpy as np
import pytest

from streams.transcribe.sound.audio import RATE
from streams.transcribe.sound.decode import tracks, voices
from tests.tones import encode, hear, same_words, talk


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

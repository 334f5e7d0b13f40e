"""A recording with a person in each channel or track, from file to words: each word once, with who said it."""

from pathlib import Path

import numpy as np

from schemas.sources import Word
from streams.transcribe.job import transcribe
from streams.transcribe.sound.audio import RATE
from tests.speech import write_wav
from tests.tones import Talk, encode, talk
from tests.unit.transcribe.tone_engine import Bounds, Ears


def spoken(*talks: tuple[str | None, Talk]) -> list[Word]:
    """The words of all talks in order of time, each with its speaker."""
    words = [Word(w.text, w.start_ms, w.end_ms, w.confidence, who) for who, said in talks for w in said.words]
    return sorted(words, key=lambda word: word.start_ms)


async def test_a_person_in_each_channel(tmp_path: Path) -> None:
    """A telephone recording: every word once, exact, with the channel it was said in."""
    one, other = talk(60, 1), talk(60, 2)
    encode(tmp_path / "a.wav", "pcm_s16le", {"": np.stack([one.pcm, other.pcm])}, rate=RATE)
    result = await transcribe(tmp_path / "a.wav", Ears(), Bounds(), tmp_path / "spool")
    assert result.words == spoken(("1", one), ("2", other))
    assert {note.track for note in result.notes} == {"1", "2"}
    assert (result.duration_ms, result.degraded) == (60_000, False)


async def test_plain_stereo_is_one_track(tmp_path: Path) -> None:
    """The same in both channels: no speaker, and not a segment more than for mono."""
    said = talk(60)
    write_wav(tmp_path / "mono.wav", said.pcm)
    encode(tmp_path / "stereo.wav", "pcm_s16le", {"": np.stack([said.pcm, said.pcm])}, rate=RATE)
    mono, stereo = Ears(), Ears()
    await transcribe(tmp_path / "mono.wav", mono, Bounds(), tmp_path / "spool")
    result = await transcribe(tmp_path / "stereo.wav", stereo, Bounds(), tmp_path / "spool")
    assert result.words == list(said.words)
    assert stereo.asked == mono.asked


async def test_a_track_for_each_person(tmp_path: Path) -> None:
    """Several tracks, one of them with a person in each channel."""
    anna, left, right = talk(30, 1), talk(60, 2), talk(60, 3)
    sounds = {"Анна": anna.pcm, "Зал": np.stack([left.pcm, right.pcm])}
    encode(tmp_path / "a.mka", "flac", sounds, rate=RATE)
    result = await transcribe(tmp_path / "a.mka", Ears(), Bounds(), tmp_path / "spool")
    assert result.words == spoken(("Анна", anna), ("Зал, канал 1", left), ("Зал, канал 2", right))
    assert not result.degraded


async def test_the_flaw_of_a_file_is_told_once(tmp_path: Path) -> None:
    """Not once for every channel of it."""
    encode(tmp_path / "a.wav", "pcm_s16le", {"": np.stack([talk(60, 1).pcm, talk(60, 2).pcm])}, rate=RATE)
    whole = (tmp_path / "a.wav").read_bytes()
    (tmp_path / "a.wav").write_bytes(whole[: len(whole) * 6 // 10])
    result = await transcribe(tmp_path / "a.wav", Ears(), Bounds(), tmp_path / "spool")
    assert {word.speaker for word in result.words} == {"1", "2"}
    assert (result.degraded, result.flaw.count("обрезан")) == (True, 1)

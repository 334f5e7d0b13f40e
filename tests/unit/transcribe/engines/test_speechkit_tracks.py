"""What a meeting of three costs at SpeechKit: a session for each utterance, for each track, for each cut one."""

import asyncio
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from schemas.sources import Word
from streams.transcribe import job
from streams.transcribe.job import transcribe
from streams.transcribe.sound.audio import Audio, Segment
from streams.transcribe.sound.plan import Lengths
from tests.tones import RATE, Pcm, encode, talk, write
from tests.unit.transcribe.engines.speechkit_bench import Make, fake, make

__all__ = ["fake", "make"]

SECONDS = 120
TURNS = 60
PEOPLE = ("Анна", "Борис", "Вера")


def meeting() -> tuple[dict[str, Pcm], dict[str, list[Word]], list[tuple[str, int, int]]]:
    """Turns of a second or two, each third over another one: sound and words of each, and the turns in ms."""
    sound = {name: np.zeros(SECONDS * RATE, np.int16) for name in PEOPLE}
    words: dict[str, list[Word]] = {name: [] for name in PEOPLE}
    turns = []
    for number in range(TURNS):
        name, at = PEOPLE[number % 3], number * 1950 + 500 - (700 if number % 3 == 2 else 0)
        said = talk(1.9, seed=number, pause_every=(9, 9))
        start = at * RATE // 1000
        sound[name][start : start + len(said.pcm)] += said.pcm
        words[name] += [Word(w.text, w.start_ms + at, w.end_ms + at, 1.0, name) for w in said.words]
        turns.append((name, at, at + 1900))
    return sound, words, turns


async def test_silence_is_not_paid_for(make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every word at its time, under its name; a fraction of the units (research/live.md 4: 40 against 120 and 301)."""

    async def here(function: Any, *args: Any) -> Any:
        return function(*args)

    monkeypatch.setattr(job, "apart", here)
    sound, words, turns = meeting()
    encode(tmp_path / "a.mka", "flac", sound, rate=RATE)
    engine = make(parallel=8).engine
    heard = await transcribe(tmp_path / "a.mka", engine, Lengths(120, 240, 276), tmp_path / "spool")
    expected = sorted((word for of in words.values() for word in of), key=lambda word: (word.start_ms, word.speaker))
    assert sorted(heard.words, key=lambda word: (word.start_ms, word.speaker)) == expected
    without_silence = sum(note.billed_units for note in heard.notes)

    audios = {}
    for name, pcm in sound.items():
        write(tmp_path / name, pcm)
        audios[name] = Audio(tmp_path / name, len(pcm))
    whole = Segment(0, 0, SECONDS * 1000, 0, SECONDS * 1000)
    by_track = await asyncio.gather(*(engine.transcribe(audio, whole) for audio in audios.values()))
    by_turn = await asyncio.gather(
        *(engine.transcribe(audios[name], Segment(0, start, end, start, end)) for name, start, end in turns)
    )
    units = [sum(one.billed_units for one in of) for of in (by_turn, by_track)]
    assert [*units, without_silence] == [TURNS, 24, 6]

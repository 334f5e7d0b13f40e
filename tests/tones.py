"""Speech whose every word is known: word k is a 200 ms sine of 300 + 25k Hz (research/speech.md 3.5).

Words lie on 10 ms of the clock, so they stay whole and exact through any cut at such a place.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import av
import numpy as np
import numpy.typing as npt

from schemas.sources import Word

RATE = 16_000
WORD_MS, GAP_MS = 200, 60
KINDS = 240
"""Distinct words: the highest is at 6.3 kHz, which MP3 and AAC still keep."""
FRAME_MS = 10
LOUD = 500
"""Mean absolute sample from which a frame is part of a word; a word's is about 5000."""

LAYOUTS = ("", "mono", "stereo", "3.0", "quad", "5.0", "5.1", "6.1", "7.1")
"""Names of FFmpeg, by the number of channels."""

Pcm = npt.NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class Talk:
    """Sound and what is said in it; times in ms from its start."""

    pcm: Pcm
    words: tuple[Word, ...]


def name(kind: int) -> str:
    return f"t{kind:02d}"


def tone(kind: int) -> Pcm:
    """The sound of a word, without a click at its edges."""
    at = np.arange(WORD_MS * RATE // 1000) / RATE
    return (8000 * np.sin(2 * np.pi * (300 + 25 * kind) * at)).astype(np.int16)


def talk(
    seconds: float, seed: int = 1, pause_every: tuple[int, int] = (4, 25), pause_ms: tuple[int, int] = (400, 1500)
) -> Talk:
    """Random words, `pause_every` (least, most) words a pause of `pause_ms` (least, most); ends with a pause."""
    dice = Random(seed)
    tones = [tone(kind) for kind in range(KINDS)]
    pcm = np.zeros(round(seconds * RATE), np.int16)
    words: list[Word] = []
    at = 500
    until_pause = dice.randint(*pause_every)
    while at + WORD_MS + 500 <= seconds * 1000:
        kind = dice.randrange(KINDS)
        first = at * RATE // 1000
        pcm[first : first + len(tones[kind])] = tones[kind]
        words.append(Word(name(kind), at, at + WORD_MS, 1.0))
        at += WORD_MS + GAP_MS
        until_pause -= 1
        if not until_pause:
            at += dice.randrange(pause_ms[0], pause_ms[1] + 1, FRAME_MS)
            until_pause = dice.randint(*pause_every)
    return Talk(pcm, tuple(words))


def write(path: Path, pcm: Pcm) -> None:
    """As `streams.transcribe.sound.decode` spools it."""
    pcm.astype("<i2").tofile(path)


def encode(path: Path, codec: str, tracks: Mapping[str, Pcm], rate: int = 48_000, **options: str) -> None:
    """A media file of a stream for each (title, sound); a sound of shape (channels, samples) has so many channels.

    `options` are FFmpeg's for the container.
    """
    with av.open(str(path), "w", options=options) as container:
        _encode(container, codec, tracks, rate)


def encode_live(path: Path, container_format: str, codec: str, pcm: Pcm, rate: int = 48_000) -> None:
    """As `encode` for one sound, written to a pipe: nothing at the start can be filled in at the end."""
    with path.open("wb") as file, av.open(_Pipe(file.write), "w", format=container_format) as container:
        _encode(container, codec, {"": pcm}, rate)


@dataclass(frozen=True)
class _Pipe:
    write: Callable[[bytes], int]


def _encode(container: Any, codec: str, tracks: Mapping[str, Pcm], rate: int) -> None:
    layouts = {title: LAYOUTS[len(np.atleast_2d(pcm))] for title, pcm in tracks.items()}
    streams = {title: container.add_stream(codec, rate=rate, layout=layout) for title, layout in layouts.items()}
    for title, stream in streams.items():
        stream.metadata["title"] = title
        stream.codec_context.open()
    for title, stream in streams.items():
        context = stream.codec_context
        resampler = av.AudioResampler(context.format, context.layout, rate, context.frame_size or None)
        packed = np.ascontiguousarray(np.atleast_2d(tracks[title]).T.reshape(1, -1))
        frame = av.AudioFrame.from_ndarray(packed, format="s16", layout=layouts[title])
        frame.sample_rate, frame.pts = RATE, 0
        for piece in [*resampler.resample(frame), *resampler.resample(None)]:
            container.mux(stream.encode(piece))
        container.mux(stream.encode(None))


def hear(pcm: Pcm, from_ms: int = 0) -> list[Word]:
    """What is said in the sound, when it begins at `from_ms`."""
    ear = Ear()
    heard = ear.take(np.ascontiguousarray(pcm, "<i2").tobytes()) + ear.end()
    return [Word(text, from_ms + start, from_ms + end, 1.0) for text, start, end in heard]


class Ear:
    """A perfect recogniser of this language that is given sound bit by bit. Mutable; one per session.

    `take` returns the words that ended in the new sound, ms from the session's start. A word cut off at the start or
    the end of the sound is heard with the length it has there.
    """

    def __init__(self) -> None:
        self._rest: Pcm = np.zeros(0, np.int16)
        self._word: list[Pcm] = []
        self.heard_ms = 0
        """Whole frames looked at."""

    @property
    def in_word(self) -> bool:
        return bool(self._word)

    @property
    def word_since_ms(self) -> int:
        return self.heard_ms - FRAME_MS * len(self._word)

    def take(self, pcm: bytes) -> list[tuple[str, int, int]]:
        sound = np.concatenate((self._rest, np.frombuffer(pcm, "<i2")))
        size = RATE * FRAME_MS // 1000
        frames = sound[: len(sound) // size * size].reshape(-1, size)
        self._rest = sound[frames.size :]
        words = []
        for frame, loud in zip(frames, (np.abs(frames.astype(np.int32)).mean(axis=1) > LOUD).tolist(), strict=True):
            if loud:
                self._word.append(frame)
            elif self._word:
                words.append(self._ended())
            self.heard_ms += FRAME_MS
        return words

    def end(self) -> list[tuple[str, int, int]]:
        """The word that the end of the sound cuts off."""
        return [self._ended()] if self._word else []

    def _ended(self) -> tuple[str, int, int]:
        sound = np.concatenate(self._word)
        spectrum = np.abs(np.fft.rfft(sound, RATE // 5))  # bins of 5 Hz
        kind = round((int(spectrum.argmax()) * 5 - 300) / 25)
        start = self.word_since_ms
        self._word = []
        return name(kind), start, self.heard_ms


def same_words(found: list[Word], said: Talk) -> int:
    """How many words are heard as they were said, from the first on, within 40 ms; codecs smear edges."""
    for at, (got, word) in enumerate(zip(found, said.words, strict=False)):
        if got.text != word.text or abs(got.start_ms - word.start_ms) > 40:
            return at
    return min(len(found), len(said.words))

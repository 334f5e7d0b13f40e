"""Sentences that the small Vosk model knows, and a call in which they are spoken."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from schemas.sources import Word
from streams.transcribe.sound.audio import RATE, Pcm
from tests.speech import quiet, speak, words_of

MODEL = Path(__file__).parents[1] / "fixtures" / "vosk-ru-tiny"

SENTENCES = (
    "привет, это мария",
    "нам нужно вывезти весь остаток завтра",
    "мы хотим расторгнуть договор, у вас дорого",
    "наш конкурент дешевле, мы уходим",
    "когда будет отгрузка",
    "вайлдберриз не принял короб",
    "приёмка сегодня, восемь паллет",
    "нужно отменить бронь",
    "сколько стоит доставка, цена доставки пять рублей",
    "да, конечно, спасибо до свидания",
    "потому что упаковка не готова",
    "почему так долго",
)
VOICES = ("ru", "ru+m1", "ru+m3", "ru+m7")  # those without an echo, which would blur the ends of words


@dataclass(frozen=True)
class Bounds:
    segment_min_s: float = 5.0
    segment_max_s: float = 10.0
    hard_max_s: float = 12.0


def call(repeat: int = 1) -> tuple[Pcm, list[Word]]:
    """The sentences one after the other with a second of silence between them, and what was said when."""
    parts: list[Pcm] = []
    words: list[Word] = []
    at = 0
    for number, text in enumerate(SENTENCES * repeat):
        speech = speak(text, VOICES[number % len(VOICES)])
        words += words_of(speech, at * 1000 // RATE)
        parts += [speech.pcm, quiet(1.0)]
        at += len(speech.pcm) + RATE
    return np.concatenate(parts), words

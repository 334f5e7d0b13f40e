"""A tone a second, each of its own pitch: what is heard tells which second of the file it was."""

import numpy as np

from streams.transcribe.sound.audio import RATE, Pcm


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

"""Spoken Russian and meeting files made on the spot, for tests and the demo. Needs libespeak-ng (`espeak-ng`)."""

import wave
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt

from schemas.sources import Word
from tools.speech_model.espeak import RATE, Espeak, Speech

__all__ = ["RATE", "Espeak", "Speech", "other_each_time", "quiet", "say", "speak", "words_of", "write_mp4", "write_wav"]

Pcm = npt.NDArray[np.int16]


_loaded: list[Espeak] = []
"""The library that goes on from one text to the next, while there is one."""


@contextmanager
def other_each_time() -> Iterator[None]:
    """Inside, the same words never sound twice alike."""
    with closing(Espeak()) as espeak:
        _loaded.append(espeak)
        try:
            yield
        finally:
            _loaded.remove(espeak)


def say(text: str, voice: str = "ru") -> Pcm:
    """The text as int16 samples at 16 kHz. Voices `ru`, `ru+m3`, … (m2, f2–f5 have an echo: no test of times)."""
    return speak(text, voice).pcm


def speak(text: str, voice: str = "ru", **params: int) -> Speech:
    """As `say`, with the synthesiser's own word times; `params` as `Espeak.say` (rate, pitch, wordgap, …).

    The library is loaded for each text (15 ms), or its sound would hang on all that was said in this process before:
    on which tests ran, and in what order.
    """
    if _loaded:
        return _loaded[-1].say(text, voice, **params)
    with closing(Espeak()) as espeak:
        return espeak.say(text, voice, **params)


def words_of(speech: Speech, from_ms: int = 0) -> list[Word]:
    """What a perfect recogniser would answer, when this sound begins at `from_ms`."""
    return [
        Word(word.text.lower(), from_ms + round(word.start * 1000), from_ms + round(word.end * 1000), 1.0)
        for word in speech.words
    ]


def quiet(seconds: float) -> Pcm:
    """Digital silence."""
    return np.zeros(round(seconds * RATE), np.int16)


def write_wav(path: Path, pcm: Pcm, rate: int = RATE) -> None:
    """Mono 16-bit WAV."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(pcm.astype("<i2").tobytes())


def write_mp4(path: Path, pcm: Pcm, rate: int = RATE, movflags: str = "") -> None:
    """An mp4 as Jibri leaves it: AAC 44.1 kHz 128 kbit/s stereo and a (tiny, black, 1 fps) H.264 picture.

    `movflags` as ffmpeg's: `faststart` puts the index first, `frag_keyframe+empty_moov` writes fragments.
    """
    with av.open(str(path), "w", options={"movflags": movflags} if movflags else {}) as container:
        video = container.add_stream("libx264" if "libx264" in av.codecs_available else "mpeg4", rate=1)
        video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
        video.options = {"tune": "zerolatency"}  # as a live recorder: no frame waits, so sound and picture interleave
        audio = container.add_stream("aac", rate=44_100)
        audio.layout, audio.bit_rate = "stereo", 128_000
        picture = av.VideoFrame(64, 48, "yuv420p")
        for plane, value in zip(picture.planes, (16, 128, 128), strict=True):
            plane.update(bytes([value]) * plane.buffer_size)
        resampler = av.AudioResampler(format="fltp", layout="stereo", rate=44_100)
        for second in range(-(-len(pcm) // rate)):
            picture.pts = second
            container.mux(video.encode(picture))
            samples = np.ascontiguousarray(pcm[second * rate : (second + 1) * rate])
            frame = av.AudioFrame.from_ndarray(samples[None], format="s16", layout="mono")
            frame.sample_rate, frame.pts = rate, second * rate
            for piece in resampler.resample(frame):
                container.mux(audio.encode(piece))
        for piece in resampler.resample(None):
            container.mux(audio.encode(piece))
        container.mux(audio.encode(None))
        container.mux(video.encode(None))


def write_voice(path: Path, pcm: Pcm, rate: int = RATE) -> None:
    """A voice message as Telegram's clients send it: Opus 48 kHz mono in Ogg."""
    with av.open(str(path), "w", format="ogg") as container:
        audio = container.add_stream("libopus", rate=48_000)
        audio.layout = "mono"
        resampler = av.AudioResampler(format="s16", layout="mono", rate=48_000)
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(pcm)[None], format="s16", layout="mono")
        frame.sample_rate, frame.pts = rate, 0
        for piece in (*resampler.resample(frame), *resampler.resample(None)):
            container.mux(audio.encode(piece))
        container.mux(audio.encode(None))

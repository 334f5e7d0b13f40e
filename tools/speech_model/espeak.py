"""espeak-ng through ctypes: 16 kHz PCM with the synthesiser's own word and phone timing.

Struct layouts and constants: `speak_lib.h` of espeak-ng 1.51 (Debian package `espeak-ng`, libespeak-ng.so.1).
"""

import _ctypes
import ctypes as c
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

RATE = 16_000


class _Id(c.Union):
    _fields_ = (("number", c.c_int), ("name", c.c_char_p), ("string", c.c_char * 8))


class _Event(c.Structure):
    _fields_ = (
        ("type", c.c_int),
        ("uid", c.c_uint),
        ("text_position", c.c_int),
        ("length", c.c_int),
        ("audio_position", c.c_int),
        ("sample", c.c_int),
        ("user_data", c.c_void_p),
        ("id", _Id),
    )


_CALLBACK = c.CFUNCTYPE(c.c_int, c.POINTER(c.c_short), c.c_int, c.POINTER(_Event))
_WORD, _PHONEME = 1, 7
_PARAMS = {"rate": 1, "volume": 2, "pitch": 3, "range": 4, "wordgap": 7}
_DEFAULTS = {"rate": 175, "volume": 100, "pitch": 50, "range": 50, "wordgap": 0}
_SYNCHRONOUS, _PHONEME_EVENTS, _DONT_EXIT, _UTF8 = 2, 0x0001, 0x8000, 1


class SpokenWord(NamedTuple):
    """Seconds from the start of the sound."""

    text: str
    start: float
    end: float
    phones: list[str]


@dataclass
class Speech:
    """`phones` are (phone, start s, end s), SIL for pauses, and cover everything."""

    pcm: npt.NDArray[np.int16]
    words: list[SpokenWord] = field(default_factory=list)
    phones: list[tuple[str, float, float]] = field(default_factory=list)


class Espeak:
    """The library; it has one global state, so make one of these per process, and the next one after `close`.

    That state goes on from one text to the next: the same words sound otherwise each time, and alike in a library that
    was just loaded.
    """

    def __init__(self) -> None:
        self.lib = c.CDLL("libespeak-ng.so.1")
        self.native_rate: int = self.lib.espeak_Initialize(_SYNCHRONOUS, 0, None, _PHONEME_EVENTS | _DONT_EXIT)
        if self.native_rate <= 0:
            raise RuntimeError("espeak-ng did not start")
        self._chunks: list[npt.NDArray[np.int16]] = []
        self._events: list[tuple[int, int, int, int, str]] = []
        self._callback = _CALLBACK(self._collect)  # a reference must be kept
        self.lib.espeak_SetSynthCallback(self._callback)

    def close(self) -> None:
        """Unload the library. Not to be used afterwards; to initialise it again without that hangs."""
        self.lib.espeak_Terminate()
        _ctypes.dlclose(self.lib._handle)

    def _collect(self, wav: Any, count: int, events: Any) -> int:
        if wav and count:
            self._chunks.append(np.ctypeslib.as_array(wav, (count,)).copy())
        i = 0
        while events[i].type:
            e = events[i]
            if e.type in (_WORD, _PHONEME):
                name = e.id.string.decode() if e.type == _PHONEME else ""
                self._events.append((e.type, e.sample, e.text_position, e.length, name))
            i += 1
        return 0

    def say(self, text: str, voice: str = "ru", **params: int) -> Speech:
        """`params`: rate (words a minute), pitch, range, volume (0-100), wordgap (10 ms units)."""
        if self.lib.espeak_SetVoiceByName(voice.encode()):
            raise ValueError(f"no voice {voice}")
        for name, value in {**_DEFAULTS, **params}.items():
            self.lib.espeak_SetParameter(_PARAMS[name], int(value), 0)
        self._chunks.clear()
        self._events.clear()
        raw = text.encode()
        if self.lib.espeak_Synth(raw, len(raw) + 1, 0, 1, 0, _UTF8, None, None):
            raise RuntimeError("espeak_Synth failed")
        self.lib.espeak_Synchronize()
        native = np.concatenate(self._chunks)
        return self._align(text, resample(native, self.native_rate, RATE), len(native))

    def _align(self, text: str, pcm: npt.NDArray[np.int16], total: int) -> Speech:
        segments: list[Any] = []  # [phone, start, word ordinal or None]
        spans: list[str] = []
        word: int | None = None
        start: int | None = None
        for kind, sample, position, length, name in self._events:
            if kind == _WORD:
                spans.append(text[position - 1 : position - 1 + length])
                word, start = len(spans) - 1, sample
                continue
            phone = name.rstrip("_") if name.strip("_:!") else "SIL"
            if phone == "SIL":
                word = None
            if start is not None:  # a stop's closure lies between the word and phone events
                sample, start = min(sample, start), None
            previous = segments[-1] if segments else None
            if previous and previous[2] == word and phone in (";", "@-"):
                if phone == ";":
                    previous[0] += ";"  # palatalisation joins its consonant; "@-" is too short to model
                continue
            if phone == "@-":
                continue
            if previous and phone == "SIL" == previous[0]:
                continue
            segments.append([phone, sample, word])
        if not segments or segments[0][1] > 0:
            segments.insert(0, ["SIL", 0, None])
        return _gather(segments, spans, pcm, total, 1.0 / self.native_rate)


def _gather(segments: list[Any], spans: list[str], pcm: npt.NDArray[np.int16], total: int, scale: float) -> Speech:
    phones: list[tuple[str, float, float]] = []
    words: list[SpokenWord] = []
    current = None
    ends = [s[1] for s in segments[1:]] + [total]
    for (phone, first, word), last in zip(segments, ends, strict=True):
        phones.append((phone, first * scale, last * scale))
        if word is None:
            current = None
        elif word != current:
            words.append(SpokenWord(spans[word], first * scale, last * scale, [phone]))
            current = word
        else:
            words[-1].phones.append(phone)
            words[-1] = words[-1]._replace(end=last * scale)
    return Speech(pcm, words, phones)


def resample(pcm: Any, source: int, target: int, rounded: bool = True) -> Any:
    """Band-limited FFT resampling; to int16, or to floats in its range."""
    if source == target:
        return pcm
    size = round(len(pcm) * target / source)
    spectrum = np.fft.rfft(pcm.astype(np.float64))
    keep = np.zeros(size // 2 + 1, complex)
    count = min(len(keep), len(spectrum))
    keep[:count] = spectrum[:count]
    out = np.fft.irfft(keep, size) * (size / len(pcm))
    return np.clip(np.round(out), -32768, 32767).astype(np.int16) if rounded else out

"""Do the channels of one sound carry different people, or one sound upside down? Telephone recorders, for one, give
each side a channel; a miswired line turns the sign of one, and the mix of both is silence.

Only channels that differ beyond doubt are told apart: each is billed by itself, and one room heard from two places
would be transcribed twice. Measured in windows of 20 ms while the sound is decoded. Memory for 90 minutes: 1.4 MB for
two channels, 12 MB for eight.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from streams.transcribe.sound.plan import FAINTEST_DB

MOST = 8
"""Channels that may be people; more are a mixing desk or a sound field."""
WINDOW_S = 0.02
"""Short enough for the gaps between words."""
RATE = 5000
"""Samples a second that are looked at, at least: levels need no filter."""
BATCH = 500
"""Windows measured at once."""
ABOVE_FLOOR_DB = 10.0
BELOW_TOP_DB = 45.0
"""What lies further under the loudest sound of a channel is too faint an echo of its neighbour to be recognised."""
CANCELLED = 0.1
"""Power of the mix over that of the channels below which a window is silenced by mixing (one would stand for channels
that have nothing in common): lines of opposite phase, up to 4 dB of different loudness."""
LEAST = 15
"""Windows of speech that make a channel somebody's: 0.3 s, a word. Fewer are clicks."""
ALONE = 0.1
"""Share of its own speech in which a channel must be heard alone; two who talk without a pause have 0.2 and more. Also
the share of all speech that mixing must silence before it is left: one of several people may be miswired."""
SAME = 0.1
"""Share of speech that may be one sound in both: a signal tone, but nobody who is panned to the middle (0.5)."""
ALIKE = 0.5
"""Correlation above which a window of two channels is one sound."""
FOLLOWING = 0.57
"""Correlation of levels above which a channel carries an echo of the louder one. Measured on synthetic speech, which
never sounds the same twice: people who talk at once up to 0.51 by chance; two places of a room 0.96 and more, in any
noise; an echo of -20 to -30 dB at least 0.63, of -35 dB 0.45: too faint to be transcribed."""
SOFTER_DB = 12.0
LATEST = 4
"""Delays of an echo that are tried: 0 to 300 ms."""
STRETCH = 5
"""Windows to a level that is compared: 0.1 s, so an echo between two delays is found as well."""
ENOUGH = 30
"""Levels that a correlation needs."""
KINDS = {"u8": "<u1", "s16": "<i2", "s32": "<i4", "s64": "<i8", "flt": "<f4", "dbl": "<f8"}
"""FFmpeg's sample formats."""

Sound = npt.NDArray[np.float32]
"""Samples by channel, full scale ±1."""
Levels = npt.NDArray[np.float32]
Marks = npt.NDArray[np.bool_]


class Channels:
    """Levels and likeness of a sound's channels, window by window. Mutable; it is fed with blocks of the sound."""

    def __init__(self) -> None:
        self._shapes: set[tuple[int, int]] = set()
        self._length = 0
        self._waiting: list[Sound] = []
        self._levels: list[npt.NDArray[np.float16]] = []
        self._alike: list[Marks] = []
        self._cancelled: list[Marks] = []

    def take(self, block: Any) -> None:
        """An audio frame of PyAV. One of another rate or number of channels than the former ends the search."""
        shape = len(block.layout.channels), block.sample_rate
        self._shapes.add(shape)
        if len(self._shapes) > 1 or not 2 <= shape[0] <= MOST:
            return
        step = max(1, block.sample_rate // RATE)
        self._length = round(block.sample_rate * WINDOW_S / step)
        self._waiting.append(_samples(block, step))
        if sum(sound.shape[1] for sound in self._waiting) >= BATCH * self._length:
            self._measure()

    def _measure(self) -> None:
        sound = np.concatenate(self._waiting, axis=1)
        whole = sound.shape[1] // self._length * self._length
        self._waiting = [sound[:, whole:]]
        windows = sound[:, :whole].reshape(len(sound), -1, self._length)
        power = np.einsum("cws,cws->cw", windows, windows)
        pairs = list(combinations(range(len(sound)), 2))
        common = np.stack([np.einsum("ws,ws->w", windows[one], windows[other]) for one, other in pairs])
        bound = np.stack([power[one] * power[other] for one, other in pairs]) * np.float32(ALIKE**2)
        self._levels.append((10 * np.log10(power / self._length + 1e-12)).astype(np.float16))
        self._alike.append(common**2 > bound)
        self._cancelled.append(power.sum(axis=0) + 2 * common.sum(axis=0) < CANCELLED * power.sum(axis=0))

    def chosen(self) -> list[int]:
        """The channels to be transcribed each by itself: those of different people, or one of a miswired line. None
        where it is one sound, to be mixed."""
        if len(self._shapes) != 1 or not self._waiting:
            return []
        self._measure()
        voices = [_Voice.of(levels) for levels in np.concatenate(self._levels, axis=1).astype(np.float32)]
        return self._people(voices) or self._upright(voices)

    def _upright(self, voices: Sequence["_Voice"]) -> list[int]:
        """The channel with the most speech, where mixing would silence somebody."""
        spoken = np.any([voice.speech for voice in voices], axis=0)
        lost = int((spoken & np.concatenate(self._cancelled)).sum())
        if lost < max(LEAST, ALONE * spoken.sum()):
            return []
        return [max(range(len(voices)), key=lambda channel: int(voices[channel].speech.sum()))]

    def _people(self, voices: Sequence["_Voice"]) -> list[int]:
        alike = np.concatenate(self._alike, axis=1)
        live = [channel for channel, voice in enumerate(voices) if voice.speech.sum() >= LEAST]
        for pair, (one, other) in enumerate(combinations(range(len(voices)), 2)):
            if one in live and other in live and not _differ(voices[one], voices[other], alike[pair]):
                return []
        return live if len(live) > 1 else []


@dataclass(frozen=True, slots=True)
class _Voice:
    """A channel's levels in dBFS; the noise under its speech; and the windows of speech of its own."""

    levels: Levels
    floor: float
    speech: Marks

    @property
    def power(self) -> Levels:
        return np.asarray(10 ** (self.levels / 10), np.float32)

    @classmethod
    def of(cls, levels: Levels) -> Self:
        floor, top = np.percentile(levels, (5, 99.9))
        floor = max(FAINTEST_DB, floor)
        return cls(levels, floor, levels > max(floor + ABOVE_FLOOR_DB, top - BELOW_TOP_DB))


def names(track: str, title: str, count: int) -> list[str]:
    """Who is in each channel of a track. The title of an only track may say it ("Оператор / Клиент").

    Else channels have numbers, as nameless tracks have.
    """
    if track:
        return [f"{track}, канал {number}" for number in range(1, count + 1)]
    parts = [part.strip() for part in title.replace("|", "/").split("/")]
    if count == len(parts) == len(set(filter(None, parts))):
        return parts
    return [f"{number}" for number in range(1, count + 1)]


def _differ(one: _Voice, other: _Voice, alike: Marks) -> bool:
    both = one.speech & other.speech
    if (both & alike).sum() > SAME * min(one.speech.sum(), other.speech.sum()):
        return False
    if any((own.speech & ~both).sum() < ALONE * own.speech.sum() for own in (one, other)):
        return False
    return max(_follows(one, other), _follows(other, one)) <= FOLLOWING


def _follows(loud: _Voice, soft: _Voice) -> float:
    """How much the second channel's level follows the first's where that is much louder, at the likeliest delay."""
    spoken = _stretched(loud.speech.astype(np.float32)) > 0.5
    level = 10 * np.log10(_stretched(loud.power) + 1e-12)
    answer = np.maximum(10 * np.log10(_stretched(soft.power) + 1e-12), soft.floor + 3)
    found = [0.0]
    for delay in range(LATEST):
        early, late = level[: len(level) - delay], answer[delay:]
        louder = spoken[: len(early)] & (early > late + SOFTER_DB)
        if louder.sum() >= ENOUGH and late[louder].std() > 0.5:
            found.append(float(np.corrcoef(early[louder], late[louder])[0, 1]))
    return max(found)


def _stretched(windows: Levels) -> Levels:
    """Mean of every `STRETCH` windows."""
    whole = windows[: len(windows) // STRETCH * STRETCH]
    return np.asarray(whole.reshape(-1, STRETCH).mean(axis=1), np.float32)


def _samples(block: Any, step: int) -> Sound:
    """Every `step`th sample of each channel.

    Not by `to_ndarray`: PyAV 18 looks for a plane behind the last one, and from the eighth on there is none.
    """
    from av.audio.plane import AudioPlane

    kind, count = KINDS[block.format.packed.name], len(block.layout.channels)
    if block.format.is_planar:
        planes = [memoryview(AudioPlane(block, at)) for at in range(count)]
        sound = np.stack([np.frombuffer(plane, kind, block.samples)[::step] for plane in planes])
    else:
        packed = np.frombuffer(memoryview(AudioPlane(block, 0)), kind, block.samples * count)
        sound = packed.reshape(-1, count)[::step].T
    if sound.dtype.kind == "f":
        return sound.astype(np.float32)
    middle = 128 if sound.dtype == np.uint8 else 0  # WAV of 8 bits is unsigned
    return np.asarray((sound - np.float32(middle)) / 2 ** (8 * sound.itemsize - 1), np.float32)

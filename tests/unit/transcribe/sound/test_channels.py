"""Which channels carry different people. Speech is synthetic, from two voices in turns."""

from collections.abc import Callable, Sequence
from functools import cache

import av
import numpy as np
import numpy.typing as npt
import pytest

from streams.transcribe.sound.audio import RATE
from streams.transcribe.sound.channels import Channels
from tests.speech import other_each_time, say
from tests.tones import LAYOUTS, talk

Sounds = npt.NDArray[np.float64]
"""Samples by channel, of the size of int16."""
SAID = ("нужно отправить весь товар завтра", "у вас очень дорого мы уходим", "хорошо договорились")


def people(sounds: Sounds, form: str = "s16", rate: int = RATE) -> list[int]:
    """What is found in the sounds, given in blocks of this sample format and rate."""
    layout = LAYOUTS[len(sounds)]
    resampler = av.AudioResampler(form, layout, rate)
    channels = Channels()
    pcm = np.clip(sounds, -32768, 32767).astype(np.int16)
    for at in range(0, pcm.shape[1], 10_000):
        packed = np.ascontiguousarray(pcm[:, at : at + 10_000].T.reshape(1, -1))
        frame = av.AudioFrame.from_ndarray(packed, format="s16", layout=layout)
        frame.sample_rate = RATE
        for block in resampler.resample(frame):
            channels.take(block)
    return channels.chosen()


@cache
def turns(count: int = 2, overlap: float = -0.2) -> Sounds:
    """People who speak one after the other, each in a channel of their own; `overlap` of a turn is interrupted."""
    spoken = [[say(text, voice) for text in SAID] for voice in ("ru", "ru+m3", "ru")]
    sounds = np.zeros((count, 60 * RATE))
    at = 0
    for turn in range(24):
        words = spoken[turn % count][turn // count % len(SAID)]
        sounds[turn % count, at : at + len(words)] += words
        at += round(len(words) * (1 - overlap))
    return sounds[:, : at + RATE]


def both() -> Sounds:
    """The conversation in one channel, twice."""
    return np.stack([turns().sum(axis=0)] * 2)


def hiss(*dbfs: float) -> Sounds:
    """Noise of so many dBFS in each channel, as long as the conversation."""
    amplitudes = 32768 * 10 ** (np.array(dbfs) / 20)
    return np.random.default_rng(1).standard_normal(turns().shape) * amplitudes[:, None]


def reverberant(sound: Sounds, delay: int, gain: float, seed: int) -> Sounds:
    """As heard at a place of a room: late by `delay` samples, with an echo of 0.4 s that is the place's own."""
    dice = np.random.default_rng(seed)
    length = RATE * 2 // 5
    response = 0.05 * dice.standard_normal(length) * np.exp(-6.9 * np.arange(length) / length)
    response[:delay], response[delay] = 0, 1
    size = len(sound) + length
    heard: Sounds = np.fft.irfft(np.fft.rfft(sound, size) * np.fft.rfft(gain * response, size))[: len(sound)]
    return heard


def room(far: float) -> Sounds:
    """Two people and two microphones in a room; the far one hears `far` times the near one's amplitude."""
    one, other = turns()
    return np.stack(
        [
            reverberant(one, 10, 1, 1) + reverberant(other, 80, far, 2),
            reverberant(one, 90, far, 3) + reverberant(other, 12, 1, 4),
        ]
    )


PEOPLE: dict[str, Callable[[], Sounds]] = {
    "in turns": turns,
    "interrupting": lambda: turns(overlap=0.4),
    "one 20 dB softer": lambda: turns() * np.array([[1], [0.1]]),
    "hiss": lambda: turns() + hiss(-50, -60),
    "loud hiss": lambda: turns() + hiss(-38, -38),
    "an echo at -50 dB": lambda: turns() + 0.003 * turns()[::-1],
    "both all the time": lambda: np.stack([talk(60, 1).pcm, talk(60, 2).pcm]).astype(float),
}


@pytest.mark.parametrize("case", PEOPLE)
def test_people_of_their_own(case: str) -> None:
    """Each channel's speech is mostly heard there alone."""
    assert people(PEOPLE[case]()) == [0, 1]


def test_the_same_words_anew() -> None:
    """The synthesiser need not say a thing twice alike: what is decided does not hang on one of its draws."""
    with other_each_time():
        for _ in range(6):
            turns.cache_clear()
            assert people(turns(overlap=0.4)) == [0, 1]
            assert people(turns() + 0.06 * np.roll(turns()[::-1], 480, axis=1)) == []
    turns.cache_clear()


def test_the_same_words_sound_the_same() -> None:
    """Whatever was said before; and not inside `other_each_time`, else nothing would be drawn there."""
    first = say(SAID[0], "ru+m3")
    say(SAID[1])
    assert (say(SAID[0], "ru+m3") == first).all()
    with other_each_time():
        one, other = say(SAID[0], "ru+m3"), say(SAID[0], "ru+m3")
    assert one.shape != other.shape or (one != other).any()


ONE: dict[str, Callable[[], Sounds]] = {
    "the same": both,
    "one softer": lambda: both() * np.array([[1], [0.5]]),
    "panned": lambda: turns() + 0.1 * turns()[::-1],
    "an echo 30 ms later at -24 dB": lambda: turns() + 0.06 * np.roll(turns()[::-1], 480, axis=1),
    "a room": lambda: room(0.5),
    "a few words in a room": lambda: room(0.5)[:, : 3 * RATE],
    "a noisy room": lambda: room(0.2) + hiss(-45, -45),
    "one is dead": lambda: turns() * np.array([[1], [0]]),
    "one only hisses": lambda: turns() * np.array([[1], [0]]) + hiss(-70, -45),
    "a third person in the middle": lambda: np.array([[1, 0, 0.7], [0, 1, 0.7]]) @ turns(3),
    "silence": lambda: np.zeros((2, 10 * RATE)),
}


@pytest.mark.parametrize("case", ONE)
def test_one_sound(case: str) -> None:
    """What is heard in both would be transcribed and paid for twice: it stays one sound."""
    assert people(ONE[case]()) == []


@pytest.mark.parametrize("form", ["u8", "s16", "s16p", "s32", "s32p", "flt", "fltp", "dbl", "dblp"])
@pytest.mark.parametrize("rate", [8000, 44_100])
def test_every_sample_format(form: str, rate: int) -> None:
    """Whatever the decoder makes."""
    assert people(turns(), form, rate) == [0, 1]
    assert people(both(), form, rate) == []


@pytest.mark.parametrize("form", ["s16", "fltp"])
def test_eight_channels(form: str) -> None:
    """A person in each of eight, two of whom never speak; and eight where two hear the same person."""
    sounds = np.stack([talk(60, seed).pcm for seed in range(8)]).astype(float)
    sounds[[2, 5]] = 0
    assert people(sounds, form) == [0, 1, 3, 4, 6, 7]
    sounds[5] = sounds[6]
    assert people(sounds, form) == []


def test_another_layout_in_the_middle() -> None:
    """A stream that turns from two channels to one is one sound."""
    channels = Channels()
    for layout, count in (("stereo", 2), ("mono", 1)):
        channels.take(_block(layout, [talk(20, seed).pcm for seed in range(count)]))
    assert channels.chosen() == []


def _block(layout: str, sounds: Sequence[npt.NDArray[np.int16]]) -> av.AudioFrame:
    packed = np.ascontiguousarray(np.stack(sounds).T.reshape(1, -1))
    frame = av.AudioFrame.from_ndarray(packed, format="s16", layout=layout)
    frame.sample_rate = RATE
    return frame

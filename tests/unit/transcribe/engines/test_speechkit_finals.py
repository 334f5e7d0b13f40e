"""Words however the service puts them into messages: each once, in order, in both texts, streaming and asynchronous."""

from dataclasses import replace
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
from prometheus_client import REGISTRY

from schemas.sources import Word
from streams.settings.speech import SpeechKit
from streams.speech.faults import EngineFault
from streams.transcribe.engines.guard import Guarded
from streams.transcribe.engines.interface import SegmentResult
from streams.transcribe.engines.speechkit_async import SpeechKitAsync
from streams.transcribe.sound.audio import Audio
from tests.fakes.speechkit import FakeSpeechKit, Fault, Manner
from tests.tones import RATE, Talk, name, talk, tone, write
from tests.unit.transcribe.engines.speechkit_bench import Make, fake, make, segment

__all__ = ["fake", "make"]

LAST_S = 20


@pytest.fixture(scope="module")
def said() -> Talk:
    return talk(LAST_S, seed=5, pause_every=(2, 6))


@pytest.fixture(scope="module")
def audio(said: Talk, tmp_path_factory: pytest.TempPathFactory) -> Audio:
    return spooled(said, tmp_path_factory.mktemp("finals"))


def spooled(said: Talk, folder: Path) -> Audio:
    path = folder / "audio.pcm"
    write(path, said.pcm)
    return Audio(path, len(said.pcm))


MANNERS = {
    "pairs": Manner(together=2),
    "all at the end": Manner(together=1000),
    "touching": Manner(words_a_final=3, stretch_ms=60),
    "overlapping": Manner(words_a_final=2, stretch_ms=300),
    "without word times": Manner(times="final", together=2),
    "without times": Manner(times="none"),
    "without times, together": Manner(times="none", together=3),
}


def texts(words: tuple[Word, ...] | list[Word]) -> list[str]:
    return [word.text for word in words]


def read(result: SegmentResult) -> list[str]:
    return [word for one in result.utterances for word in one.text.lower().rstrip(".").split()]


def check(result: SegmentResult, said: Talk) -> None:
    """Every word once, in order, at a place of the segment, in both texts."""
    assert texts(result.words) == texts(said.words)
    assert read(result) == texts(said.words)
    starts = [word.start_ms for word in result.words]
    assert starts == sorted(starts)
    assert all(segment(0, LAST_S * 1000).owns(word) for word in result.words)


@pytest.mark.parametrize("manner", MANNERS.values(), ids=MANNERS)
@pytest.mark.parametrize("faults", [[], [Fault("fail", 13_000), Fault("cut", 6_000)]], ids=["whole", "broken"])
async def test_streaming(
    make: Make, fake: FakeSpeechKit, said: Talk, audio: Audio, manner: Manner, faults: list[Fault]
) -> None:
    """Whatever comes together, touches or has no times, in one session or in three."""
    fake.behaviour.manner = manner
    fake.behaviour.faults.extend(faults)
    result = await make().engine.transcribe(audio, segment(0, LAST_S * 1000))
    check(result, said)
    assert result.attempts == len(faults) + 1


@pytest.mark.parametrize("manner", MANNERS.values(), ids=MANNERS)
async def test_asynchronous(fake: FakeSpeechKit, said: Talk, audio: Audio, manner: Manner) -> None:
    """The result of an operation, where all cursors may be at the end of the file."""
    fake.behaviour.manner, fake.behaviour.polls = manner, 1
    engine = SpeechKitAsync(SpeechKit(**(fake.settings() | {"async_poll_seconds": 0.01})))
    check(await engine.transcribe(audio, segment(0, LAST_S * 1000)), said)
    await engine.close()


@pytest.mark.parametrize("cursors", ["final", "none"])
async def test_a_service_that_does_not_say_how_far_it_is(
    make: Make, fake: FakeSpeechKit, tmp_path: Path, cursors: Literal["final", "none"]
) -> None:
    """It had all the sound and ended well, thrice: the rest is silence, and no engine is asked instead of it."""
    said = talk(LAST_S - 5)
    pcm = np.concatenate([said.pcm, np.zeros(5 * RATE, np.int16)])
    fake.behaviour.manner = Manner(cursors=cursors)
    result = await make().engine.transcribe(spooled(Talk(pcm, said.words), tmp_path), segment(0, LAST_S * 1000))
    assert texts(result.words) == texts(said.words)
    assert result.attempts == 3


async def test_a_service_that_always_ends_early(make: Make, fake: FakeSpeechKit, said: Talk, audio: Audio) -> None:
    """It never took all the sound, so that nothing more came says nothing."""
    fake.behaviour.always = Fault("cut", 400)
    with pytest.raises(EngineFault):
        await make(pace=4.0).engine.transcribe(audio, segment(0, LAST_S * 1000))


@pytest.mark.parametrize(("cut", "readings"), [(1, 2), (10, 2)])
async def test_a_result_that_ends_early(fake: FakeSpeechKit, said: Talk, audio: Audio, cut: int, readings: int) -> None:
    """A reading that stops in the middle, and looks well, is made again; what two say alike is all that there is."""
    fake.behaviour.cut_readings, fake.behaviour.polls = cut, 1
    engine = SpeechKitAsync(SpeechKit(**(fake.settings() | {"async_poll_seconds": 0.01})))
    result = await engine.transcribe(audio, segment(0, LAST_S * 1000))
    await engine.close()
    [work] = fake.files.work.values()
    assert work.read == readings
    assert (texts(result.words) == texts(said.words)) == (cut == 1)


async def test_repeats_are_counted(make: Make, fake: FakeSpeechKit, tmp_path: Path) -> None:
    """Words of speech without a pause that a resumed session hears again are in the metric, in the transcript once."""
    said = talk(LAST_S, pause_every=(99, 99))
    fake.behaviour.manner = Manner(words_a_final=2)
    fake.behaviour.faults.append(Fault("fail", 9_000))
    before = repeats()
    guarded = Guarded(make().engine)
    check(await guarded.transcribe(spooled(said, tmp_path), segment(0, LAST_S * 1000)), said)
    assert 1 <= repeats() - before <= 4


def repeats() -> float:
    return REGISTRY.get_sample_value("leadpulse_speech_repeats_total", {"where": "resumed"}) or 0.0


async def test_a_break_in_the_last_second(make: Make, fake: FakeSpeechKit, tmp_path: Path) -> None:
    """A final that reaches into the last second says nothing of the word after it."""
    sound = talk(5, seed=2, pause_every=(1, 1), pause_ms=(200, 200))
    last = Word(name(7), 4_750, 4_950, 1.0)
    early = tuple(word for word in sound.words if word.end_ms < 4_200)
    pcm = sound.pcm.copy()
    pcm[early[-1].end_ms * RATE // 1000 :] = 0
    pcm[last.start_ms * RATE // 1000 :][: len(tone(7))] = tone(7)
    said = Talk(pcm, (*early, last))
    fake.behaviour.faults.append(Fault("fail", 4_900))
    result = await make().engine.transcribe(spooled(said, tmp_path), segment(0, 5_000))
    assert texts(result.words) == texts(said.words)
    assert result.attempts == 2


async def test_noise_that_is_taken_back(make: Make, fake: FakeSpeechKit, said: Talk, audio: Audio) -> None:
    """A final without alternatives ends what the partials showed: one session, and the other words."""
    noise = said.words[-1].text
    fake.behaviour.manner = replace(Manner(), words_a_final=1, taken_back=frozenset({noise}))
    result = await make().engine.transcribe(audio, segment(0, LAST_S * 1000))
    assert texts(result.words) == [text for text in texts(said.words) if text != noise]
    assert result.attempts == 1

"""Which engine does a segment, by the rules of research/speech.md 3.3."""

import asyncio
import math

import pytest

from streams.speech.breaker import State
from streams.speech.faults import EngineError, EngineFault
from streams.transcribe.engines.fallback import Waiting, patience
from tests.unit.transcribe.engines.courses import engines, go
from tests.unit.transcribe.stand_ins import (
    AUTH,
    BAD,
    LOST,
    NO_MEMORY,
    NO_MODEL,
    UNKNOWN_CALL,
    Clock,
    DictMemory,
    Scripted,
    always,
    line,
    on,
    segments,
)


async def test_the_first_engine_does_all_it_can() -> None:
    """Without faults the second is not asked, and the first is never given more at once than it takes."""
    kit, vosk = Scripted("kit"), Scripted("vosk", offline=True)
    assert engines(await go(line(kit, vosk), segments(9))) == ["kit"] * 9
    assert vosk.asked == []
    assert kit.most_at_once == kit.parallel


@pytest.mark.parametrize("error", [AUTH, UNKNOWN_CALL])
async def test_a_refusal_sends_the_whole_recording_on(error: EngineError) -> None:
    """Key, role, unknown call: after the sessions that were under way no more are begun; ops are told once."""
    kit, vosk = Scripted("kit", fault=always(error)), Scripted("vosk", offline=True)
    told: list[tuple[str, str]] = []
    lineup = line(kit, vosk, refuses=lambda name, words: told.append((name, words)))
    assert engines(await go(lineup, segments(30))) == ["vosk"] * 30
    assert len(kit.asked) <= kit.parallel
    assert engines(await go(lineup, segments(5))) == ["vosk"] * 5
    assert len(kit.asked) <= kit.parallel
    assert told == [("kit", str(error))]
    assert lineup.first.breaker
    assert lineup.first.breaker.state is State.OPEN


async def test_an_exhausted_segment_goes_alone() -> None:
    """The neighbours stay with the first engine, and so they do when the engine does not take a segment."""
    for error in (LOST, BAD):
        kit, vosk = Scripted("kit", fault=on({3}, error)), Scripted("vosk", offline=True)
        assert engines(await go(line(kit, vosk), segments(10))) == ["kit"] * 3 + ["vosk"] + ["kit"] * 6


async def test_too_many_fallen_end_it() -> None:
    """When more than 30 % fell, segments that were not begun are not even tried on the first engine."""
    kit = Scripted("kit", fault=always(BAD), parallel=1)
    vosk = Scripted("vosk", offline=True)
    assert engines(await go(line(kit, vosk), segments(20))) == ["vosk"] * 20
    assert 7 <= len(kit.asked) <= 9  # 7 of 20 are more than 30 %; a neighbour may be under way


async def test_nobody_can_and_what_is_finished_stays() -> None:
    """Vosk does not come up either: the job fails as a whole, what the first engine did is kept and not asked again."""
    kit = Scripted("kit", fault=on({2, 5}, LOST))
    vosk = Scripted("vosk", offline=True, fault=always(NO_MEMORY))
    memory, lineup = DictMemory(), line(kit, vosk)
    answers = await go(lineup, segments(6), memory)
    assert engines(answers).count("kit") == 4
    assert any(isinstance(a, EngineFault) and a.retriable for a in answers)
    kit.asked.clear()
    kit.fault = vosk.fault = lambda _: None
    assert engines(await go(lineup, segments(6), memory)) == ["kit"] * 6
    assert sorted(kit.asked) == [2, 5]


async def test_a_dead_last_resort_is_not_asked_again_and_again() -> None:
    """When the last engine is broken as a whole, segments that wait for it are let go at once."""
    vosk = Scripted("vosk", offline=True, fault=always(NO_MODEL), parallel=1)
    answers = await go(line(vosk), segments(20))
    assert engines(answers) == ["EngineRefusal"] * 20
    assert vosk.asked == [0]


async def test_the_policy_makes_it_wait() -> None:
    """Within its patience a recording waits for a lost or refusing engine; after it the next engine takes over."""
    for error in (AUTH, LOST):
        clock = Clock()
        kit = Scripted("kit", fault=always(error))
        vosk = Scripted("vosk", offline=True)
        lineup = line(kit, vosk, clock=clock, patience_s=60.0)
        arrived = clock.now
        answers = await go(lineup, segments(3), arrived=arrived)
        assert engines(answers) == ["Waiting"] * 3
        assert all(isinstance(a, Waiting) and a.retry_after and 0 < a.retry_after <= 30 for a in answers)
        assert vosk.asked == []
        clock.now += 61
        assert engines(await go(lineup, segments(3), arrived=arrived)) == ["vosk"] * 3


async def test_a_bad_segment_waits_for_nothing() -> None:
    """What the first engine will never take goes on at once, whatever the policy."""
    clock = Clock()
    kit, vosk = Scripted("kit", fault=on({1}, BAD)), Scripted("vosk", offline=True)
    answers = await go(line(kit, vosk, clock=clock, patience_s=math.inf), segments(4), arrived=clock.now)
    assert engines(answers) == ["kit", "vosk", "kit", "kit"]


async def test_an_open_breaker_is_seen_before_the_work() -> None:
    """A waiting recording is told how long, so that its sound is not decoded in vain; an impatient one may begin."""
    clock = Clock()
    kit, vosk = Scripted("kit", fault=always(AUTH)), Scripted("vosk", offline=True)
    patient, hasty = line(kit, vosk, clock=clock, patience_s=100.0), line(kit, vosk, clock=clock)
    for lineup in (patient, hasty):
        await go(lineup, segments(1), arrived=-1e9)
    assert patient.wait_s(clock.now - 90) == 10.0
    assert patient.wait_s(clock.now - 101) is None
    assert hasty.wait_s(clock.now) is None


async def test_half_open_lets_one_real_segment_through() -> None:
    """After its open time one segment is the trial, the others wait for it; two good ones and all go side by side."""
    clock = Clock()
    kit, vosk = Scripted("kit", fault=always(AUTH)), Scripted("vosk", offline=True)
    told: list[str] = []
    lineup = line(kit, vosk, clock=clock, recovered=told.append)
    await go(lineup, segments(1))
    clock.now += 1000
    kit.asked.clear()
    assert engines(await go(lineup, segments(6))) == ["vosk"] * 6
    assert len(kit.asked) == 1
    assert told == []
    clock.now += 10_000
    kit.fault = lambda _: None
    kit.most_at_once = 0
    assert engines(await go(lineup, segments(8))) == ["kit"] * 8
    assert kit.most_at_once == kit.parallel
    assert told == ["kit"]


async def test_a_cancelled_trial_is_given_back() -> None:
    """A job that moved away in mid-trial does not keep the breaker half open for ever."""
    clock = Clock()
    kit, vosk = Scripted("kit", fault=always(AUTH)), Scripted("vosk", offline=True)
    lineup = line(kit, vosk, clock=clock)
    await go(lineup, segments(1))
    clock.now += 1000
    trial = asyncio.ensure_future(go(lineup, segments(3)))
    while len(kit.asked) < 2:
        await asyncio.sleep(0)
    trial.cancel()
    with pytest.raises(asyncio.CancelledError):
        await trial
    kit.fault = lambda _: None
    assert engines(await go(lineup, segments(3))) == ["kit"] * 3


async def test_an_upgrade_redoes_only_what_fell() -> None:
    """The first engine's segments are taken from memory, the others asked anew; where that fails the old text stays."""
    memory = DictMemory()
    kit, vosk = Scripted("kit", fault=on({1, 2}, LOST)), Scripted("vosk", offline=True)
    lineup = line(kit, vosk)
    assert engines(await go(lineup, segments(9), memory)) == ["kit", "vosk", "vosk"] + ["kit"] * 6
    kit.asked.clear()
    vosk.asked.clear()
    kit.fault = on({2}, LOST)
    answers = await go(lineup, segments(9), memory, first_only=True)
    assert engines(answers) == ["kit", "kit", "vosk"] + ["kit"] * 6
    assert (sorted(kit.asked), vosk.asked) == ([1, 2], [])


def test_patience_is_what_the_policy_says() -> None:
    """The three words of the setting."""
    assert [patience(policy) for policy in ("immediate", "wait:90", "never")] == [0.0, 90.0, math.inf]


def test_only_an_offline_engine_behind_another_is_a_fallback() -> None:
    """Vosk alone, or first, is no degradation; the other SpeechKit engine neither."""
    kit, again, vosk = Scripted("kit"), Scripted("again"), Scripted("vosk", offline=True)
    lineup = line(kit, again, vosk)
    assert [lineup.is_fallback(name) for name in ("kit", "again", "vosk")] == [False, False, True]
    assert not line(vosk).is_fallback("vosk")

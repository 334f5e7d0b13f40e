"""Tone: two bad talks in a row, by a model's word only."""

import pytest
from msgspec.structs import replace

from processors.context import Context
from processors.rules import builtin
from processors.signals import tone
from processors.signals.raising import Cleared
from processors.state import LeadState
from schemas.alerts import Signal
from schemas.minutes import OFFLINE, ChatSummary, MeetingMinutes, Minutes, Point, Tone

T0 = 1_795_165_391_000
DAY = 86_400_000
CONTEXT = Context(builtin())


def chat(day: int, said: Tone, engine: str = "glm") -> ChatSummary:
    """The summary of a day's chat."""
    pains = [Point("Ждёт ответа", "жду третий день", 0)] if said == "плохой" else []
    return ChatSummary(
        event_id=f"{day:016x}",
        lead_id="7",
        ts=T0 + day * DAY,
        source="minutes",
        day=f"2026-11-{day:02}",
        messages=3,
        minutes=Minutes("Спор о сроках.", engine, 3, pains=pains, tone=said),
    )


def meeting(said: Tone, version: int = 1) -> MeetingMinutes:
    """The minutes of one meeting."""
    return MeetingMinutes(
        event_id=f"{100 + version:016x}",
        lead_id="7",
        ts=T0,
        source="minutes",
        recording_id="r",
        room="lead-7",
        duration_ms=1,
        people=[],
        minutes=Minutes("Спор о сроках.", "glm", version, tone=said),
    )


def test_two_bad_talks_in_a_row_warn() -> None:
    """One is nothing; the second warns, with the client's words; a third and a fourth change the figure."""
    state = LeadState()
    assert tone.find(state, chat(1, "плохой"), CONTEXT) == ()
    (signal,) = tone.find(state, chat(2, "плохой"), CONTEXT)
    assert isinstance(signal, Signal)
    assert (signal.rule, signal.severity, signal.value, signal.figures) == ("tone", "warning", 2, {"bad": 2})
    assert [each.text for each in signal.evidence] == ["жду третий день"]
    assert [len(tone.find(state, chat(number, "плохой"), CONTEXT)) for number in (3, 3, 4)] == [1, 0, 1]


@pytest.mark.parametrize("between", ["ровный", "хороший", "напряжённый"])
def test_a_talk_between_that_is_not_bad_breaks_the_row(between: Tone) -> None:
    """And clears what was raised."""
    state = LeadState()
    assert [len(tone.find(state, chat(n, said), CONTEXT)) for n, said in enumerate(("плохой", between, "плохой"))] == [
        0,
        0,
        0,
    ]
    assert len(tone.find(state, chat(5, "плохой"), CONTEXT)) == 1
    assert tone.find(state, chat(6, between), CONTEXT) == (Cleared("tone", T0 + 6 * DAY),)


def test_rules_have_no_say() -> None:
    """Minutes without a model: their tone is a lexicon's."""
    state = LeadState()
    assert [tone.find(state, chat(n, "плохой", OFFLINE), CONTEXT) for n in range(3)] == [(), (), ()]


def test_a_later_version_of_a_talk_is_the_same_talk() -> None:
    """Two versions of a meeting are one talk, and the newer one counts, where the first stood."""
    state = LeadState()
    assert tone.find(state, meeting("плохой"), CONTEXT) == ()
    assert tone.find(state, meeting("плохой", 2), CONTEXT) == ()
    assert len(tone.find(state, chat(1, "плохой"), CONTEXT)) == 1
    better = replace(meeting("ровный", 3), event_id="f" * 16)
    assert tone.find(state, better, CONTEXT) == ()
    assert [bad for _, bad in state.tones] == [False, True]


def test_the_memory_is_bounded() -> None:
    """A client of years costs six talks."""
    state = LeadState()
    for day in range(50):
        tone.find(state, chat(day, "ровный"), CONTEXT)
    assert len(state.tones) == tone.KEPT

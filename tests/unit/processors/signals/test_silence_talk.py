"""Silence in chats, calls, mail and meetings, and questions without an answer, on clients made by hand."""

import pytest
from msgspec.structs import replace

from processors.day_series import Day, Days
from processors.days import HOUR_MS
from processors.signals import silence
from processors.signals.raising import Cleared
from processors.state import LeadState
from schemas.alerts import Signal
from tests.unit.processors.clients import TODAY, at
from tests.unit.processors.signals.evenings import first, look, wrote


def talker(**channels: int) -> LeadState:
    """Orders each day up to TODAY + 60, and a channel's figure each so many days up to TODAY."""
    days = Days.of({day: Day(4, 40) for day in range(TODAY - 119, TODAY + 61)})
    for channel, every in channels.items():
        for day in range(TODAY - 119, TODAY + 1):
            if (TODAY - day) % every == 0:
                days[day] = replace(days[day], **{channel: 1})
    return LeadState(first_day=TODAY - 119, days=days)


@pytest.mark.parametrize(
    ("channel", "rule"), [("messages", "chat_silence"), ("calls", "call_silence"), ("meetings", "meeting_silence")]
)
def test_channels_of_talk(channel: str, rule: str) -> None:
    """A client who still orders but does not talk any more: a warning in that channel alone, later than for orders."""
    state = talker(**{channel: 1})
    days = first(state, rule)
    assert days is not None and 5 <= days <= 8
    assert [raised for raised, how in state.raised.items() if how.level >= 0] == [rule]


def test_weekly_meetings() -> None:
    """A meeting each week: missed ones are a silence after weeks, not after days."""
    days = first(talker(meetings=7), "meeting_silence", until=90)
    assert days is not None and 30 <= days <= 50


def test_silent_in_everything_is_one_alert() -> None:
    """Chat first, then orders too: the orders' alert takes it over, is stronger for it, and names the days of both."""
    state = talker(messages=1)
    assert first(state, "chat_silence") is not None
    for day in range(TODAY + 1, TODAY + 61):
        state.days.clear(day, day + 1)
    cleared, signal = look(state, 9)
    assert isinstance(cleared, Cleared) and cleared.rule == "chat_silence"
    assert isinstance(signal, Signal) and signal.rule == "order_silence"
    assert signal.figures["chat_days"] == 9
    assert look(state, 10) == []


def ask_and_answer(state: LeadState, hours: float, times: int = 12) -> None:
    """So many questions of ours, each answered after so many hours."""
    for number in range(times):
        ts = at(TODAY - 2 * times + 2 * number)
        silence.asked(state, wrote(ts))
        silence.asked(state, wrote(ts + HOUR_MS))
        silence.wrote(state, wrote(ts + int(hours * HOUR_MS)))


def test_he_does_not_answer() -> None:
    """Who answers within six hours and now leaves two messages lying for days."""
    state = talker(messages=1)
    ask_and_answer(state, 6)
    silence.asked(state, wrote(at(TODAY, 10)))
    silence.asked(state, wrote(at(TODAY, 12)))
    for day in range(TODAY + 1, TODAY + 61):
        state.days[day] = replace(state.days[day], messages=1)  # somebody else of his writes still
    days = first(state, "reply_silence")
    assert days is not None and 3 <= days <= 6
    state.raised.clear()
    (signal,) = look(state, days)
    assert isinstance(signal, Signal)
    assert signal.figures == {"days": float(days), "messages": 2.0, "usual_hours": 6.0}
    cleared = silence.wrote(state, wrote(at(TODAY + days + 1)))
    assert [each.rule for each in cleared] == ["reply_silence"]
    assert state.talk is not None and state.talk.asked == 0


def test_nobody_answers_on_holidays() -> None:
    """Nine days on which all rest are none of the days that an answer takes: it is late as many days later."""
    late = []
    for pause in (0, 9):
        state = talker(messages=1)
        ask_and_answer(state, 6)
        silence.asked(state, wrote(at(TODAY, 10)))
        for day in range(TODAY + 1, TODAY + 61):
            state.days[day] = Day(*(0, 0) if day <= TODAY + pause else (4, 40), messages=1)
        late.append(first(state, "reply_silence", closed=[*range(TODAY + 1, TODAY + 1 + pause)]))
    without, after = late
    assert without is not None and after == without + 9


def test_who_never_answers_is_not_late() -> None:
    """Answers after ten days are his way: five days are nothing; nor are they for who is hardly known."""
    slow, new = talker(messages=1), talker(messages=1)
    ask_and_answer(slow, 240)
    ask_and_answer(new, 1, times=9)
    for state in (slow, new):
        silence.asked(state, wrote(at(TODAY)))
        assert not any(isinstance(found, Signal) and found.rule == "reply_silence" for found in look(state, 5))

"""The fold: what an event does to a lead, on which day it counts, and what is raised."""

from itertools import pairwise
from typing import Any

import pytest

from processors import lead
from processors.day_series import Day, Days
from processors.days import DAY_MS, day_start
from processors.state import DAYS_KEPT, LeadState, encode_state
from schemas.alerts import Signal
from schemas.codec import event_id
from schemas.events import (
    AlertAction,
    Baseline,
    DayFigures,
    MeetingTranscribed,
    Message,
    MessageEdited,
    Utterance,
)
from tests.unit.processors.folding import CLIENT, DAY, NOON, STAFF, Entry, fold, reservation


def known_client(reservations: int = 2, days: int = 30, until: int = DAY) -> LeadState:
    """A client with the same figures on each of `days` days before `until`."""
    state = LeadState()
    figures = [DayFigures(day, reservations, reservations * 10) for day in range(until - days, until)]
    baseline = Baseline(
        event_id="f" * 16,
        lead_id="7",
        ts=day_start(until),
        source="store",
        first_day=until - days,
        last_day=until - 1,
        days=figures,
    )
    fold(state, [(0, Entry(baseline, day_start(until)))])
    return state


def test_day_figures_stand_in_the_same_order_on_the_wire_and_in_the_state() -> None:
    """A baseline is copied by place, so the two structs must name the same figures in the same order."""
    assert DayFigures.__struct_fields__[1:] == Day.__struct_fields__


def test_baseline_replaces_its_days_and_no_others() -> None:
    """Days of the range that are not listed are emptied, days outside are kept."""
    state = LeadState(days=Days.of({DAY - 5: Day(5), DAY - 4: Day(4), DAY - 1: Day(1), DAY: Day(9)}), first_day=DAY - 5)
    event = Baseline(
        event_id="1" * 16,
        lead_id="7",
        ts=NOON,
        source="store",
        first_day=DAY - 4,
        last_day=DAY - 1,
        days=[DayFigures(DAY - 2, 2, 20)],
    )
    assert fold(state, [(0, Entry(event, NOON))]) == []
    assert state.days.told() == {DAY - 5: Day(5), DAY - 2: Day(2, 20), DAY: Day(9)}
    assert state.first_day == DAY - 5


def test_baseline_moves_the_first_day_back() -> None:
    """Imported history makes the client known from its first day on."""
    assert known_client(days=30).first_day == DAY - 30


@pytest.mark.parametrize(("seconds", "day"), [(-1, DAY - 1), (0, DAY), (86_399, DAY), (86_400, DAY + 1)])
def test_day_border_is_moscow_midnight(seconds: int, day: int) -> None:
    """A second before midnight in Moscow belongs to the old day."""
    state = LeadState()
    ts = day_start(DAY) + seconds * 1000
    fold(state, [(0, Entry(reservation(1, ts), ts))])
    assert list(state.days.told()) == [day]


def test_spike_before_midnight_that_arrives_after_it_is_raised() -> None:
    """Reservations of 23:59 that come in at 00:01 are judged by their own day: the alert is not lost."""
    state, midnight = known_client(), day_start(DAY + 1)
    log = [(n, Entry(reservation(n, midnight - 60_000), midnight + 60_000)) for n in range(1, 40)]
    found = [finding for finding in fold(state, log) if isinstance(finding, Signal)]
    assert list(dict.fromkeys(signal.severity for signal in found)) == ["warning", "critical"]
    assert {signal.window_start for signal in found} == {day_start(DAY)}


def test_late_events_of_a_day_before_a_raised_one_say_nothing_new() -> None:
    """Two days that arrive mixed up do not make each other forget what was raised."""
    state, midnight = known_client(), day_start(DAY + 1)
    log = [
        (n, Entry(reservation(n, midnight - 60_000 if n % 2 else midnight + 1000), midnight + 60_000))
        for n in range(1, 160)
    ]
    found = [finding for finding in fold(state, log) if isinstance(finding, Signal)]
    assert len({signal.signal_id for signal in found}) == len(found) <= 20


def test_clock_that_runs_ahead_writes_into_today() -> None:
    """An event from the future counts on the day it arrived, and its signal bears that time."""
    state = LeadState()
    ahead = Message(
        event_id="1" * 16,
        lead_id="7",
        ts=NOON + 400 * DAY_MS,
        source="telegram",
        chat_id="1",
        message_id="1",
        author=CLIENT,
        text="мы уходим к конкуренту",
    )
    (signal,) = fold(state, [(0, Entry(ahead, NOON))])
    assert isinstance(signal, Signal)
    assert (signal.ts, list(state.days.told())) == (NOON, [DAY])


def test_press_from_the_future_is_brought_back() -> None:
    """A button press with a clock far ahead must not snooze an alert for years."""
    press = AlertAction(
        event_id="1" * 16,
        lead_id="7",
        ts=NOON + 400 * DAY_MS,
        source="telegram",
        alert_id="2" * 16,
        action="snooze_1d",
        actor=STAFF,
    )
    [found] = fold(LeadState(), [(0, Entry(press, NOON))])
    assert isinstance(found, AlertAction) and found.ts == NOON


@pytest.mark.parametrize(("age", "counted"), [(0, True), (DAY_MS, True), (DAY_MS + 1, False)])
def test_only_events_up_to_a_day_old_are_folded(age: int, counted: bool) -> None:
    """At 24 h exactly an event still counts; older ones wait for the baseline."""
    state = LeadState()
    fold(state, [(0, Entry(reservation(1, NOON - age), NOON))])
    assert bool(state.days.told()) is counted


def test_backfill_is_left_to_the_baseline() -> None:
    """History marked as such changes no figure and says nothing, even when it is fresh."""
    state = known_client()
    before = encode_state(state)
    log = [(n, Entry(reservation(n, NOON, 100, backfill=True), NOON)) for n in range(1, 50)]
    assert fold(state, log) == []
    state.applied = 0
    assert encode_state(state) == before


def test_words_of_our_own_staff_raise_nothing() -> None:
    """The phrase that alarms from a client does not from us, in a new message or an edited one."""
    texts: dict[str, Any] = {"lead_id": "7", "ts": NOON, "source": "telegram", "chat_id": "1", "message_id": "1"}
    for kind in (Message, MessageEdited):
        for author, found in ((STAFF, 0), (CLIENT, 1)):
            event = kind(event_id="1" * 16, **texts, author=author, text="мы уходим к конкуренту")
            assert len(fold(LeadState(), [(0, Entry(event, NOON))])) == found


def meeting(version: int, text: str, recording: str = "r") -> MeetingTranscribed:
    """A transcript with one utterance."""
    return MeetingTranscribed(
        event_id=event_id("transcript", recording, version),
        lead_id="7",
        ts=NOON,
        source="transcribe",
        recording_id=recording,
        version=version,
        engine="vosk",
        duration_ms=1000,
        words=4,
        utterances=[Utterance(0, 1000, text)],
    )


def test_meeting_is_searched() -> None:
    """A transcript comes to its signal through the fold."""
    (signal,) = fold(LeadState(), [(0, Entry(meeting(1, "мы уходим к конкуренту"), NOON))])
    assert isinstance(signal, Signal)
    assert signal.rule == "leaving_phrase"


def test_a_better_transcript_is_no_news() -> None:
    """The next version of the same meeting raises nothing again; one that finds what the first missed does, once."""
    leaving, other = "Мы уходим к конкуренту.", "спасибо"
    texts = [("a", leaving), ("a", leaving), ("b", other), ("b", leaving), ("b", leaving), ("c", leaving)]
    state = LeadState()
    found = [
        len(fold(state, [(n, Entry(meeting(n, text, recording), NOON + n))]))
        for n, (recording, text) in enumerate(texts)
    ]
    assert found == [1, 0, 0, 1, 0, 1]
    lead.prune(state, NOON + (DAYS_KEPT + 1) * DAY_MS)
    assert state.spoken == {}


def test_severity_of_a_spike_rises_once_each() -> None:
    """One signal when the day becomes unusual, one when it becomes very unusual, else only each time it has grown."""
    found = fold(known_client(), [(n, Entry(reservation(n, NOON), NOON)) for n in range(1, 100)])
    signals = [finding for finding in found if isinstance(finding, Signal)]
    assert list(dict.fromkeys(signal.severity for signal in signals)) == ["warning", "critical"]
    steps = [(one, next_) for one, next_ in pairwise(signals) if one.severity == next_.severity]
    assert all(later.score >= 1.24 * earlier.score for earlier, later in steps)
    assert {signal.rule for signal in signals} == {"reservation_spike"}

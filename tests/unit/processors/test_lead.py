"""The fold: what an event does to a lead, and that a replay or a duplicate does nothing."""

from collections.abc import Iterable
from itertools import pairwise
from typing import Any, NamedTuple

import pytest
from msgspec.structs import replace

from processors import lead
from processors.days import DAY_MS, HOUR_MS, day_start
from processors.sealed import CHUNK
from processors.state import DAYS_KEPT, Day, LeadState, decode_state, encode_state
from schemas.alerts import Signal
from schemas.codec import event_id
from schemas.events import (
    AlertAction,
    Author,
    Baseline,
    DayFigures,
    Event,
    MeetingTranscribed,
    Message,
    MessageEdited,
    Reservation,
    Utterance,
)
from schemas.types import Meta

DAY = 20_000
NOON = day_start(DAY) + 12 * HOUR_MS
CLIENT, STAFF = Author("1"), Author("2", client=False)


class Entry(NamedTuple):
    """A record of `lead.events`: an event and when the broker appended it."""

    event: Event
    appended: int


def fold(state: LeadState, log: Iterable[tuple[int, Entry]]) -> list[lead.Finding]:
    """Everything found in (offset, entry) pairs."""
    return [
        finding
        for offset, (event, appended) in log
        for finding in lead.step(state, event, Meta("lead.events", 0, offset, appended))
    ]


def reservation(number: int, ts: int, qty: int = 1, **fields: Any) -> Reservation:
    """A reservation whose id is `number`."""
    return Reservation(event_id=f"{number:016x}", lead_id="7", ts=ts, source="wms", doc="R", qty=qty, **fields)


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
    state = LeadState(days={DAY - 5: Day(5), DAY - 4: Day(4), DAY - 1: Day(1), DAY: Day(9)}, first_day=DAY - 5)
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
    assert state.days == {DAY - 5: Day(5), DAY - 2: Day(2, 20), DAY: Day(9)}
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
    assert list(state.days) == [day]


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
    assert (signal.ts, list(state.days)) == (NOON, [DAY])


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
    assert bool(state.days) is counted


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


@pytest.mark.parametrize("first", [0, -1, -DAY_MS - 1])
def test_a_repeat_with_another_time_is_the_same_event(first: int) -> None:
    """What the sender's clock says the second time does not count, also where the first came too late to count."""
    state = LeadState()
    fold(state, [(0, Entry(reservation(1, NOON + first, qty=7), NOON))])
    before = {day: replace(figures) for day, figures in state.days.items()}
    for n, ts in enumerate([NOON, NOON + HOUR_MS, NOON - HOUR_MS], 1):
        fold(state, [(n, Entry(reservation(1, ts, qty=90), NOON + n * HOUR_MS))])
    assert state.days == before


def test_a_repeat_is_known_however_busy_the_lead() -> None:
    """50 000 events within a day, then all of them again: nothing counts twice, and the state record stays small."""
    state, many, step = LeadState(), 50_000, DAY_MS // 50_000
    chunks: dict[int, bytes] = {}
    largest = 0
    for n in range(2 * many):
        at = NOON + min(n, many) * step
        fold(state, [(n, Entry(reservation(n % many, NOON + n % many * step), at))])
        if n % 5000 == 0:  # written and read back, as after a restart
            sealed = state.sealed
            if sealed is not None:
                chunks |= {number: sealed.packed(number) for number in sealed.fresh}
            written = encode_state(state)
            largest = max(largest, len(written))
            state = decode_state(written)
            if state.sealed is not None:
                assert state.sealed.fill(dict(chunks)) == []
    assert sum(day.reservations for day in state.days.values()) == many
    assert largest < 12_000


def test_a_state_with_four_thousand_ids_is_sealed() -> None:
    """What was written before ids were sealed is taken over whole."""
    state = LeadState(ids=dict.fromkeys(range(1, 4097), NOON // HOUR_MS))
    fold(state, [(0, Entry(reservation(5000, NOON), NOON))])
    assert len(state.ids) < CHUNK
    assert fold(state, [(n, Entry(reservation(n, NOON), NOON)) for n in range(1, 4097)]) == []
    assert sum(day.reservations for day in state.days.values()) == 1
    assert state.sealed is not None
    assert lead.prune(state, NOON + 3 * DAY_MS)
    assert (state.sealed.hours, state.sealed.known, len(state.sealed.gone)) == ({}, set(), 8)


def test_ids_are_forgotten_after_a_day() -> None:
    """A quiet lead's ids do not pile up: 40 days at 20 events a day leave little more than one day of them."""
    state = LeadState()
    log = [(n, Entry(reservation(n, ts), ts)) for n in range(800) if (ts := NOON + n * DAY_MS // 20)]
    fold(state, log)
    assert 21 <= len(state.ids) <= 22 + 64
    assert lead.prune(state, log[-1][1].appended)
    assert len(state.ids) <= 22


def test_prune_drops_days_no_rule_looks_at() -> None:
    """Days are kept for the longest window; the day the client is known from is not forgotten with them."""
    state = LeadState(first_day=DAY - 500, days={DAY - n: Day(1) for n in (500, DAYS_KEPT + 1, DAYS_KEPT, 0)})
    assert lead.prune(state, NOON)
    assert sorted(state.days) == [DAY - DAYS_KEPT, DAY]
    assert state.first_day == DAY - 500
    assert not lead.prune(state, NOON)


def test_prune_does_not_let_a_duplicate_through() -> None:
    """A tick between an event and its repetition within 24 h does not make it new."""
    state = LeadState()
    late = NOON + DAY_MS
    fold(state, [(0, Entry(reservation(1, NOON), NOON))])
    lead.prune(state, late)
    fold(state, [(1, Entry(reservation(1, NOON), late))])
    assert sum(day.reservations for day in state.days.values()) == 1


def test_severity_of_a_spike_rises_once_each() -> None:
    """One signal when the day becomes unusual, one when it becomes very unusual, else only each time it has grown."""
    found = fold(known_client(), [(n, Entry(reservation(n, NOON), NOON)) for n in range(1, 100)])
    signals = [finding for finding in found if isinstance(finding, Signal)]
    assert list(dict.fromkeys(signal.severity for signal in signals)) == ["warning", "critical"]
    steps = [(one, next_) for one, next_ in pairwise(signals) if one.severity == next_.severity]
    assert all(later.score >= 1.24 * earlier.score for earlier, later in steps)
    assert {signal.rule for signal in signals} == {"reservation_spike"}

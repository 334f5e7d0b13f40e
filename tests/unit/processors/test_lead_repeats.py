"""An event that comes again does nothing, however busy the lead; what nobody asks for any more is forgotten."""

import pytest

from processors import lead
from processors.day_series import Day, Days
from processors.days import DAY_MS, HOUR_MS
from processors.sealed import CHUNK
from processors.state import DAYS_KEPT, LeadState, decode_state, encode_state
from tests.unit.processors.folding import DAY, NOON, Entry, fold, reservation


@pytest.mark.parametrize("first", [0, -1, -DAY_MS - 1])
def test_a_repeat_with_another_time_is_the_same_event(first: int) -> None:
    """What the sender's clock says the second time does not count, also where the first came too late to count."""
    state = LeadState()
    fold(state, [(0, Entry(reservation(1, NOON + first, qty=7), NOON))])
    before = state.days.told()
    for n, ts in enumerate([NOON, NOON + HOUR_MS, NOON - HOUR_MS], 1):
        fold(state, [(n, Entry(reservation(1, ts, qty=90), NOON + n * HOUR_MS))])
    assert state.days.told() == before


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
    assert sum(state.days.reservations) == many
    assert largest < 12_000


def test_a_state_with_four_thousand_ids_is_sealed() -> None:
    """What was written before ids were sealed is taken over whole."""
    state = LeadState(ids=dict.fromkeys(range(1, 4097), NOON // HOUR_MS))
    fold(state, [(0, Entry(reservation(5000, NOON), NOON))])
    assert len(state.ids) < CHUNK
    assert fold(state, [(n, Entry(reservation(n, NOON), NOON)) for n in range(1, 4097)]) == []
    assert sum(state.days.reservations) == 1
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
    state = LeadState(first_day=DAY - 500, days=Days.of({DAY - n: Day(1) for n in (500, DAYS_KEPT + 1, DAYS_KEPT, 0)}))
    assert lead.prune(state, NOON)
    assert list(state.days.told()) == [DAY - DAYS_KEPT, DAY]
    assert state.first_day == DAY - 500
    assert not lead.prune(state, NOON)


def test_prune_does_not_let_a_duplicate_through() -> None:
    """A tick between an event and its repetition within 24 h does not make it new."""
    state = LeadState()
    late = NOON + DAY_MS
    fold(state, [(0, Entry(reservation(1, NOON), NOON))])
    lead.prune(state, late)
    fold(state, [(1, Entry(reservation(1, NOON), late))])
    assert sum(state.days.reservations) == 1

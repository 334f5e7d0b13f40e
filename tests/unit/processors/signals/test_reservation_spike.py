"""Reservation spike on clients made by hand."""

from math import isfinite
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.context import Context
from processors.day_series import Day
from processors.days import day_start
from processors.signals import reservation_spike as spike
from processors.signals.raising import Cleared, Fresh
from processors.state import LeadState, Quiet, encode_state
from schemas.alerts import Signal
from schemas.events import Reservation
from tests.unit.processors.clients import TODAY, at, client, context, weekday

REGULAR = lambda day: 4  # noqa: E731
QUIET = context()


def reserve(hour: int = 9, qty: int = 40, day: int = TODAY) -> Reservation:
    """One reservation of the day."""
    return Reservation(event_id="1" * 16, lead_id="7", ts=at(day, hour), source="wms", doc="R-1", qty=qty)


def today(state: LeadState, count: int, around: Context = QUIET, hour: int = 9, pieces: int = 40) -> Signal | None:
    """What the day's last reservation says, when the day is `count` reservations of together so many pieces."""
    state.days[TODAY], state.quiet = Day(count, pieces), Quiet()  # by hand, not counted down
    found = spike.find(state, reserve(hour), TODAY, around)
    signal = found[0] if found else None
    assert not isinstance(signal, Fresh), "nothing has rung before"
    return signal


@pytest.mark.parametrize(
    ("count", "severity"), [(4, None), (9, None), (13, None), (14, "warning"), (17, "warning"), (18, "critical")]
)
def test_thresholds_by_count(count: int, severity: str | None) -> None:
    """Four a day, spread 0.1: P(X >= 14) is below 10^-2.8, P(X >= 18) below 10^-4. By day only the plain rings."""
    signal = today(client(REGULAR), count)
    assert (signal.severity if signal else None) == severity
    if signal is not None:
        assert (signal.value, signal.unit) == (count, "reservations")
        assert signal.baseline == pytest.approx(4.0)
        assert (signal.window_start, signal.ts, signal.evidence[0].text) == (
            day_start(TODAY),
            at(TODAY, 9),
            "R-1, 40 шт.",
        )
        assert signal.score >= 1 and 0.5 <= signal.strength <= 1


def test_the_evening_knows_more() -> None:
    """Twelve of four wait for the evening; from its first hour on they are a warning, at the event and by looking."""
    around = context(ratios=[1.0], ts=at(TODAY, 18))
    assert today(client(REGULAR), 12, around, hour=17) is None
    assert today(client(REGULAR), 12, around, hour=18) is not None
    state = client(REGULAR)
    state.days[TODAY] = Day(12, 40)
    found = spike.evening(state, "7", at(TODAY, 18), around)
    (signal,) = [each for each in found if isinstance(each, Signal)]
    assert (signal.severity, signal.lead_id) == ("warning", "7")
    assert [(each.kind, each.text) for each in signal.evidence] == [("day", "12\u00a0броней на 40 шт.")]
    before = encode_state(state)
    assert spike.evening(state, "7", at(TODAY, 19), around) == ()
    assert encode_state(state) == before  # a lead of whom a look finds nothing writes no state


def test_four_plain_weeks_are_looked_at_too() -> None:
    """Twelve are a spike of who orders four each day, not of who orders two and six by turns."""
    around, by_turns = context(ratios=[1.0], ts=at(TODAY, 18)), client(lambda day: 2 + 4 * (day % 2))
    assert today(client(REGULAR), 12, around, hour=19) and not today(by_turns, 12, around, hour=19)


def test_figures_of_long_ago_are_no_evening() -> None:
    """When the fleet's figures are hours old, its quiet morning is no reason to ring."""
    around = context(ratios=[0.7] * 30, ts=at(TODAY, 11))
    state = client(REGULAR)
    state.days[TODAY] = Day(12, 40)
    assert spike.evening(state, "7", at(TODAY, 18), around) == ()


def test_a_common_season_is_no_spike() -> None:
    """Whoever goes with the fleet may do three times as much on a day on which all do."""
    ratios = [2.0 if place % 6 == 0 else 1.0 for place in range(85)]
    busy = {TODAY - 84 + place for place, ratio in enumerate(ratios) if ratio > 1}
    seasonal = lambda day: 8 if day in busy else 4  # noqa: E731
    assert today(client(seasonal), 16, context(ratios=[*ratios[:-1], 1.0])) is not None
    assert today(client(seasonal), 16, context(ratios=[*ratios[:-1], 3.0])) is None


def test_a_day_above_a_quiet_fleet_is_asked_in_the_evening() -> None:
    """Less than one and a half of the ordinary is a spike on a day on which all others rest, once that is known."""
    around = context("[spike]\nleast_spread = 0.001\n", ratios=[1.0] * 84 + [0.7])
    assert today(client(lambda day: 100), 140, around, hour=9) is None
    assert today(client(lambda day: 100), 140, around, hour=20) is not None


def test_what_the_fleet_has_not_done_yet_lowers_nothing() -> None:
    """In the morning the fleet has done half of its day: that makes no spike of an ordinary day."""
    ratios = [0.7 if place % 6 == 0 else 1.0 for place in range(85)]
    quiet = {TODAY - 84 + place for place, ratio in enumerate(ratios) if ratio < 1}
    state = client(lambda day: 14 if day in quiet else 20)
    assert today(state, 48, context(ratios=[*ratios[:-1], 0.7], ts=at(TODAY, 9))) is None


def test_a_season_of_yesterday_goes_on() -> None:
    """The morning after a day on which all did three times as much is not held against an ordinary one."""
    assert today(client(REGULAR), 15, context(ratios=[1.0] * 85)) is not None
    assert today(client(REGULAR), 15, context(ratios=[*[1.0] * 83, 3.0, 0.7])) is None


def test_an_ordinary_day_on_his_day_off() -> None:
    """Five on a Wednesday on which he never orders are no spike of a client who orders five on any other day."""
    state = client(lambda day: 0 if weekday(day) == 2 else 5)
    assert today(state, 5, context(ratios=[1.0], weekdays=[1.0, 1.0, 0.0, 1.0, 1.0, 1.0, 1.0]), hour=19) is None


def test_closed_on_saturdays_is_his_own_affair() -> None:
    """Who never orders on a Wednesday and does so now is judged by his own week, not by the fleet's."""
    state = client(lambda day: 0 if weekday(day) == 2 else 4)
    assert today(state, 10, context(weekdays=[1.0] * 7)) is not None
    assert today(client(REGULAR), 10, context(weekdays=[1.0, 1.0, 0.1, 1.0, 1.0, 1.0, 1.0])) is None


@pytest.mark.parametrize(("pieces", "severity"), [(60, None), (200, None), (400, "warning"), (900, "critical")])
def test_a_rare_buyer_by_pieces(pieces: int, severity: str | None) -> None:
    """An order of 100 pieces every twelve days, and one of several times that."""
    state = client(lambda day: 1 if day % 12 == 0 else 0, pieces=100)
    signal = today(state, 1, context(size_spread=0.9), pieces=pieces)
    assert (signal.severity if signal else None) == severity
    if signal is not None:
        assert signal.unit == "pieces"
        assert signal.baseline == pytest.approx(100, abs=0.1)


def test_one_reservation_of_everything() -> None:
    """A daily client who takes a hundred days' pieces in one reservation is seen; less than twice is not."""
    assert today(client(REGULAR), 1, context(size_spread=0.5), pieces=4000) is not None
    assert today(client(REGULAR), 4, context(size_spread=0.5), pieces=79) is None


def test_said_once_and_again_when_it_grows() -> None:
    """A further reservation says nothing; critical, or a quarter more, does."""
    state = client(REGULAR)
    said = [(count, found.severity) for count in range(5, 61) if (found := today(state, count)) is not None]
    assert said[0] == (14, "warning")
    assert (18, "critical") in said
    assert 5 <= len(said) <= 12


def test_over_after_two_evenings_and_then_it_rings_again() -> None:
    """Two ordinary days after it the spike is over; the next one is news."""
    state = client(REGULAR)
    assert today(state, 20) is not None
    for days, over in ((0, False), (1, False), (2, True)):
        if days:
            state.days[TODAY + days] = Day(4, 40)
        found = spike.evening(
            state, "7", at(TODAY + days), context(day=TODAY + days, ts=at(TODAY + days), ratios=[1.0])
        )
        assert bool(found) is over
        assert all(isinstance(each, Cleared) for each in found)
    state.days[TODAY + 3] = Day(20, 40)
    assert spike.find(state, reserve(day=TODAY + 3), TODAY + 3, QUIET)


def test_two_orders_of_a_rare_buyer_in_a_week_are_one() -> None:
    """A restocking comes in two orders: the second, four days later, is the same alert."""
    state = client(lambda day: 1 if day % 12 == 0 else 0, pieces=100)
    around = context(size_spread=0.9)
    assert today(state, 1, around, pieces=500) is not None
    for days in range(1, 5):
        assert spike.evening(state, "7", at(TODAY + days), around) == ()
    state.days[TODAY + 4] = Day(1, 500)
    assert spike.find(state, reserve(day=TODAY + 4), TODAY + 4, around) == ()
    assert all(spike.evening(state, "7", at(TODAY + days), around) == () for days in range(5, 11))
    assert spike.evening(state, "7", at(TODAY + 11), around)


def test_late_events_of_yesterday_say_nothing_new() -> None:
    """Once today has raised something, what arrives of yesterday is silent."""
    state = client(REGULAR)
    assert today(state, 20) is not None
    state.days[TODAY - 1] = Day(40, 40)
    assert spike.find(state, reserve(day=TODAY - 1), TODAY - 1, QUIET) == ()


@given(
    st.lists(st.integers(0, 300), min_size=30, max_size=119),
    st.integers(0, 10**6),
    st.integers(-(10**6), 10**9),
    st.floats(0.7, 3.0),
)
def test_finite_and_monotone(past: list[int], count: int, pieces: int, common: float) -> None:
    """Whatever the history: finite figures, and one more reservation of today never lowers what is found."""
    history = dict(zip(range(TODAY - len(past), TODAY), past, strict=True))
    around = context(ratios=[common] * 85)

    def score(more: int) -> float:
        signal = today(client(lambda day: history.get(day, 0), len(past)), count + more, around, pieces=pieces)
        assert signal is None or all(map(isfinite, (signal.score, signal.value, signal.baseline, signal.strength)))
        return signal.score if signal else 0.0

    assert score(1) >= score(0) - 1e-3


@given(
    st.lists(st.integers(0, 30), min_size=40, max_size=119),
    st.lists(st.tuples(st.integers(1, 9), st.integers(0, 400)), min_size=1, max_size=80),
)
def test_a_critical_day_is_asked_again_in_time(past: list[int], steps: list[tuple[int, int]]) -> None:
    """What is passed over on a critical day would have said nothing: asked each time, it is the same."""
    history = dict(zip(range(TODAY - len(past), TODAY), past, strict=True))
    spared, asked = (client(lambda day: history.get(day, 0), len(past)) for _ in range(2))
    count = pieces = 0
    for orders, qty in steps:
        count, pieces = count + orders, pieces + qty
        asked.spike = (0, -1, 0.0)
        assert today(spared, count, pieces=pieces) == today(asked, count, pieces=pieces)


def test_a_look_that_says_nothing_does_not_put_the_next_one_off() -> None:
    """Twenty a day: critical at 94 orders, nothing new at 109, and a quarter more at 112, 3 % behind that look."""
    state = client(lambda day: 20)
    assert [orders for orders in (94, 109, 112) if today(state, orders) is not None] == [94, 112]


@given(
    st.lists(st.integers(0, 30), min_size=40, max_size=119),
    st.integers(0, 23),
    st.floats(0.7, 3.0),
    st.lists(st.tuples(st.integers(1, 9), st.integers(0, 400)), min_size=1, max_size=20),
)
def test_what_is_not_asked_would_have_said_nothing(
    past: list[int], hour: int, common: float, steps: list[tuple[int, int]]
) -> None:
    """A day that cannot matter is passed over, by day and in the evening, in a season and without: nothing is lost."""
    history = dict(zip(range(TODAY - len(past), TODAY), past, strict=True))
    spared, asked = (client(lambda day: history.get(day, 0), len(past)) for _ in range(2))
    around = context(ratios=[common] * 85)
    count = pieces = 0
    for orders, qty in steps:
        count, pieces = count + orders, pieces + qty
        with patch.object(spike, "may_matter", return_value=True):
            said = today(asked, count, around, hour, pieces)
        assert today(spared, count, around, hour, pieces) == said

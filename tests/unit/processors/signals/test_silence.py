"""Silence in orders, on clients made by hand: by the own rhythm, from which evening on, until when."""

from math import isfinite

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors import rhythm
from processors.day_series import Day, Days
from processors.days import DAY_MS, HOUR_MS, day_start
from processors.signals import silence
from processors.signals.raising import Cleared
from processors.state import Last, LeadState
from schemas.alerts import Evidence, Signal
from schemas.types import LocalDay
from tests.unit.processors.clients import TODAY, at, client, context, weekday
from tests.unit.processors.signals.evenings import first, look, wrote

QUIET = context()


@pytest.mark.parametrize(("every", "after"), [(1, 5), (2, 9), (3, 12)])
def test_the_own_rhythm_decides(every: int, after: int) -> None:
    """Daily, every second, every third day: silent after 5, 9 and 12 days."""
    state = client(lambda day: 4 if (TODAY - day) % every == 0 else 0, last=TODAY)
    assert first(state, "order_silence") == pytest.approx(after, abs=1)


@pytest.mark.parametrize("known", [30, 41, 42, 43, 70])
def test_six_weeks_must_be_known(known: int) -> None:
    """Daily up to ten days ago: told from the first evening on which he is known for so long."""
    state = client(lambda day: 4, known, last=TODAY - 10)
    assert bool(look(state, 0)) == (known >= QUIET.rules.silence.min_days)


def test_what_a_signal_says() -> None:
    """Days, working days, the usual and the longest gap, since when; the score is 1 at the mark."""
    state = client(lambda day: 4 if weekday(day) < 5 else 0, last=TODAY)
    days = first(state, "order_silence")
    assert days is not None
    state.raised.clear()
    (signal,) = look(state, days)
    assert isinstance(signal, Signal)
    assert signal.figures == {"days": days, "working_days": signal.value, "usual_gap": 1.0, "longest_gap": 1.0}
    assert (signal.unit, signal.baseline, signal.ts, signal.lead_id) == ("days", 1.0, at(TODAY + days), "7")
    assert signal.window_start == signal.evidence[0].ts == day_start(TODAY)
    assert 1 <= signal.score < 1.5


def test_warning_then_critical_then_how_long_it_is() -> None:
    """A silence is said when it is unusual, when chance is out of the question, and then as it grows by a quarter."""
    state = client(lambda day: 4, last=TODAY)
    said = [found.severity for days in range(1, 40) for found in look(state, days) if isinstance(found, Signal)]
    assert list(dict.fromkeys(said)) == ["warning", "critical"]
    assert len(said) <= 10


def test_the_morning_makes_no_silence() -> None:
    """Before the first evening hour today does not count."""
    state = client(lambda day: 4, last=TODAY)
    days = first(state, "order_silence")
    assert days is not None
    state.raised.clear()
    assert look(state, days, hour=11) == []
    assert look(state, days, hour=18) != []


def test_the_first_order_ends_it() -> None:
    """An order clears it, and the next silence is said again."""
    state = client(lambda day: 4, last=TODAY)
    days = first(state, "order_silence")
    assert days is not None
    assert silence.heard(state, "order_silence", wrote(at(TODAY + days + 1))) == (
        Cleared("order_silence", at(TODAY + days + 1)),
    )
    state.days[TODAY + days + 1] = Day(4, 40)
    assert look(state, days + 2) == []
    assert first(state, "order_silence") is not None


def test_holidays_of_the_fleet_and_of_the_setting() -> None:
    """Days on which nobody works are no silence, whether the fleet shows it or the setting says it."""
    state = client(lambda day: 4, last=TODAY)
    days = first(state, "order_silence") or 0
    state.raised.clear()
    rests = [TODAY + day for day in range(1, days)]
    assert silence.evening(state, "7", at(TODAY + days), context(closed=rests)) == []
    dates = ", ".join(f"2024-10-{10 + day}" for day in range(1, days))
    assert TODAY == 20_005  # the 9th of October 2024
    assert look(state, days, rules=f"[silence]\nholidays = [{dates}]") == []


def test_a_holiday_of_those_who_keep_his_week() -> None:
    """Who never works on Saturdays is not silent while all who do not either have their holidays; who does is."""
    holidays = range(TODAY + 1, TODAY + 10)
    pauses = [*[[] for _ in range(5)], [*holidays], []]
    office, daily = client(lambda day: 4 * (weekday(day) != 5), last=TODAY), client(lambda day: 4, last=TODAY)
    for state, found in ((office, 0), (daily, 1)):
        said = silence.evening(state, "7", at(holidays[-1]), context(pauses=pauses))
        assert len([each for each in said if isinstance(each, Signal)]) == found
    assert first(office, "order_silence") is not None


def test_a_client_without_reservations() -> None:
    """Where the warehouse sends only picks and shipments, they are the orders."""
    days = Days.of({day: Day(picks=2, picked_qty=20) for day in range(TODAY - 119, TODAY + 1)})
    assert first(LeadState(first_day=TODAY - 119, days=days), "order_silence") == 4


def test_a_rare_buyer_and_what_is_remembered_of_him() -> None:
    """An order a month: silent after 45 days, though most of his orders are older than the days that are kept."""
    state = client(lambda day: 1 if (TODAY - day) % 30 == 0 else 0, known=400, last=TODAY)
    silence.outlived(state, [day for day in state.order_days() if day < TODAY - 60])
    state.days.forget(TODAY - 60)
    assert len(state.ordered) == silence.ORDERED_KEPT - 1
    assert first(state, "order_silence") == 45
    assert first(client(lambda day: 1 if (TODAY - day) % 30 == 0 else 0, known=40, last=TODAY), "order_silence") is None


def test_a_silence_shows_what_came_last() -> None:
    """The event itself, and where it stands; of a later day, which an import brought, only the day is known."""
    state = client(lambda day: 4, last=TODAY)
    silence.heard(state, "order_silence", wrote(at(TODAY, 15)), f"-1001/{at(TODAY, 15)}")
    silence.heard(state, "order_silence", wrote(at(TODAY - 1)))  # one that came late
    days = first(state, "order_silence")
    assert days is not None
    shown = state.last["order_silence"]
    state.raised.clear()
    (signal,) = look(state, days)
    assert isinstance(signal, Signal)
    assert signal.evidence == [Evidence(shown.event_id, at(TODAY, 15), "last", ref=f"-1001/{at(TODAY, 15)}")]
    state.raised.clear()
    state.last["order_silence"] = Last(at(TODAY - 3), "0" * 16)
    (signal,) = look(state, days)
    assert isinstance(signal, Signal)
    assert signal.evidence == [Evidence("", day_start(TODAY), "last")]


@given(
    st.dictionaries(
        st.integers(TODAY - 119, TODAY), st.lists(st.integers(0, 5), min_size=14, max_size=14), max_size=80
    ),
    st.lists(st.floats(0, 10**4), max_size=30),
    st.integers(0, 400),
)
def test_always_finite_and_at_most_one_for_silent_orders(
    days: dict[LocalDay, list[int]], waits: list[float], after: int
) -> None:
    """Whatever was there: finite figures; nothing found leaves nothing behind; silent orders speak for all."""
    told = Days.of({day: Day(*figures) for day, figures in days.items()})
    state = LeadState(first_day=min(days, default=TODAY), days=told)
    for number, hours in enumerate(waits):
        silence.asked(state, wrote(at(TODAY) - (number + 1) * DAY_MS))
        silence.wrote(state, wrote(at(TODAY) - (number + 1) * DAY_MS + int(hours * HOUR_MS)))
    silence.asked(state, wrote(at(TODAY)))
    found = [each for each in look(state, after) if isinstance(each, Signal)]
    assert all(
        isfinite(figure) for each in found for figure in (each.score, each.value, each.strength, *each.figures.values())
    )
    if any(each.rule == "order_silence" for each in found):
        assert len(found) == 1
    assert look(state, after) == []


@given(
    st.dictionaries(st.integers(TODAY - 60, TODAY), st.lists(st.integers(0, 1), min_size=14, max_size=14), min_size=1),
    st.lists(st.integers(TODAY - 200, TODAY - 61), unique=True, max_size=12),
    st.integers(0, 90),
)
def test_a_client_who_is_known_for_too_short_is_silent_in_nothing(
    days: dict[LocalDay, list[int]], ordered: list[LocalDay], after: int
) -> None:
    """His channels are not even looked for: none of them could say anything."""
    figures, today = Days.of({day: Day(*each) for day, each in days.items()}), TODAY + after
    first_day = min([*days, *ordered])
    state = LeadState(first_day=first_day, days=figures, ordered=sorted(ordered))
    rules = QUIET.rules.silence
    said = [
        quiet
        for _, there in silence._still(state, today, rules)
        if (quiet := rhythm.silence(there, today, rhythm.NO_RESTS, rules)) is not None
    ]
    assert not said or today - first_day >= rules.min_days
    assert bool(said) or look(state, after) == []

"""A client's ordinary day, worked out by hand."""

from math import isfinite, log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.day_series import Day, Days
from processors.state import LeadState
from processors.usual import _WEIGHTS, CUT, LEAST_CUT, WINDOW, _moments, above_plain, factor, sizes, usual
from tests.unit.processors.clients import TODAY, client, context, weekday


def test_a_regular_client() -> None:
    """Four a day: four are expected, with the least spread; how far he goes with a season is not known yet."""
    found = usual(client(lambda day: 4), TODAY, context())
    assert found.mean == pytest.approx(4.0)
    assert (found.spread, found.share) == (0.1, 0.5)


def test_deviations_above_the_plain_mean() -> None:
    """Two and six by turns deviate by two from four, twelve by four of these. What is below the mean is nothing, and
    who orders four each day is no nearer to a spike than six deviations of half an order. Older days do not count."""
    by_turns = client(lambda day: 2 + 4 * (day % 2) if day >= TODAY - 28 else 50)
    assert [above_plain(by_turns, TODAY, orders) for orders in (3, 4, 8, 12, 90)] == [0.0, 0.0, 2.0, 4.0, 6.0]
    assert [above_plain(client(lambda day: 4), TODAY, orders) for orders in (4, 5, 7, 9)] == [0.0, 2.0, 6.0, 6.0]


@pytest.mark.parametrize(("known", "every"), [(27, 1), (119, 9)])
def test_too_little_is_known(known: int, every: int) -> None:
    """With less than 28 days, or 10 active of 84, nothing is expected."""
    assert usual(client(lambda day: 4 if day % every == 0 else 0, known), TODAY, context()).mean == 0


def test_the_young_days_weigh_more() -> None:
    """Who orders 8 instead of 4 a day for ten days is expected to be in between, nearer to 8 than a flat mean."""
    found = usual(client(lambda day: 8 if day >= TODAY - 10 else 4), TODAY, context())
    assert 5.5 < found.mean < 6.5


def test_a_burst_is_cut() -> None:
    """One day of 400 a week ago, on the same weekday, hardly moves what is expected."""
    found = usual(client(lambda day: 400 if day == TODAY - 7 else 4), TODAY, context())
    assert found.mean < 6 and found.spread < 0.5


def test_a_weekly_rhythm_is_no_burst() -> None:
    """Who orders 70 each Wednesday and nothing else is expected to do so again."""
    found = usual(client(lambda day: 70 if weekday(day) == 2 else 0), TODAY, context())
    assert found.mean == pytest.approx(70 * (12 * 7 + 4) / (16 * 7), rel=0.1)


def test_his_own_weekday() -> None:
    """Nothing on Wednesdays: a quarter of the fleet's weight is left of this one, and it is foreseen half way to his
    mean. With three times the others' on Wednesdays three times are foreseen, shrunk to the fleet's alone."""
    quiet = usual(client(lambda day: 0 if weekday(day) == 2 else 6), TODAY, context())
    assert quiet.mean == pytest.approx(6 * 6 / 7 * (1 + 4 / 16) / 2, rel=0.05)
    strong = usual(client(lambda day: 12 if weekday(day) == 2 else 4), TODAY, context())
    mean = 36 / 7
    assert strong.mean == pytest.approx(mean * (12 * 12 / mean + 4) / 16, rel=0.05)


def test_he_goes_with_the_fleet() -> None:
    """Who doubles on each day on which the fleet doubles shares its factor; who does not, stands apart."""
    ratios = [2.0 if place % 5 == 0 else 1.0 for place in range(85)]
    busy = {TODAY - 84 + place for place, ratio in enumerate(ratios) if ratio > 1}
    with_it = usual(client(lambda day: 20 if day in busy else 10), TODAY, context(ratios=ratios))
    apart = usual(client(lambda day: 10), TODAY, context(ratios=ratios))
    assert with_it.share > 0.6
    assert with_it.mean == pytest.approx(11, rel=0.1)
    assert apart.share == pytest.approx(0, abs=0.05)


def test_the_factor_of_a_day() -> None:
    """The last one is of the fleet's day; before the first, and after today, it is 1."""
    fleet = context(ratios=[0.8, 1.5, 2.0]).fleet
    assert [factor(fleet, TODAY - back) for back in (0, 1, 2, 3, -1)] == [2.0, 1.5, 0.8, 1.0, 1.0]


def test_sizes_are_shrunk_to_the_fleets() -> None:
    """Twelve days of 100 pieces have no deviation of their own; the fleet's, weighing six days, is left of it."""
    found = sizes(client(lambda day: 1 if day % 9 == 0 else 0, pieces=100), TODAY, context(size_spread=0.9))
    n = 13
    assert found.mean == pytest.approx(log(100))
    assert found.deviation == pytest.approx((6 * 0.81 / (n + 5) * (1 + 1 / n)) ** 0.5)
    assert 250 < found.least < 1000 and not found.dense


def test_sizes_of_a_stranger() -> None:
    """With three active days no size is unusual."""
    assert sizes(client(lambda day: 1 if day % 40 == 0 else 0), TODAY, context()).least == 0


@given(
    st.dictionaries(
        st.integers(TODAY - 130, TODAY + 2), st.tuples(st.integers(0, 10**6), st.integers(-(10**6), 10**9))
    ),
    st.integers(0, 400),
    st.lists(st.floats(0.5, 3.0), max_size=90),
)
def test_always_finite(days: dict[int, tuple[int, int]], known: int, ratios: list[float]) -> None:
    """Whatever the days and the fleet: finite figures, a spread of at least the least."""
    state = LeadState(first_day=TODAY - known, days=Days.of({day: Day(*figures) for day, figures in days.items()}))
    around = context(ratios=ratios, weekdays=[1.0] * 7)
    normal, size = usual(state, TODAY, around), sizes(state, TODAY, around)
    assert all(map(isfinite, (normal.mean, normal.spread, normal.share, size.mean, size.deviation)))
    assert normal.mean == 0 or normal.spread >= 0.1
    assert size.least >= 0


@given(st.lists(st.integers(0, 200), min_size=28, max_size=84), st.lists(st.integers(1, 50), min_size=7, max_size=7))
def test_no_day_counts_more_than_its_most(counts: list[int], week: list[int]) -> None:
    """Three times what is expected of its weekday, but five in any case: what is above adds nothing to the mean."""
    expected, weights = [float(each) for each in week * 12][: len(counts)], _WEIGHTS[WINDOW - len(counts) :]
    whole = sum(weight * each for weight, each in zip(weights, expected, strict=True))
    most = CUT * sum(weight * x for weight, x in zip(weights, counts, strict=True)) / whole
    cut = [min(x, max(most * each, LEAST_CUT)) for x, each in zip(counts, expected, strict=True)]
    mean = sum(weight * x for weight, x in zip(weights, cut, strict=True)) / whole
    assert _moments(counts, expected, context().rules.spike)[0] == pytest.approx(mean)

"""What all clients have in common, on fleets made by hand."""

import random
from collections.abc import Callable
from math import log
from statistics import median

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors import fleet_formulas as formulas
from processors.days import HOUR_MS, day_start
from processors.fleet import FleetDays
from processors.fleet_formulas import (
    LEAST_CLIENTS,
    LEAST_EXPECTED,
    RATIO_FROM,
    RATIO_TO,
    SPAN,
    STILL,
)

MONDAY = 19_000 - (19_000 + 3) % 7
"""A Monday of 2022."""


def at(day: int, hour: int = 20) -> int:
    return day_start(day) + hour * HOUR_MS


def fleet_of(clients: int, days: int, orders: Callable[[int, int], int] = lambda client, day: 4) -> FleetDays:
    """`clients` with `orders` a day, for `days` days from MONDAY."""
    book = FleetDays()
    for day in range(MONDAY, MONDAY + days):
        for client in range(clients):
            if count := orders(client, day):
                book.add(str(client), day, count, 10 * count)
    return book


def test_a_common_season_is_the_factor_of_the_day() -> None:
    """On a day on which everybody does twice as much the factor is 2, on the others 1."""
    book = fleet_of(10, 100, lambda client, day: 8 if day == MONDAY + 90 else 4)
    fleet = book.figures(at(MONDAY + 99))
    assert len(fleet.ratios) == 85
    assert fleet.ratios[-10] == pytest.approx(2.0, rel=0.02)
    assert fleet.ratios[-1] == 1.0
    assert fleet.ratios[:70] == [1.0] * 70


def test_today_counts_so_far() -> None:
    """Within a day the factor grows with what has come."""
    book = fleet_of(10, 99)
    assert book.figures(at(MONDAY + 99, 9)).ratios[-1] == 0.7
    for client in range(10):
        book.add(str(client), MONDAY + 99, 12)
    assert book.figures(at(MONDAY + 99, 10)).ratios[-1] == 3.0


def test_hours_without_orders_say_the_same_of_their_day() -> None:
    """Whatever was asked before: the day before, the next day, or an hour ago."""
    book = fleet_of(10, 99)
    asked = [(98, 12), (99, 12), (99, 13), (98, 20), (100, 1), (99, 23)]
    factors = [book.figures(at(MONDAY + day, hour)).ratios[-1] for day, hour in asked]
    assert factors == [1.0, 0.7, 0.7, 1.0, 0.7, 0.7]


def test_one_client_moves_nobody() -> None:
    """The factor is a median: one client's burst is his own."""
    book = fleet_of(10, 99)
    book.add("3", MONDAY + 99, 400)
    for client in range(10):
        book.add(str(client), MONDAY + 99, 4)
    assert book.figures(at(MONDAY + 99)).ratios[-1] == 1.0


def test_the_week_has_a_shape_and_sundays_are_closed() -> None:
    """A fleet that rests on Sundays: factor near nothing on Sunday, and those days are closed."""
    fleet = fleet_of(10, 112, lambda client, day: 0 if (day + 3) % 7 == 6 else 6).figures(at(MONDAY + 111))
    assert fleet.weekdays[6] < 0.05
    assert fleet.weekdays[0] == pytest.approx(7 / 6, rel=0.01)
    assert all((day + 3) % 7 == 6 for day in fleet.closed)
    assert MONDAY + 111 in fleet.closed and MONDAY + 104 in fleet.closed


def test_a_group_closed_on_saturdays_closes_it_for_nobody_else() -> None:
    """Half of the fleet rests on Saturdays: it is no closed day, and an ordinary Saturday has the factor 1."""
    book = fleet_of(40, 161, lambda client, day: 0 if client % 2 and (day + 3) % 7 == 5 else 20)
    fleet = book.figures(at(MONDAY + 160))
    assert fleet.closed == []
    assert fleet.ratios[:84] == [1.0] * 84


EASTER = range(MONDAY + 151, MONDAY + 155)
"""From Friday to Monday."""


def shops_and_bicycles(client: int, day: int) -> int:
    """The even clients never work on Saturdays, nor at Easter; the others always."""
    return 4 * (client % 2 or ((day + 3) % 7 != 5 and day not in EASTER))


def test_a_group_has_its_holidays_and_they_are_nobody_else_s() -> None:
    """Those who never work on Saturdays rest at Easter: for them it is no working day, for the others it is."""
    fleet = fleet_of(40, 161, shops_and_bicycles).figures(at(MONDAY + 160))
    assert fleet.closed == []
    assert fleet.pauses == [[], [], [], [], [], [day for day in EASTER if (day + 3) % 7 != 5], []]


def test_a_holiday_is_one_from_its_first_evening_on() -> None:
    """Today counts too, and no more when they come after all."""
    book = fleet_of(40, 152, shops_and_bicycles)
    assert book.figures(at(EASTER[0])).pauses[5] == [EASTER[0]]
    for client in range(0, 40, 2):
        book.add(str(client), EASTER[0])
    assert book.figures(at(EASTER[0])).pauses == []


def test_who_stays_away_by_himself_makes_no_holiday() -> None:
    """Half of the group is not there, or the group is of seven: it is their own silence."""
    half: Callable[[int, int], int] = lambda client, day: shops_and_bicycles(  # noqa: E731
        client, MONDAY + 4 if client % 4 == 0 and day in EASTER and day != EASTER[1] else day
    )
    few: Callable[[int, int], int] = lambda client, day: shops_and_bicycles(1 if client > 13 else client, day)  # noqa: E731
    for orders in (half, few):
        assert fleet_of(40, 161, orders).figures(at(MONDAY + 160)).pauses == []


def test_a_long_pause_ends_no_habit() -> None:
    """All work on three days of five, and nobody for twelve days: none of these is a working day, up to the last."""
    pause = range(MONDAY + 140, MONDAY + 152)
    book = fleet_of(40, 152, lambda client, day: 4 * (day not in pause and (client + 3 * day) % 5 < 3))
    assert set(pause) <= set(book.figures(at(pause[-1])).closed)


def test_a_small_fleet_has_no_figures() -> None:
    """Seven clients are no fleet: everything is neutral."""
    fleet = fleet_of(7, 126, lambda client, day: 2 if day > MONDAY + 90 else 6).figures(at(MONDAY + 125))
    assert (set(fleet.ratios), fleet.weekdays, fleet.closed, fleet.decline) == ({1.0}, [1.0] * 7, [], 1.0)


def test_nobody_yet() -> None:
    """Before the first client the figures are neutral."""
    fleet = FleetDays().figures(at(MONDAY))
    assert (set(fleet.ratios), fleet.clients, fleet.size_spread, fleet.decline) == ({1.0}, 0, 0.0, 1.0)


def test_a_fleet_that_shrinks_together() -> None:
    """Everybody falls to 80 % for 28 days: so does the median."""
    book = fleet_of(10, 126, lambda client, day: 8 if day >= MONDAY + 97 else 10)
    assert book.figures(at(MONDAY + 125)).decline == pytest.approx(0.8)


PAUSE = range(MONDAY + 105, MONDAY + 116)


@pytest.mark.parametrize("resting", [30, 20])
def test_a_holiday_is_no_season(resting: int) -> None:
    """Eleven days on which all rest, or two thirds of them, who never work on Saturdays, make no fall; what falls
    beside them does."""

    def orders(client: int, day: int, lately: int) -> int:
        rests = client < resting and (day in PAUSE or (day + 3) % 7 == 5)
        return 0 if rests else lately if day >= MONDAY + 97 else 10

    for lately, fall in ((10, 1.0), (8, 0.8)):
        book = fleet_of(30, 126, lambda client, day, lately=lately: orders(client, day, lately))  # type: ignore[misc]
        assert book.figures(at(MONDAY + 125)).decline == pytest.approx(fall)


def test_who_is_gone_is_no_season() -> None:
    """Eleven of twenty have not ordered for three weeks: the others, who order as ever, are the fleet. With no eight
    left there is none."""
    left: Callable[[int, int], int] = lambda client, day: 0 if client < 11 and day >= MONDAY + 105 else 10  # noqa: E731
    assert fleet_of(20, 126, left).figures(at(MONDAY + 125)).decline == 1.0
    assert fleet_of(18, 126, left).figures(at(MONDAY + 125)).decline == 1.0


def test_the_spread_of_sizes_is_pooled() -> None:
    """Sizes of 10 and 1000 in turn deviate by ln 10 about their mean, whoever the client."""
    book = FleetDays()
    for client in range(10):
        for day in range(40):
            book.add(str(client), MONDAY + 2 * day, 2, 1000 if day % 2 else 10)
    fleet = book.figures(at(MONDAY + 80))
    assert fleet.size_spread == pytest.approx(2.33, abs=0.03)


def test_exact_figures_of_a_past_day_replace_it() -> None:
    """A correction from the store changes what is told of that day, whenever it comes."""
    book = fleet_of(10, 100)
    assert book.figures(at(MONDAY + 100)).ratios[-2] == 1.0
    for client in range(10):
        book.put(str(client), MONDAY + 99, 14, 1)
    assert book.figures(at(MONDAY + 100)).ratios[-2] == 3.0


def test_how_it_was_filled_does_not_matter() -> None:
    """One by one in the order of time, day by day, or client by client from the store: the same figures; old days fall
    out."""
    rng = random.Random(1)
    figures = {(str(c), MONDAY + d): (rng.randrange(6), rng.randrange(90)) for c in range(12) for d in range(SPAN + 40)}
    now = at(MONDAY + SPAN + 39)
    one_by_one, by_day, by_client = FleetDays(), FleetDays(), FleetDays()
    for (client, day), (orders, pieces) in sorted(figures.items(), key=lambda row: row[0][1]):
        one_by_one.figures(at(day, 0))
        for _ in range(orders):
            one_by_one.add(client, day)
        one_by_one.add(client, day, 0, pieces)
    for (client, day), (orders, pieces) in sorted(figures.items(), reverse=True):
        by_client.put(client, day, orders, pieces)
    for n in (SPAN + 39, *range(SPAN + 40)):
        by_day.put_day(MONDAY + n, {str(c): figures[str(c), MONDAY + n] for c in range(12)})
    assert one_by_one.figures(now) == by_day.figures(now) == by_client.figures(now)


@given(
    st.integers(1, 30).flatmap(
        lambda clients: st.lists(
            st.lists(st.tuples(st.integers(0, 9), st.floats(0, 9)), min_size=clients, max_size=clients),
            min_size=1,
            max_size=4,
        )
    )
)
def test_a_factor_is_a_median(days: list[list[tuple[int, float]]]) -> None:
    """Of those whose day says something; the same for a day of many and for one by itself."""
    x, expected = (np.array([[client[n] for client in day] for day in days], dtype=float).T for n in (0, 1))
    said = [[done / usual for done, usual in day if usual > LEAST_EXPECTED] for day in days]
    medians = [median(shares) if len(shares) >= LEAST_CLIENTS else 1.0 for shares in said]
    cut = [min(max(each, RATIO_FROM), RATIO_TO) for each in medians]
    factors = [round(each, 4) if abs(log(each)) >= STILL else 1.0 for each in cut]
    assert formulas.factors(x, expected) == factors
    assert [formulas.factor(np.array(sorted(day))) for day in said] == factors

"""Clients made by hand: days of figures, and fleets."""

from collections.abc import Callable

from processors.context import Context
from processors.day_series import Day, Days
from processors.days import HOUR_MS, day_start
from processors.rules import Rules, builtin, load
from processors.state import LeadState
from schemas.events import Fleet
from schemas.types import LocalDay, Millis

TODAY = 20_005
"""A Wednesday ((20_005 + 3) % 7 is 2, Monday being 0)."""


def weekday(day: LocalDay) -> int:
    """Monday is 0."""
    return (day + 3) % 7


def client(
    orders: Callable[[LocalDay], int], known: int = 119, pieces: int = 10, last: LocalDay = TODAY - 1
) -> LeadState:
    """Who is known for so many days, with `orders` a day, each of so many pieces, up to `last`."""
    days = {day: Day(orders(day), pieces * orders(day)) for day in range(TODAY - known, last + 1) if orders(day)}
    return LeadState(first_day=TODAY - known, days=Days.of(days))


def context(rules: str = "", **fleet: object) -> Context:
    """The built-in rules with `rules` over them; of the fleet what is said, as of today at 20 h."""
    chosen: Rules = load(rules) if rules else builtin()
    said = {"event_id": "0" * 16, "ts": at(TODAY), "day": TODAY} | fleet
    return Context(chosen, Fleet(**said))  # type: ignore[arg-type]


def at(day: LocalDay, hour: int = 20) -> Millis:
    """An hour of Moscow."""
    return day_start(day) + hour * HOUR_MS

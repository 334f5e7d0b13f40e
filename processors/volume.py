"""How many orders a day a client makes, holidays left out: what a decline compares.

A holiday is nobody's day: eleven days of Christmas in the last 28 would make a decline of everybody who keeps them, and
in the 56 before would hide one. It is kept by those who keep the same week (`processors.fleet_rests`).
"""

from collections.abc import Collection, Sequence, Set

from processors.context import Context
from processors.day_series import Days
from processors.state import LeadState
from schemas.types import LocalDay

RECENT, BEFORE = 28, 56
"""Days that are compared: four weeks and the eight before, whole weeks both. `Fleet.decline` compares the same."""

COMPARED = RECENT + BEFORE

LEAST = 0.25
"""Of a span must be left without his days off, or it says nothing."""

WEEKS = COMPARED // 7


def holidays(state: LeadState, today: LocalDay, context: Context) -> Collection[LocalDay]:
    """The days among those that are compared up to `today` on which he would have worked, but those rest who keep his
    week: that of the weekdays on which he ordered in all that is compared."""
    return _holidays(state, today, context)[0]


def left_out(state: LeadState, today: LocalDay, context: Context) -> Collection[LocalDay]:
    """His days off, where a holiday is one of them: it may have taken more Mondays than Saturdays. None where there is
    no holiday."""
    found, week = _holidays(state, today, context)
    if not found:
        return found
    return found | {day for day in range(today + 1 - COMPARED, today + 1) if not week[day % 7]}


def _holidays(state: LeadState, today: LocalDay, context: Context) -> tuple[Set[LocalDay], Sequence[bool]]:
    """And his week, Thursday first."""
    rests = context.rests
    if not rests.everybody and not rests.without:  # most of the year: his week is not asked for
        return frozenset(), ()
    since = today + 1 - COMPARED
    told = state.days.between(state.days.reservations, since, today + 1)
    least = context.rules.silence.works * WEEKS
    week = [WEEKS - told[(weekday - since) % 7 :: 7].count(0) >= least for weekday in range(7)]
    return {day for day in rests.of(week) if since <= day <= today and week[day % 7]}, week


def a_day(days: Days, start: LocalDay, stop: LocalDay, without: Collection[LocalDay]) -> float | None:
    """Orders a day from `start` to before `stop`, those days left out; None where hardly any is left."""
    orders, long = days.total(days.reservations, start, stop), stop - start
    if not without:
        return orders / long
    off = [day for day in without if start <= day < stop]
    orders, long = orders - sum(days.on(days.reservations, day) for day in off), long - len(off)
    return orders / long if long >= LEAST * (stop - start) else None

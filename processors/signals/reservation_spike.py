"""Reservation spike: the client reserves far more today than is normal for him.

Stock that is reserved all at once is often stock that is about to be taken away. Today's number of reservations and
today's reserved pieces are each held against the client's own mean and deviation over the last 84 full days (days
without reservations count as zero). z = (x - mean) / max(deviation, sqrt(mean), 1): the floor is the deviation of a
Poisson count, so a client who is regular to the piece does not fire on one more.
"""

from collections.abc import Sequence
from math import sqrt
from typing import NamedTuple

from processors.days import day_start
from processors.state import LeadState
from schemas.alerts import SEVERITIES, Evidence, Signal, Unit
from schemas.codec import event_id
from schemas.events import Reservation
from schemas.types import LocalDay

WINDOW_DAYS = 84
MIN_DAYS = 14
"""With less history nothing is normal yet."""

MIN_TODAY, MIN_PIECES = 5, 50
"""Reservations and pieces of a day below which nothing is a spike."""

WARN_Z, WARN_RATIO = 3.0, 2.0
CRITICAL_Z, CRITICAL_RATIO = 5.0, 3.0
"""From the measured table in research/domain.md 4.2 and 4.3."""

GROWN = 2.0
"""A spike that goes on is said again when its z has grown so many times, so the curator's message shows its size."""


class Normal(NamedTuple):
    """Mean and deviation of a figure over the client's full days."""

    mean: float
    deviation: float


class _Finding(NamedTuple):
    level: int
    z: float
    value: int
    mean: float
    unit: Unit


def find(state: LeadState, event: Reservation, today: LocalDay) -> Sequence[Signal]:
    """A signal when today's level rises above what was raised today, or z has doubled. `today` is the event's own day.

    What happened before midnight may arrive after it, and is still judged by its day; once the next day has raised
    something, that day's late events say nothing new.
    """
    figures = state.days.get(today)
    raised_on, level, z = state.spike
    if figures is None or raised_on > today:
        return ()
    if raised_on < today:
        level, z = -1, 0.0
    if figures.reservations < MIN_TODAY and figures.reserved_qty < MIN_PIECES:
        return ()
    counts, pieces = normals(state, today)
    if counts is None or pieces is None:
        return ()
    found = max(
        _judge(figures.reservations, MIN_TODAY, counts, "reservations"),
        _judge(figures.reserved_qty, MIN_PIECES, pieces, "pieces"),
    )
    if found.level < 0 or found.level < level or (found.level == level and found.z < GROWN * z):
        return ()
    state.spike = today, found.level, found.z
    severity = SEVERITIES[found.level]
    return (
        Signal(
            signal_id=event_id("signal", "reservation_spike", event.event_id),
            lead_id=event.lead_id,
            rule="reservation_spike",
            severity=severity,
            ts=event.ts,
            window_start=day_start(today),
            value=found.value,
            baseline=round(found.mean, 2),
            score=round(found.z, 2),
            unit=found.unit,
            evidence=[Evidence(event.event_id, event.ts, "reservation", f"{event.doc}: {event.qty} шт.")],
        ),
    )


def normals(state: LeadState, today: LocalDay) -> tuple[Normal | None, Normal | None]:
    """The client's normal day before `today`: (reservations, pieces), or None with too little history."""
    if state.first_day is None or today - state.first_day < MIN_DAYS:
        return None, None
    length = min(WINDOW_DAYS, today - state.first_day)
    oldest = today - length
    count = pieces = count2 = pieces2 = 0
    for day, figures in state.days.items():
        if oldest <= day < today:
            count += figures.reservations
            count2 += figures.reservations * figures.reservations
            pieces += figures.reserved_qty
            pieces2 += figures.reserved_qty * figures.reserved_qty
    return _normal(count, count2, length), _normal(pieces, pieces2, length)


def _normal(total: int, squares: int, days: int) -> Normal:
    mean = total / days
    return Normal(mean, sqrt(max(0.0, squares / days - mean * mean)))


def _judge(value: int, least: int, normal: Normal, unit: Unit) -> _Finding:
    if value < least:
        return _Finding(-1, 0.0, value, normal.mean, unit)
    z = (value - normal.mean) / max(normal.deviation, sqrt(max(normal.mean, 0.0)), 1.0)
    level = -1
    if z >= CRITICAL_Z and value >= CRITICAL_RATIO * normal.mean:
        level = SEVERITIES.index("critical")
    elif z >= WARN_Z and value >= WARN_RATIO * normal.mean:
        level = SEVERITIES.index("warning")
    return _Finding(level, z, value, normal.mean, unit)

"""How long a source may be silent by its own habit, from the hours of its last eight weeks in which something came.

How surprising are the empty hours? Each hour of the week has its own share p of weeks with something in it; an empty
hour adds -ln(1 - p), so a quiet night or weekend adds nothing. What is too much is e^-9.2, once in ten thousand; for a
source that comes in bursts as much more as its own longest gap was beyond what independent hours give (of n gaps the
longest is ln(n + 1)).

Where not even an empty week would be too much, gaps are compared by the clock: those at least half as long as the
longest count. A weekly file has eight of a week each, so a day later it is missed; where they differ much, much is
allowed. What happens while a source is silent changes neither.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from itertools import pairwise
from math import log, log1p

from processors.days import HOUR_MS, local
from schemas.types import LocalDay, Millis

WEEK = 7 * 24
WINDOW = 8 * WEEK
"""Hours: long enough for a weekly file, short enough for a new season."""
YOUNG = 2 * WEEK
"""Hours from the first arrival to the last before anything is judged: each hour of the week was there twice."""
LEAST_HOURS = 8
"""Hours with something in them before an empty one may surprise."""
LEAST_LONG = 3
"""Long gaps before another is called too long."""
TOO_MUCH = -log(1e-4)
DOUBT = 0.5
"""Weeks added to those that were seen: p of an hour that was never empty in eight weeks is 0.94, not 1."""
SPREADS, SHARE = 3.0, 0.1
"""Beyond the longest gap: so many times what long gaps differ by, and this share of it."""
FARTHEST = 60 * 24
"""Hours after which silence needs no proof."""

Hour = int
"""Hours since 1970 began, UTC."""


def due(active: Sequence[Hour], rests: Collection[LocalDay] = ()) -> Millis | None:
    """When a source is silent longer than its habit if nothing comes, ms UTC; None while too little is known.

    `active` are the hours in which something came, rising, each once. On the local days `rests`
    a Sunday's habit holds.
    """
    hours = [hour for hour in active if hour > active[-1] - WINDOW]
    if not hours or hours[-1] - hours[0] < YOUNG:
        return None
    empty = _surprises(hours, rests)
    most = _most(hours, empty, rests)
    if len(hours) < LEAST_HOURS or sum(empty) < most:
        longest = _longest(hours)
        return None if longest is None else (hours[-1] + 1 + min(longest, FARTHEST)) * HOUR_MS
    silent = 0.0
    for hour in range(hours[-1] + 1, hours[-1] + FARTHEST):
        silent += empty[_slot(hour, rests)]
        if silent > most:
            return (hour + 1) * HOUR_MS
    return (hours[-1] + FARTHEST) * HOUR_MS


def _surprises(hours: Sequence[Hour], rests: Collection[LocalDay]) -> Sequence[float]:
    """-ln(1 - p) of each hour of the week."""
    all_of_them = Counter(_slot(hour, rests) for hour in range(hours[0], hours[-1] + 1))
    seen = Counter(_slot(hour, rests) for hour in hours)
    return [-log1p(-seen[slot] / (all_of_them[slot] + DOUBT)) if seen[slot] else 0.0 for slot in range(WEEK)]


def _most(hours: Sequence[Hour], empty: Sequence[float], rests: Collection[LocalDay]) -> float:
    """The surprise that is too much for this source."""
    gaps = [sum(empty[_slot(hour, rests)] for hour in range(a + 1, b)) for a, b in pairwise(hours)]
    return TOO_MUCH * max(1.0, max(gaps) / log(len(gaps) + 1))


def _longest(hours: Sequence[Hour]) -> int | None:
    """The longest gap that is still usual, in hours; None where there were too few."""
    gaps = [b - a for a, b in pairwise(hours)]
    longest = max(gaps)
    long = [gap for gap in gaps if gap * 2 >= longest]
    if len(long) < LEAST_LONG:
        return None
    return round(longest * (1 + SHARE) + SPREADS * (longest - min(long)))


def _slot(hour: Hour, rests: Collection[LocalDay]) -> int:
    """The hour of the local week, from Monday's midnight; 1970-01-01 was a Thursday."""
    day, of_day = divmod(local(hour * HOUR_MS) // HOUR_MS, 24)
    weekday = 6 if day in rests else (day + 3) % 7
    return weekday * 24 + of_day

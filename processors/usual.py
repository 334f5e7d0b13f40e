"""A client's ordinary day: what his reservations are held against. Formulas and measures: research/signals.md 2 and 8.

Counts: mean of the 84 days before, the younger the heavier, a burst cut; by his own weekday (shrunk to the fleet's)
and, as far as he goes with it, the fleet's factor; spread by moments. Sizes: ln of the pieces of his active days, their
deviation shrunk to the fleet's. Both are derived from the state's days; whoever folds an event keeps
them in the state, for the day and for the week, so that few events pay for them.
"""

from collections.abc import Sequence
from math import ceil, exp, log, sqrt
from operator import add, gt, mul

from processors.context import Context
from processors.rules.volume import SpikeRules
from processors.state import LeadState, Sizes, Usual
from processors.tails import deviates, sized
from schemas.events import Fleet
from schemas.types import LocalDay

WHOLE_WEEKS = 12
WINDOW = 7 * WHOLE_WEEKS
"""Days of history behind an expectation."""

_WEIGHTS = tuple(0.5 ** ((WINDOW - place) / 10) for place in range(WINDOW))
"""Oldest first; a day's weight halves in 10 days (x3 at 0.065 false alarms: 10 d .67, 14 d .64, 28 d .5)."""

CUT, LEAST_CUT = 3.0, 5.0
"""A day of more than so many means is counted as so many, but never less than five reservations: first means of his
other active days, then those of what is expected of that day."""

WEEKS = 4.0
"""Weeks of the fleet's weekday that stand behind the client's own."""

SHAPE_FROM, SHAPE_TO = 0.3, 3.0
"""The fleet's weekday as a prior is cut at these: a group closed on Saturdays closes it for nobody else."""

PRIOR_SLOPE, PRIOR_WEIGHT = 0.5, 0.5
"""Of the client's slope on the fleet: without a season in the window he is taken to go half way with it."""

PLAIN_DAYS, PLAIN_LEAST, PLAIN_MOST = 28, 0.5, 6.0
"""Days of the plain look beside the ordinary day, the least deviation there (orders), and how many deviations count at
most: a client who orders the same every day is no nearer to a spike for it."""

LEAST_WEEKDAY = 0.25
"""Of his mean is expected on any weekday: a day's ordinary work on his day off is no spike."""

SIZES_DAYS = 7
"""So long the client's sizes are kept: one more active day hardly moves them."""


MOST_PIECES = 1e15
"""A threshold that nothing reaches, still a whole number of the wire."""


def usual(state: LeadState, day: LocalDay, context: Context) -> Usual:
    """His ordinary `day`: the one that is kept, or made anew. Its mean is 0 when too little is known of him."""
    kept = state.usual
    return kept if kept is not None and kept.day == day else _usual(state, day, context) or Usual(day)


def sizes(state: LeadState, day: LocalDay, context: Context) -> Sizes:
    """The sizes of his active days: those that are kept for the week, or made anew."""
    return kept_sizes(state, day) or _sizes(state, day, context)


def kept_sizes(state: LeadState, day: LocalDay) -> Sizes | None:
    """Those that are kept, where they hold for the day."""
    kept = state.sizes
    return kept if kept is not None and kept.day <= day < kept.day + SIZES_DAYS else None


def factor(fleet: Fleet, day: LocalDay) -> float:
    """The fleet's factor of a day; 1 where it is not known."""
    back = fleet.day - day
    return fleet.ratios[-1 - back] if 0 <= back < len(fleet.ratios) else 1.0


def above_plain(state: LeadState, day: LocalDay, orders: int) -> float:
    """By how many deviations so many orders are above the plain mean of the four weeks before, 0..6: whatever the
    weekday, the season and the age of a day are taken for."""
    counts = state.orders(range(day - PLAIN_DAYS, day))
    mean = sum(counts) / PLAIN_DAYS
    variance = sum(map(mul, counts, counts)) / PLAIN_DAYS - mean * mean
    return min(max((orders - mean) / max(sqrt(max(variance, 0.0)), PLAIN_LEAST), 0.0), PLAIN_MOST)


def pieces(state: LeadState, day: LocalDay) -> int:
    """Pieces reserved on a day, with those that were taken back later."""
    days = state.days
    reserved, back = days.on(days.reserved_qty, day), days.cancelled_qty
    return reserved + days.on(back, day) if back else reserved


def _usual(state: LeadState, day: LocalDay, context: Context) -> Usual | None:
    rules = context.rules.spike
    if state.first_day is None or day - state.first_day < rules.min_days:
        return None
    known = min(WINDOW, day - state.first_day)
    days = range(day - known, day)
    counts: Sequence[float] = state.orders(days)
    active = known - counts.count(0)
    if active < max(rules.min_active_days, 2):
        return None
    most = max(counts)
    burst = max(CUT * (sum(counts) - most) / (active - 1), LEAST_CUT)
    if most > burst:  # cut before the weekday's mean, which one wild day would lift for twelve weeks
        counts = [x if x <= burst else burst for x in counts]
    flat = sum(counts) / known
    shape = _week(counts, flat, days, context.fleet)
    common = [(on - days.start, ln) for on, ln in context.season if on in days]
    share = _slope(counts, flat, shape, common)
    expected = (shape * WHOLE_WEEKS)[:known]
    for place, ln in common:
        expected[place] *= exp(share * ln)
    mean, spread = _moments(counts, expected, rules)
    return Usual(day, mean * _foreseen(shape[known % 7]), spread, share)


def _week(counts: Sequence[float], flat: float, days: range, fleet: Fleet) -> list[float]:
    """The factor of the weekday of each of the first seven days, his own shrunk to the fleet's."""
    pooled = fleet.weekdays if len(fleet.weekdays) == 7 else [1.0] * 7
    shape = []
    for place in range(7):
        same, prior = counts[place::7], min(max(pooled[(days.start + place + 3) % 7], SHAPE_FROM), SHAPE_TO)
        shape.append(max((sum(same) / flat + WEEKS * prior) / (len(same) + WEEKS), LEAST_WEEKDAY))
    return shape


def _foreseen(weekday: float) -> float:
    """The factor with which a weekday to come is expected: a weak one half way to the mean, for what rings by chance
    falls on days of which too little was expected (x3 at 0.05 false alarms .53 -> .55 over redrawn series)."""
    return max(weekday, (1.0 + weekday) / 2)


def _slope(counts: Sequence[float], flat: float, shape: Sequence[float], common: Sequence[tuple[int, float]]) -> float:
    """How far he goes with the fleet, 0..1: the slope of his ln days on its ln factors, which `common` gives with their
    places."""
    along = across = 0.0
    for place, ln in common:
        along += ln * log((counts[place] + 0.5) / (flat * shape[place % 7] + 0.5))
        across += ln * ln
    return min(max((along + PRIOR_SLOPE * PRIOR_WEIGHT) / (across + PRIOR_WEIGHT), 0.0), 1.0)


def _moments(counts: Sequence[float], expected: Sequence[float], rules: SpikeRules) -> tuple[float, float]:
    """Mean and spread of the days over what is expected of them, weighted by age."""
    weights = _WEIGHTS[WINDOW - len(counts) :]
    parts = [*map(mul, weights, expected)]
    whole, weighed = sum(parts), [*map(mul, weights, counts)]
    mean = sum(weighed) / whole
    most = CUT * mean
    cuts = [most * each for each in expected]
    if max(counts) > LEAST_CUT and any(map(gt, counts, cuts)):  # else nothing is cut
        counts = [*map(min, counts, [cut if cut > LEAST_CUT else LEAST_CUT for cut in cuts])]
        weighed = [*map(mul, weights, counts)]
        mean = sum(weighed) / whole
    squares = mean * mean * sum(map(mul, parts, expected))
    crossed = mean * sum(map(mul, parts, counts))
    far = sum(map(mul, weighed, counts)) - 2 * crossed + squares
    return mean, max((far - mean * whole) / squares if squares > 0 else 0.0, rules.least_spread)


def _sizes(state: LeadState, day: LocalDay, context: Context) -> Sizes:
    rules = context.rules.sparse
    days = state.days
    reserved, back = days.between(days.reserved_qty, days.first, day), days.between(days.cancelled_qty, days.first, day)
    logs = [log(size) for size in map(add, reserved, back) if size > 0]
    known = state.first_day is not None and day - state.first_day >= context.rules.spike.min_days
    if not known or len(logs) < rules.min_active_days:
        return Sizes(day)
    n = len(logs)
    mean = sum(logs) / n
    pooled = context.fleet.size_spread or rules.size_spread
    freedom = n - 1 + rules.prior_days
    squares = sum((each - mean) ** 2 for each in logs) + rules.prior_days * pooled * pooled
    deviation = sqrt(squares / freedom * (1 + 1 / n))
    ordered = [each for each in days.with_any(days.reservations) if each >= day - WINDOW]
    dense = len(ordered) >= context.rules.spike.min_active_days
    least = sized(mean, deviation, deviates(rules.dense_warning if dense else rules.warning, freedom))
    return Sizes(
        day,
        mean,
        deviation,
        freedom,
        ceil(min(max(least, rules.min_pieces, rules.min_ratio * exp(mean)), MOST_PIECES)),
        dense,
    )

"""What the days say about a client without any alarm: how rare he is, how silent, how far below his normal.

A rule says yes or no; for a ranking that throws the order away (research/signals.md 5: AUC .810 with steps, .885 with
continuous parts). So the score reads the same figures below the alarm too. Only whole days are read: an order of this
morning ends a silence, a morning without orders does not make one.
"""

from collections.abc import Sequence
from itertools import pairwise
from math import log, log10
from typing import NamedTuple

from processors.rules.score import ReadingRules, ScoreRules
from processors.state import LeadState
from schemas.alerts import Rule
from schemas.events import Fleet
from schemas.types import LocalDay

WINDOW = 84
"""Days behind a rate or a weekday: twelve weeks."""

YOUNG = 14.0
"""Days without orders that are supposed before a client is known: who began last week is not yet regular."""

WORKS = 0.25
"""A weekday counts as the client's working day if he ordered on so many of the last twelve (signals.md 8)."""

GAPS = 30
"""Gaps looked at: signals.md 3, the last 30 find more than all of them."""

LEAST_ACTIVE = 4
"""Order days before silence means anything."""

RARE_GAP = 10.0
"""Days between orders above which plain recency ranks better than surprise (signals.md 3)."""

RARE_LIMIT, RARE_FACTOR, RARE_SIZE = 45.0, 1.5, 1.7
"""Days, and times the longest gap, after which a rare client is silent; as large then as P = 0.02 of the others."""

FAR = 1e6
"""Times the half of a strength, above which it is 1 for any float."""

MONTH, WEEK = 28, 7
LEAST_ORDERS = 30
"""Orders in the 84 days before: with fewer a ratio is chance (signals.md 4)."""


class Reading(NamedTuple):
    """`strength` 0..1, and what it was read from: `value` against `baseline` (silence: working days without orders and
    the usual gap; decline: orders a day now and before).
    """

    rule: Rule
    strength: float
    value: float
    baseline: float


def read(state: LeadState, through: LocalDay, fleet: Fleet, rules: ScoreRules) -> Sequence[Reading]:
    """Readings as of the end of the day `through`; none of what too little is known of."""
    days = state.days
    active = sorted(day for day, figures in days.items() if figures.reservations > 0)
    found = (_silence(active, state, through, fleet, rules.silence), _decline(state, through, fleet, rules.decline))
    return [reading for reading in found if reading is not None and reading.strength > 0.0]


def rarity(state: LeadState, through: LocalDay, rules: ScoreRules) -> float:
    """0..1: near 0 for one who orders daily, 1/2 at one order day in `rare_days`. Of whom no order is known his rate is
    not known either: 0.
    """
    active = sum(1 for day, f in state.days.items() if f.reservations > 0 and through - WINDOW < day <= through)
    if state.first_day is None or not any(figures.reservations > 0 for figures in state.days.values()):
        return 0.0
    known = min(WINDOW, max(0, through - state.first_day + 1))
    return 1.0 / (1.0 + rules.rare_days * active / (known + YOUNG))


def strength(size: float, rules: ReadingRules) -> float:
    """0..1, continuous and never flat (Hill's curve): half at `rules.half`."""
    above = float(min(max(size, 0.0) / rules.half, FAR) ** rules.steep)
    return above / (1.0 + above)


def _silence(
    active: Sequence[LocalDay], state: LeadState, through: LocalDay, fleet: Fleet, rules: ReadingRules
) -> Reading | None:
    """Poisson-gamma surprise -log10 ((2 + T) / (2 + T + r)) ^ (1 + n): r working days of silence after n gaps in T."""
    if len(active) < LEAST_ACTIVE or state.first_day is None or active[-1] >= through:
        return None
    last = active[-1]
    seen = active[-GAPS - 1 :]
    recency, gaps = through - last, [after - before for before, after in pairwise(seen)]
    usual = (seen[-1] - seen[0]) / len(gaps)
    if usual > RARE_GAP:
        limit = max(RARE_LIMIT, RARE_FACTOR * max(gaps))
        return Reading("order_silence", strength(RARE_SIZE * recency / limit, rules), recency, usual)
    works = _works(active, state.first_day, last)
    closed, ordered = frozenset(fleet.closed), frozenset(seen)
    silent = sum(1 for day in range(last + 1, through + 1) if works[day % 7] and day not in closed)
    span = len(gaps) + sum(  # the days of orders, and the working days between them
        1 for day in range(seen[0], last) if works[day % 7] and day not in closed and day not in ordered
    )
    size = (1 + len(gaps)) * log10(1.0 + silent / (2.0 + span))
    return Reading("order_silence", strength(size, rules), silent, span / len(gaps))


def _works(active: Sequence[LocalDay], first_day: LocalDay, last: LocalDay) -> Sequence[bool]:
    """Of each weekday (day % 7) whether he works on it, from the twelve weeks up to his last order."""
    since = max(first_day, last - WINDOW + 1)
    orders = [0] * 7
    for day in active:
        if day >= since:
            orders[day % 7] += 1
    weeks = (last - since + 1) / 7
    return [weeks < LEAST_ACTIVE or count >= WORKS * weeks for count in orders]


def _decline(state: LeadState, through: LocalDay, fleet: Fleet, rules: ReadingRules) -> Reading | None:
    """Orders a day of the last 28 days, or of the last 7 if those are better, over the 84 before and the fleet's."""
    if state.first_day is None or through - state.first_day < MONTH + WINDOW - 1:
        return None
    month = week = before = 0
    for day, figures in state.days.items():
        age = through - day
        if 0 <= age < MONTH:
            month += figures.reservations
            week += figures.reservations if age < WEEK else 0
        elif MONTH <= age < MONTH + WINDOW:
            before += figures.reservations
    if before < LEAST_ORDERS:
        return None
    now, usual = max(month / MONTH, week / WEEK), before / WINDOW
    ratio = now / (usual * (fleet.decline if fleet.decline > 0.0 else 1.0))
    fall = -log(max(ratio, 0.01))
    return Reading("volume_decline", strength(fall, ReadingRules(half=-log(rules.half), steep=rules.steep)), now, usual)

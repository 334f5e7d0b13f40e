"""What the days say about a client without any alarm: how rare he is, how silent, how far below his normal.

A rule says yes or no; for a ranking that throws the order away (research/signals.md 5: AUC .810 with steps, .885 with
continuous parts). So the score reads the same figures below the alarm too. Only whole days are read: an order of this
morning ends a silence, a morning without orders does not make one.
"""

from collections.abc import Sequence
from math import log
from typing import NamedTuple

from processors.context import Context
from processors.rhythm import silence
from processors.rules.score import ScoreRules
from processors.signals.decline import NOTHING_LEFT, season
from processors.state import LeadState
from processors.volume import BEFORE, RECENT, a_day, left_out
from schemas.alerts import Rule
from schemas.types import LocalDay

YOUNG = 14.0
"""Days without orders that are supposed before a client is known: who began last week is not yet regular."""

WEEK = 7

FAR = 1e6
"""Times the half of a strength, above which it is 1 for any float."""


class Reading(NamedTuple):
    """`strength` 0..1, and what it was read from: `value` against `baseline` (silence: working days without orders and
    the usual gap; decline: orders a day now and before).
    """

    rule: Rule
    strength: float
    value: float
    baseline: float


def read(state: LeadState, through: LocalDay, context: Context) -> Sequence[Reading]:
    """Readings as of the end of the day `through`; none of what too little is known of."""
    found = (_silence(state, through, context), _decline(state, through, context))
    return [reading for reading in found if reading is not None and reading.strength > 0.0]


def rarity(state: LeadState, through: LocalDay, rules: ScoreRules) -> float:
    """0..1: near 0 for one who orders daily, 1/2 at one order day in `rare_days`. Of whom no order is known his rate is
    not known either: 0.
    """
    count, first = state.ordered_until(through)
    if not count:
        return 0.0
    return 1.0 / (1.0 + rules.rare_days * count / (through - first + 1 + YOUNG))


def strength(size: float, half: float, steep: float) -> float:
    """0..1, continuous and never flat (Hill's curve): 1/2 at `half`."""
    above = float(min(max(size, 0.0) / half, FAR) ** steep)
    return above / (1.0 + above)


def _silence(state: LeadState, through: LocalDay, context: Context) -> Reading | None:
    """The size of the silence (`processors.rhythm`) from its first working day on, where the alarm waits for three."""
    if state.days.since(state.days.reservations, through):  # most order daily: their days are not gathered
        return None
    rules = context.rules.silence
    quiet = silence(state.order_days(), through, context.rests, rules)
    if quiet is None:
        return None
    read = context.rules.score.silence
    return Reading("order_silence", strength(quiet.size, read.half, read.steep), quiet.value, quiet.usual_gap)


def _decline(state: LeadState, through: LocalDay, context: Context) -> Reading | None:
    """Orders a day of the last 28 days, or of the last 7 if those are better, over those before and the fleet's."""
    if state.first_day is None or through - state.first_day < RECENT + BEFORE:
        return None
    days, middle, until = state.days, through - RECENT + 1, through + 1
    if days.total(days.reservations, middle - BEFORE, middle) < context.rules.decline.min_orders:
        return None
    without = left_out(state, through, context)
    usual = a_day(days, middle - BEFORE, middle, without)
    found = [a_day(days, until - span, until, without) for span in (RECENT, WEEK)]
    now = max((rate for rate in found if rate is not None), default=None)
    if now is None or not usual:
        return None
    ratio = now / (usual * season(context.fleet))
    if ratio >= 1.0:
        return None
    read = context.rules.score.decline
    size = -log(max(ratio, NOTHING_LEFT))
    return Reading("volume_decline", strength(size, -log(read.half), read.steep), now, usual)

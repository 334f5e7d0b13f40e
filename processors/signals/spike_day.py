"""How unusual a client's day is, by its reservations and by their pieces (`reservation_spike` says what is told)."""

from math import exp, log
from typing import NamedTuple, TypeAlias

from processors import tails
from processors.context import Context
from processors.state import LeadState
from processors.usual import above_plain, pieces, sizes, usual
from schemas.alerts import Severity, Unit
from schemas.types import LocalDay

PLAIN = 0.2
"""What a deviation above the plain mean adds to s. On 23 redrawn sets x3 was .084 above the best simple peer without it
and .094, .093, .089 with 0.1, 0.2, 0.3; of x5 .992, and .996, .999, 1 were found (docs/decisions, 0131)."""

NOT_BELOW = 1.5
"""Times the expected: less is no spike however regular the client is, so most events ask no further."""


class Size(NamedTuple):
    """How unusual a day is. `s` over the mark of a warning, and whether it is so far above as to be critical."""

    score: float
    critical: bool
    value: int
    usual: float
    unit: Unit

    def said(self) -> tuple[Severity, float, float]:
        """Severity, score and strength of its signal."""
        return "critical" if self.critical else "warning", round(self.score, 3), round(min(1.0, self.score / 2), 3)


Both: TypeAlias = tuple[Size | None, Size | None]
"""A day by its count, and by its pieces."""


def by_both(state: LeadState, day: LocalDay, context: Context, common: float, least: float) -> Both:
    """The day as far as it is known. `common`, `least`: as in `by_count`."""
    orders = state.days.on(state.days.reservations, day)
    return by_count(state, day, orders, context, common, least), by_pieces(state, day, context)


def largest(both: Both) -> Size | None:
    """By count or by pieces, whichever says more; None when neither says anything."""
    found = [size for size in both if size is not None and size.score >= 1.0]
    return max(found, key=lambda size: (size.critical, size.score)) if found else None


def by_count(state: LeadState, day: LocalDay, x: int, context: Context, common: float, least: float) -> Size | None:
    """Of `x` orders, `common` being the fleet's factor. `least`: a smaller s may come smaller yet."""
    rules = context.rules.spike
    if x < rules.min_today:
        return None
    normal = usual(state, day, context)
    expected = normal.mean * common**normal.share
    if expected <= 0 or x < NOT_BELOW * expected:
        return None
    plain = PLAIN * above_plain(state, day, x)
    s = plain + tails.counts(x, expected, normal.spread, least - plain)
    critical = s >= rules.critical and x >= rules.critical_ratio * expected
    return Size(s / rules.warning, critical, x, expected, "reservations")


def by_pieces(state: LeadState, day: LocalDay, context: Context) -> Size | None:
    """Of the pieces reserved so far."""
    rules = context.rules.sparse
    x = pieces(state, day)
    if x < rules.min_pieces:
        return None
    normal = sizes(state, day, context)
    if not 0 < normal.least <= x:
        return None
    s = tails.student((log(x) - normal.mean) / normal.deviation, normal.freedom)
    warning, critical = (rules.dense_warning, rules.dense_critical) if normal.dense else (rules.warning, rules.critical)
    typical = exp(normal.mean)
    return Size(s / warning, s >= critical and x >= rules.critical_ratio * typical, x, typical, "pieces")

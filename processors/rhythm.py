"""How regularly a client is there, and how unusual it is that he is not.

Gaps are counted in his own working days: a weekday counts when he was there on a quarter of its last twelve, a day on
which the fleet rests counts for nobody. For n gaps of together T days a gap of r more has the chance
P = ((b + T) / (b + T + r)) ^ (1 + n) (Poisson-gamma; research/domain.md 4.3, signals.md 3: of the rules measured it
finds most in 7 days). For clients with a mean gap above ten days plain recency is better there.
"""

from collections.abc import Callable, Collection, Sequence
from itertools import pairwise
from math import log10
from typing import NamedTuple

from processors.rules.volume import SilenceRules
from schemas.types import LocalDay

PRIOR_GAP = 2.0
"""`b`, days: one gap of two days is supposed before anything is known."""

WEEKS_BACK = 84
"""Days in which a weekday is looked at: twelve weeks, up to the last day he was there."""


class Silence(NamedTuple):
    """Days since `last` (the day he was there last): of the calendar and of his own working days; his usual and longest
    gap in the unit of `value`. `size` grows as it goes on: -log10 P, or of a rare buyer as much for as many days.
    """

    last: LocalDay
    days: int
    working_days: int
    value: int
    usual_gap: float
    longest_gap: int
    size: float


def surprise(silent: float, gaps: Sequence[float]) -> float:
    """-log10 P of a gap of `silent` and more after these."""
    return (1 + len(gaps)) * log10(1 + silent / (PRIOR_GAP + sum(gaps)))


def silence(
    there: Sequence[LocalDay], today: LocalDay, rests: Collection[LocalDay], rules: SilenceRules
) -> Silence | None:
    """How unusual the days up to `today` are without him, or None when too little is known or he was just there.

    `there` are the days on which he was, in order; `rests` those that are nobody's.
    """
    if len(there) <= rules.rare_min_gaps or today <= there[-1]:
        return None
    if today - there[0] < rules.min_days:
        return None
    last, days = there[-1], today - there[-1]
    mean = (last - there[0]) / (len(there) - 1)
    if len(there) <= rules.min_gaps or mean > rules.rare_gap:
        longest = max([after - before for before, after in pairwise(there)])
        limit = max(float(rules.rare_days), rules.rare_longest * longest)
        size = days / limit * -log10(rules.warning_probability)
        return Silence(last, days, days, days, mean, longest, size)
    works = _working(there, rests, rules)
    gaps = [
        1 if after == before + 1 else 1 + sum(map(works, range(before + 1, after)))
        for before, after in pairwise(there[-1 - rules.gaps :])
    ]
    working = sum(map(works, range(last + 1, today + 1)))
    usual = sum(gaps) / len(gaps)
    return Silence(last, days, working, working, usual, max(gaps), surprise(working, gaps))


def _working(there: Sequence[LocalDay], rests: Collection[LocalDay], rules: SilenceRules) -> Callable[[LocalDay], bool]:
    """Which days are working days of his. What he does while he is silent does not change them."""
    last = there[-1]
    start = max(there[0], last - WEEKS_BACK + 1)
    seen, all_of_them = [0] * 7, [0] * 7
    for day in there:
        if day >= start:
            seen[day % 7] += 1
    for weekday in range(7):
        all_of_them[weekday] = len(range(start + (weekday - start) % 7, last + 1, 7))
    open_on = [seen[weekday] >= rules.works * all_of_them[weekday] for weekday in range(7)]
    return lambda day: open_on[day % 7] and day not in rests

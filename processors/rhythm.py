"""How regularly a client is there, and how unusual it is that he is not.

Gaps are counted in his own working days: a weekday counts when he was there on a quarter of its last twelve, a day on
which the fleet rests counts for nobody, and one on which those rest who keep the same week (`processors.fleet_rests`)
for none of these. For n gaps of together T days a gap of r more has the chance
P = ((b + T) / (b + T + r)) ^ (1 + n) (Poisson-gamma; research/domain.md 4.3, signals.md 3: of the rules measured it
finds most in 7 days). For clients with a mean gap above ten days plain recency is better there.
"""

from bisect import bisect_left
from collections.abc import Collection, Sequence
from functools import lru_cache
from itertools import accumulate, pairwise
from math import log10
from operator import sub
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


class Rests(NamedTuple):
    """Days that are nobody's (`everybody`), and those that are nobody's who hardly works on a weekday (`without` it,
    Monday first; empty when there are none)."""

    everybody: frozenset[LocalDay] = frozenset()
    without: tuple[frozenset[LocalDay], ...] = ()

    def of(self, his: Sequence[bool]) -> Collection[LocalDay]:
        """Those of a client who works on the weekdays `his` (Thursday first, as day 0 was)."""
        days = {day for weekday, days in enumerate(self.without) if not his[(weekday - 3) % 7] for day in days}
        return days | self.everybody


NO_RESTS = Rests()


def surprise(silent: float, gaps: Sequence[float]) -> float:
    """-log10 P of a gap of `silent` and more after these."""
    return _surprise(silent, len(gaps), sum(gaps))


def _surprise(silent: float, gaps: int, together: float) -> float:
    return (1 + gaps) * log10(1 + silent / (PRIOR_GAP + together))


def silence(
    there: Sequence[LocalDay], today: LocalDay, rests: Rests, rules: SilenceRules, least: float = 0.0
) -> Silence | None:
    """How unusual the days up to `today` are without him, or None when too little is known, he was just there, or its
    size can't be `least`.

    `there` are the days on which he was, in order.
    """
    if len(there) <= rules.rare_min_gaps or today <= there[-1]:
        return None
    if today - there[0] < rules.min_days:
        return None
    last, days = there[-1], today - there[-1]
    mean = (last - there[0]) / (len(there) - 1)
    if len(there) <= rules.min_gaps or mean > rules.rare_gap:
        longest = max(map(sub, there[1:], there))
        limit = max(float(rules.rare_days), rules.rare_longest * longest)
        size = days / limit * -log10(rules.warning_probability)
        return Silence(last, days, days, days, mean, longest, size)
    known = min(len(there) - 1, rules.gaps)
    if _surprise(days, known, known) < least:  # no gap is shorter than a day, and he works on all days at most
        return None
    gaps, of_week, rested = _pace(tuple(there), rests, rules.gaps, rules.works)
    working = _worked(today + 1, of_week, rested) - _worked(last + 1, of_week, rested)
    usual = sum(gaps) / len(gaps)
    return Silence(last, days, working, working, usual, max(gaps), surprise(working, gaps))


def is_short(times: int, days: int, rules: SilenceRules, least: float) -> bool:
    """Whether `silence` can say nothing of `least` of one who was there on so many days, and not for `days`: asked
    first, for the days need not be gathered for it."""
    if times <= rules.rare_min_gaps:
        return True
    if days / rules.rare_days * -log10(rules.warning_probability) >= least:
        return False
    known = min(times - 1, rules.gaps)
    return times <= rules.min_gaps or _surprise(days, known, known) < least


@lru_cache(1024)
def _pace(
    there: tuple[LocalDay, ...], rests: Rests, most: int, works: float
) -> tuple[Sequence[int], Sequence[int], Sequence[LocalDay]]:
    """His last `most` gaps in working days, his working days of a week before each weekday (Thursday first) and in all
    of it, and the days among them on which nobody works. Remembered: while he is silent it is the same each evening.
    """
    last = there[-1]
    start = max(there[0], last - WEEKS_BACK + 1)
    whole, more = divmod(last + 1 - start, 7)
    seen = [0] * 7
    for day in there[bisect_left(there, start) :]:
        seen[day % 7] += 1
    his = [seen[weekday] >= works * (whole + ((weekday - start) % 7 < more)) for weekday in range(7)]
    of_week = list(accumulate(his, initial=0))
    rested = sorted(day for day in rests.of(his) if his[day % 7])
    lately = there[-1 - most :]
    gaps = [
        1 + _worked(after, of_week, rested) - _worked(before + 1, of_week, rested) for before, after in pairwise(lately)
    ]
    return gaps, of_week, rested


def _worked(day: LocalDay, of_week: Sequence[int], rested: Sequence[LocalDay]) -> int:
    """How many working days of his there were before a day, counted from some day long ago: two days' difference are
    those in between."""
    return day // 7 * of_week[7] + of_week[day % 7] - bisect_left(rested, day)

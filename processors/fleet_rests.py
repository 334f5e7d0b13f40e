"""Days on which nobody works, for all and for those who keep the same week (`processors.fleet` asks).

A holiday is kept by those who keep the same days of the week: shops that never work on Saturdays have their Easter,
while the bicycles beside them go on, so that half of the whole fleet works. Who hardly works on a weekday is of its
group. Of the seven groups he may be in several, and a day is none of his when one of them rests.

Of whom is known for four weeks and has ordered within four, the share of his last twelve such weekdays on which he did
is expected; below a quarter the weekday is none of his. A group rests on a day when fewer than 30 % of the people
expected of it are there, from eight expected on. Twelve weeks bear a pause of two: who has not worked for ten days is
still expected (in `FleetDays`, which asks for half of 28 days, he is not).
"""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from processors.fleet_formulas import LEAST_CLIENTS, LEAST_DAYS, SPAN, WORKS, same_weekday
from processors.usual import WINDOW
from processors.volume import COMPARED
from schemas.types import LocalDay

RESTS: Final = 0.3
"""Below this share of those who usually work the day is no working day (issue 10; signals.md 8)."""

WEEK: Final = 7


class Group(NamedTuple):
    """Some clients' common rests: days before the newest, and who is expected on that one: their rows, and how many
    people by their shares."""

    rests: list[LocalDay]
    rows: NDArray[np.intp]
    expected: float

    def rest(self, today: NDArray[np.float64]) -> bool:
        """Whether hardly anyone of it is there; by everybody's orders of the newest day."""
        if self.expected < LEAST_CLIENTS:  # most groups are too small: nobody is counted
            return False
        return bool(is_rest(np.count_nonzero(today[self.rows]), self.expected))


def is_rest(there: Any, expected: Any) -> Any:
    """Whether a day is none of those of whom so many are there: of one day, or of each where they are arrays."""
    return (expected >= LEAST_CLIENTS) & (there < RESTS * expected)


def groups(active: NDArray[np.bool_], month: NDArray[np.int16], first: NDArray[np.int64], day: LocalDay) -> list[Group]:
    """All clients, and then those who hardly work on Mondays, on Tuesdays … on Sundays.

    `active`: clients by the days of the span up to `day`; `month`: on how many of the 28 days before each of those they
    were there, from the 29th day on; `first`: since when they are known.
    """
    columns = SPAN - LEAST_DAYS
    same = same_weekday(active, columns, np.int16)
    days = np.arange(day - columns + 1, day + 1)
    age = np.arange(columns, dtype=np.int16) - np.clip(first - days[0], -SPAN, SPAN).astype(np.int16)[:, None]
    weeks = np.minimum(age, np.minimum(np.arange(LEAST_DAYS, SPAN, dtype=np.int16), WINDOW)) // WEEK
    share = same / np.maximum(weeks, 1).astype(np.float32)
    known = (age >= LEAST_DAYS) & (month > 0)
    never = known & (share < WORKS)
    share[~known | never] = 0.0
    there = active[:, LEAST_DAYS:] & (share > 0.0)
    rows = np.arange(len(active))
    return [_group(rows, share, there, days)] + [
        _without(weekday, never, share, there, days) for weekday in range(WEEK)
    ]


def left_out(
    active: NDArray[np.bool_], closed: Sequence[LocalDay], same_week: Sequence[Group], day: LocalDay
) -> NDArray[np.bool_]:
    """`processors.volume.left_out` of all clients: which of the days that a decline compares, up to yesterday."""
    lately = active[:, -1 - COMPARED : -1]
    if not closed and not any(group.rests for group in same_week):
        return np.zeros_like(lately)
    days = np.arange(day - COMPARED, day)
    weekdays = [lately[:, place::WEEK].mean(axis=1) < WORKS for place in range(WEEK)]
    hardly: NDArray[np.bool_] = np.stack(weekdays, axis=1)
    off: NDArray[np.bool_] = np.tile(hardly, COMPARED // WEEK)
    holidays: NDArray[np.bool_] = np.isin(days, closed) & ~off
    for weekday, group in enumerate(same_week):
        if group.rests:
            holidays |= hardly[:, (weekday - days[0] - 3) % WEEK, None] & np.isin(days, group.rests) & ~off
    return holidays | (off & holidays.any(axis=1, keepdims=True))


def _without(
    weekday: int,
    never: NDArray[np.bool_],
    share: NDArray[np.float32],
    there: NDArray[np.bool_],
    days: NDArray[np.int64],
) -> Group:
    """Those who hardly work on this weekday (Monday 0), as of its latest up to each day; of the first days as of the
    one that comes."""
    first = int(weekday - days[0] - 3) % WEEK
    weekdays = never[:, first::WEEK]
    rows = np.flatnonzero(weekdays.any(axis=1))
    if len(rows) < LEAST_CLIENTS:
        return Group([], rows[:0], 0.0)
    latest = np.maximum(np.arange(len(days)) - first, 0) // WEEK
    off = weekdays[rows].take(latest, axis=1)
    return _group(rows, share[rows] * off, there[rows] & off, days)


def _group(
    rows: NDArray[np.intp], share: NDArray[np.float32], there: NDArray[np.bool_], days: NDArray[np.int64]
) -> Group:
    """The group of these rows. `share`: how much of each is expected; `there`: of those who was."""
    expected, came = share.sum(axis=0), there.sum(axis=0)
    rested = is_rest(came, expected)
    return Group(days[:-1][rested[:-1]].tolist(), rows[share[:, -1] > 0.0], float(expected[-1]))

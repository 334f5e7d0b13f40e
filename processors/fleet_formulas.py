"""What all clients' days say, as formulas over matrices of clients by days (`processors.fleet` keeps these).

Sources: research/signals.md 2, 3, 4 and 8.
"""

from math import log
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from processors.usual import SHAPE_FROM, SHAPE_TO, WEEKS, WINDOW
from processors.volume import BEFORE, COMPARED, LEAST, RECENT
from schemas.types import LocalDay

Matrix: TypeAlias = NDArray[np.float64]
"""Clients by days (or by weekdays)."""

SPAN: Final = 2 * WINDOW + 32
"""Days kept: the factor of a day 84 days ago looks at the 84 before it; and a month for late corrections."""
LEAST_DAYS: Final = 28
"""A client who is known for less has no normal yet."""
LEAST_CLIENTS: Final = 8
"""Fewer clients are no fleet: its factors are 1."""
RATIO_FROM, RATIO_TO, STILL = 0.7, 3.0, 0.15
"""A day's factor is cut at these: that others rest makes an order no spike. |ln F| below STILL is chance."""
LEAST_EXPECTED: Final = 1.0
"""Orders: of whom no more is expected that day says nothing of the fleet's."""
WORKS: Final = 0.25
"""A weekday with less than this part of the client's mean day is no working day of his."""


def upto(table: NDArray[Any], dtype: type[np.number[Any]]) -> NDArray[Any]:
    """The sums of each row's first 0, 1, 2 … columns."""
    sums = np.zeros((len(table), table.shape[1] + 1), dtype)
    np.cumsum(table, axis=1, out=sums[:, 1:])
    return sums


def before(upto: NDArray[Any], days: int, columns: int) -> NDArray[Any]:
    """The sum over the `days` before each of the last `columns`."""
    end = upto.shape[1] - 1
    sums: NDArray[Any] = upto[:, end - columns : end] - upto[:, end - columns - days : end - days]
    return sums


def same_weekday(table: NDArray[Any], columns: int, dtype: type[np.number[Any]]) -> NDArray[Any]:
    """The sum of the same weekdays in the window before each of the last `columns`, as far back as the table goes."""
    end = table.shape[1]
    sums = np.zeros((len(table), columns), dtype)
    for back in range(7, WINDOW + 1, 7):
        start = end - columns - back
        sums[:, max(-start, 0) :] += table[:, max(start, 0) : end - back]
    return sums


def weekdays(x: Matrix, mean: NDArray[np.float64], age: NDArray[np.int64], day: LocalDay) -> NDArray[np.float64]:
    """The fleet's weekday factors, Monday first, mean 1: every client weighs the same, a burst is cut at 5 means."""
    known = mean > 0.2
    if known.sum() < LEAST_CLIENTS:
        return np.ones(7)
    days = np.arange(day - WINDOW, day)
    since = days[None, :] >= day - age[known][:, None]
    share = np.where(since, np.minimum(x[known, -WINDOW - 1 : -1] / mean[known][:, None], 5.0), 0.0)
    same = [(days + 3) % 7 == weekday for weekday in range(7)]
    means = np.array([share[:, of].sum() / since[:, of].sum() for of in same])
    whole = means.mean()
    return np.maximum(means / whole, 0.02) if whole > 0 else np.ones(7)


def expected(
    x: Matrix,
    mean: Matrix,
    age: NDArray[np.int64],
    weekdays: NDArray[np.float64],
    there: NDArray[np.bool_],
    day: LocalDay,
) -> Matrix:
    """A client's ordinary day: his mean of the 84 days before, by his own weekday shrunk to the fleet's. Clients by
    the days of the window and the newest.

    0 on weekdays on which he hardly works (a group closed on Saturdays does not halve the fleet's Saturday), and for
    who is gone: not `there`.
    """
    columns = np.arange(day - WINDOW, day + 1)
    prior = np.clip(weekdays, SHAPE_FROM, SHAPE_TO)[(columns + 3) % 7][None, :]
    weeks = age // 7
    same = same_weekday(x, WINDOW + 1, np.float64)
    own = np.divide(same, mean, out=np.zeros_like(mean), where=mean > 0)
    result: Matrix = mean * np.maximum((own + WEEKS * prior) / (weeks + WEEKS), 0.02)
    return np.where((own >= WORKS * weeks) & there, result, 0.0)


def factors(x: Matrix, expected: Matrix) -> list[float]:
    """The factor of each day: the median of what clients did over what they ordinarily do. Clients by days."""
    if len(x) < LEAST_CLIENTS:
        return [1.0] * x.shape[1]
    known = expected > LEAST_EXPECTED
    shares = np.divide(x, expected, out=np.full(expected.shape, np.inf), where=known)
    shares.sort(axis=0)
    counts, days = known.sum(axis=0), np.arange(known.shape[1])
    medians = (shares[np.maximum(counts - 1, 0) // 2, days] + shares[counts // 2, days]) / 2
    found = zip(medians.tolist(), counts.tolist(), strict=True)
    return [_cut(median) if count >= LEAST_CLIENTS else 1.0 for median, count in found]


def factor(shares: NDArray[np.float64]) -> float:
    """The same of one day by the shares of those who are known, which rise."""
    count = len(shares)
    if count < LEAST_CLIENTS:
        return 1.0
    return _cut(float(shares[(count - 1) // 2] + shares[count // 2]) / 2)  # `np.median` takes five times as long


def _cut(median: float) -> float:
    cut = min(max(median, RATIO_FROM), RATIO_TO)
    return round(cut, 4) if abs(log(cut)) >= STILL else 1.0


def spread(sizes: Matrix) -> float:
    """The pooled deviation of ln size over clients with four active days and more; 0 when there are none."""
    active = sizes > 0
    many = active.sum(axis=1) >= 4
    if not many.any():
        return 0.0
    active = active[many]
    logs = np.log(np.where(active, sizes[many], 1.0))
    count = active.sum(axis=1)
    mean = logs.sum(axis=1) / count
    squares = (np.where(active, logs - mean[:, None], 0.0) ** 2).sum()
    return round(float(np.sqrt(squares / (count - 1).sum())), 4)


def decline(
    x: Matrix, first: NDArray[np.int64], still: NDArray[np.bool_], left_out: NDArray[np.bool_], day: LocalDay
) -> float:
    """The median of what `signals.decline` compares, up to yesterday, of clients known so long who `still` order
    (that others left is no season); cut at 0.67 and 1.5. `left_out`: clients by the `COMPARED` days."""
    orders = x[:, -1 - COMPARED : -1]
    known = still & (first <= day - COMPARED) & (orders[:, :BEFORE].sum(axis=1) >= 30)
    counted = ~left_out[known]
    orders = orders[known] * counted
    before, recent = orders[:, :BEFORE].sum(axis=1), orders[:, BEFORE:].sum(axis=1)
    days_before, days = counted[:, :BEFORE].sum(axis=1), counted[:, BEFORE:].sum(axis=1)
    enough = (days >= LEAST * RECENT) & (days_before >= LEAST * BEFORE) & (before > 0)
    if enough.sum() < LEAST_CLIENTS:
        return 1.0
    ratios = (recent[enough] / days[enough]) / (before[enough] / days_before[enough])
    return round(min(max(float(np.median(ratios)), 0.67), 1.5), 4)

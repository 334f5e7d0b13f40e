"""What all clients have in common: the season, the shape of the week, the days on which everybody rests.

`FleetDays` holds each client's orders and pieces by day; `figures` makes the `Fleet` event from them. `store` fills it
from its tables, the back-test from its file; both ask at every hour: only today's factor is made anew then, the rest
once a day (or when a past day was corrected). Sources of the formulas: research/signals.md 2, 3, 4 and 8.
"""

from collections.abc import Mapping
from math import log
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from processors.days import local_day
from processors.signals.decline import BEFORE, RECENT
from processors.usual import SHAPE_FROM, SHAPE_TO, WEEKS, WINDOW
from schemas.codec import event_id
from schemas.events import Fleet
from schemas.types import LeadId, LocalDay, Millis

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
GONE: Final = 14
"""Days without an order after which a client is no longer part of the fleet's days."""
RESTS: Final = 0.3
"""Below this share of those who usually work the day is no working day."""


class _Past(NamedTuple):
    """What does not change within a day. `usual` are the rows of those who usually work, `judged` of those whose day
    says something of the fleet's, and `expected` is what these ordinarily do."""

    usual: NDArray[np.intp]
    judged: NDArray[np.intp]
    expected: NDArray[np.float64]
    ratios: list[float]
    weekdays: list[float]
    closed: list[LocalDay]
    size_spread: float
    decline: float
    clients: int


class FleetDays:
    """Orders and pieces of every client by local day, for the last `SPAN` days. Grows by whoever fills it."""

    def __init__(self) -> None:
        self._rows: dict[LeadId, int] = {}
        self._day: LocalDay = 0
        self._orders: Matrix = np.zeros((64, SPAN))
        self._pieces: Matrix = np.zeros((64, SPAN))
        self._first: NDArray[np.int64] = np.zeros(64, dtype=np.int64)
        self._past: _Past | None = None

    def add(self, lead_id: LeadId, day: LocalDay, orders: int = 1, pieces: int = 0) -> None:
        """More of a day: so many reservations created, so many pieces in them."""
        place = self._place(lead_id, day)
        if place is not None:
            self._orders[place] += orders
            self._pieces[place] += pieces

    def put(self, lead_id: LeadId, day: LocalDay, orders: int, pieces: int) -> None:
        """A day's exact figures instead of those that were there. Days before the span only say since when he is."""
        place = self._place(lead_id, day)
        if place is not None:
            self._orders[place] = orders
            self._pieces[place] = pieces

    def figures(
        self,
        ts: Millis,
        *,
        sources: Mapping[str, Millis] | None = None,
        fired: Mapping[str, float] | None = None,
        rung: Mapping[str, int] | None = None,
    ) -> Fleet:
        """The event as of `ts` (ms UTC): everything in it is of days before, but today's factor and today's rest."""
        day = local_day(ts)
        self._turn(day)
        past = self._past = self._past or self._look_back()
        today = self._orders[:, SPAN - 1 - (self._day - day)]
        busy = today[past.usual] > 0
        rests = len(busy) >= LEAST_CLIENTS and np.count_nonzero(busy) / len(busy) < RESTS
        shares = np.sort(today[past.judged] / past.expected)
        return Fleet(
            event_id=event_id("fleet", str(ts)),
            ts=ts,
            day=day,
            ratios=[*past.ratios, _factor(shares)],
            weekdays=past.weekdays,
            closed=[*past.closed, day] if rests else past.closed,
            size_spread=past.size_spread,
            decline=past.decline,
            clients=past.clients,
            sources=dict(sources or {}),
            fired=dict(fired or {}),
            rung=dict(rung or {}),
        )

    def _place(self, lead_id: LeadId, day: LocalDay) -> tuple[int, int] | None:
        """Row and column of a client's day, or None when it is older than the span."""
        self._turn(day)
        row = self._rows.get(lead_id)
        if row is None:
            row = self._rows[lead_id] = len(self._rows)
            if row == len(self._first):
                self._orders = np.concatenate((self._orders, np.zeros_like(self._orders)))
                self._pieces = np.concatenate((self._pieces, np.zeros_like(self._pieces)))
                self._first = np.concatenate((self._first, np.zeros_like(self._first)))
            self._first[row] = day
        if day < self._day or day < self._first[row]:
            self._first[row] = min(int(self._first[row]), day)
            self._past = None
        column = SPAN - 1 - (self._day - day)
        return None if column < 0 else (row, column)

    def _turn(self, day: LocalDay) -> None:
        """Make `day` the newest."""
        ahead = day - self._day
        if ahead <= 0:
            return
        for table in (self._orders, self._pieces):
            if ahead < SPAN:
                table[:, :-ahead] = table[:, ahead:].copy()
            table[:, -min(ahead, SPAN) :] = 0
        self._day = day
        self._past = None

    def _look_back(self) -> _Past:
        """Everything that days before the newest say."""
        rows, day = len(self._rows), self._day
        x, first = self._orders[:rows], self._first[:rows]
        upto = _upto(x > 0, np.int16)
        age = np.clip(np.arange(day - WINDOW, day + 1)[None, :] - first[:, None], 0, WINDOW)
        total = _before(_upto(x, np.float64), WINDOW, WINDOW + 1)
        mean = np.divide(total, age, out=np.zeros_like(total), where=age >= LEAST_DAYS)
        weekdays = _weekdays(x, mean[:, -1], age[:, -1], day)
        expected = _expected(x, mean, age, weekdays, _before(upto, GONE, WINDOW + 1) > 0, day)
        month = _before(upto, LEAST_DAYS, SPAN - LEAST_DAYS)
        usual = month >= LEAST_DAYS / 2
        busy, there = usual.sum(axis=0), (usual & (x[:, LEAST_DAYS:] > 0)).sum(axis=0)
        rests = np.flatnonzero((busy >= LEAST_CLIENTS) & (there / np.maximum(busy, 1) < RESTS))
        closed = [day - SPAN + 1 + LEAST_DAYS + int(column) for column in rests if column < SPAN - LEAST_DAYS - 1]
        judged = np.flatnonzero(expected[:, -1] > LEAST_EXPECTED)
        return _Past(
            usual=np.flatnonzero(usual[:, -1]),
            judged=judged,
            expected=expected[judged, -1],
            ratios=_factors(x[:, -1 - WINDOW : -1], expected[:, :-1]),
            weekdays=[round(float(factor), 4) for factor in weekdays],
            closed=closed,
            size_spread=_spread(self._pieces[:rows, -WINDOW - 1 : -1]),
            decline=_decline(x, first, day),
            clients=int((month[:, -1] > 0).sum()),
        )


def _upto(table: NDArray[Any], dtype: type[np.number[Any]]) -> NDArray[Any]:
    """The sums of each row's first 0, 1, 2 … columns."""
    sums = np.zeros((len(table), table.shape[1] + 1), dtype)
    np.cumsum(table, axis=1, out=sums[:, 1:])
    return sums


def _before(upto: NDArray[Any], days: int, columns: int) -> NDArray[Any]:
    """The sum over the `days` before each of the last `columns`."""
    end = upto.shape[1] - 1
    sums: NDArray[Any] = upto[:, end - columns : end] - upto[:, end - columns - days : end - days]
    return sums


def _weekdays(x: Matrix, mean: NDArray[np.float64], age: NDArray[np.int64], day: LocalDay) -> NDArray[np.float64]:
    """The fleet's weekday factors, Monday first, mean 1: every client weighs the same, a burst is cut at 5 means."""
    known = mean > 0.2
    if known.sum() < LEAST_CLIENTS:
        return np.ones(7)
    days = np.arange(day - WINDOW, day)
    since = days[None, :] >= day - age[known][:, None]
    share = np.where(since, np.minimum(x[known, -WINDOW - 1 : -1] / mean[known][:, None], 5.0), np.nan)
    factors = np.array([np.nanmean(share[:, (days + 3) % 7 == weekday]) for weekday in range(7)])
    whole = factors.mean()
    return np.maximum(factors / whole, 0.02) if whole > 0 else np.ones(7)


def _expected(
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
    same = np.zeros_like(mean)
    for back in range(7, WINDOW + 1, 7):
        same += x[:, SPAN - 1 - WINDOW - back : SPAN - back]
    own = np.divide(same, mean, out=np.zeros_like(mean), where=mean > 0)
    result: Matrix = mean * np.maximum((own + WEEKS * prior) / (weeks + WEEKS), 0.02)
    return np.where((own >= WORKS * weeks) & there, result, 0.0)


def _factors(x: Matrix, expected: Matrix) -> list[float]:
    """The factor of each day: the median of what clients did over what they ordinarily do. Clients by days."""
    known = expected > LEAST_EXPECTED
    shares = np.divide(x, expected, out=np.full(expected.shape, np.inf), where=known)
    shares.sort(axis=0)
    return [_factor(shares[:count, day]) for day, count in enumerate(known.sum(axis=0).tolist())]


def _factor(shares: NDArray[np.float64]) -> float:
    """The median of a day's shares, which rise, cut."""
    count = len(shares)
    if count < LEAST_CLIENTS:
        return 1.0
    median = float(shares[(count - 1) // 2] + shares[count // 2]) / 2  # `np.median` takes five times as long
    factor = min(max(median, RATIO_FROM), RATIO_TO)
    return round(factor, 4) if abs(log(factor)) >= STILL else 1.0


def _spread(sizes: Matrix) -> float:
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


def _decline(x: Matrix, first: NDArray[np.int64], day: LocalDay) -> float:
    """The median of what `signals.decline` compares, of clients known so long, up to yesterday; cut at 0.67 and 1.5."""
    recent = x[:, -1 - RECENT : -1].sum(axis=1) / RECENT
    before = x[:, -1 - RECENT - BEFORE : -1 - RECENT].sum(axis=1) / BEFORE
    known = (first <= day - RECENT - BEFORE) & (before * BEFORE >= 30)
    if known.sum() < LEAST_CLIENTS:
        return 1.0
    return round(min(max(float(np.median(recent[known] / before[known])), 0.67), 1.5), 4)

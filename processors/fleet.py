"""What all clients have in common: the season, the shape of the week, the days on which everybody rests.

`FleetDays` holds each client's orders and pieces by day; `figures` makes the `Fleet` event from them. `store` fills it
from its tables, the back-test from its file; both ask at every hour: only today's factor is made anew then, the rest
once a day (or when a past day was corrected). Sources of the formulas: research/signals.md 2, 3, 4 and 8.
"""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from processors import fleet_formulas as formulas
from processors.days import local_day
from processors.fleet_formulas import LEAST_DAYS, LEAST_EXPECTED, SPAN, Matrix
from processors.fleet_rests import Group, groups, is_rest, left_out
from processors.usual import WINDOW
from schemas.codec import event_id
from schemas.events import Fleet
from schemas.types import LeadId, LocalDay, Millis

GONE: Final = 14
"""Days without an order after which a client is no longer part of the fleet's days."""


class _Past(NamedTuple):
    """What does not change within a day. `usual` are the rows of those who usually work, `judged` of those whose day
    says something of the fleet's, and `expected` is what these ordinarily do. `groups` are all, and those
    who rest on the same weekday, Monday first."""

    usual: NDArray[np.intp]
    judged: NDArray[np.intp]
    expected: NDArray[np.float64]
    ratios: list[float]
    weekdays: list[float]
    closed: list[LocalDay]
    groups: list[Group]
    size_spread: float
    decline: float
    clients: int


class _Today(NamedTuple):
    """What the figures of `day` say of it so far: its factor, whether nobody works, and which of the groups rest."""

    day: LocalDay
    factor: float
    rests: bool
    groups: list[bool]


class FleetDays:
    """Orders and pieces of every client by local day, for the last `SPAN` days. Grows by whoever fills it."""

    def __init__(self) -> None:
        self._rows: dict[LeadId, int] = {}
        self._day: LocalDay = 0
        self._orders: Matrix = np.zeros((64, SPAN))
        self._pieces: Matrix = np.zeros((64, SPAN))
        self._first: NDArray[np.int64] = np.zeros(64, dtype=np.int64)
        self._past: _Past | None = None
        self._today: _Today | None = None

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

    def put_day(self, day: LocalDay, figures: Mapping[LeadId, tuple[int, int]]) -> None:
        """The same of many clients: orders and pieces."""
        if not figures:
            return
        column, rows = self._column(day), [self._row(lead_id, day) for lead_id in figures]
        if column >= 0:
            self._orders[rows, column], self._pieces[rows, column] = zip(*figures.values(), strict=True)

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
        if self._today is None or self._today.day != day:  # most hours of a night bring no order
            self._today = self._look(day, past)
        return Fleet(
            event_id=event_id("fleet", str(ts)),
            ts=ts,
            day=day,
            ratios=[*past.ratios, self._today.factor],
            weekdays=past.weekdays,
            closed=[*past.closed, day] if self._today.rests else past.closed,
            pauses=_with(past.groups[1:], day, self._today.groups),
            size_spread=past.size_spread,
            decline=past.decline,
            clients=past.clients,
            sources=dict(sources or {}),
            fired=dict(fired or {}),
            rung=dict(rung or {}),
        )

    def _place(self, lead_id: LeadId, day: LocalDay) -> tuple[int, int] | None:
        """Row and column of a client's day, or None when it is older than the span. It is about to change."""
        column, row = self._column(day), self._row(lead_id, day)
        return None if column < 0 else (row, column)

    def _column(self, day: LocalDay) -> int:
        """Where a day stands, below 0 when it is older than the span. It is about to change."""
        self._turn(day)
        self._today = None
        if day < self._day:
            self._past = None
        return SPAN - 1 - (self._day - day)

    def _row(self, lead_id: LeadId, day: LocalDay) -> int:
        """Where a client stands, who is known from this day on at the latest."""
        row = self._rows.get(lead_id)
        if row is None:
            row = self._rows[lead_id] = len(self._rows)
            if row == len(self._first):
                self._orders = np.concatenate((self._orders, np.zeros_like(self._orders)))
                self._pieces = np.concatenate((self._pieces, np.zeros_like(self._pieces)))
                self._first = np.concatenate((self._first, np.zeros_like(self._first)))
            self._first[row] = day
        elif day < self._day and day < self._first[row]:
            self._first[row] = day
        return row

    def _turn(self, day: LocalDay) -> None:
        """Make `day` the newest."""
        ahead = day - self._day
        if ahead <= 0:
            return
        known = len(self._rows)
        for table in (self._orders[:known], self._pieces[:known]):
            if ahead < SPAN:
                table[:, :-ahead] = table[:, ahead:].copy()
            table[:, -min(ahead, SPAN) :] = 0
        self._day = day
        self._past = self._today = None

    def _look(self, day: LocalDay, past: _Past) -> _Today:
        today = self._orders[:, SPAN - 1 - (self._day - day)]
        every, *same_week = (group.rest(today) for group in past.groups)
        rests = every or bool(is_rest(np.count_nonzero(today[past.usual]), len(past.usual)))
        return _Today(day, formulas.factor(np.sort(today[past.judged] / past.expected)), rests, same_week)

    def _look_back(self) -> _Past:
        """Everything that days before the newest say."""
        rows, day = len(self._rows), self._day
        x, first = self._orders[:rows], self._first[:rows]
        active = x > 0
        upto = formulas.upto(active, np.int16)
        age = np.clip(np.arange(day - WINDOW, day + 1)[None, :] - first[:, None], 0, WINDOW)
        total = formulas.before(formulas.upto(x, np.float64), WINDOW, WINDOW + 1)
        mean = np.divide(total, age, out=np.zeros_like(total), where=age >= LEAST_DAYS)
        weekdays = formulas.weekdays(x, mean[:, -1], age[:, -1], day)
        still = formulas.before(upto, GONE, WINDOW + 1) > 0
        expected = formulas.expected(x, mean, age, weekdays, still, day)
        month = formulas.before(upto, LEAST_DAYS, SPAN - LEAST_DAYS)
        usual = month >= LEAST_DAYS / 2
        busy, there = usual.sum(axis=0), (usual & active[:, LEAST_DAYS:]).sum(axis=0)
        rests = np.flatnonzero(is_rest(there, busy))
        closed = [day - SPAN + 1 + LEAST_DAYS + int(column) for column in rests if column < SPAN - LEAST_DAYS - 1]
        every, *same_week = groups(active, month, first, day)
        closed = sorted({*closed, *every.rests})
        judged = np.flatnonzero(expected[:, -1] > LEAST_EXPECTED)
        return _Past(
            usual=np.flatnonzero(usual[:, -1]),
            judged=judged,
            expected=expected[judged, -1],
            ratios=formulas.factors(x[:, -1 - WINDOW : -1], expected[:, :-1]),
            weekdays=[round(float(factor), 4) for factor in weekdays],
            closed=closed,
            groups=[every, *same_week],
            size_spread=formulas.spread(self._pieces[:rows, -WINDOW - 1 : -1]),
            decline=formulas.decline(x, first, still[:, -1], left_out(active, closed, same_week, day), day),
            clients=int((month[:, -1] > 0).sum()),
        )


def _with(groups: Sequence[Group], day: LocalDay, rest: Sequence[bool]) -> list[list[LocalDay]]:
    """Each group's rests, and today where it rests; nothing where none ever does."""
    days = [[*group.rests, day] if today else group.rests for group, today in zip(groups, rest, strict=True)]
    return days if any(days) else []

"""A lead's figures by local day: for each a series of whole numbers, so that a window of days is one slice.

Most of what rules ask is of the kind "orders of the last 84 days", for every lead and evening; as records of days these
were 84 places in memory.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import compress
from typing import ClassVar

import msgspec
from msgspec.structs import astuple

from schemas.types import LocalDay


class Day(msgspec.Struct, frozen=True, gc=False):
    """Figures of one local day. Fields as in `schemas.events.DayFigures`, without the day."""

    reservations: int = 0
    reserved_qty: int = 0
    picks: int = 0
    picked_qty: int = 0
    shipped_qty: int = 0
    inbound_qty: int = 0
    messages: int = 0
    cancelled: int = 0
    cancelled_qty: int = 0
    withdrawn_qty: int = 0
    planned_qty: int = 0
    calls: int = 0
    meetings: int = 0
    answers: int = 0


NOTHING = Day()


def add(series: list[int], place: int, more: int) -> None:
    """So much more at the place (`Days.place`)."""
    missing = place + 1 - len(series)
    if missing > 0:
        series += [0] * missing
    series[place] += more


class Days(msgspec.Struct, array_like=True):
    """The figures of `length` days from `first` on. Grows in the fold.

    A series ends behind its last day that is not zero, or later: what comes behind its end is zero, and one of which
    nothing was ever told is empty. Fields are only added at the end, in the order of `Day`.
    """

    first: LocalDay = 0
    length: int = 0
    reservations: list[int] = []
    reserved_qty: list[int] = []
    picks: list[int] = []
    picked_qty: list[int] = []
    shipped_qty: list[int] = []
    inbound_qty: list[int] = []
    messages: list[int] = []
    cancelled: list[int] = []
    cancelled_qty: list[int] = []
    withdrawn_qty: list[int] = []
    planned_qty: list[int] = []
    calls: list[int] = []
    meetings: list[int] = []
    answers: list[int] = []

    NAMES: ClassVar = Day.__struct_fields__

    @classmethod
    def of(cls, days: Mapping[LocalDay, Day]) -> "Days":
        """These days."""
        series = cls()
        series.put({day: astuple(figures) for day, figures in days.items()})
        return series

    def place(self, day: LocalDay) -> int:
        """Where the day stands in every series; it is made when it is missing."""
        place = day - self.first
        if 0 <= place < self.length:
            return place
        if not self.length:
            self.first, self.length = day, 1
            return 0
        if place >= 0:
            self.length = place + 1
            return place
        for series in self._series():
            if series:
                series[:0] = [0] * -place
        self.first, self.length = day, self.length - place
        return 0

    def on(self, series: list[int], day: LocalDay) -> int:
        """The number of a day."""
        place = day - self.first
        return series[place] if 0 <= place < len(series) else 0

    def between(self, series: list[int], start: LocalDay, stop: LocalDay) -> list[int]:
        """The numbers of the days from `start` to before `stop`; none where that is no later."""
        begin, end = start - self.first, stop - self.first
        if end <= begin:
            return []  # a slice would count a negative end from behind
        found = series[begin:end] if begin >= 0 else [0] * (min(end, 0) - begin) + series[: max(end, 0)]
        missing = stop - start - len(found)
        return found + [0] * missing if missing > 0 else found

    def since(self, series: list[int], day: LocalDay) -> int:
        """The sum from this day on."""
        return sum(series[max(0, day - self.first) :])

    def total(self, series: list[int], start: LocalDay, stop: LocalDay) -> int:
        """The sum of the days from `start` to before `stop`."""
        first = self.first
        return sum(series[start - first if start > first else 0 : stop - first if stop > first else 0])

    def with_any(self, series: list[int]) -> list[LocalDay]:
        """The days, in order, of which the number is not zero."""
        return list(compress(range(self.first, self.first + len(series)), series))

    def seen(self, series: list[int], until: LocalDay) -> tuple[int, LocalDay]:
        """On how many days up to `until` the number is not zero, and the last of them (any day where there is none)."""
        told = series[: max(0, until + 1 - self.first)]
        while told and not told[-1]:
            told.pop()
        return len(told) - told.count(0), self.first + len(told) - 1

    def __getitem__(self, day: LocalDay) -> Day:
        """All figures of a day; zeros where nothing is known."""
        return Day(*[self.on(series, day) for series in self._series()]) if self.length else NOTHING

    def __setitem__(self, day: LocalDay, figures: Day) -> None:
        """Exactly these are the figures of the day."""
        self.put({day: astuple(figures)})

    def put(self, days: Mapping[LocalDay, Sequence[int]]) -> None:
        """Exactly these are the figures of the days, in the order of `Day`. At once: a baseline, or an upgrade, brings
        some months of them for every lead."""
        if not days:
            return
        self.place(min(days))
        self.place(max(days))
        places = [day - self.first for day in days]
        for series, numbers in zip(self._series(), zip(*days.values(), strict=True), strict=True):
            if any(numbers):
                add(series, max(compress(places, numbers)), 0)  # so that it reaches as far
            for place, number in zip(places, numbers, strict=True):
                if number or place < len(series):
                    series[place] = number

    def told(self) -> dict[LocalDay, Day]:
        """The days of which anything is known, in order."""
        days = ((day, self[day]) for day in range(self.first, self.first + self.length))
        return {day: figures for day, figures in days if figures != NOTHING}

    def clear(self, start: LocalDay, stop: LocalDay) -> None:
        """Nothing is known of the days from `start` to before `stop` any more."""
        begin, end = max(0, start - self.first), stop - self.first
        for series in self._series():
            if 0 <= begin < (last := min(end, len(series))):
                series[begin:last] = [0] * (last - begin)

    def forget(self, before: LocalDay) -> None:
        """Drop the days before this one."""
        gone = min(before - self.first, self.length)
        if gone <= 0:
            return
        for series in self._series():
            del series[:gone]
        self.first, self.length = self.first + gone, self.length - gone

    def _series(self) -> Iterator[list[int]]:
        return (getattr(self, name) for name in self.NAMES)

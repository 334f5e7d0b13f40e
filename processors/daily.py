"""A client's days beside what is usual for him: the range of the eight weeks before, working days and days off apart.

A range and no mean: a person sees at once whether a day is out of the ordinary. Pure.
"""

from collections.abc import Mapping, Sequence
from typing import Final, Literal

from processors.pages import Series
from schemas.types import LocalDay

BEFORE: Final = 56
"""Days before a day that say what is usual for it."""
LEAST: Final = 8
"""Of them so many must be of its kind and since the first document: else nothing is usual yet."""
LOW, HIGH = 0.1, 0.9
"""Of its kind of days, so many are below and above the range: one day in five is outside of it by itself."""
MONTH: Final = 30

UNITS: dict[str, Literal["pieces", "documents", "messages"]] = {
    "shipment": "pieces",
    "reservation": "pieces",
    "return": "pieces",
    "message": "messages",
}


def series(name: str, shown: Sequence[LocalDay], counted: Mapping[LocalDay, tuple[int, int]]) -> Series:
    """The figure `name` (of `UNITS`) of the days `shown`; `counted`: documents and pieces of each day that has any."""
    unit = UNITS[name]
    values = {day: float(of[0] if unit == "messages" else of[1]) for day, of in counted.items()}
    began = min(values, default=shown[-1] + 1)
    ranges = [usual(values, day, began) for day in shown]
    last = shown[-1]
    earlier = [range(last - MONTH * n - MONTH + 1, last - MONTH * n + 1) for n in (1, 2)]
    whole = [month for month in earlier if began <= month.start]
    sums = [sum(values.get(day, 0.0) for day in month) for month in whole]
    return Series(
        name,
        unit,
        [values.get(day, 0.0) for day in shown],
        [low for low, _ in ranges],
        [high for _, high in ranges],
        sum(values.get(day, 0.0) for day in range(last - MONTH + 1, last + 1)),
        sum(sums) / len(sums) if sums else None,
    )


def usual(values: Mapping[LocalDay, float], day: LocalDay, began: LocalDay) -> tuple[float | None, float | None]:
    """The range that is usual for `day`; nothing where too few days of its kind are known."""
    first, off = max(day - BEFORE, began), is_off(day)
    same = sorted([values.get(other, 0.0) for other in range(first, day) if _OFF[other % 7] == off])
    if len(same) < LEAST:
        return None, None
    return _quantile(same, LOW), _quantile(same, HIGH)


def is_off(day: LocalDay) -> bool:
    """Saturday or Sunday (1970-01-01 was a Thursday)."""
    return (day + 3) % 7 >= 5


_OFF: Final = tuple(map(is_off, range(7)))
"""By the rest of a day's number: a card asks for twenty thousand days."""


def _quantile(ordered: Sequence[float], share: float) -> float:
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)

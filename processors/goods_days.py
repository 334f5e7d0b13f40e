"""A day of the warehouse in a few figures, each beside what is usual on such days. Pure."""

from collections import defaultdict
from collections.abc import Iterable
from statistics import median
from typing import NamedTuple

from processors.daily import BEFORE, is_off
from processors.pages import Goods
from processors.stock import WITHDRAWAL
from schemas.types import LocalDay


class Documents(NamedTuple):
    """Documents and pieces of one kind and action on a local day."""

    day: LocalDay
    kind: str
    action: str
    documents: int
    pieces: int


_NAMES = {
    ("reservation", "created"): "reserved",
    ("reservation", "changed"): "changed",
    ("reservation", "cancelled"): "cancelled",
    ("pick", ""): "picked",
    ("pick", WITHDRAWAL): "withdrawn",
    ("shipment", ""): "shipped",
    ("inbound", ""): "received",
    ("inbound", "planned"): "expected",
    ("return", ""): "returned",
    ("adjustment", ""): "adjusted",
}
ORDER = tuple(_NAMES.values())
"""As they are told."""


def goods(counted: Iterable[Documents], day: LocalDay) -> list[Goods]:
    """What was done on `day`; usual is the median of those days of its kind (working, or off), of the eight weeks
    before, on which it was done at all."""
    before: dict[str, list[int]] = defaultdict(list)
    today: dict[str, Documents] = {}
    for one in counted:
        name = _NAMES.get((one.kind, one.action), one.kind)
        if one.day == day:
            today[name] = one
        elif day - BEFORE <= one.day < day and is_off(one.day) == is_off(day):
            before[name].append(abs(one.pieces))
    return [
        Goods(name, one.documents, abs(one.pieces), float(median(before[name])) if before[name] else 0.0)
        for name, one in sorted(today.items(), key=lambda item: _rank(item[0]))
    ]


def _rank(name: str) -> int:
    return ORDER.index(name) if name in ORDER else len(ORDER)

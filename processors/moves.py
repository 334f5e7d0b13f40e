"""Orders that were moved: taken back whole, and reserved anew under another number with the same goods.

A warehouse system that can't change the day of an order has it cancelled and entered again. Only large orders are
remembered: of small ones many are of the same size, so two alike say nothing. Of twins, reserved on the same day
before one of them was taken back, none is the other's successor.
"""

from bisect import insort
from collections.abc import Sequence, Set
from typing import Final, NamedTuple
from zlib import crc32

import msgspec

from processors.days import DAY_MS, local_day
from schemas.events import Reservation
from schemas.types import LocalDay, Millis
from schemas.warehouse import Line

KEPT_DAYS: Final = 14
"""So long an order is remembered: its original may lie a week back, and it counts for a week more."""

MOST: Final = 16
"""The largest orders of those days that are remembered: 0.3 kB of the lead's record."""

NEXT_DAYS: Final = 1
"""The new order comes so many days before or after the old one is taken back."""


class Order(msgspec.Struct, array_like=True, frozen=True, order=True, gc=False):
    """A large order: `pieces` reserved, below zero when they were taken back, at `at` (ms UTC). `doc` and `goods` are
    checksums (16 bits) of its number and of its articles with their pieces (0: the warehouse names none).
    """

    pieces: int
    at: Millis
    doc: int
    goods: int


class Move(NamedTuple):
    """So many pieces were taken back on the day `back` and stand reserved anew since the day `anew`."""

    back: LocalDay
    anew: LocalDay
    pieces: int


def remember(orders: list[Order], event: Reservation, least: int) -> None:
    """Keep the order, if it is of `least` pieces and was reserved or taken back as a whole."""
    if abs(event.qty) < least or event.action == "changed":
        return
    insort(orders, Order(event.qty, event.ts, _checksum(event.doc), _goods(event.lines)))
    since = max(order.at for order in orders) - KEPT_DAYS * DAY_MS
    orders[:] = [order for order in orders if order.at > since]
    if len(orders) > MOST:
        orders.remove(min(orders, key=_size))


def without(orders: Sequence[Order], gone: Set[tuple[str, Millis]]) -> list[Order]:
    """The orders but those with these numbers and times."""
    known = {(_checksum(doc), at) for doc, at in gone}
    return [order for order in orders if (order.doc, order.at) not in known]


def sort_out(orders: Sequence[Order]) -> tuple[list[Move], list[Order]]:
    """What was moved, each order once; and what was taken back and not reserved anew. It does not matter in which
    sequence they came to be known."""
    moved, lost = [], []
    fresh = sorted((order for order in orders if order.pieces > 0), key=_time)
    reserved = {order.doc: local_day(order.at) for order in fresh}
    for old in sorted((order for order in orders if order.pieces < 0), key=_time):
        back, original = local_day(old.at), reserved.get(old.doc)
        for new in fresh:
            anew = local_day(new.at)
            twin = new.at < old.at and anew == original
            if _alike(old, new) and abs(anew - back) <= NEXT_DAYS and not twin:
                moved.append(Move(back, anew, new.pieces))
                fresh.remove(new)
                break
        else:
            lost.append(old)
    return moved, lost


def _alike(old: Order, new: Order) -> bool:
    same_goods = not old.goods or not new.goods or old.goods == new.goods
    return new.pieces == -old.pieces and new.doc != old.doc and same_goods


def _goods(lines: Sequence[Line]) -> int:
    return _checksum(repr(sorted((line.sku, abs(line.qty)) for line in lines))) if lines else 0


def _checksum(text: str) -> int:
    return 1 + crc32(text.encode()) % 0xFFFF


def _size(order: Order) -> tuple[int, Order]:
    return abs(order.pieces), order


def _time(order: Order) -> tuple[Millis, Order]:
    return order.at, order

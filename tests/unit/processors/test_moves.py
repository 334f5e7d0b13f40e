"""Which orders were moved: taken back whole and reserved anew under another number."""

from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.days import DAY_MS, HOUR_MS, day_start, local_day
from processors.moves import KEPT_DAYS, MOST, Move, Order, remember, sort_out
from schemas.events import Reservation
from schemas.warehouse import Line

DAY = 20_000
LEAST = 50


def order(
    qty: int, day: int, hour: float, doc: str, action: Literal["created", "changed", "cancelled"], *lines: Line
) -> Reservation:
    """An order of the client's, taken back when `qty` is below zero."""
    ts = day_start(day) + int(hour * HOUR_MS)
    return Reservation(
        event_id="0" * 16, lead_id="7", ts=ts, source="wms", doc=doc, qty=qty, action=action, lines=[*lines]
    )


def told(*events: Reservation) -> list[Order]:
    """What is remembered of them."""
    orders: list[Order] = []
    for event in events:
        remember(orders, event, LEAST)
    return orders


def moved(first: Reservation, *others: Reservation) -> list[Move]:
    """What was moved among them."""
    return sort_out(told(first, *others))[0]


ORIGINAL = order(400, DAY, 10, "A", "created")
BACK = order(-400, DAY + 3, 11, "A", "cancelled")


@pytest.mark.parametrize(("day", "hour"), [(2, 10), (3, 10), (3, 12), (4, 18)])
def test_the_same_pieces_under_another_number_are_an_order_moved(day: int, hour: int) -> None:
    """The new order may come a day before the old one is taken back, on the same day, or a day after."""
    new = order(400, DAY + day, hour, "B", "created")
    assert moved(ORIGINAL, BACK, new) == [Move(DAY + 3, DAY + day, 400)]
    assert sort_out(told(ORIGINAL, BACK, new))[1] == []


@pytest.mark.parametrize(
    "new",
    [
        order(400, DAY + 5, 10, "B", "created"),
        order(400, DAY + 1, 10, "B", "created"),
        order(390, DAY + 3, 12, "B", "created"),
        order(400, DAY + 3, 12, "A", "created"),
        order(400, DAY + 3, 12, "B", "changed"),
        order(400, DAY + 3, 12, "B", "created", Line("other", 400)),
    ],
    ids=["late", "long before", "fewer", "the same number", "a change", "other goods"],
)
def test_another_order_is_no_move(new: Reservation) -> None:
    """Pieces, goods and time must fit; else the old order is lost."""
    back = order(-400, DAY + 3, 11, "A", "cancelled", Line("red", -400))
    found, lost = sort_out(told(ORIGINAL, back, new))
    assert found == []
    assert [old.pieces for old in lost] == [-400]


def test_a_twin_of_the_same_day_is_no_successor() -> None:
    """Two alike are reserved, one of them is taken back; a third that comes after it takes its place."""
    twin = order(400, DAY, 15, "B", "created")
    back = order(-400, DAY, 18, "A", "cancelled")
    assert moved(ORIGINAL, twin, back) == []
    assert moved(ORIGINAL, twin, back, order(400, DAY, 19, "C", "created")) == [Move(DAY, DAY, 400)]


def test_goods_are_compared_whatever_their_sequence_and_sign() -> None:
    """A cancellation names its pieces below zero; where one of the two names no goods, the pieces must do."""
    red, blue = Line("red", 300), Line("blue", 100)
    new = order(400, DAY + 3, 12, "B", "created", blue, red)
    back = order(-400, DAY + 3, 11, "A", "cancelled", Line("red", -300), Line("blue", -100))
    assert len(moved(back, new)) == len(moved(BACK, new)) == 1


def test_only_large_orders_of_a_fortnight_are_remembered() -> None:
    """Small ones are alike by chance; of many the largest stay, and what is old goes."""
    assert told(order(LEAST - 1, DAY, 10, "A", "created")) == []
    many = told(*(order(LEAST + n, DAY, 10, str(n), "created") for n in range(MOST + 9)))
    assert (len(many), min(each.pieces for each in many)) == (MOST, LEAST + 9)
    later = order(60, DAY + KEPT_DAYS + 1, 10, "B", "created")
    remember(many, later, LEAST)
    assert [each.pieces for each in many] == [60]


large_orders = st.lists(
    st.builds(
        Order,
        pieces=st.sampled_from([-60, -50, 50, 60]),
        at=st.integers(0, 6 * 24).map(lambda hour: day_start(DAY) + hour * HOUR_MS),
        doc=st.integers(0, 5),
        goods=st.sampled_from([0, 0, 1]),
    ),
    max_size=16,
)


@given(large_orders, st.randoms(use_true_random=False))
def test_each_order_is_moved_once_and_none_is_forgotten(orders: list[Order], random: object) -> None:
    """What was taken back is moved or lost; no new order stands for two; the sequence of arrival does not matter."""
    found, lost = sort_out(orders)
    old = [each for each in orders if each.pieces < 0]
    assert len(found) + len(lost) == len(old)
    assert sum(move.pieces for move in found) - sum(each.pieces for each in lost) == -sum(each.pieces for each in old)
    for day in {move.anew for move in found}:
        fresh = sum(each.pieces > 0 and local_day(each.at) == day for each in orders)
        assert sum(move.anew == day for move in found) <= fresh
    random.shuffle(orders)  # type: ignore[attr-defined]
    assert sort_out(orders) == (found, lost)


@given(st.permutations(range(MOST + 4)))
def test_what_is_remembered_does_not_depend_on_the_sequence(numbers: list[int]) -> None:
    """Late events included: the record is the same as in order."""
    events = [order(LEAST + n % 7, DAY, 10 + n / 10, str(n), "created") for n in range(MOST + 4)]
    assert told(*(events[n] for n in numbers)) == told(*events)
    assert max(each.at for each in told(*events)) < day_start(DAY) + DAY_MS

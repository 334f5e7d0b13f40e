"""What documents do not explain of a stock: told once, a reading later, and nothing of it twice."""

from collections import Counter
from random import Random
from typing import Any

import msgspec
import pytest

from processors import shelves
from processors.shelves import Book
from processors.stocktaking import Reading, take
from processors.wms_event import Good, judge
from schemas.sources import ClientRef
from schemas.wms import WmsDoc, WmsLine, WmsPayload

T0, ROUND = 1_795_000_000_000, 300_000


class Warehouse:
    """Readings of one system, five minutes apart; every book is written down and read between them."""

    def __init__(self) -> None:
        self.book, self.ts, self.documents = Book(), T0, 0
        self.events: list[WmsPayload] = []

    def read(self, documents: list[Good] | None = None, **options: Any) -> list[tuple[str, dict[str, int]]]:
        """A reading of `shelves` (by client: stock and reserve by article); what it tells besides snapshots."""
        found = options.pop("shelves")
        self.ts += ROUND
        snapshots = [
            self.good(
                "stock_snapshot", client, complete=True, lines=[WmsLine(s, q, reserved=r) for s, (q, r) in of.items()]
            )
            for client, of in found.items()
        ]
        told = take(self.book, documents or [], Reading(self.ts, snapshots, **options))
        self.book = msgspec.json.decode(msgspec.json.encode(self.book), type=Book)
        self.events += [good.payload for good in told]
        return [
            (good.payload.type, {line.sku: line.qty for line in good.payload.lines})
            for good in told
            if good.payload.type != "stock_snapshot"
        ]

    def good(self, kind: Any, client: str, id_: str = "", **said: Any) -> Good:
        """An event of a client."""
        self.documents += 1
        event = WmsPayload(
            id_ or str(self.documents), kind, self.ts, ClientRef("wms_customer", client), WmsDoc("1"), **said
        )
        judged = judge(event, self.ts)
        assert isinstance(judged, Good)
        return judged

    def document(self, kind: str, client: str = "1", id_: str = "", **lines: int) -> Good:
        """With pieces by article."""
        return self.good(kind, client, id_, lines=[WmsLine(sku, qty) for sku, qty in lines.items()])

    def snapshots(self) -> list[dict[str, tuple[int, int | None]]]:
        """What the snapshots said."""
        return [
            {line.sku: (line.qty, line.reserved) for line in event.lines}
            for event in self.events
            if event.type == "stock_snapshot"
        ]


def test_the_first_reading_tells_only_what_is_there_and_the_next_ones_only_news() -> None:
    """An unchanged stock is told once a day."""
    house = Warehouse()
    for _ in range(12 * 25):
        assert house.read(shelves={"1": {"a": (10, 2), "b": (0, 0)}}) == []
    assert house.snapshots() == [{"a": (10, 2)}] * 2


def test_a_change_without_a_document_is_told_at_its_second_reading() -> None:
    """The reserve as reservations, the stock as adjustments, what was served as neither; then the snapshot has it."""
    house = Warehouse()
    for _ in range(2):
        house.read(shelves={"1": {"a": (10, 2), "b": (5, 5)}})
    changed = {"1": {"a": (10, 6), "b": (2, 0)}}
    assert house.read(shelves=changed) == []
    assert house.read(shelves=changed) == [
        ("reservation_changed", {"a": 4}),
        ("reservation_changed", {"b": -2}),
        ("adjustment", {"b": -3}),
    ]
    assert house.snapshots()[-1] == {"a": (10, 6), "b": (2, 0)}
    assert [house.read(shelves=changed) for _ in range(3)] == [[], [], []]


@pytest.mark.parametrize("seen", [-1, 0, 1])
@pytest.mark.parametrize(
    ("kind", "qty", "after"),
    [
        ("shipment", 4, (6, 2)),
        ("shipment", 2, (8, 0)),
        ("inbound", 7, (17, 2)),
        ("return", 1, (11, 2)),
        ("adjustment", -3, (7, 2)),
        ("reservation_created", 5, (10, 7)),
        ("reservation_changed", -1, (10, 1)),
        ("reservation_cancelled", 2, (10, 0)),
    ],
)
def test_what_a_document_explains_is_not_told_again(kind: str, qty: int, after: tuple[int, int], seen: int) -> None:
    """Whether its stock is seen with it, a reading before it, or a reading after it; and it may be read many times."""
    house = Warehouse()
    was, now = {"1": {"a": (10, 2)}}, {"1": {"a": after}}
    house.read(shelves=was)
    house.read(shelves=was)
    document = house.document(kind, a=qty)
    told = [
        house.read([document] if number >= 2 else [], shelves=now if number >= 2 + seen else was) for number in range(8)
    ]
    assert told == [[]] * 8
    assert house.snapshots()[-1] == {"a": after}


def test_a_document_and_more_of_the_same_article_leave_the_rest() -> None:
    """Four were shipped by a document, three without one; two of the reserve were taken back."""
    house = Warehouse()
    for _ in range(2):
        house.read(shelves={"1": {"a": (20, 9)}})
    now = {"1": {"a": (13, 0)}}
    assert house.read([house.document("shipment", a=4)], shelves=now) == []
    assert house.read(shelves=now) == [("reservation_changed", {"a": -2}), ("adjustment", {"a": -3})]


def test_a_document_of_before_the_first_reading_is_in_it() -> None:
    """Read with it, or only after it: then the next reading is believed as it is."""
    house = Warehouse()
    shelf = {"1": {"a": (10, 0), "b": (5, 0)}}
    assert house.read([house.document("inbound", a=10)], shelves=shelf) == []
    late = house.document("inbound", b=5)
    assert [house.read([late], shelves=shelf) for _ in range(4)] == [[]] * 4


def test_a_new_article_comes_with_its_document_or_tells_itself() -> None:
    """Also where the report lists it two readings after the document."""
    house = Warehouse()
    old = {"a": (1, 0)}
    house.read(shelves={"1": old})
    house.read(shelves={"1": old})
    inbound = house.document("inbound", client="buyer", b=5)
    told = [house.read([inbound], shelves={"1": old}), house.read(shelves={"1": old})]
    told += [house.read(shelves={"1": old | {"b": (5, 0)}}) for _ in range(4)]
    assert told == [[]] * 6
    told = [house.read(shelves={"1": old | {"b": (5, 0), "c": (3, 0)}}) for _ in range(2)]
    assert told == [[], [("adjustment", {"c": 3})]]


def test_documents_under_another_name_go_by_their_article() -> None:
    """Stock by groups of goods, documents by counterparties; an article of two owners is never guessed at."""
    house = Warehouse()
    was = {"rose": {"a": (9, 0), "same": (9, 0)}, "lily": {"b": (9, 0), "same": (9, 0)}}
    now = {"rose": {"a": (8, 0), "same": (9, 0)}, "lily": {"b": (9, 0), "same": (7, 0)}}
    house.read(shelves=was)
    house.read(shelves=was)
    documents = [house.document("shipment", "agent", a=1), house.document("shipment", "agent", same=2)]
    assert [house.read(documents, shelves=was), *(house.read(shelves=now) for _ in range(5))] == [[]] * 6


def test_who_has_nothing_left_is_told_as_such_but_not_by_a_part() -> None:
    """He is in no row of a whole report. A report with faults says nothing of what it leaves out."""
    house = Warehouse()
    for _ in range(2):
        house.read(shelves={"1": {"a": (5, 0)}, "2": {"b": (5, 0)}})
    two = {"2": {"b": (5, 0)}}
    assert [house.read(shelves=two, whole=False) for _ in range(3)] == [[]] * 3
    assert [house.read(shelves=two) for _ in range(3)] == [[], [("adjustment", {"a": -5})], []]
    assert house.snapshots()[-1] == {}


def test_a_flicker_of_the_report_is_not_told() -> None:
    """An article that is missing once, since its stock is being counted anew."""
    house = Warehouse()
    both, one = {"1": {"a": (5, 1), "b": (5, 0)}}, {"1": {"b": (5, 0)}}
    assert [house.read(shelves=shelf) for shelf in (both, both, one, both, both, one, both)] == [[]] * 7


def test_a_warehouse_that_tells_its_stock_is_asked_for_its_reserve_only() -> None:
    """What was shipped is served all the same."""
    house = Warehouse()
    for _ in range(2):
        house.read(shelves={"1": {"a": (10, 6)}})
    now = {"1": {"a": (6, 1)}}
    assert [house.read(shelves=now, stock_told=True) for _ in range(3)] == [
        [],
        [("reservation_changed", {"a": -1})],
        [],
    ]


def test_what_was_forgotten_counts_as_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """An old document that is changed comes again long after."""
    monkeypatch.setattr(shelves, "REMEMBERED", 2)
    house = Warehouse()
    house.read(shelves={"1": {"a": (10, 0)}})
    documents = [house.document("shipment", a=1)]
    house.read(documents, shelves={"1": {"a": (9, 0)}})
    for left in (8, 7, 6):
        house.read([house.document("shipment", a=1)], shelves={"1": {"a": (left, 0)}})
    assert [house.read(documents, shelves={"1": {"a": (6, 0)}}) for _ in range(3)] == [[]] * 3
    assert len(house.book.counted) == 2


@pytest.mark.parametrize("seed", range(20))
def test_by_documents_and_differences_together_nothing_is_lost_and_nothing_counted_twice(seed: int) -> None:
    """Stock = first snapshot + documents + adjustments; reserve = first + reservations − what was served, however late
    documents and report are."""
    dice, house = Random(seed), Warehouse()
    skus = [f"s{number}" for number in range(6)]
    stock = dict.fromkeys(skus, 1000)
    shown = dict(stock)
    house.read(shelves={"1": {sku: (qty, 0) for sku, qty in shown.items()}})
    house.read(shelves={"1": {sku: (qty, 0) for sku, qty in shown.items()}})
    sums: Counter[str] = Counter()
    unread: list[Good] = []
    read: list[Good] = []
    for number in range(60):
        for _ in range(dice.randint(0, 4) if number < 50 else 0):
            sku, qty = dice.choice(skus), dice.randint(1, 9)
            kind = dice.choice(["shipment", "inbound", "nothing"])
            sign = -1 if kind == "shipment" else 1 if kind == "inbound" else dice.choice((-1, 1))
            stock[sku] += sign * qty
            if kind != "nothing":
                unread.append(house.good(kind, "1", lines=[WmsLine(sku, qty)]))
                sums[sku] += sign * qty
        late = [one for one in unread if dice.random() < 0.3]
        unread = [one for one in unread if one not in late]
        fresh, unread = unread, late
        read += fresh
        shown = {sku: shown[sku] if dice.random() < 0.2 and number < 55 else stock[sku] for sku in skus}
        house.read(
            fresh + dice.choices(read, k=2) if read else [], shelves={"1": {s: (q, 0) for s, q in shown.items()}}
        )
    for event in house.events:
        if event.type == "adjustment":
            sums.update({line.sku: line.qty for line in event.lines})
    assert {sku: 1000 + sums[sku] for sku in skus} == stock
    assert house.snapshots()[-1] == {sku: (qty, 0) for sku, qty in stock.items()}
    assert len({event.id for event in house.events}) == len(house.events)

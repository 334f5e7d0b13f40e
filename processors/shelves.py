"""What every article of a warehouse should be by all that was told of it: the book of `processors.stocktaking`.

A document goes to the shelf of its client; where stocks are kept under other names than documents (МойСклад: groups of
goods there, counterparties here), to the only shelf that has the article. Where several have it, nobody can say, and
what is there now is believed.
"""

from collections.abc import Iterable, Iterator
from hashlib import blake2b
from typing import Final, NamedTuple

import msgspec

from processors.wms_event import Good
from schemas.types import Millis, Pieces
from schemas.wms import WmsPayload

REMEMBERED: Final = 100_000
"""Documents that are known to be counted, two megabytes of note: some months of a thousand a day."""
AGES: Final = 3
"""Readings for which a document waits for its article to appear, and shipped pieces for the reserve to fall."""
DOUBTFUL: Final = 2
"""`Line.unsure` of an article that is new on a shelf not seen whole, and of one that several shelves have and a
document moved: its stock may be seen a reading later."""


class Line(msgspec.Struct, array_like=True):
    """An article. `stock` and `reserved` are as told; `stock_off` and `reserved_off` by how many pieces the reading
    before differed. `shipped` pieces may still be served from a reserve, since `shipped_age` readings. While `unsure`,
    a reading with a document since the one before (`touched`) is believed as it is: whether the document is in what was
    believed before, nobody knows.
    """

    stock: Pieces
    reserved: Pieces
    stock_off: Pieces = 0
    reserved_off: Pieces = 0
    shipped: Pieces = 0
    shipped_age: int = 0
    unsure: int = 0
    touched: bool = False


class Shelf(msgspec.Struct, array_like=True):
    """The articles of an owner in one warehouse. `said` is what its last told snapshot held, at `said_at` (ms UTC)."""

    lines: dict[str, Line] = {}
    complete: bool = False
    said: str = ""
    said_at: Millis = 0


class Move(msgspec.Struct, array_like=True):
    """What a document does to an article, all but its name unknown where `sku` is empty. `age` in readings."""

    client: tuple[str, str]
    warehouse: str
    sku: str
    stock: Pieces
    reserved: Pieces
    shipped: Pieces
    age: int = 0


class Book(msgspec.Struct):
    """All of a system, as of the reading at `ts`. `counted` are hashes of event ids with the times of their documents,
    in the order they were read; what was forgotten of it is not later than `floor` (ms UTC), and an older document
    counts as counted.
    """

    ts: Millis = 0
    shelves: dict[str, Shelf] = {}
    counted: list[tuple[int, Millis]] = []
    floor: Millis = 0
    waiting: list[Move] = []


class Owner(NamedTuple):
    """`processors.snapshots.owner_key`, taken apart."""

    kind: str
    value: str
    warehouse: str

    @classmethod
    def of(cls, key: str) -> "Owner":
        """Of a key of the book."""
        kind, value, warehouse = key.split("\x1f", 2)
        return cls(kind, value, warehouse)


def note_documents(book: Book, documents: Iterable[Good], now: Millis) -> None:
    """Their moves wait for `place`; each event counts once, however often it is read. `now` in ms UTC."""
    known = {number for number, _ in book.counted}
    for good in documents:
        number = int.from_bytes(blake2b(good.payload.id.encode(), digest_size=6).digest())  # JSON holds it exactly
        if number in known or good.ts <= book.floor:
            continue
        known.add(number)
        book.counted.append((number, min(good.ts, now)))  # a planned one must not make all others old
        if book.ts:  # before the first reading it is in what that one finds
            book.waiting += _moves(good.payload, good.qty)
    forgotten = book.counted[:-REMEMBERED]
    if forgotten:
        book.floor = max(book.floor, *(ts for _, ts in forgotten))
        book.counted = book.counted[-REMEMBERED:]


def place(book: Book) -> None:
    """Put what waits on its shelf; what has none waits for some readings more: its article may not be listed yet."""
    shelves: dict[tuple[str, str], list[str]] = {}
    holders: dict[str, list[str]] = {}
    for key, shelf in book.shelves.items():
        owner = Owner.of(key)
        shelves.setdefault((owner.kind, owner.value), []).append(key)
        for sku in shelf.lines:
            holders.setdefault(sku, []).append(key)
    still: list[Move] = []
    for move in book.waiting:
        own = shelves.get(move.client)
        if not move.sku:  # pieces without articles: of nothing on these shelves it is known what it should be
            for key in own or ():
                for line in book.shelves[key].lines.values():
                    _doubt(line)
            continue
        keys = holders.get(move.sku, []) if own is None else own
        lines = [book.shelves[key].lines[move.sku] for key in keys if _fits(book, key, move)]
        match lines:
            case [line]:
                _put(line, move)
            case []:
                move.age += 1
                still += [move] if move.age < AGES else []
            case _:
                for line in lines:
                    _doubt(line)
    book.waiting = still


def _fits(book: Book, key: str, move: Move) -> bool:
    warehouse = Owner.of(key).warehouse
    return move.sku in book.shelves[key].lines and (not move.warehouse or warehouse in ("", move.warehouse))


def _put(line: Line, move: Move) -> None:
    line.touched = True
    line.stock += move.stock
    line.reserved += move.reserved
    if move.shipped:
        line.shipped, line.shipped_age = line.shipped + move.shipped, 0


def _doubt(line: Line) -> None:
    line.unsure, line.touched = DOUBTFUL, True


def _moves(event: WmsPayload, qty: Pieces) -> Iterator[Move]:
    """What a document does to each of its articles."""
    sign = {"shipment": -1, "inbound": 1, "return": 1, "adjustment": 1}.get(event.type, 0)
    reserve = {"reservation_created": 1, "reservation_changed": 1, "reservation_cancelled": -1}.get(event.type, 0)
    if not sign and not reserve:
        return
    client = (event.client.kind, event.client.value)
    lines = {line.sku: 0 for line in event.lines}
    for line in event.lines:
        lines[line.sku] += abs(line.qty) if reserve < 0 else line.qty
    for sku, pieces in lines.items() if lines else [("", qty)]:
        shipped = pieces if event.type == "shipment" else 0
        yield Move(client, event.warehouse, sku, sign * pieces, reserve * pieces, shipped)

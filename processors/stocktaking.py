"""States of a warehouse's shelves beside its documents → what the documents do not explain, as events of its own.

A book says what each article should be by all that was told. The state that is read shows the difference; only what is
there at two readings in a row is told, and is in the book from then on. So it does not matter whether a document or the
stock that it moved is seen first, nor whose clock is right, nor that МойСклад counts its report anew some time after a
document (`_report_stock`: «пересчёт остатков не моментальный»). A reserve that falls by what was shipped was served,
and nobody took it back. The caller writes book and events down together before it sends them (design rule 11).
"""

from collections.abc import Iterable, Iterator
from hashlib import blake2b
from typing import Final, NamedTuple

import msgspec

from processors.shelves import AGES, DOUBTFUL, Book, Line, Owner, Shelf, note_documents, place
from processors.snapshots import MARGIN_MS, Article, Snapshot, owner_key, snapshot_of
from processors.wms_event import Good, judge
from schemas.sources import ClientRef
from schemas.topics import DAY_MS
from schemas.types import Millis, Pieces
from schemas.wms import WmsDoc, WmsLine, WmsPayload, WmsType

MOST_LINES: Final = 10_000
"""Articles that a snapshot lists, as of a mapping; of more it tells the sum."""
DOC: Final = WmsDoc("остатки")


class Reading(NamedTuple):
    """The stock as it was read at `ts` (ms UTC). `whole`: of every article; else what is not in it is unknown.
    `stock_told`: the warehouse reports what comes and goes itself, so that only its reserve is to be found here.
    """

    ts: Millis
    snapshots: Iterable[Good]
    whole: bool = True
    stock_told: bool = False


def take(book: Book, documents: Iterable[Good], reading: Reading) -> list[Good]:
    """What is to be told: differences, each before the snapshot that holds them. `book` is changed in place.

    `documents` are those that were read since the reading before; some may be there again, each counts once.
    """
    note_documents(book, documents, reading.ts)
    if reading.ts <= book.ts:
        return []
    book.ts = reading.ts
    states = _states(reading)
    for key, state in states.items():
        _open(book, key, state)
    if reading.whole:  # who has nothing left is in no row
        states |= {
            key: Snapshot(reading.ts, {}, True)
            for key, shelf in book.shelves.items()
            if shelf.complete and key not in states
        }
    place(book)
    events = [
        event for key, state in states.items() for event in _told(Owner.of(key), book.shelves[key], state, reading)
    ]
    return [good for event in events if isinstance(good := judge(event, reading.ts), Good)]


def _states(reading: Reading) -> dict[str, Snapshot]:
    """The articles of each owner, on however many pages they stood."""
    states: dict[str, Snapshot] = {}
    for good in reading.snapshots:
        part = snapshot_of(good.payload, reading.ts)
        whole = states.setdefault(owner_key(good.payload), Snapshot(reading.ts, {}, part.complete and reading.whole))
        for sku, article in part.articles.items():
            had = whole.articles.get(sku, Article(0))
            whole.articles[sku] = Article(had.stock + article.stock, had.reserved + article.reserved)
    return states


def _open(book: Book, key: str, state: Snapshot) -> None:
    """Lines for the articles that are new. On a shelf that was seen whole there was nothing of them before."""
    shelf = book.shelves.get(key)
    if shelf is None:
        shelf = book.shelves[key] = Shelf()
    for sku, article in state.articles.items():
        if sku not in shelf.lines:
            shelf.lines[sku] = Line(0, 0) if shelf.complete else Line(article.stock, article.reserved, unsure=DOUBTFUL)
    shelf.complete = shelf.complete or state.complete


def _told(owner: Owner, shelf: Shelf, state: Snapshot, reading: Reading) -> Iterator[WmsPayload]:
    found: dict[tuple[str, WmsType], list[WmsLine]] = {}
    for sku in sorted(shelf.lines):
        article = state.articles.get(sku, Article(0) if state.complete else None)
        if article is None:
            continue
        line = shelf.lines[sku]
        reserved, stock = _unexplained(line, article)
        if reserved:
            name = "raised" if reserved > 0 else "released"
            found.setdefault((name, "reservation_changed"), []).append(WmsLine(sku, reserved))
        if stock and not reading.stock_told:
            found.setdefault(("stock", "adjustment"), []).append(WmsLine(sku, stock))
        if line == Line(0, 0) and not article.stock and not article.reserved:
            del shelf.lines[sku]
    for (name, kind), lines in sorted(found.items()):
        yield _event(owner, reading.ts - MARGIN_MS, name, kind, lines)
    snapshot = _snapshot(owner, shelf, reading.ts)
    if not snapshot.lines and not shelf.complete:  # it would say that nothing is left
        return
    said = _digest(msgspec.json.encode((snapshot.lines, snapshot.qty, snapshot.complete)))
    if found or said != shelf.said or reading.ts - shelf.said_at >= DAY_MS:
        shelf.said, shelf.said_at = said, reading.ts
        yield snapshot


def _unexplained(line: Line, article: Article) -> tuple[Pieces, Pieces]:
    """Reserve and stock that differ from the book for the second time by as much; the book has them from then on."""
    if line.unsure and (line.touched or line.unsure > 1):
        line.stock, line.reserved, line.stock_off, line.reserved_off = article.stock, article.reserved, 0, 0
        line.unsure -= not line.touched
        line.touched = False
        return 0, 0
    line.unsure, line.touched = 0, False
    stock = _lasting(line.stock_off, article.stock - line.stock)
    line.stock += stock
    line.stock_off = article.stock - line.stock
    if stock < 0:
        line.shipped, line.shipped_age = line.shipped - stock, 0
    reserved = _lasting(line.reserved_off, article.reserved - line.reserved)
    line.reserved += reserved
    line.reserved_off = article.reserved - line.reserved
    served = min(max(0, -reserved), line.shipped)
    line.shipped, line.shipped_age = line.shipped - served, line.shipped_age + 1
    if not line.shipped or line.shipped_age >= AGES:
        line.shipped = line.shipped_age = 0
    return reserved + served, stock


def _lasting(before: Pieces, now: Pieces) -> Pieces:
    """What of a difference was there at the reading before as well."""
    return 0 if before * now <= 0 else min(before, now, key=abs)


def _snapshot(owner: Owner, shelf: Shelf, ts: Millis) -> WmsPayload:
    """What is there by the book: of all that was told, nothing is in it twice."""
    lines = [
        WmsLine(sku, line.stock, reserved=line.reserved)
        for sku, line in sorted(shelf.lines.items())
        if line.stock or line.reserved
    ]
    qty = sum(line.qty for line in lines)
    listed = len(lines) <= MOST_LINES
    return _event(
        owner,
        ts,
        "snapshot",
        "stock_snapshot",
        lines if listed else [] if shelf.complete else lines[:MOST_LINES],
        qty=max(0, qty) if qty < 0 or not listed else None,
        complete=shelf.complete,
    )


def _event(
    owner: Owner,
    ts: Millis,
    name: str,
    kind: WmsType,
    lines: list[WmsLine],
    qty: Pieces | None = None,
    complete: bool = False,
) -> WmsPayload:
    return WmsPayload(
        id=f"stock/{_digest(msgspec.json.encode((owner, ts, name)))}",
        type=kind,
        ts=ts,
        client=ClientRef(owner.kind, owner.value),
        doc=DOC,
        lines=lines,
        qty=qty,
        warehouse=owner.warehouse,
        complete=complete,
    )


def _digest(content: bytes) -> str:
    return blake2b(content, digest_size=12).hexdigest()

"""Two snapshots of a client's stock → what happened between them, for warehouses that tell states and no changes.

A reserve that fell while as many pieces left the shelves was served, and nobody took it back: only the rest counts as
cancelled. Ids are made of both snapshots, so the same two give the same events; the poller that keeps the `Snapshot`
writes it down, acknowledged, before it looks for the next one (design rule 11).
"""

from collections.abc import Iterable, Iterator
from hashlib import blake2b
from typing import Final, NamedTuple

import msgspec

from processors.wms_event import Good, judge
from schemas.sources import ClientRef
from schemas.types import Millis, Pieces
from schemas.wms import WmsDoc, WmsLine, WmsPayload, WmsType

MARGIN_MS: Final = 1
"""What lies between two snapshots comes before the later one: the fold counts it into the stock that the later one then
confirms, and not on top of it."""


class Article(msgspec.Struct, frozen=True, array_like=True):
    """Pieces on the shelves, and how many of them are reserved."""

    stock: Pieces
    reserved: Pieces = 0


class Snapshot(msgspec.Struct, frozen=True, array_like=True):
    """A client's articles in one warehouse at `ts` (ms UTC). `complete`: what is not in it is not there."""

    ts: Millis
    articles: dict[str, Article]
    complete: bool = False


class Owner(NamedTuple):
    """Whose snapshots they are. `stock_told`: the warehouse reports what comes and goes itself, so that only its
    reserve is to be found here.
    """

    client: ClientRef
    warehouse: str = ""
    stock_told: bool = False


def snapshot_of(event: WmsPayload, ts: Millis) -> Snapshot:
    """The state that a `stock_snapshot` tells; several lines of an article (its places, its batches) are added up."""
    articles: dict[str, Article] = {}
    for line in event.lines:
        known = articles.get(line.sku, Article(0))
        articles[line.sku] = Article(known.stock + line.qty, known.reserved + (line.reserved or 0))
    return Snapshot(ts, articles, event.complete)


def merged(before: Snapshot | None, after: Snapshot) -> Snapshot:
    """What is known after the later one: of an incomplete one, the articles that it leaves out are as they were."""
    if before is None or after.complete or after.ts <= before.ts:
        return after if before is None or after.ts > before.ts else before
    return Snapshot(after.ts, before.articles | after.articles, before.complete)


def differences(owner: Owner, before: Snapshot | None, after: Snapshot) -> list[WmsPayload]:
    """`reservation_changed` and `adjustment` events, each with the articles that changed. None at the first snapshot,
    nor at one that is not later than `before`: there is nothing to tell it from.
    """
    if before is None or after.ts <= before.ts:
        return []
    moves = list(_moves(before, after))
    raised = [WmsLine(sku, move) for sku, move, _ in moves if move > 0]
    released = [WmsLine(sku, move) for sku, move, _ in moves if move < 0]
    stock = [] if owner.stock_told else [WmsLine(sku, move) for sku, _, move in moves if move]
    found: tuple[tuple[str, WmsType, list[WmsLine]], ...] = (
        ("raised", "reservation_changed", raised),
        ("released", "reservation_changed", released),
        ("stock", "adjustment", stock),
    )
    return [_event(owner, before, after, name, kind, lines) for name, kind, lines in found if lines]


def owner_key(event: WmsPayload) -> str:
    """Whose stock a snapshot is, as a key of JSON."""
    return "\x1f".join((event.client.kind, event.client.value, event.warehouse))


def told(goods: Iterable[Good], known: dict[str, Snapshot], *, stock_told: bool) -> Iterator[Good]:
    """The events, and before each snapshot the differences to the one before it. `known` is changed in place."""
    for good in goods:
        event = good.payload
        if event.type == "stock_snapshot":
            key, after = owner_key(event), snapshot_of(event, good.ts)
            before = known.get(key)
            owner = Owner(event.client, event.warehouse, stock_told)
            for change in differences(owner, before, after):
                judged = judge(change, good.ts)
                if isinstance(judged, Good):  # one that is too large to be true is not told
                    yield judged
            known[key] = merged(before, after)
        yield good


def _moves(before: Snapshot, after: Snapshot) -> Iterable[tuple[str, Pieces, Pieces]]:
    """Article, change of the reserve without what was served, change of the stock."""
    skus = {**dict.fromkeys(after.articles), **(dict.fromkeys(before.articles) if after.complete else {})}
    for sku in sorted(skus):
        was = before.articles.get(sku)
        if was is None and not before.complete:
            continue  # it was not looked at then
        was, now = was or Article(0), after.articles.get(sku, Article(0))
        reserve, stock = now.reserved - was.reserved, now.stock - was.stock
        served = min(max(0, -reserve), max(0, -stock))
        yield sku, reserve + served, stock


def _event(
    owner: Owner, before: Snapshot, after: Snapshot, name: str, kind: WmsType, lines: list[WmsLine]
) -> WmsPayload:
    client = owner.client
    digest = blake2b(digest_size=12)
    for part in (client.kind, client.value, owner.warehouse, name, _canonical(before), _canonical(after)):
        digest.update(part if isinstance(part, bytes) else part.encode())
        digest.update(b"\x1f")
    return WmsPayload(
        id=f"snapshots/{digest.hexdigest()}",
        type=kind,
        ts=after.ts - MARGIN_MS,
        client=client,
        doc=WmsDoc("остатки"),
        lines=lines,
        warehouse=owner.warehouse,
    )


def _canonical(snapshot: Snapshot) -> bytes:
    return msgspec.json.encode(snapshot, order="sorted")

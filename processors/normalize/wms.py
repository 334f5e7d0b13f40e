"""`source.wms` → reservations, picks, shipments, … One canonical event (`schemas.sources.WmsPayload`) a record.

`pick_started` makes no event: only a completed pick took goods, and counting both would count each pick twice.
Where a payload has both `qty` and lines, `qty` is taken at its word.
"""

from datetime import UTC, datetime, timedelta
from typing import Final, TypedDict

from processors.identity import Identities
from processors.normalize.contract import Found, Options, unassigned
from schemas.codec import Codec, Rejected, event_id
from schemas.events import (
    Adjustment,
    Inbound,
    Line,
    Pick,
    Reservation,
    Return,
    Shipment,
    StockSnapshot,
    WmsEvent,
)
from schemas.sources import Inbound as Arrived
from schemas.sources import WmsPayload
from schemas.types import EventId, LeadId, Meta, Millis, Pieces

LATEST: Final = 4_102_444_800_000
MOST_PIECES: Final = 10_000_000
"""The bounds of `schemas.types.Millis` and `Pieces`: what this module computes must pass the codec later."""

SIGNED: Final = frozenset({"reservation_changed", "reservation_cancelled", "adjustment"})
"""Types whose quantity may be negative."""

WITHOUT_QTY: Final = frozenset({"reservation_cancelled", "stock_snapshot"})
"""Types that say enough without quantity and lines: what is gone, or that nothing is left."""

_ARRIVED: Codec[Arrived] = Codec(Arrived)
_PAYLOAD: Codec[WmsPayload] = Codec(WmsPayload)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)


class _Common(TypedDict):
    event_id: EventId
    lead_id: LeadId
    ts: Millis
    source: str
    backfill: bool
    doc: str
    qty: Pieces
    lines: list[Line]
    warehouse: str
    marketplace: str
    purpose: str


def normalize(meta: Meta, record: bytes, identities: Identities, options: Options) -> Found:
    """The warehouse event in a record."""
    arrived = _ARRIVED.decode(record)
    if isinstance(arrived, Rejected):
        return arrived
    payload = _PAYLOAD.decode(bytes(arrived.payload))
    if isinstance(payload, Rejected):
        return payload
    if payload.type == "pick_started":
        return []
    ts = _millis(payload.ts)
    if isinstance(ts, Rejected):
        return ts
    qty = _pieces(payload)
    if isinstance(qty, Rejected):
        return qty
    source, id_ = f"wms:{arrived.source}", event_id("wms", arrived.source, payload.id)
    lead_id = identities.find(payload.client)
    if lead_id is None:
        return [unassigned(meta, record, id_, ts, source, payload.client)]
    common = _Common(
        event_id=id_,
        lead_id=lead_id,
        ts=ts,
        source=source,
        backfill=payload.backfill,
        doc=payload.doc.number or payload.doc.id,
        qty=qty,
        lines=_lines(payload),
        warehouse=payload.warehouse,
        marketplace=payload.marketplace,
        purpose=payload.purpose,
    )
    event = _event(payload, common)
    return [] if event is None else [event]


def _event(payload: WmsPayload, common: _Common) -> WmsEvent | None:
    match payload.type:
        case "reservation_created":
            return Reservation(**common)
        case "reservation_changed":
            return Reservation(**common, action="changed")
        case "reservation_cancelled":
            return Reservation(**common, action="cancelled")
        case "pick_started":
            return None
        case "pick_completed":
            return Pick(**common)
        case "shipment":
            return Shipment(**common)
        case "inbound_planned":
            return Inbound(**common, planned=True)
        case "inbound":
            return Inbound(**common)
        case "return":
            return Return(**common)
        case "adjustment":
            return Adjustment(**common)
        case "stock_snapshot":
            return StockSnapshot(**common, complete=payload.complete)


def _millis(ts: str | Millis) -> Millis | Rejected:
    if isinstance(ts, int):
        return ts
    try:
        moment = datetime.fromisoformat(ts)
    except ValueError:
        return Rejected("ts is neither ISO 8601 nor milliseconds UTC")
    if moment.tzinfo is None:
        return Rejected("ts has no time zone")
    millis = (moment - _EPOCH) // _MILLISECOND
    return millis if 0 <= millis <= LATEST else Rejected("ts is not between 1970 and 2100")


def _pieces(payload: WmsPayload) -> Pieces | Rejected:
    if payload.qty is None and not payload.lines and payload.type not in WITHOUT_QTY:
        return Rejected(f"{payload.type} has neither qty nor lines")
    qty = payload.qty if payload.qty is not None else sum(line.qty for line in payload.lines)
    if abs(qty) > MOST_PIECES:
        return Rejected("the lines add up to more than 10 000 000 pieces")
    if payload.type == "reservation_cancelled":
        return -abs(qty)
    if qty < 0 and payload.type not in SIGNED:
        return Rejected(f"{payload.type} has a negative qty")
    return qty


def _lines(payload: WmsPayload) -> list[Line]:
    if payload.type == "reservation_cancelled":
        return [Line(line.sku, -abs(line.qty), line.barcode) for line in payload.lines]
    return [Line(line.sku, line.qty, line.barcode, line.reserved, line.available) for line in payload.lines]

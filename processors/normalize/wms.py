"""`source.wms` → reservations, picks, shipments, … A record is one canonical event (`schemas.wms.WmsPayload`), or
the whole body of a system that has a mapping.

`pick_started` makes no event: only a completed pick took goods, and counting both would count each pick twice.
Where a payload has both `qty` and lines, `qty` is taken at its word.
"""

from typing import Final, TypedDict

import msgspec

from processors.belonging import client_name
from processors.identity import Identities
from processors.mapping import read_body
from processors.normalize.contract import Found, Options, unassigned
from processors.wms_event import Good, read
from schemas.codec import Codec, Rejected, event_id
from schemas.events import (
    Adjustment,
    Event,
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
from schemas.sources import Unassigned
from schemas.types import EventId, LeadId, Meta, Millis, Pieces
from schemas.wms import WmsPayload

PURPOSES: Final = frozenset({"order", "mp_supply", "client_withdrawal", "disposal", "transfer"})
"""What goods leave for, in our words (research/domain.md 3.2). What a warehouse calls otherwise stays as it is."""

_ALIASES: Final = {
    "client_withdrawal": "withdrawal|removal|client_return|вывоз|вывоз клиентом|вывоз товара|самовывоз клиента|"
    "возврат клиенту|возврат поклажедателю|возврат товара клиенту",
    "mp_supply": "fbo|fbw|mp|marketplace|supply|поставка|поставка на мп|поставка на маркетплейс|поставка на склад мп",
    "transfer": "move|relocation|перемещение|перемещение между складами",
    "disposal": "utilization|утилизация|списание",
    "order": "fbs|dbs|sale|заказ|продажа",
}
_OURS: Final = {alias: ours for ours, aliases in _ALIASES.items() for alias in aliases.split("|")}
"""How warehouse systems call them (schemes of the marketplaces, names of documents in 1C and МойСклад)."""

_ARRIVED: Codec[Arrived] = Codec(Arrived)
_PAYLOAD: Codec[WmsPayload] = Codec(WmsPayload)


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
    client: str


def normalize(meta: Meta, record: bytes, identities: Identities, options: Options) -> Found:
    """The warehouse events in a record: all of a body, or none."""
    arrived = _ARRIVED.decode(record)
    if isinstance(arrived, Rejected):
        return arrived
    found = _read(arrived, meta.ts, options)
    if isinstance(found, Rejected):
        return found
    alone = b"" if arrived.whole else record
    meant = (_meaning(meta, alone, identities, arrived.source, good) for good in found)
    return [event for event in meant if event is not None]


def _read(arrived: Arrived, now: Millis, options: Options) -> list[Good] | Rejected:
    payload = bytes(arrived.payload)
    if not arrived.whole:
        good = read(payload, now)
        return [good] if isinstance(good, Good) else Rejected("; ".join(map(str, good)))
    mapping = options.mappings.get(arrived.source)
    if mapping is None:
        return Rejected(f"нет разметки системы {arrived.source} (wms.mappings)", "NoMapping")
    return read_body(mapping, payload, now)


def _alone(source: str, payload: WmsPayload) -> bytes:
    """One event of a body as a record of its own: a body that waits once for each of its unknown clients, and comes
    back whole for each, would be its own size squared."""
    return _ARRIVED.encode(Arrived(source, msgspec.Raw(_PAYLOAD.encode(payload))))


def _meaning(meta: Meta, record: bytes, identities: Identities, source: str, good: Good) -> Event | Unassigned | None:
    payload, ts, qty = good
    if payload.type == "pick_started":
        return None
    id_ = event_id("wms", source, payload.id)
    lead_id = identities.find(payload.client)
    if lead_id is None:
        return unassigned(meta, record or _alone(source, payload), id_, ts, f"wms:{source}", payload.client)
    common = _Common(
        event_id=id_,
        lead_id=lead_id,
        ts=ts,
        source=f"wms:{source}",
        backfill=payload.backfill,
        doc=payload.doc.number or payload.doc.id,
        qty=qty,
        lines=_lines(payload),
        warehouse=payload.warehouse,
        marketplace=payload.marketplace,
        purpose=purpose(payload.purpose),
        client=client_name(payload.client, lead_id),
    )
    return _event(payload, common)


def purpose(sent: str) -> str:
    """The purpose in our words; one that nobody told us about stays as it was sent."""
    word = " ".join(sent.casefold().split())
    return word if word in PURPOSES else _OURS.get(word, sent)


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


def _lines(payload: WmsPayload) -> list[Line]:
    if payload.type == "reservation_cancelled":
        return [Line(line.sku, -abs(line.qty), line.barcode) for line in payload.lines]
    return [Line(line.sku, line.qty, line.barcode, line.reserved, line.available) for line in payload.lines]

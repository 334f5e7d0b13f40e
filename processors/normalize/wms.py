"""`source.wms` → reservations, picks, shipments, … One canonical event (`schemas.sources.WmsPayload`) a record.

`pick_started` makes no event: only a completed pick took goods, and counting both would count each pick twice.
Where a payload has both `qty` and lines, `qty` is taken at its word.

`read` is the only place that says what an event must be: the gateway asks it before it says 200.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple, TypedDict

from processors.identity import Identities, is_lead_id
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
from schemas.topics import DAY_MS
from schemas.types import EventId, LeadId, Meta, Millis, Pieces

LATEST: Final = 4_102_444_800_000
MOST_PIECES: Final = 10_000_000
"""The bounds of `schemas.types.Millis` and `Pieces`: what this module computes must pass the codec later."""

KEPT_MS: Final = 3 * 365 * DAY_MS
"""The tables drop what is older than three years (`TTL` in `schemas/clickhouse`): an older event would vanish."""

SIGNED: Final = frozenset({"reservation_changed", "reservation_cancelled", "adjustment"})
"""Types whose quantity may be negative."""

WITHOUT_QTY: Final = frozenset({"reservation_cancelled", "stock_snapshot", "pick_started"})
"""Types that say enough without quantity and lines: what is gone, that nothing is left, or what nobody counts."""

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
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)


_WHERE: Final = re.compile(r"^(?P<why>.*?)(?: - at `\$\.?(?P<field>[^`]*)`)?\Z", re.DOTALL)
"""How msgspec says where a value is wrong."""


class Fault(NamedTuple):
    """What is wrong with an event: the field as in the payload (`lines[0].qty`; empty: all of it), and why."""

    field: str
    reason: str

    def __str__(self) -> str:
        return f"`{self.field}` {self.reason}" if self.field else self.reason


class Good(NamedTuple):
    """An event that can be used: as it was sent, its time (ms UTC), and its pieces with the sign they count with."""

    payload: WmsPayload
    ts: Millis
    qty: Pieces


def read(payload: bytes, now: Millis) -> Good | list[Fault]:
    """The event in `payload` (its JSON as it was sent), or everything that is wrong with it. Never raises.

    `now` is when it arrived (ms UTC). The gateway passes a moment some minutes ahead of its clock: what it takes must
    not be too old a little later, when the normaliser looks at it.
    """
    event = _PAYLOAD.decode(payload)
    if isinstance(event, Rejected):
        return [_misshapen(event)]
    found = [Fault(field, "must not be empty") for field, value in _named(event) if not value.strip()]
    if event.client.kind == "lead" and event.client.value.strip() and not is_lead_id(event.client.value):
        found.append(
            Fault("client.value", "must be a lead id of Bitrix24 (1 to 12 digits) where `client.kind` is lead")
        )
    ts, qty = _millis(event.ts), _pieces(event)
    if isinstance(ts, int) and ts < now - KEPT_MS:
        ts = Fault("ts", "must not be older than three years: nothing older is kept")
    if isinstance(ts, Fault) or isinstance(qty, Fault):
        return found + [fault for fault in (ts, qty) if isinstance(fault, Fault)]
    return found or Good(event, ts, qty)


def _named(event: WmsPayload) -> list[tuple[str, str]]:
    return [("id", event.id), ("client.kind", event.client.kind), ("client.value", event.client.value)]


def _misshapen(why: Rejected) -> Fault:
    match = _WHERE.match(why.reason)
    return Fault(match["field"] or "", match["why"]) if match else Fault("", why.reason)


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
    good = read(bytes(arrived.payload), meta.ts)
    if isinstance(good, list):
        return Rejected("; ".join(map(str, good)))
    payload, ts, qty = good
    if payload.type == "pick_started":
        return []
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
        purpose=purpose(payload.purpose),
    )
    event = _event(payload, common)
    return [] if event is None else [event]


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


def _millis(ts: str | Millis) -> Millis | Fault:
    if isinstance(ts, int):
        return ts
    try:
        moment = datetime.fromisoformat(ts)
    except ValueError:
        return Fault("ts", "must be ISO 8601 with a time zone, or milliseconds UTC")
    if moment.tzinfo is None:
        return Fault("ts", "must have a time zone (2026-11-20T12:00:00+03:00)")
    millis = (moment - _EPOCH) // _MILLISECOND
    return millis if 0 <= millis <= LATEST else Fault("ts", "must be between 1970 and 2100")


def _pieces(payload: WmsPayload) -> Pieces | Fault:
    if payload.qty is None and not payload.lines and payload.type not in WITHOUT_QTY:
        return Fault("qty", f"or `lines` must be there for {payload.type}")
    field = "lines" if payload.qty is None else "qty"
    qty = payload.qty if payload.qty is not None else sum(line.qty for line in payload.lines)
    if abs(qty) > MOST_PIECES:
        return Fault(field, "must add up to at most 10 000 000 pieces")
    if payload.type == "reservation_cancelled":
        return -abs(qty)
    if qty < 0 and payload.type not in SIGNED:
        return Fault(field, f"must not be negative for {payload.type}")
    return qty


def _lines(payload: WmsPayload) -> list[Line]:
    if payload.type == "reservation_cancelled":
        return [Line(line.sku, -abs(line.qty), line.barcode) for line in payload.lines]
    return [Line(line.sku, line.qty, line.barcode, line.reserved, line.available) for line in payload.lines]

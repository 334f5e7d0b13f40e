"""What a canonical warehouse event must be (`schemas.wms.WmsPayload`): the only place that says so.

The gateway asks it before it says 200, the normaliser before it uses an event, a mapping before it gives one out.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from processors.identity import is_lead_id
from schemas.codec import Codec, Rejected
from schemas.topics import DAY_MS
from schemas.types import Millis, Pieces
from schemas.wms import WmsPayload

LATEST: Final = 4_102_444_800_000
MOST_PIECES: Final = 10_000_000
"""The bounds of `schemas.types.Millis` and `Pieces`: what this module computes must pass the codec later."""

KEPT_MS: Final = 3 * 365 * DAY_MS
"""The tables drop what is older than three years (`TTL` in `schemas/clickhouse`): an older event would vanish."""

SIGNED: Final = frozenset({"reservation_changed", "reservation_cancelled", "adjustment"})
"""Types whose quantity may be negative."""

WITHOUT_QTY: Final = frozenset({"reservation_cancelled", "stock_snapshot", "pick_started"})
"""Types that say enough without quantity and lines: what is gone, that nothing is left, or what nobody counts."""

EMPTY: Final = "must not be empty"
NO_LEAD: Final = "must be a lead id of Bitrix24 (1 to 12 digits) where `client.kind` is lead"
TOO_OLD: Final = "must not be older than three years: nothing older is kept"
NO_TIME: Final = "must be ISO 8601 with a time zone, or milliseconds UTC"
NO_ZONE: Final = "must have a time zone (2026-11-20T12:00:00+03:00)"
NO_YEAR: Final = "must be between 1970 and 2100"
NO_PIECES: Final = "or `lines` must be there for"
TOO_MANY: Final = "must add up to at most 10 000 000 pieces"
NEGATIVE: Final = "must not be negative for"
"""What may be wrong, as the sender reads it; `NO_PIECES` and `NEGATIVE` have the event's type behind them."""

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
    return [_misshapen(event)] if isinstance(event, Rejected) else judge(event, now)


def judge(event: WmsPayload, now: Millis) -> Good | list[Fault]:
    """As `read`, of an event whose fields have their types."""
    found = [Fault(field, EMPTY) for field, value in _named(event) if not value.strip()]
    if event.client.kind == "lead" and event.client.value.strip() and not is_lead_id(event.client.value):
        found.append(Fault("client.value", NO_LEAD))
    ts, qty = _millis(event.ts), _pieces(event)
    if isinstance(ts, int) and ts < now - KEPT_MS:
        ts = Fault("ts", TOO_OLD)
    if isinstance(ts, Fault) or isinstance(qty, Fault):
        return found + [fault for fault in (ts, qty) if isinstance(fault, Fault)]
    return found or Good(event, ts, qty)


def _named(event: WmsPayload) -> list[tuple[str, str]]:
    return [("id", event.id), ("client.kind", event.client.kind), ("client.value", event.client.value)]


def _misshapen(why: Rejected) -> Fault:
    """The fault in msgspec's words, with its place."""
    match = _WHERE.match(why.reason)
    return Fault(match["field"] or "", match["why"]) if match else Fault("", why.reason)


def _millis(ts: str | Millis) -> Millis | Fault:
    if isinstance(ts, int):
        return ts
    try:
        moment = datetime.fromisoformat(ts)
    except ValueError:
        return Fault("ts", NO_TIME)
    if moment.tzinfo is None:
        return Fault("ts", NO_ZONE)
    millis = (moment - _EPOCH) // _MILLISECOND
    return millis if 0 <= millis <= LATEST else Fault("ts", NO_YEAR)


def _pieces(payload: WmsPayload) -> Pieces | Fault:
    if payload.qty is None and not payload.lines and payload.type not in WITHOUT_QTY:
        return Fault("qty", f"{NO_PIECES} {payload.type}")
    field = "lines" if payload.qty is None else "qty"
    qty = payload.qty if payload.qty is not None else sum(line.qty for line in payload.lines)
    if abs(qty) > MOST_PIECES:
        return Fault(field, TOO_MANY)
    if payload.type == "reservation_cancelled":
        return -abs(qty)
    if qty < 0 and payload.type not in SIGNED:
        return Fault(field, f"{NEGATIVE} {payload.type}")
    return qty

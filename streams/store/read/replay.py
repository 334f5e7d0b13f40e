"""What a replay reads: every client's events page by page in one order, and the alerts that were raised meanwhile."""

import re
from typing import Literal, NamedTuple

import msgspec

from schemas.errors import Refused
from schemas.stored import RaisedAlert, RaisedPage, ReplayPage
from schemas.types import Millis
from streams.store.database import Database

Order = Literal["appended", "ts"]
"""As the live fold saw them (the broker's append time; `seniority` falls with it), or as they happened."""

_MS = "toUnixTimestamp64Milli"
_FROM = "fromUnixTimestamp64Milli"

_APPENDED = f"""
SELECT {_MS}(ingested_at), payload, seniority, lead_id, event_id FROM events FINAL
WHERE lead_id != '' AND ingested_at >= {_FROM}({{since:Int64}}) AND ingested_at < {_FROM}({{until:Int64}})
    AND (seniority, lead_id, event_id) < ({{place:UInt64}}, {{lead:String}}, {{id:UInt64}})
ORDER BY seniority DESC, lead_id DESC, event_id DESC LIMIT {{limit:UInt32}}"""

_IN_TIME = f"""
SELECT {_MS}(ts), payload, {_MS}(ts), lead_id, event_id FROM events FINAL
WHERE lead_id != '' AND kind NOT IN ('baseline', 'events_moved')
    AND ts >= {_FROM}({{since:Int64}}) AND ts < {_FROM}({{until:Int64}})
    AND ({_MS}(ts), lead_id, event_id) > ({{place:UInt64}}, {{lead:String}}, {{id:UInt64}})
ORDER BY ts, lead_id, event_id LIMIT {{limit:UInt32}}"""

_RAISED = f"""
SELECT lower(leftPad(hex(alert_id), 16, '0')), version, lead_id, rule, severity, {_MS}(updated_at), held, within
FROM alerts FINAL
WHERE updated_at >= {_FROM}({{since:Int64}}) AND updated_at < {_FROM}({{until:Int64}})
    AND (rings OR held IN ('within', 'grouped')) AND {{lead:String}} IN ('', lead_id)
    AND ({_MS}(updated_at), alert_id, version) > ({{place:UInt64}}, {{id:UInt64}}, {{version:UInt32}})
ORDER BY updated_at, alert_id, version LIMIT {{limit:UInt32}}"""

_CURSOR = re.compile(r"(\d{1,20})-(\d{0,12})-([0-9a-f]{16})", re.ASCII)
_LAST = (1 << 64) - 1


class Place(NamedTuple):
    """Where a page ends: the order's own number, then what tells apart those that share it."""

    number: int
    lead: str
    event_id: int


def order(text: str) -> Order:
    """Raises `Refused`."""
    match text:
        case "appended" | "ts":
            return text
    raise Refused("order is appended or ts")


def cursor(text: str, by: Order) -> Place:
    """`after` of a request: the `next` of the page before. Raises `Refused`."""
    if not text:
        return Place(_LAST, "~", _LAST) if by == "appended" else Place(0, "", 0)
    found = _CURSOR.fullmatch(text)
    if found is None or int(found[1]) > _LAST:
        raise Refused("after is the `next` of the page before")
    return Place(int(found[1]), found[2], int(found[3], 16))


async def events(database: Database, since: Millis, until: Millis, by: Order, after: Place, limit: int) -> ReplayPage:
    """A page: [time, event] pairs; `time` is the append time or the event's own (ms UTC), as `by` says."""
    parameters = {
        "since": since,
        "until": until,
        "place": after.number,
        "lead": after.lead,
        "id": after.event_id,
        "limit": limit,
    }
    rows = await database.read(_APPENDED if by == "appended" else _IN_TIME, parameters)
    following = None
    if len(rows) == limit:
        _, _, number, lead, event_id = rows[-1]
        following = f"{number}-{lead}-{event_id:016x}"
    return ReplayPage([(ts, msgspec.Raw(payload.encode())) for ts, payload, *_ in rows], following)


async def raised(database: Database, since: Millis, until: Millis, lead: str, after: Place, limit: int) -> RaisedPage:
    """A page of what rang, or was told of by another alert that rang; oldest first."""
    version = int(after.lead or 0)
    parameters = {
        "since": since,
        "until": until,
        "lead": lead,
        "place": after.number,
        "id": after.event_id,
        "version": version,
        "limit": limit,
    }
    found = [RaisedAlert(*row) for row in await database.read(_RAISED, parameters)]
    last = found[-1] if len(found) == limit else None
    return RaisedPage(found, f"{last.ts}-{last.version}-{last.alert_id}" if last else None)

"""Where the rows of a time line stand: each kind of row knows its places without its words, newest first.

A place is a time and a key; rows of one time stand by key. Keys begin with a letter a kind: alerts, days of the
warehouse, events, meetings, notes.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

from schemas.errors import Refused
from schemas.types import LeadId, LocalDay, Millis
from streams.store.database import Database
from streams.store.read.pages.fresh import Counted

LATEST: Millis = 4_102_444_800_000
_CURSOR = re.compile(r"(\d{1,13})(?:-([adnme][\w.:-]{1,200}))?")
_MS, _FROM_MS = "toUnixTimestamp64Milli", "fromUnixTimestamp64Milli"

GROUPS = ("meeting", "chat", "call", "mail", "crm", "wms", "alert", "note", "other")
"""Filters of a time line."""

GOODS = ("reservation", "pick", "shipment", "inbound", "return", "adjustment")
WAREHOUSE = (*GOODS, "stock_snapshot")
_WITH_OTHERS = ("meeting_recorded", "meeting_transcribed", "meeting_minutes", "meeting_room", "message_deleted", "note")
"""Told by rows of their own, or by the row of what they belong to."""
_OURS = ("tick", "fleet", "baseline", "events_moved", "phrase_verdict", "alert_action", "alert_mailed")
"""Told by the alert that they belong to, or by nothing: the machine's own."""
_NAMED = {
    "chat": ("message", "message_edited", "chat_summary"),
    "call": ("call", "call_transcribed"),
    "mail": ("mail",),
    "crm": ("crm_changed",),
}


class Place(NamedTuple):
    """Of a row in the time line."""

    ts: Millis
    key: str

    def told(self) -> str:
        """As a cursor."""
        return f"{self.ts}-{self.key}"


class Span(NamedTuple):
    """What of a time line is asked for: rows before a place and since a time, of these groups; at most `limit`."""

    lead: LeadId
    groups: frozenset[str]
    before: Place
    since: Millis
    limit: int


def place_of(cursor: str) -> Place:
    """`before` of a request: ms UTC, or the `next` of the page before. Raises `Refused`."""
    found = _CURSOR.fullmatch(cursor) if cursor else None
    if cursor and (found is None or int(found[1]) > LATEST):
        raise Refused("before is a time in ms UTC, or the `next` of the last page")
    return Place(int(found[1]), found[2] or "") if found else Place(LATEST, "")


def groups_of(given: str) -> frozenset[str]:
    """Names with commas between; nothing is all of them. Raises `Refused`."""
    names = frozenset(filter(None, given.split(",")))
    if not names <= set(GROUPS):
        raise Refused(f"kinds are of {', '.join(GROUPS)}")
    return names or frozenset(GROUPS)


_EVENTS = f"""
SELECT DISTINCT {_MS}(ts), event_id FROM events PREWHERE lead_id = {{lead:String}}
    AND (kind IN {{named:Array(String)}} OR {{rest:Bool}} AND kind NOT IN {{told:Array(String)}})
WHERE ts >= {_FROM_MS}({{since:Int64}}) AND (ts, event_id) < ({_FROM_MS}({{ts:Int64}}), {{id:UInt64}})
ORDER BY ts DESC, event_id DESC LIMIT {{limit:UInt32}}"""

_MEETINGS = f"""
SELECT {_MS}(max(ts)) AS at, JSONExtractString(payload, 'recording_id') AS recording FROM events
PREWHERE lead_id = {{lead:String}} AND kind IN ('meeting_recorded', 'meeting_transcribed', 'meeting_minutes')
    AND ts >= {_FROM_MS}({{since:Int64}}) AND ts <= {_FROM_MS}({{ts:Int64}})
GROUP BY recording ORDER BY at DESC LIMIT {{limit:UInt32}}"""

_ALERTS = f"""
SELECT {_MS}(argMax(opened_at, version)) AS at, lower(hex(alert_id)) FROM alerts
WHERE lead_id = {{lead:String}} GROUP BY alert_id
HAVING at >= {{since:Int64}} AND at <= {{ts:Int64}} ORDER BY at DESC LIMIT {{limit:UInt32}}"""

_NOTES = f"""
SELECT {_MS}(min(ts)) AS at, JSONExtractString(payload, 'note_id') AS note FROM events
PREWHERE lead_id = {{lead:String}} AND kind = 'note' GROUP BY note
HAVING at >= {{since:Int64}} AND at <= {{ts:Int64}} ORDER BY at DESC LIMIT {{limit:UInt32}}"""


async def places(database: Database, span: Span, done: Iterable[Counted]) -> list[Place]:
    """The newest, at most `limit`; `done`: what the warehouse did. Raises `Transient`, `StatementFailed`."""
    asked = {"lead": span.lead, "since": span.since, "ts": span.before.ts, "limit": span.limit + TIES}
    found: list[Place] = []
    named = [kind for group, kinds in _NAMED.items() if group in span.groups for kind in kinds]
    rest = "other" in span.groups
    if named or rest:
        told = [kind for kinds in _NAMED.values() for kind in kinds] + [*WAREHOUSE, *_WITH_OTHERS, *_OURS]
        these = {"named": named, "rest": rest, "told": told, "id": _event_bound(span.before)}
        found += [Place(ts, f"e{id_:016x}") for ts, id_ in await database.read(_EVENTS, asked | these)]
    if "wms" in span.groups:
        found += _days(span, done)
    if "meeting" in span.groups:
        found += [Place(ts, f"m{name}") for ts, name in await database.read(_MEETINGS, asked)]
    if "alert" in span.groups:
        found += [Place(ts, f"a{id_.rjust(16, '0')}") for ts, id_ in await database.read(_ALERTS, asked)]
    if "note" in span.groups:
        found += [Place(ts, f"n{name}") for ts, name in await database.read(_NOTES, asked)]
    return sorted((place for place in found if _is_before(place, span.before)), reverse=True)[: span.limit]


TIES = 50
"""Rows that one moment may have besides events: they are asked for by time alone."""


def _days(span: Span, done: Iterable[Counted]) -> list[Place]:
    """Days on which the warehouse did something; a day stands where its last document does."""
    last: dict[LocalDay, Millis] = {}
    for one in done:
        last[one.day] = max(one.last, last.get(one.day, 0))
    return [Place(at, f"d{day}") for day, at in last.items() if span.since <= at <= span.before.ts]


def _is_before(place: Place, before: Place) -> bool:
    """A time alone as a cursor has no key: everything before the moment."""
    return place < before


def _event_bound(before: Place) -> int:
    """Events of the cursor's own moment that stand behind it."""
    if before.key.startswith("e"):
        return int(before.key[1:], 16)
    return 2**64 - 1 if before.key > "e" else 0

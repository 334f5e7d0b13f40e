"""Where the rows of a time line stand: each kind of row knows its places without its words, newest first.

A place is a time and a key; rows of one time stand by key. Keys begin with a letter a kind: alerts, commands, days
of the warehouse, events, meetings, notes.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import NamedTuple

from processors.daily import BEFORE
from processors.days import day_start, local_day
from schemas.errors import Refused
from schemas.topics import DAY_MS
from schemas.types import LocalDay, Millis
from streams.store.read.pages.fresh import Counted, Seen
from streams.store.read.pages.sight import COMMAND, GOODS, MEETING, NOTE, Ref, Sight

LATEST: Millis = 4_102_444_800_000
_CURSOR = re.compile(r"(\d{1,13})(?:-([acdnme][\w.:-]{1,200}))?")
_MS, _FROM_MS = "toUnixTimestamp64Milli", "fromUnixTimestamp64Milli"

GROUPS = ("meeting", "chat", "call", "mail", "crm", "wms", "alert", "command", "note", "other")
"""Filters of a time line."""

WAREHOUSE = (*GOODS, "stock_snapshot")
_WITH_OTHERS = (
    "meeting_recorded",
    "meeting_transcribed",
    "meeting_minutes",
    "meeting_room",
    "meeting_said",
    "message_deleted",
    "note",
    "command_changed",
)
"""Told by rows of their own, or by the row of what they belong to."""
_OURS = ("tick", "fleet", "baseline", "events_moved", "phrase_verdict", "alert_action", "alert_mailed")
"""Told by the alert that they belong to, or by nothing: the machine's own."""
_NAMED = {
    "chat": ("message", "message_edited", "chat_summary"),
    "call": ("call", "call_transcribed"),
    "mail": ("mail",),
    "crm": ("crm_changed",),
}
_TOLD = frozenset((*(kind for kinds in _NAMED.values() for kind in kinds), *WAREHOUSE, *_WITH_OTHERS, *_OURS))
"""What has a group, or no row of its own: all else is `other`."""


class Place(NamedTuple):
    """Of a row in the time line."""

    ts: Millis
    key: str

    def told(self) -> str:
        """As a cursor."""
        return f"{self.ts}-{self.key}"


class Span(NamedTuple):
    """What of a time line is asked for: rows before a place and since a time, of these groups; at most `limit`."""

    groups: frozenset[str]
    before: Place
    since: Millis
    limit: int

    def has(self, place: Place) -> bool:
        """A time alone as `before` has no key: everything before the moment."""
        return place.ts >= self.since and place < self.before


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
SELECT DISTINCT {_MS}(ts), event_id FROM events
PREWHERE lead_id = {{lead:String}} AND kind IN {{kinds:Array(String)}}
    AND ts BETWEEN {_FROM_MS}({{since:Int64}}) AND {_FROM_MS}({{ts:Int64}})
WHERE (ts, event_id) < ({_FROM_MS}({{ts:Int64}}), {{id:UInt64}})
ORDER BY ts DESC, event_id DESC LIMIT {{limit:UInt32}}"""
"""The key knows no time: what is cheapest to read leaves the fewest rows for the rest, so kinds are named, also those
that have no group."""


async def places(sight: Sight, span: Span) -> list[Place]:
    """The newest, at most `limit`. Raises `Transient`, `StatementFailed`."""
    found: list[Place] = []
    kinds = await _kinds(sight, span.groups)
    if kinds:
        found += await _events(sight, span, kinds)
    if "meeting" in span.groups:
        found += _named("m", max, span, (one for one in await sight.refs() if one.kind in MEETING))
    if "alert" in span.groups:
        found += [Place(one.opened_at, f"a{one.alert_id}") for one in (await sight.alerts()).values()]
    if "command" in span.groups:
        found += _named("c", max, span, (one for one in await sight.refs() if one.kind == COMMAND))
    if "note" in span.groups:
        found += _named("n", min, span, (one for one in await sight.refs() if one.kind == NOTE))
    if "wms" in span.groups:
        found += await _warehouse(sight, span, found)
    return sorted(filter(span.has, found), reverse=True)[: span.limit]


async def _kinds(sight: Sight, groups: frozenset[str]) -> list[str]:
    """Those of the groups of events that he ever had."""
    had = {one.kind for one in await sight.seen()}
    found = {kind for group in groups for kind in _NAMED.get(group, ())}
    return sorted(had & (found | (had - _TOLD if "other" in groups else set())))


async def _events(sight: Sight, span: Span, kinds: list[str]) -> list[Place]:
    """First in the days that hold enough chat messages, or in the weeks before; where he was quiet, in all that he
    did."""
    limit, id_ = span.limit + TIES, _event_bound(span.before)
    asked = {"lead": sight.lead, "kinds": kinds, "ts": span.before.ts, "id": id_, "limit": limit}
    seen = [one for one in await sight.seen() if one.kind in kinds]
    end, start = min(span.before.ts, max(one.last for one in seen) + 1), min(one.first for one in seen)
    done = await sight.done(_near(seen, span) - BEFORE) if "message" in kinds else []
    near = _since_messages(done, end, limit)
    for since in dict.fromkeys((max(span.since, near or end - NEAR_MS), span.since)):
        rows = await sight.database.read(_EVENTS, asked | {"since": since})
        if len(rows) == limit or since <= start:
            break
    return [Place(ts, f"e{id_:016x}") for ts, id_ in rows]


async def _warehouse(sight: Sight, span: Span, others: list[Place]) -> list[Place]:
    """Days on which the warehouse did something: of the last ones as many as the page has rows, where they fill it
    together with the `others`; else of all."""
    seen = [one for one in await sight.seen() if one.kind in GOODS]
    if not seen:
        return []
    near = _near(seen, span)
    days = _days(span, await sight.done(near - BEFORE))
    full = sum(place.ts >= day_start(near) for place in filter(span.has, (*days, *others))) >= span.limit
    if full or day_start(near) <= max(span.since, min(one.first for one in seen)):
        return days
    return _days(span, await sight.done())


def _near(seen: Iterable[Seen], span: Span) -> LocalDay:
    """The first of as many days as the page has rows, up to its begin, or to the last thing that he did."""
    return local_day(min(span.before.ts, max(one.last for one in seen))) - span.limit


def _since_messages(done: Iterable[Counted], end: Millis, wanted: int) -> Millis:
    """The begin of the day from which on so many chat messages came before the day of `end`; 0 where they never did. A
    busy client has hundreds of thousands of events in the weeks that a quiet one's page needs."""
    of_day: dict[LocalDay, int] = defaultdict(int)
    for one in done:
        if one.kind == "message" and one.day < local_day(end):
            of_day[one.day] += one.documents
    for day in sorted(of_day, reverse=True):
        wanted -= of_day[day]
        if wanted <= 0:
            return day_start(day)
    return 0


NEAR_MS = 90 * DAY_MS
TIES = 50
"""Events of one moment that are asked for above a page."""


def _named(letter: str, chosen: Callable[[Millis, Millis], Millis], span: Span, refs: Iterable[Ref]) -> list[Place]:
    """Each name at the first or the last of its times."""
    at: dict[str, Millis] = {}
    for one in refs:
        at[one.name] = chosen(one.ts, at.get(one.name, one.ts))
    return [Place(ts, f"{letter}{name}") for name, ts in at.items() if span.since <= ts <= span.before.ts]


def _days(span: Span, done: Iterable[Counted]) -> list[Place]:
    """Days on which the warehouse did something; a day stands where its last document does."""
    last: dict[LocalDay, Millis] = {}
    for one in done:
        if one.kind not in GOODS:
            continue
        last[one.day] = max(one.last, last.get(one.day, 0))
    return [Place(at, f"d{day}") for day, at in last.items() if span.since <= at <= span.before.ts]


def _event_bound(before: Place) -> int:
    """Events of the cursor's own moment that stand behind it."""
    if before.key.startswith("e"):
        return int(before.key[1:], 16)
    return 2**64 - 1 if before.key > "e" else 0

"""A client's time line: what came from all sources in one order, newest first, a page of rows at a time."""

from processors.days import local_day
from processors.identity import Identities
from processors.pages import Row, TimeLine
from schemas.types import LeadId, Millis
from streams.store.database import Database
from streams.store.read.hits import Row as Hit
from streams.store.read.hits import Where
from streams.store.read.pages.details import details
from streams.store.read.pages.places import Place, Span, groups_of, place_of, places
from streams.store.read.pages.sight import Sight
from streams.store.read.search import search_rows
from streams.store.read.speakers import renamed_rows

PAGE = 50
ROUNDS = 4
"""A page that is not full by then goes out as it is: a chat in which every message was changed fifty times."""

_GROUP_OF = {
    "message": "chat",
    "message_edited": "chat",
    "chat_summary": "chat",
    "mail": "mail",
    "call": "call",
    "call_transcribed": "call",
    "note": "note",
    "command_changed": "command",
    "meeting_minutes": "meeting",
    "meeting_transcribed": "meeting",
}
_STARTS = """
SELECT recording_id, toUnixTimestamp64Milli(ts) FROM recordings FINAL
WHERE lead_id = {lead:String} AND recording_id IN {recordings:Array(String)}"""


async def timeline(
    database: Database, asked: LeadId, known: Identities, kinds: str, before: str, since: Millis
) -> TimeLine:
    """A page of rows of these groups (empty: all). Raises `Refused`, `Transient`, `StatementFailed`."""
    groups, at = groups_of(kinds), place_of(before)
    sight = Sight(database, known.merged(asked), until=local_day(at.ts), known=known)
    return await timeline_of(sight, groups, at, since)


async def timeline_of(sight: Sight, groups: frozenset[str], at: Place, since: Millis) -> TimeLine:
    """The same of a lead that is looked at."""
    rows: list[Row] = []
    for _ in range(ROUNDS):
        wanted = PAGE - len(rows)
        found = await places(sight, Span(groups, at, since, wanted))
        rows += await details(sight, found)  # fewer than places: an edit belongs to its message's row
        if len(found) < wanted:
            return TimeLine(sight.lead, rows)
        at = found[-1]
        if len(rows) == PAGE:
            break
    return TimeLine(sight.lead, rows, at.told())


async def found_in(
    database: Database, asked: LeadId, known: Identities, kinds: str, query: str, before: str, since: Millis
) -> TimeLine:
    """What was said and written with these words. Raises `Refused`, `Transient`, `StatementFailed`."""
    lead, groups = known.merged(asked), groups_of(kinds)
    hits, following = await search_rows(database, query, Where(lead, "", since), PAGE, before)
    hits = await renamed_rows(database, known, hits)
    recordings = sorted({hit.recording for hit in hits if hit.recording})
    starts = dict(await database.read(_STARTS, {"lead": lead, "recordings": recordings})) if recordings else {}
    rows = [_row(hit, starts) for hit in hits if _GROUP_OF.get(hit.kind, "other") in groups]
    return TimeLine(lead, rows, following)


def _row(hit: Hit, starts: dict[str, Millis]) -> Row:
    return Row(
        hit.place.told(),
        hit.at,
        _GROUP_OF.get(hit.kind, "other"),
        hit.kind,
        hit.source,
        f"{hit.event_id:016x}",
        who=hit.speaker,
        text=hit.text,
        recording=hit.recording,
        at_ms=max(0, hit.at - starts[hit.recording]) if hit.recording in starts else None,
    )

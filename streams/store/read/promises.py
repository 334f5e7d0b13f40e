"""Promises as they stand, and a person's word on one: for the read API, and for whoever writes in a person's name."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from processors.days import zone_name
from processors.promises import promise_id, talk_of
from schemas.codec import EVENT, event_id
from schemas.errors import Refused
from schemas.minutes import ChatSummary, MeetingMinutes
from schemas.promises import Mark, Promise, PromiseMarked, PromiseState
from schemas.topics import LEAD_EVENTS
from schemas.types import EventId, LeadId
from streams.engine.clock import Clock
from streams.engine.kafka import Output
from streams.store.database import Database
from streams.store.jobs.ticks import Send

LONGEST_NOTE = 500
"""Characters of what a person adds to his mark."""

_COLUMNS = """lower(hex(promise)), lead_id, talk, kind, toUnixTimestamp64Milli(ts), number, owner, text, due,
    ifNull(toString(due_day), ''), state,
    toUnixTimestamp64Milli(marked_at), marked_by, note"""

OF_LEAD = """
SELECT lower(hex(ids[number])), talk, kind, toUnixTimestamp64Milli(ts), number, owners[number], texts[number],
    dues[number] AS due,
    if(match(due, '^\\\\d{4}-\\\\d\\\\d-\\\\d\\\\d$'), toDate32OrNull(due), NULL) AS day,
    ifNull(toString(day), ''),
    multiIf(day IS NULL, 'undated', day >= toDate(now64(3), {zone:String}), 'open', 'past')
FROM promised FINAL ARRAY JOIN arrayEnumerate(texts) AS number
WHERE lead_id = {lead:String} ORDER BY ts DESC, talk, number"""
MARKS = """
SELECT lower(hex(promise)), toString(argMax(mark, (ts, event_id))), toUnixTimestamp64Milli(max(ts)),
    argMax(author, (ts, event_id)), argMax(note, (ts, event_id))
FROM promise_marks FINAL WHERE lead_id = {lead:String} GROUP BY promise"""
"""The view `promises` joins both for all leads before one is taken: three times what these two cost."""

PAST = """
SELECT lead_id, ids[number] FROM promised FINAL ARRAY JOIN arrayEnumerate(texts) AS number
WHERE lead_id IN {leads:Array(String)} AND match(dues[number], '^\\\\d{4}-\\\\d\\\\d-\\\\d\\\\d$')
    AND toDate32OrNull(dues[number]) < toDate(now64(3), {zone:String})"""
SETTLED = """
SELECT lead_id, promise FROM promise_marks FINAL WHERE lead_id IN {leads:Array(String)}
GROUP BY lead_id, promise HAVING argMax(mark, (ts, event_id)) IN ('kept', 'broken', 'cancelled')"""

OF_ALL = f"""
SELECT {_COLUMNS} FROM promises WHERE {{state:String}} IN ('', state)
ORDER BY due_day IS NULL, due_day DESC, ts DESC, lead_id, talk, number LIMIT {{limit:UInt32}}"""

GIVEN = """
SELECT payload FROM events WHERE lead_id = {lead:String} AND event_id IN (
    SELECT event_id FROM promised FINAL WHERE lead_id = {lead:String} AND has(ids, {promise:UInt64}))
ORDER BY seniority DESC LIMIT 1"""
"""The minutes or the summary in which it stands now."""

_TALK = msgspec.json.Decoder(MeetingMinutes | ChatSummary)


class Marking(msgspec.Struct, frozen=True):
    """What a person says of a promise. Who he is, the caller knows."""

    promise: EventId
    mark: Mark
    note: str = ""


async def of_lead(database: Database, lead: LeadId, state: PromiseState | str, limit: int) -> list[Promise]:
    """A lead's promises (in `state`, or all where it is empty), the newest talk first. Raises `Transient`,
    `StatementFailed`."""
    rows = await database.read(OF_LEAD, {"lead": lead, "zone": zone_name()})
    marks = {promise: rest for promise, *rest in await database.read(MARKS, {"lead": lead})} if rows else {}
    found = [_marked(lead, row, marks.get(row[0])) for row in rows]
    return [one for one in found if state in ("", one.state)][:limit]


def _marked(lead: LeadId, row: Sequence[Any], mark: Sequence[Any] | None) -> Promise:
    promise, talk, kind, ts, number, owner, text, due, _, day, state = row
    word, at, by, note = mark or ("", 0, "", "")
    if word in ("kept", "broken", "cancelled"):
        state = word
    return Promise(promise.rjust(16, "0"), lead, talk, kind, ts, number, owner, text, due, day, state, at, by, note)


async def overdue(database: Database, leads: Sequence[LeadId]) -> Mapping[LeadId, int]:
    """How many of each one's promises are over their day, with no word of a person on them. Raises as `of_lead`."""
    past = await database.read(PAST, {"leads": list(leads), "zone": zone_name()})
    settled = set(await database.read(SETTLED, {"leads": list(leads)})) if past else set()
    return Counter(lead for lead, promise in past if (lead, promise) not in settled)


async def of_all(database: Database, state: PromiseState | str, limit: int) -> list[Promise]:
    """Of all leads, the latest day first, those without a day last. Raises as `of_lead`."""
    return _promises(await database.read(OF_ALL, {"state": state, "limit": limit}))


async def mark(database: Database, send: Send, clock: Clock, lead: LeadId, said: Marking, author: str) -> PromiseMarked:
    """Put `author`'s word on `lead.events`. Raises `Refused` where the lead has no such promise, `Transient`,
    `StatementFailed`."""
    note = said.note.strip()
    if len(note) > LONGEST_NOTE or not note.isprintable():
        raise Refused(f"note is a line of at most {LONGEST_NOTE} characters, without control characters")
    given = await database.read(GIVEN, {"lead": lead, "promise": int(said.promise, 16)})
    if not given:
        raise Refused(f"lead {lead} has no promise {said.promise}")
    talk = _TALK.decode(given[0][0])
    name, now = talk_of(talk), clock()
    event = PromiseMarked(
        said.promise,
        next(one.text for one in talk.minutes.actions if promise_id(name, one.text) == said.promise),
        said.mark,
        author,
        note,
        *(("", "") if isinstance(talk, ChatSummary) else (talk.recording_id, talk.room)),
        event_id=event_id("promise", lead, said.promise, said.mark, author, now),
        lead_id=lead,
        ts=now,
        source="person",
        client=talk.client,
    )
    await send([Output(LEAD_EVENTS.name, lead.encode(), EVENT.encode(event))])
    return event


def _promises(rows: Sequence[tuple[Any, ...]]) -> list[Promise]:
    return [Promise(promise.rjust(16, "0"), *rest) for promise, *rest in rows]

"""Promises as they stand, and a person's word on one: for the read API, and for whoever writes in a person's name."""

from collections.abc import Sequence
from typing import Any

import msgspec

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

OF_LEAD = f"""
SELECT {_COLUMNS} FROM promises WHERE lead_id = {{lead:String}} AND {{state:String}} IN ('', state)
ORDER BY ts DESC, talk, number LIMIT {{limit:UInt32}}"""

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
    return _promises(await database.read(OF_LEAD, {"lead": lead, "state": state, "limit": limit}))


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

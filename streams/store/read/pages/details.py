"""The rows of a time line in full: the words of an event, what a message said before, a meeting with its minutes, a day
of the warehouse beside what is usual, an alert and when it was told."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import msgspec

from processors.daily import BEFORE
from processors.goods_days import Documents, goods
from processors.pages import Row
from schemas.codec import EVENT, Rejected
from schemas.events import (
    CommandChanged,
    Event,
    MeetingMinutes,
    MeetingRecorded,
    MeetingTranscribed,
    Message,
    MessageEdited,
)
from schemas.types import LocalDay
from streams.store.read.pages.fresh import Counted
from streams.store.read.pages.messages import former
from streams.store.read.pages.places import Place
from streams.store.read.pages.sight import CHANGES, GOODS, Sight
from streams.store.read.pages.words import command_row, event_row, meeting_row

_EVENTS = """
SELECT event_id, toUnixTimestamp64Milli(ts), payload, seniority FROM events
PREWHERE lead_id = {lead:String} AND event_id IN {ids:Array(UInt64)}"""

_MEETINGS = """
SELECT payload FROM events
PREWHERE lead_id = {lead:String} AND kind IN ('meeting_recorded', 'meeting_transcribed', 'meeting_minutes')
WHERE ref IN {recordings:Array(String)}"""

_COMMANDS = """
SELECT payload FROM events PREWHERE lead_id = {lead:String} AND kind = 'command_changed'
WHERE ref IN {commands:Array(String)} ORDER BY ts, seniority DESC"""

_TOLD = """
SELECT key, toUnixTimestamp64Milli(min(at)) FROM outbox
WHERE key IN {keys:Array(String)} AND state IN ('sent', 'mailed') GROUP BY key"""


async def details(sight: Sight, found: list[Place]) -> list[Row]:
    """The rows of these places, in their order. Raises `Transient`, `StatementFailed`."""
    names: dict[str, list[Place]] = defaultdict(list)
    for place in found:
        names[place.key[0]].append(place)
    days = {int(place.key[1:]): place for place in names["d"]}
    rows = _days(days, await sight.done(min(days) - BEFORE)) if days else {}
    for kind, read in _READERS.items():
        if names[kind]:
            rows |= await read(sight, names[kind])
    return [rows[place] for place in found if place in rows]


async def _events(sight: Sight, found: list[Place]) -> dict[Place, Row]:
    ids = [int(place.key[1:], 16) for place in found]
    rows_of = await sight.database.read(_EVENTS, {"lead": sight.lead, "ids": ids})
    first = sorted(
        rows_of, key=lambda row: row[3]
    )  # of a repeat the row that was accepted first comes last, and counts
    stored = {f"e{id_:016x}": (ts, payload) for id_, ts, payload, _ in first}
    events: dict[Place, Event] = {}
    for place in found:
        ts, payload = stored.get(place.key, (0, b""))
        event = EVENT.decode(payload) if ts == place.ts else None  # a repeat with another time stands elsewhere
        if event is not None and not isinstance(event, Rejected):
            events[place] = event
    messages = [event for event in events.values() if isinstance(event, Message | MessageEdited)]
    ever = messages and await sight.had(*CHANGES)
    changed = await former(sight.database, sight.lead, messages if ever else [])
    rows = {place: event_row(place.told(), event, changed.of(event)) for place, event in events.items()}
    return {place: row for place, row in rows.items() if row is not None}


def _days(days: dict[LocalDay, Place], done: Iterable[Counted]) -> dict[Place, Row]:
    done_on: dict[LocalDay, list[Documents]] = defaultdict(list)
    for one in done:
        if one.kind in GOODS:
            done_on[one.day].append(Documents(one.day, one.kind, one.action, one.documents, one.pieces))
    rows: dict[Place, Row] = {}
    for day, place in days.items():  # a page has dozens of days, and a client has years: each looks at its weeks only
        near = (one for other in range(day - BEFORE, day + 1) for one in done_on.get(other, ()))
        rows[place] = Row(place.told(), place.ts, "wms", "day", goods=goods(near, day))
    return rows


async def _meetings(sight: Sight, found: list[Place]) -> dict[Place, Row]:
    asked = {"lead": sight.lead, "recordings": [place.key[1:] for place in found]}
    parts: dict[str, list[MeetingRecorded | MeetingTranscribed | MeetingMinutes]] = defaultdict(list)
    for (payload,) in await sight.database.read(_MEETINGS, asked):
        part = _PART.decode(payload)
        parts[part.recording_id].append(part)
    return {place: meeting_row(place.told(), place.ts, parts[place.key[1:]], sight.named) for place in found}


_PART = msgspec.json.Decoder(MeetingRecorded | MeetingTranscribed | MeetingMinutes)


async def _alerts(sight: Sight, found: list[Place]) -> dict[Place, Row]:
    ids = [place.key[1:] for place in found]
    alerts = await sight.alerts()
    told: dict[str, Any] = dict(await sight.database.read(_TOLD, {"keys": ids}))
    return {
        place: Row(
            place.told(), place.ts, "alert", "alert", alert=alerts[place.key[1:]], told_at=told.get(place.key[1:], 0)
        )
        for place in found
        if place.key[1:] in alerts
    }


async def _notes(sight: Sight, found: list[Place]) -> dict[Place, Row]:
    known = {note.note_id: note for note in await sight.notes()}
    return {
        place: Row(place.told(), place.ts, "note", "note", who=note.author, ours=True, text=note.text, note=note)
        for place in found
        if (note := known.get(place.key[1:])) is not None and not note.gone
    }


async def _commands(sight: Sight, found: list[Place]) -> dict[Place, Row]:
    """Each as it stands: of its changes the newest."""
    names = [place.key[1:] for place in found]
    newest: dict[str, CommandChanged] = {}
    for (payload,) in await sight.database.read(_COMMANDS, {"lead": sight.lead, "commands": names}):
        change = _COMMAND.decode(payload)
        newest[change.command_id] = change
    return {place: command_row(place.told(), newest[place.key[1:]]) for place in found if place.key[1:] in newest}


_COMMAND = msgspec.json.Decoder(CommandChanged)

_READERS = {"e": _events, "m": _meetings, "a": _alerts, "c": _commands, "n": _notes}

"""What of the store an objection concerns: words of deleted recordings, words said while the meeting went on, and what
rests on them. Wherever it stands: a recording may be linked to another lead than its deletion was told of. Reads only.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Final

import msgspec

from processors.privacy.objections import taken_back
from processors.privacy.unsaid import promises_of
from schemas.codec import EVENT
from schemas.events import (
    MeetingMinutes,
    MeetingRoom,
    MeetingSaid,
    MeetingTranscribed,
    PhraseVerdict,
    ProfileCorrected,
    PromiseMarked,
)
from schemas.meetings import NEAR_MS
from schemas.types import EventId, LeadId
from streams.store.database import Database
from streams.store.jobs.misplaced import COLUMNS, FIELD, Events, Row, event_in
from streams.store.jobs.waiting import waiting

NOTES: Final = ("objected", "recording_deleted")
_ONCE: Final = "ORDER BY seniority DESC LIMIT 1 BY lead_id, event_id"
"""Without `FINAL`, which would merge the whole table for some rows of it."""

NOTED = f"""
SELECT event_id, any(payload) FROM events PREWHERE kind = 'meeting_room' AND action IN ('objected', 'recording_deleted')
WHERE ref IN {{meetings:Array(String)}} OR {FIELD.format("recording_id")} IN {{recordings:Array(String)}}
GROUP BY event_id"""
"""`ref` of what happens in a room is its meeting."""

ALL_NOTED = f"""
SELECT DISTINCT ref, {FIELD.format("recording_id")} FROM events
PREWHERE kind = 'meeting_room' AND action IN ('objected', 'recording_deleted')"""

MADE_OF = f"""
SELECT {COLUMNS} FROM events PREWHERE kind IN ('meeting_transcribed', 'meeting_minutes') {{where}}
WHERE hasAny({{{{recordings:Array(String)}}}},
    arrayPushBack(JSONExtract(payload, 'heard_in', 'Array(String)'), {FIELD.format("recording_id")}))
{_ONCE}"""
"""What was made of recordings, also where it stands in a meeting's entry."""
_OF_LEADS = "AND lead_id IN {leads:Array(String)}"

SAID = f"""
SELECT {COLUMNS} FROM events PREWHERE kind = 'meeting_said' WHERE ref IN {{meetings:Array(String)}} {_ONCE}"""

HEARD = """
SELECT recording_id, toUnixTimestamp64Milli(min(ts)), max(toUnixTimestamp64Milli(ts) + duration_ms)
FROM stt_jobs WHERE recording_id IN {recordings:Array(String)} GROUP BY recording_id"""
"""Recordings that were transcribed, whatever became of that, and their span (ms)."""

ABOUT = f"""
SELECT {COLUMNS} FROM events PREWHERE kind = 'phrase_verdict'
WHERE {FIELD.format("about")} IN {{events:Array(String)}} {_ONCE}"""

_GONE: Final = """
SELECT DISTINCT found FROM (
    SELECT arrayJoin(arrayMap(one -> JSONExtractString(one, {column}), JSONExtractArrayRaw(payload, 'events'))) AS found
    FROM events PREWHERE kind = 'events_moved' AND action = 'deleted')
WHERE found IN {{these:Array(String)}}"""
GONE_EVENTS, GONE_KEYS = _GONE.format(column=1), _GONE.format(column=3)
"""Of what was deleted (`EventsMoved.deleted`): its ids, and what its source calls it."""

PROMISED = f"""
SELECT {COLUMNS} FROM events PREWHERE kind IN ('meeting_minutes', 'promise_marked')
WHERE {FIELD.format("recording_id")} IN {{entries:Array(String)}} {_ONCE}"""

CORRECTED = f"""
SELECT {COLUMNS} FROM events PREWHERE kind = 'profile_corrected'
WHERE {FIELD.format("of")} IN {{entries:Array(String)}} AND {FIELD.format("was")} != '' {_ONCE}"""


class Objected:
    """Reads it. All of it raises `Transient`, `StatementFailed`."""

    def __init__(self, database: Database) -> None:
        self._database, self._events = database, Events(database)

    async def notes(self, meetings: Collection[str], recordings: Collection[str]) -> list[MeetingRoom]:
        """Objections in these meetings, and deletions of recordings of them, or of these."""
        given = {"meetings": sorted(meetings), "recordings": sorted(recordings)}
        rows = await self._database.read(NOTED, given)
        found = [event_in(id_, payload) for id_, payload in rows]
        found += [row.event for row in await waiting(self._database, {*meetings, *recordings})]
        return [one for one in found if isinstance(one, MeetingRoom) and one.happening in NOTES]

    async def all_noted(self) -> tuple[set[str], set[str]]:
        """Meetings in which somebody objected, and recordings that were deleted."""
        rows = await self._database.read(ALL_NOTED)
        return {meeting for meeting, _ in rows if meeting}, {recording for _, recording in rows if recording}

    async def made_of(self, recordings: Collection[str], leads: Collection[LeadId] | None) -> list[Row]:
        """Transcripts and minutes of recordings, of these leads alone where they are told; and what a model said of
        their words."""
        if not recordings:
            return []
        given = {"recordings": sorted(recordings), "leads": sorted(leads or ())}
        made = await self._events.read(MADE_OF.format(where="" if leads is None else _OF_LEADS), given)
        made += [
            row
            for row in await waiting(self._database, recordings)
            if isinstance(one := row.event, MeetingTranscribed | MeetingMinutes)
            and not {one.recording_id, *one.heard_in}.isdisjoint(recordings)
        ]
        return made + await self.verdicts([row.event.event_id for row in made])

    async def said(self, meetings: Collection[str], notes: Iterable[MeetingRoom], lost: Iterable[Row]) -> list[Row]:
        """What was said while these meetings went on and goes: the objectors' words, and all that was hidden by a
        transcript that is gone or among the `lost`; and what a model said of that."""
        here = [note for note in notes if note.meeting_id in meetings]
        if not here:
            return []
        in_these = {note.meeting_id for note in here}
        live = await self._events.read(SAID, {"meetings": sorted(in_these)})
        live += await waiting(self._database, in_these)
        if not live:
            return []
        hidden = await self._spans([note for note in here if note.happening == "recording_deleted"], lost)
        said = [(row, row.event) for row in live if isinstance(row.event, MeetingSaid)]
        against = taken_back((one for _, one in said), [note for note in here if note.happening == "objected"])
        theirs = {one.event_id for one in against}
        gone = [
            row
            for row, one in said
            if one.event_id in theirs
            or any(since <= one.ts <= until for since, until in hidden.get(one.meeting_id, ()))
        ]
        return gone + await self.verdicts([row.event.event_id for row in gone])

    async def _spans(self, deletions: Sequence[MeetingRoom], lost: Iterable[Row]) -> dict[str, list[tuple[int, int]]]:
        """Of each meeting what a transcript had that is gone (ms)."""
        spans: dict[str, list[tuple[int, int]]] = defaultdict(list)
        meeting_of = {note.recording_id: note.meeting_id for note in deletions}
        heard = await self._database.read(HEARD, {"recordings": sorted(meeting_of)}) if meeting_of else []
        of: list[tuple[str, int, int]] = [(recording, since, until) for recording, since, until in heard]
        for event in (row.event for row in lost):
            if isinstance(event, MeetingTranscribed):
                until = event.ts + event.duration_ms
                of += [(recording, event.ts, until) for recording in (event.recording_id, *event.heard_in)]
        for recording, since, until in of:
            if recording in meeting_of:
                spans[meeting_of[recording]].append((since - NEAR_MS, until + NEAR_MS))
        return spans

    async def gone(self, events: Collection[EventId]) -> set[EventId]:
        """Those of them that were deleted."""
        rows = await self._database.read(GONE_EVENTS, {"these": sorted(events)}) if events else []
        return {found for (found,) in rows}

    async def verdicts(self, events: Collection[EventId]) -> list[Row]:
        """What a model said of these."""
        found = await self._events.read(ABOUT, {"events": sorted(events)}) if events else []
        return found + [row for row in await waiting(self._database, events) if isinstance(row.event, PhraseVerdict)]

    async def spoilt(self, entries: Collection[str], deleted: Collection[str]) -> set[str]:
        """Of these recordings, or entries of meetings, those of which something was deleted."""
        rows = await self._database.read(GONE_KEYS, {"these": sorted(entries)}) if entries else []
        return {found for (found,) in rows} | set(entries).intersection(deleted)

    async def marks(self, entries: Collection[str], lost: Iterable[Row]) -> list[Row]:
        """What people said of promises in these that no minutes have any more, but for those that are `lost`."""
        if not entries:
            return []
        rows, stand = await self._promised(entries, lost)
        given = promises_of(stand)
        return [row for row in rows if isinstance(row.event, PromiseMarked) and row.event.promise not in given]

    async def left(self, entries: Collection[str], lost: Iterable[Row]) -> list[MeetingMinutes]:
        """Minutes of these that are not `lost`."""
        return (await self._promised(entries, lost))[1] if entries else []

    async def corrections(self, entries: Collection[str], lost: Iterable[Row]) -> list[Row]:
        """What people corrected in the profile of entries of these that stand in no minutes any more, as `marks`."""
        rows = await self._events.read(CORRECTED, {"entries": sorted(entries)}) if entries else []
        if not rows:
            return []
        _, stand = await self._promised(entries, lost)
        texts = [EVENT.encode(event) for event in stand]
        return [
            row
            for row in rows
            if isinstance(row.event, ProfileCorrected)
            and not any(msgspec.json.encode(row.event.was)[1:-1] in text for text in texts)
        ]

    async def _promised(self, entries: Collection[str], lost: Iterable[Row]) -> tuple[list[Row], list[MeetingMinutes]]:
        """Minutes of these and marks; and of the minutes those that are not `lost`."""
        going = {(row.lead, row.id) for row in lost}
        rows = await self._events.read(PROMISED, {"entries": sorted(entries)})
        rows += await waiting(self._database, entries)
        stand = (row.event for row in rows if (row.lead, row.id) not in going)
        return rows, [event for event in stand if isinstance(event, MeetingMinutes)]

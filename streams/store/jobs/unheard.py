"""`lead.events`: what was made of a recording that somebody objected to is taken out again.

Mostly nothing was: the transcriber refuses the recording. Where it came before the objection, its transcript and
minutes may stand here already or be on their way, so both are looked for: what was made when the deletion is told, and
whether it was told when something is stored. In a meeting's entry only those texts go that were made of it. The fold is
told as of events that went to another lead.
"""

import logging
from collections import defaultdict
from collections.abc import Sequence

from processors.days import local_day
from processors.lead import LATE_MS
from processors.unlearn import moved_from
from schemas.codec import EVENT
from schemas.events import Event, MeetingMinutes, MeetingRoom, MeetingTranscribed
from schemas.topics import LEAD_EVENTS
from schemas.types import LeadId
from streams.engine.clock import Clock
from streams.engine.kafka import Output
from streams.engine.process import Process, Record
from streams.engine.settle import Batch, Outcome
from streams.store.database import Database
from streams.store.jobs.misplaced import Events, Row
from streams.store.jobs.ticks import Send

log = logging.getLogger(__name__)

Heard = tuple[LeadId, str]
"""A lead and a recording."""

DELETED = """
SELECT lead_id, JSONExtractString(payload, 'recording_id') FROM events FINAL
WHERE kind = 'meeting_room' AND JSONExtractString(payload, 'happening') = 'recording_deleted'
    AND (lead_id, JSONExtractString(payload, 'recording_id')) IN {heard:Array(Tuple(String, String))}"""

NEXT = """
INSERT INTO recordings (recording_id, lead_id, ts, version, engine, duration_ms, words, degraded, seniority)
SELECT JSONExtractString(payload, 'recording_id'), lead_id, ts, JSONExtractUInt(payload, 'version'),
    JSONExtractString(payload, 'engine'), JSONExtractUInt(payload, 'duration_ms'), JSONExtractUInt(payload, 'words'),
    JSONExtractBool(payload, 'degraded'), seniority
FROM events FINAL
WHERE kind = 'meeting_transcribed' AND (lead_id, event_id) NOT IN {gone:Array(Tuple(String, UInt64))}
    AND (lead_id, JSONExtractString(payload, 'recording_id')) IN {entries:Array(Tuple(String, String))}"""
"""The versions that are left in meetings' entries: where a higher one stood, the table has forgotten them."""


class Unheard:
    """Settle's `Process` around the sink, whose `stored` must be `notice`."""

    def __init__(self, database: Database, send: Send, clock: Clock) -> None:
        self._database, self._send, self._clock = database, send, clock
        self._events = Events(database)
        self._heard: set[Heard] = set()

    def notice(self, stored: Sequence[tuple[Event, Record]]) -> None:
        """Recordings of which something is stored now: words, minutes, or that they are deleted."""
        for event, _ in stored:
            match event:
                case MeetingTranscribed() | MeetingMinutes():
                    self._heard.update((event.lead_id, of) for of in (event.recording_id, *event.heard_in))
                case MeetingRoom(happening="recording_deleted") if event.recording_id:
                    self._heard.add((event.lead_id, event.recording_id))

    def behind(self, sink: Process) -> Process:
        """`sink`, and the batch is not acked before what must go is gone. Raises `Transient`, `StatementFailed`."""

        async def settled(batch: Batch) -> Outcome:
            outcome = await sink(batch)
            heard = sorted(self._heard)
            if heard:
                await self._take_out(heard)
                self._heard -= set(heard)
            return outcome

        return settled

    async def _take_out(self, heard: list[Heard]) -> None:
        found = await self._database.read(DELETED, {"heard": heard})
        gone = sorted({(lead, recording) for lead, recording in found})
        if not gone:
            return
        lost: dict[LeadId, list[Row]] = defaultdict(list)
        for row in await self._events.made_of(gone):
            lost[row.lead].append(row)
        first = local_day(self._clock() - LATE_MS)
        told = [
            moved_from(lead, [(row.event, row.stored, row.live) for row in rows], first, whole=False)
            for lead, rows in lost.items()
        ]
        await self._send(Output(LEAD_EVENTS.name, event.lead_id.encode(), EVENT.encode(event)) for event in told)
        await self._database.forget_words(gone)
        await self._forget_texts([row for rows in lost.values() for row in rows])
        if lost:
            log.info("words of a deleted recording taken out", extra={"recordings": [of for _, of in gone]})

    async def _forget_texts(self, rows: list[Row]) -> None:
        """What stands in a meeting's entry, and the events last: by them it is found again after a kill."""
        events = [(row.lead, row.id) for row in rows]
        words = [(row.lead, row.event) for row in rows if isinstance(row.event, MeetingTranscribed)]
        texts = [(lead, event.recording_id, event.version) for lead, event in words]
        if texts:
            await self._database.forget_versions(texts)
            given = {"gone": events, "entries": [(lead, recording) for lead, recording, _ in texts]}
            await self._database.change(NEXT, given, settings={"insert_deduplicate": 0})
        await self._database.forget(events)

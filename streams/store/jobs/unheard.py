"""`lead.events`: what somebody objected to is taken out again: words of a deleted recording, live words, their quotes.

Of a recording mostly nothing was made: the transcriber refuses it. Where it came before the objection, its transcript
and minutes may stand here already or be on their way, so both are looked for: what was made when the deletion is told,
and whether it was told when something is stored. In a meeting's entry only those texts go that were made of it. Words
said while the meeting went on go when their speaker objects, and with the transcript that hid them: where that goes,
they must not show again. The same for what rests on any of these: a model's verdict, a person's word on a promise, the
quotes of signals and alerts. The fold is told as of events that went to another lead, and that they are deleted: by
that what comes later is known (`EventsMoved.deleted`). Nothing is remembered here, so a kill owes nothing.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from msgspec.structs import replace

from processors.days import local_day
from processors.lead import LATE_MS
from processors.privacy.unsaid import gone_with
from processors.unlearn import moved_from
from schemas.codec import EVENT
from schemas.errors import Transient
from schemas.events import (
    Event,
    EventsMoved,
    MeetingMinutes,
    MeetingRoom,
    MeetingSaid,
    MeetingTranscribed,
    PhraseVerdict,
    ProfileCorrected,
    PromiseMarked,
)
from schemas.sources import Unassigned
from schemas.topics import LEAD_EVENTS
from schemas.types import LeadId
from streams.engine.clock import Clock
from streams.engine.kafka import Output
from streams.engine.process import Record
from streams.store.clickhouse import StatementFailed
from streams.store.database import Database
from streams.store.jobs.misplaced import Row
from streams.store.jobs.objected import Objected
from streams.store.jobs.owed import Owed
from streams.store.jobs.quotes import Quotes
from streams.store.jobs.thoughts import Thoughts
from streams.store.jobs.ticks import Send
from streams.store.jobs.waiting import event_of
from streams.store.sinks.tables import EVENTS

log = logging.getLogger(__name__)

NEXT = """
INSERT INTO recordings (recording_id, lead_id, ts, version, engine, duration_ms, words, degraded, seniority)
SELECT JSONExtractString(payload, 'recording_id'), lead_id, ts, JSONExtractUInt(payload, 'version'),
    JSONExtractString(payload, 'engine'), JSONExtractUInt(payload, 'duration_ms'), JSONExtractUInt(payload, 'words'),
    JSONExtractBool(payload, 'degraded'), seniority
FROM events FINAL
WHERE kind = 'meeting_transcribed' AND (lead_id, event_id) NOT IN {gone:Array(Tuple(String, UInt64))}
    AND (lead_id, JSONExtractString(payload, 'recording_id')) IN {entries:Array(Tuple(String, String))}"""
"""The versions that are left in meetings' entries: where a higher one stood, the table has forgotten them."""

_CORRECTION = """WHERE lead_id = {lead:String} AND event_id = {id:UInt64} AND kind = 'profile_corrected'
    AND JSONExtractString(payload, 'was') != ''"""
EMPTIED = f"""
INSERT INTO events ({", ".join(EVENTS.columns)})
SELECT {", ".join("{payload:String}" if name == "payload" else name for name in EVENTS.columns)}
FROM events {_CORRECTION} LIMIT 1"""
FULL = f"DELETE FROM events {_CORRECTION}"

EVERY_S, AGAIN_S = 86_400.0, 60.0
"""Between two looks at all that was ever objected to; before one that failed is taken again."""

Kind = Literal["words", "deleted", "meeting", "judged", "marked", "gone", "key"]


class Due(NamedTuple):
    """Something of which there is news: words or minutes made of a recording, a recording that was deleted, a meeting
    with live words or an objection, an event that a model judged, a recording with a person's word on something in its
    minutes; of a deletion the events, and what their source calls them."""

    kind: Kind
    of: str
    lead: LeadId = ""


def news(event: Event) -> Iterable[Due]:
    """What may have to go, or makes others go, now that this is stored."""
    match event:
        case MeetingTranscribed() | MeetingMinutes():
            return [Due("words", of, event.lead_id) for of in (event.recording_id, *event.heard_in)]
        case MeetingRoom(happening="recording_deleted") if event.recording_id:
            return [Due("deleted", event.recording_id)]
        case MeetingRoom(happening="objected") | MeetingSaid():
            return [Due("meeting", event.meeting_id)]
        case PhraseVerdict():
            return [Due("judged", event.about)]
        case PromiseMarked() if event.recording_id:
            return [Due("marked", event.recording_id)]
        case ProfileCorrected() if event.of and event.was:
            return [Due("marked", event.of)]
        case EventsMoved(deleted=True):
            ids = [Due("gone", moved.event_id) for moved in event.events]
            return ids + [Due("key", moved.key) for moved in event.events if moved.key]
        case _:
            return ()


class Unheard:
    """Settle's `Process` around the sink, whose `stored` must be `notice`."""

    def __init__(
        self,
        database: Database,
        send: Send,
        clock: Clock,
        quotes: Quotes | None = None,
        thoughts: Thoughts | None = None,
    ) -> None:
        self._database, self._send, self._clock = database, send, clock
        self._thoughts = thoughts or Thoughts(database, send, clock)
        self._objected, self._quotes = Objected(database), quotes or Quotes(database)
        self._owed = Owed(self._take_out)
        self.behind = self._owed.behind

    def notice(self, stored: Sequence[tuple[Event, Record]]) -> None:
        """What is stored now."""
        for event, _ in stored:
            self._owed.add(news(event))

    def waits(self, stored: Sequence[tuple[Unassigned, Record]]) -> None:
        """What waits for its client now: `notice` of `lead.unassigned`."""
        for one, _ in stored:
            event = event_of(one)
            self._owed.add(() if event is None else news(event))

    async def run(self) -> None:
        """Until cancelled: at a start, and once a day, what a former version or a backup let stand goes, too."""
        await self._database.opened()
        while True:
            pause = EVERY_S
            try:
                await self.look()
            except (Transient, StatementFailed) as fault:
                log.warning("what was objected to is not looked for", extra={"error": str(fault)})
                pause = AGAIN_S
            await asyncio.sleep(pause)

    async def look(self) -> None:
        """At every meeting and recording that was objected to. Raises `Transient`, `StatementFailed`."""
        meetings, recordings = await self._objected.all_noted()
        here = [Due("meeting", meeting) for meeting in meetings]
        await self._take_out({*here, *(Due("deleted", recording) for recording in recordings)})
        await self._thoughts.look()

    async def _take_out(self, due: set[Due]) -> None:
        """Of all that is due."""
        of: dict[Kind, set[str]] = defaultdict(set)
        for one in due:
            of[one.kind].add(one.of)
        quoted = of["words"] | of["deleted"] | of["marked"]
        notes = await self._objected.notes(of["meeting"], quoted) if of["meeting"] or quoted else []
        deleted = {note.recording_id for note in notes if note.happening == "recording_deleted"} & quoted
        # told of now, it may have words of any lead; else they are of those that brought something
        leads = None if of["deleted"] else {one.lead for one in due if one.kind == "words"}
        lost = await self._objected.made_of(deleted & (of["words"] | of["deleted"]), leads)
        more = {note.meeting_id for note in notes if note.recording_id in deleted} - of["meeting"]
        if more:
            notes += await self._objected.notes(more, [])
        lost += await self._objected.said(of["meeting"] | more, notes, lost)
        lost += await self._objected.verdicts(of["gone"] | await self._objected.gone(of["judged"]))
        entries = {row.event.recording_id for row in lost if isinstance(row.event, MeetingMinutes)} | of["key"]
        entries |= await self._objected.spoilt(of["marked"], deleted)
        lost += await self._objected.marks(entries, lost)
        corrected = await self._objected.corrections(entries, lost)
        if lost:  # while their words are known
            gone = gone_with([row.event for row in lost], await self._objected.left(entries, lost))
            await self._thoughts.forget(gone, {row.lead for row in lost if row.lead})
        await self._delete({(row.lead, row.id): row for row in lost}.values(), deleted)
        for row in corrected:
            await self._empty(row)
        await self._quotes.forget(of["gone"])
        await self._thoughts.quoting(of["gone"])

    async def _delete(self, rows: Iterable[Row], recordings: set[str]) -> None:
        lost: dict[LeadId, list[Row]] = defaultdict(list)
        for row in rows:
            lost[row.lead].append(row)
        waits = [row.id for row in lost.pop("", [])]
        if lost:
            await self._delete_of_leads(lost, recordings)
        await self._database.forget_waiting(waits)
        if lost or waits:
            log.info("words that were objected to are taken out", extra={"recordings": sorted(recordings)})

    async def _delete_of_leads(self, lost: dict[LeadId, list[Row]], recordings: set[str]) -> None:
        first = local_day(self._clock() - LATE_MS)
        told = [
            moved_from(lead, [(row.event, row.stored, row.live) for row in rows], first, deleted=True)
            for lead, rows in lost.items()
        ]
        await self._send(Output(LEAD_EVENTS.name, event.lead_id.encode(), EVENT.encode(event)) for event in told)
        if any(isinstance(row.event, MeetingTranscribed) for rows in lost.values() for row in rows):
            await self._database.forget_words([(lead, recording) for lead in lost for recording in sorted(recordings)])
        await self._forget_texts([row for rows in lost.values() for row in rows])

    async def _empty(self, row: Row) -> None:
        """A person's own text stays, and what it corrects goes. Of both rows of the key the later one counts; a kill
        between leaves the former one to be found again."""
        assert isinstance(row.event, ProfileCorrected)
        payload = EVENT.encode(replace(row.event, was="")).decode()
        given = {"lead": row.lead, "id": row.id, "payload": payload}
        await self._database.change(EMPTIED, given, settings={"insert_deduplicate": 0})
        await self._database.change(FULL, given, settings={"lightweight_deletes_sync": 2})

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

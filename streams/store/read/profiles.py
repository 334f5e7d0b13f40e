"""A lead's profile and the conversations it comes from, as the read API tells them; and a person's corrections."""

from collections.abc import Iterable

import msgspec

from processors.corrections import Wish, correction
from processors.profile import FIELDS, Booked, Profile, profile
from schemas.codec import EVENT
from schemas.errors import Refused
from schemas.meetings import Utterance
from schemas.minutes import ChatSummary, Conversation, Correcting, MeetingMinutes, MeetingRequest, ProfileCorrected
from schemas.topics import LEAD_EVENTS
from schemas.types import LeadId, Millis
from streams.engine.clock import Clock
from streams.engine.kafka import Output
from streams.store.database import Database
from streams.store.jobs.ticks import Send
from streams.store.read.few import Few, few

_SOURCE = msgspec.json.Decoder(MeetingMinutes | ChatSummary | ProfileCorrected)

SOURCES = ("meeting_minutes", "chat_summary", "profile_corrected")

BOOKED = """
SELECT countIf(how = 'created'), sumIf(pieces, pieces > 0), countIf(pieces < 0), -sumIf(pieces, pieces < 0) FROM
(
    SELECT argMax(action, seniority) AS how, argMax(qty, seniority) AS pieces FROM events
    PREWHERE lead_id = {lead:String} AND kind = 'reservation'
        AND ts > fromUnixTimestamp64Milli({until:Int64}) - toIntervalDay({days:UInt16})
        AND ts <= fromUnixTimestamp64Milli({until:Int64})
    GROUP BY event_id
)"""

RECORDING = """
SELECT lead_id, toUnixTimestamp64Milli(ts), version, duration_ms,
    (SELECT any((JSONExtractString(payload, 'room'), JSONExtract(payload, 'participants', 'Array(String)')))
     FROM events WHERE kind = 'meeting_recorded' AND JSONExtractString(payload, 'recording_id') = {recording:String})
FROM recordings FINAL WHERE recording_id = {recording:String} ORDER BY seniority LIMIT 1"""

UTTERANCES = """
SELECT start_ms, end_ms, text, speaker, confidence FROM transcripts_current
WHERE lead_id = {lead:String} AND recording_id = {recording:String} AND version = {version:UInt32} ORDER BY number"""

FLAW = """
SELECT flaw FROM stt_jobs FINAL WHERE recording_id = {recording:String} AND version = {version:UInt32} AND flaw != ''
LIMIT 1"""


class Correction(msgspec.Struct, frozen=True):
    """What a person says of a field, or of one entry of it. Who he is, his token says."""

    field: str
    text: str | None = None
    action: Correcting = ""
    entry_id: str = ""


async def read_profile(database: Database, lead: LeadId, now: Millis) -> Profile:
    """As of `now` (ms UTC). Raises `Transient`, `StatementFailed`."""
    return profile_of(lead, await few(database, lead, SOURCES), await booked(database, lead, now))


def profile_of(lead: LeadId, events: Iterable[Few], goods: Booked | None = None) -> Profile:
    """Of events of which those of the kinds `SOURCES` count."""
    return profile(lead, (_SOURCE.decode(event.payload) for event in events if event.kind in SOURCES), goods)


async def booked(database: Database, lead: LeadId, now: Millis) -> Booked:
    """What he reserved up to `now` (ms UTC). Raises `Transient`, `StatementFailed`."""
    days = Booked().days
    [goods] = await database.read(BOOKED, {"lead": lead, "until": now, "days": days})
    return Booked(days, *goods)


async def correct(
    database: Database, send: Send, clock: Clock, lead: LeadId, said: Correction, author: str
) -> ProfileCorrected:
    """Put a person's word on `lead.events`. Raises `Refused`, `Transient`, `StatementFailed`."""
    if said.field not in FIELDS:
        raise Refused(f"field is one of {', '.join(FIELDS)}")
    if said.text is None and said.action in ("", "add", "replace"):
        raise Refused("text is missing")
    now: Millis = clock()
    entries = (await read_profile(database, lead, now)).all_of(said.field) if said.entry_id else []
    wish = Wish(said.field, said.action, said.text or "", said.entry_id)
    event = correction(lead, wish, entries, author, now)
    await send([Output(LEAD_EVENTS.name, lead.encode(), EVENT.encode(event))])
    return event


async def read_conversation(database: Database, recording: str) -> MeetingRequest | None:
    """The newest transcript of a recording, as `minutes` is asked for it. Raises `Transient`, `StatementFailed`."""
    rows = await database.read(RECORDING, {"recording": recording})
    if not rows:
        return None
    [(lead, ts, version, duration_ms, (room, participants))] = rows
    said = await database.read(UTTERANCES, {"lead": lead, "recording": recording, "version": version})
    utterances = [Utterance(start, end, text, speaker or None, sure) for start, end, text, speaker, sure in said]
    people = list(dict.fromkeys([*participants, *(u.speaker for u in utterances if u.speaker)]))
    jobs = await database.read(FLAW, {"recording": recording, "version": version})
    flaw = "; ".join(flaw for (flaw,) in jobs)
    conversation = Conversation(utterances, version, ts, duration_ms, people, flaw=flaw)
    return MeetingRequest(lead, recording, room, ts, conversation)

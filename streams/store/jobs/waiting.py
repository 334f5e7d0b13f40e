"""`lead.unassigned`: what of meetings waits for a client, as the events that it would be.

An objection concerns it like all else: nobody may ever say whose the room is. Such a row is of no lead (`Row.lead` is
empty), so no fold has to be told when it goes.
"""

from collections.abc import Callable, Collection
from typing import Final

from schemas.codec import EVENT, Codec, Rejected
from schemas.events import Event, MeetingRoom, MeetingSaid, MeetingTranscribed
from schemas.said import Said
from schemas.sources import FromJitsi, RoomReport, Transcript, Unassigned
from schemas.topics import LEAD_EVENTS, RECORDINGS, SAID, TRANSCRIPTS
from schemas.types import EventId
from streams.store.database import Database
from streams.store.jobs.misplaced import Row

_NAMES: Final = "JSONExtractString(record, '{}') IN {{these:Array(String)}}"
_LISTS: Final = "hasAny(JSONExtract(record, '{}', 'Array(String)'), {{these:Array(String)}})"
WAITING = f"""
SELECT event_id, topic, record, toUnixTimestamp64Milli(ts), toUnixTimestamp64Milli(ingested_at) FROM unassigned
PREWHERE topic IN {{topics:Array(String)}}
WHERE {" OR ".join(_NAMES.format(name) for name in ("meeting_id", "recording_id", "about"))}
    OR JSONExtractString(record, 'recording', 'recording_id') IN {{these:Array(String)}}
    OR {" OR ".join(_LISTS.format(name) for name in ("heard_in", "filled_from"))}
ORDER BY seniority DESC LIMIT 1 BY event_id"""

_SAID: Codec[Said] = Codec(Said)
_FROM_JITSI: Codec[FromJitsi] = Codec(FromJitsi)
_TRANSCRIPT: Codec[Transcript] = Codec(Transcript)


def _said(id_: EventId, record: bytes) -> Event | None:
    one = _SAID.decode(record)
    if isinstance(one, Rejected):
        return None
    return MeetingSaid(
        event_id=id_, lead_id="", ts=one.start_ms, source="live", meeting_id=one.meeting_id, room=one.room,
        participant=one.endpoint, start_ms=one.start_ms, end_ms=one.end_ms, text="", name=one.name,
    )  # fmt: skip


def _room(id_: EventId, record: bytes) -> Event | None:
    one = _FROM_JITSI.decode(record)
    if not isinstance(one, RoomReport):
        return None
    return MeetingRoom(
        event_id=id_, lead_id="", ts=one.ts, source="jitsi", happening=one.happening, room=one.room,
        meeting_id=one.meeting_id, participant=one.participant, name=one.name, recording_id=one.recording_id,
    )  # fmt: skip


def _transcribed(id_: EventId, record: bytes) -> Event | None:
    one = _TRANSCRIPT.decode(record)
    if isinstance(one, Rejected):
        return None
    of = one.recording
    return MeetingTranscribed(
        event_id=id_, lead_id="", ts=of.started_at, source="transcribe", recording_id=of.recording_id,
        version=one.version, engine="", duration_ms=of.duration_ms, words=0, utterances=[], heard_in=one.filled_from,
    )  # fmt: skip


def _event(_id: EventId, record: bytes) -> Event | None:
    one = EVENT.decode(record)
    return None if isinstance(one, Rejected) else one


_READ: Final[dict[str, Callable[[EventId, bytes], Event | None]]] = {
    SAID.name: _said,
    RECORDINGS.name: _room,
    TRANSCRIPTS.name: _transcribed,
    LEAD_EVENTS.name: _event,
}


def event_of(waits: Unassigned) -> Event | None:
    """As the event that it would be; None of what is of no meeting."""
    read = _READ.get(waits.topic)
    return None if read is None else read(waits.event_id, bytes(waits.record))


async def waiting(database: Database, these: Collection[str]) -> list[Row]:
    """What waits and names one of these meetings, recordings or events. Raises `Transient`, `StatementFailed`."""
    if not these:
        return []
    rows = await database.read(WAITING, {"these": sorted(these), "topics": sorted(_READ)})
    found = ((id_, _READ[topic](f"{id_:016x}", record.encode()), at, stored) for id_, topic, record, at, stored in rows)
    return [Row("", id_, event, at, stored, live=False) for id_, event, at, stored in found if event is not None]

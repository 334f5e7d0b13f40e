"""`source.recordings` → `meeting_recorded` from the recorder agent, `meeting_room` from the Prosody module."""

from processors.identity import Identities
from processors.normalize.contract import Found, Options, unassigned
from processors.normalize.jitsi import read_room_name
from schemas.codec import Codec, Rejected, event_id
from schemas.events import MeetingRecorded, MeetingRoom
from schemas.sources import ClientRef, FromJitsi, Recording, RoomReport
from schemas.types import LeadId, Meta

SOURCE = "jibri"
ROOM_SOURCE = "jitsi"

FROM_JITSI: Codec[FromJitsi] = Codec(FromJitsi)


def normalize(meta: Meta, record: bytes, identities: Identities, options: Options) -> Found:
    """A recording of any status (a damaged one is a fact of the client's history too), or a report from a room."""
    arrived = FROM_JITSI.decode(record)
    match arrived:
        case Rejected():
            return arrived
        case RoomReport():
            return _from_room(meta, record, arrived, identities, options)
        case Recording(said_in=None):
            return _from_recorder(meta, record, arrived, identities, options)
        case Recording():
            return []  # a voice message: what is said in it comes with its words


def lead_of(source: Recording | RoomReport, identities: Identities, options: Options) -> LeadId | None:
    """The lead that the Jitsi side knew, else the one a person linked the room to, else what the room's name says.

    A number in the name that is known to be no lead's says nothing: whose meeting it is, a person says.
    """
    linked = source.lead_id or identities.find(room_of(source))
    if linked or not source.lead_known:
        return linked
    return read_room_name(source.room, options.room_prefixes).lead_id


def room_of(source: Recording | RoomReport) -> ClientRef:
    """How Jitsi names the client."""
    return ClientRef("jitsi_room", source.room)


def _from_recorder(meta: Meta, record: bytes, recording: Recording, identities: Identities, options: Options) -> Found:
    id_ = event_id("recording", recording.recording_id)
    lead_id = lead_of(recording, identities, options)
    if lead_id is None:
        return [unassigned(meta, record, id_, recording.started_at, SOURCE, room_of(recording))]
    return [
        MeetingRecorded(
            event_id=id_,
            lead_id=lead_id,
            ts=recording.started_at,
            source=SOURCE,
            recording_id=recording.recording_id,
            room=recording.room,
            duration_ms=recording.duration_ms,
            status=recording.status,
            participants=recording.participants,
        )
    ]


def _from_room(meta: Meta, record: bytes, report: RoomReport, identities: Identities, options: Options) -> Found:
    id_ = event_id("room", report.id)
    lead_id = lead_of(report, identities, options)
    if lead_id is None:
        return [unassigned(meta, record, id_, report.ts, ROOM_SOURCE, room_of(report))]
    return [
        MeetingRoom(
            event_id=id_,
            lead_id=lead_id,
            ts=report.ts,
            source=ROOM_SOURCE,
            happening=report.happening,
            room=report.room,
            meeting_id=report.meeting_id,
            participant=report.participant,
            name=report.name,
            reason=report.reason,
            duration_ms=report.duration_ms,
        )
    ]

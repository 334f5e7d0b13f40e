"""`source.recordings` → `meeting_recorded`."""

from processors.identity import Identities
from processors.normalize.contract import Found, Options, unassigned
from schemas.codec import Codec, Rejected, event_id
from schemas.events import MeetingRecorded
from schemas.sources import ClientRef, Recording
from schemas.types import LeadId, Meta

SOURCE = "jibri"

_RECORDING: Codec[Recording] = Codec(Recording)


def normalize(meta: Meta, record: bytes, identities: Identities, options: Options) -> Found:
    """A recording of any status: a damaged one is a fact of the client's history too."""
    recording = _RECORDING.decode(record)
    if isinstance(recording, Rejected):
        return recording
    id_ = event_id("recording", recording.recording_id)
    lead_id = lead_of(recording, identities)
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


def lead_of(recording: Recording, identities: Identities) -> LeadId | None:
    """The lead the recorder read from the room's name or metadata, else the one the room is linked to."""
    return recording.lead_id or identities.find(room_of(recording))


def room_of(recording: Recording) -> ClientRef:
    """How Jitsi names the client."""
    return ClientRef("jitsi_room", recording.room)

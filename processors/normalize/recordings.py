"""`source.recordings` → `meeting_recorded` from the recorder agent, `meeting_room` from the Prosody module."""

from processors.belonging import Owner, client_name, room_of
from processors.identity import Identities
from processors.normalize.contract import Found, Options, unassigned
from processors.room_names import read_room_name
from processors.talk import display_name, display_names
from schemas.codec import Codec, Rejected, event_id
from schemas.events import MeetingRecorded, MeetingRoom
from schemas.said import Said
from schemas.sources import ClientRef, FromJitsi, Recording, RoomReport
from schemas.types import Meta

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


def owner_of(source: Recording | RoomReport | Said, identities: Identities, options: Options) -> Owner | None:
    """The lead to which a person linked the recording or its room, else the one that the Jitsi side knew, else what the
    room's name says; None where nobody knows.

    A number in the name that is known to be no lead's says nothing: whose meeting it is, a person says.
    """
    room = room_of(source.room)
    ids: list[str] = []
    if not isinstance(source, Said) and source.recording_id:
        ids = list(dict.fromkeys([entry_of(source, options), source.recording_id]))
    links = [*(ClientRef("recording", id_) for id_ in ids), room]
    said = source.lead_id
    if said is None and source.lead_known:
        said = read_room_name(source.room, options.room_prefixes).lead_id
    name = room if said is None else ClientRef("lead", said)
    found = (identities.find(link) for link in (*links, name))
    lead = next((lead for lead in found if lead is not None), None)
    return None if lead is None else Owner(lead, client_name(name, lead))


def _from_recorder(meta: Meta, record: bytes, recording: Recording, identities: Identities, options: Options) -> Found:
    id_ = event_id("recording", recording.recording_id)
    owner = owner_of(recording, identities, options)
    if owner is None:
        return [unassigned(meta, record, id_, recording.started_at, SOURCE, room_of(recording.room))]
    return [
        MeetingRecorded(
            event_id=id_,
            lead_id=owner.lead,
            client=owner.client,
            ts=recording.started_at,
            source=SOURCE,
            recording_id=entry_of(recording, options),
            room=recording.room,
            duration_ms=recording.duration_ms,
            status=recording.status,
            participants=display_names(recording.participants),
            path=recording.path,
        )
    ]


def entry_of(recording: Recording | RoomReport, options: Options) -> str:
    """The recording id under which the history has it: a meeting that has tracks is one entry. A report is of one."""
    return options.entry(recording.session_id) or recording.recording_id


def _from_room(meta: Meta, record: bytes, report: RoomReport, identities: Identities, options: Options) -> Found:
    id_ = event_id("room", report.id)
    owner = owner_of(report, identities, options)
    if owner is None:
        return [unassigned(meta, record, id_, report.ts, ROOM_SOURCE, room_of(report.room))]
    return [
        MeetingRoom(
            event_id=id_,
            lead_id=owner.lead,
            client=owner.client,
            ts=report.ts,
            source=ROOM_SOURCE,
            happening=report.happening,
            room=report.room,
            meeting_id=report.meeting_id,
            participant=report.participant,
            name=display_name(report.name),
            reason=report.reason,
            duration_ms=report.duration_ms,
            recording_id=report.recording_id,
        )
    ]

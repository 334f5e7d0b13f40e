"""What travels on `source.*` and `identities`: before an event has a lead."""

from typing import Annotated, Literal

import msgspec

from schemas.meetings import RoomHappening, Utterance
from schemas.types import LeadId, Millis


class Inbound(msgspec.Struct, frozen=True, omit_defaults=True):
    """A payload as it came in (`source.telegram`, `source.bitrix`, `source.wms`), with the entrance's own name.

    `source` is the last part of the hook's path: a bot, a portal, a warehouse system. `whole`: the payload is a body as
    it came, in the system's own words, and the system's mapping reads it (`processors.mapping`). `history`: an import
    brought it, so it is stored and rings nobody.
    """

    source: str
    payload: msgspec.Raw
    whole: bool = False
    history: bool = False


class ClientRef(msgspec.Struct, frozen=True):
    """How a source names a client: `kind` is `lead`, `wms_customer`, `tg_chat`, `jitsi_room`, …"""

    kind: str
    value: str


class Recording(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="type", tag="recording"):
    """A media file on the shared storage (`source.recordings`, key = `recording_id`).

    Identity is (session id, file name): Jicofo reuses one session id on several Jibris. `path` is relative to the
    recordings root. `lead_id` is None when neither metadata nor room name told it; `error` says why status is bad.
    `lead_known` False: the room's name gives a number that is no lead's. `said_in`: no meeting, but a voice message of
    this update of `source.telegram`, or a telephone call of this record of `source.bitrix`.
    `meeting_id`: made of the bridge's sound, a track for each participant, titled with his name. Of those: `sessions`
    of Jibri in the same meeting; `gaps`, [since, until] in ms from its start, where sound is missing; `left_out`,
    occupants who objected and have no track; `occupants`, of each track in its order all who are called as it is.
    """

    recording_id: str
    session_id: str
    file: str
    path: str
    size: int
    sha256: str
    room: str
    ended_at: Millis
    duration_ms: int
    started_at: Millis
    status: Literal["ok", "damaged", "empty", "too_short"]
    lead_id: LeadId | None = None
    host: str = ""
    participants: list[str] = []
    error: str = ""
    lead_known: bool = True
    said_in: Inbound | None = None
    meeting_id: str = ""
    sessions: list[str] = []
    gaps: list[tuple[int, int]] = []
    left_out: list[str] = []
    occupants: list[list[str]] = []


class RoomReport(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="type", tag="room"):
    """What `mod_lead_autorecord` saw in a prefixed room (`POST /hooks/jitsi`, `source.recordings`, key = `room`).

    `id` is unique per report and the same when it is posted again. `meeting_id` is of one meeting in the room, from the
    first person in to the last one out. `room` is the JID's local part as it is. `lead_id` is None for a near miss.
    `lead_known` False: the room's name gives a number that is no lead's (`lead-12345 2` comes as `lead-123452`).
    `participant` is the occupant's id in the room, `name` his display name. `reason` says why there is no recording.
    `duration_ms` is how long it was: the stay of one who left, the meeting that ended, the recording that is
    off, the gap in it. `since`: of an objection, when its meeting began.
    `recording_id`: of a recording that was deleted; that report is ours. `jitsi_meeting_id`: what Jitsi
    itself calls the meeting; empty where it does not say. It is another one after each life of the room.
    """

    id: str
    happening: RoomHappening
    ts: Millis
    room: str
    meeting_id: str
    lead_id: LeadId | None = None
    participant: str = ""
    name: str = ""
    session_id: str = ""
    reason: str = ""
    duration_ms: int = 0
    lead_known: bool = True
    since: Millis = 0
    recording_id: str = ""
    jitsi_meeting_id: str = ""


FromJitsi = Recording | RoomReport
"""What travels on `source.recordings`."""


class Word(msgspec.Struct, frozen=True, array_like=True):
    """One recognised word; ms from the recording's start; confidence 0..1; `speaker`: his track's name."""

    text: str
    start_ms: int
    end_ms: int
    confidence: float
    speaker: str | None = None


class SegmentNote(msgspec.Struct, frozen=True, omit_defaults=True):
    """How one stretch [start_ms, end_ms) of a recording was transcribed, and what it cost.

    `attempts` counts sessions, `billed_units` are the engine's own (streaming: 15 s, asynchronous: seconds), `seconds`
    is the wall time, `first_event_ms` the time to its first answer, `warnings` how often it complained of our pace.
    """

    start_ms: int
    end_ms: int
    engine: str
    model: str
    track: str = ""
    attempts: int = 1
    billed_units: int = 0
    request_ids: list[str] = []
    punctuated: bool = False
    seconds: float = 0.0
    first_event_ms: int | None = None
    warnings: int = 0


class Transcript(msgspec.Struct, frozen=True, omit_defaults=True):
    """The words of a recording (`source.transcripts`, key = `recording_id`); a higher `version` replaces the former.

    `failed_segments`: [start_ms, end_ms] that no engine could transcribe. `degraded`: those exist, the file was damaged
    or the model of the tests did some of it (`flaw` says both), or a fallback engine did. `shares`: each engine's part
    of the audio, 0..1. `utterances`: the readable text; empty where pauses split the words. `seconds` is the job's wall
    time, `queued_at` when the broker took the recording (0: not known). `filled`: of tracks, words inside their gaps
    are from the mixed sound, under no name; `filled_from`, the recordings of that.
    """

    recording: Recording
    version: int
    engine: str
    model: str
    words: list[Word]
    degraded: bool = False
    failed_segments: list[tuple[int, int]] = []
    shares: dict[str, float] = {}
    segments: list[SegmentNote] = []
    utterances: list[Utterance] = []
    punctuated: bool = False
    flaw: str = ""
    seconds: float = 0.0
    queued_at: Millis = 0
    filled: bool = False
    filled_from: list[str] = []


class Identity(msgspec.Struct, frozen=True, omit_defaults=True):
    """Value of `identities`; the key is `processors.contact.link_key(kind, value)`. A tombstone forgets it.

    `source` says where the link comes from (`hand`, `telegram`, a portal), `confidence` how sure that is (0..1; a
    person's word is 1), `confirmed_by` who said so and `confirmed_at` when (0: nobody noted it).
    `refused` instead of a lead: a person took the link back, and no rule makes it again. That is a record and no
    tombstone, for the broker forgets a tombstone after a day (`delete.retention.ms`).
    `was` instead of a lead: the Telegram group `value` had this id before it became a supergroup (kind `tg_moved`);
    or the user whose business connection `value` is (kind `tg_business`).
    of a name that is nobody's (kind `ignored`, `value` is its key here) nothing but who said so: no page asks about it.
    of two leads that may be one client (kind `double`) `was` is the older, `name` the key of what both are known by.
    `name` instead of a lead: a curator, as cards call him (kind `curator`, `value` is his private chat), or who is
    invited to be one (`curator_code`, `value` is the digest of the code, `name` empty once it was used); or one of our
    people, as the portal calls him (kind `b24_user`), whose are the phones, mails and accounts `ours` (keys of this
    topic): they are no client's. An empty `name` ends that. `user`: who of the portal's users a curator is.
    `name` beside a lead: what the chat was called when it was linked (kinds `tg_chat`, `tg_topic`).
    of a name in a client's meetings (kind `participant`, `value` is his lead and that name) who bears it: his `name`,
    his `side`, and as which `person` he is known elsewhere (a key of this topic; empty: nowhere). `refused`: none of
    those who were asked about.
    """

    kind: str
    value: str
    lead_id: LeadId | None = None
    confirmed_by: str = ""
    was: str = ""
    source: str = ""
    confidence: Annotated[float, msgspec.Meta(ge=0, le=1)] = 1.0
    confirmed_at: Millis = 0
    name: str = ""
    refused: bool = False
    user: str = ""
    ours: list[str] = []
    side: Literal["", "staff", "client"] = ""
    person: str = ""


class Unassigned(msgspec.Struct, frozen=True, omit_defaults=True):
    """An event whose client is unknown (`lead.unassigned`). `record` is the `source.*` value, to be sent again under
    its own `key`; `appended` is when the broker took it first (ms UTC): the time of what has none of its own.
    `origin`: where it stood first, as in `LeadEvent`.
    """

    event_id: str
    ts: Millis
    source: str
    client: ClientRef
    topic: str
    record: msgspec.Raw
    appended: Millis = 0
    key: str = ""
    origin: str = ""

"""Lead events of a meeting: who was there, the recording, the words. The minutes are in `schemas.minutes`."""

from typing import Literal

import msgspec

from schemas.base import LeadEvent

RoomHappening = Literal[
    "meeting_started",
    "meeting_ended",
    "joined",
    "left",
    "recording_on",
    "recording_off",
    "recording_failed",
    "recording_gap",
    "unrecorded",
    "notice_sent",
    "objected",
    "recording_deleted",
]
"""`unrecorded`: the room has been without a recording for longer than it may. `recording_gap`: it is over; another
recorder goes on with the same recording. `objected`: somebody does not agree to be recorded; what was recorded of the
meeting is deleted unheard, and `recording_deleted` says when that is done."""


class Utterance(msgspec.Struct, frozen=True, omit_defaults=True):
    """A stretch of speech between pauses. Times in ms from the start of the recording.

    `pauses`: numbers of its words (from 0) before which the speaker stopped for a moment; without punctuation they show
    where a thought ends. [] where nobody measured.
    """

    start_ms: int
    end_ms: int
    text: str
    speaker: str | None = None
    confidence: float | None = None
    pauses: list[int] = []


class MeetingRecorded(LeadEvent, frozen=True, tag="meeting_recorded"):
    """A recording is on the shared storage, at `path` below the recordings' folder (empty: from before 0.2). `ts` is
    the meeting's start."""

    recording_id: str
    room: str
    duration_ms: int
    status: str = "ok"
    participants: list[str] = []
    path: str = ""


class MeetingRoom(LeadEvent, frozen=True, tag="meeting_room"):
    """Something happened in a meeting's room: who came and went, whether it is recorded, that the notice was given."""

    happening: RoomHappening
    room: str
    meeting_id: str
    participant: str = ""
    name: str = ""
    reason: str = ""
    duration_ms: int = 0
    recording_id: str = ""


class MeetingTranscribed(LeadEvent, frozen=True, tag="meeting_transcribed"):
    """A transcript; a later `version` replaces the former one."""

    recording_id: str
    version: int
    engine: str
    duration_ms: int
    words: int
    utterances: list[Utterance]
    degraded: bool = False
    room: str = ""

"""Lead events of a meeting: who was there, the recording, the words. The minutes are in `schemas.minutes`."""

from typing import Literal

import msgspec

from schemas.base import LeadEvent
from schemas.types import Millis

RoomHappening = Literal[
    "meeting_started",
    "meeting_ended",
    "joined",
    "left",
    "renamed",
    "recording_on",
    "recording_off",
    "recording_failed",
    "recording_gap",
    "unrecorded",
    "notice_sent",
    "objected",
    "recording_deleted",
]
"""`renamed`: a participant is called `name` from now on. `unrecorded`: the room has been without a recording for longer
than it may. `recording_gap`: it is over; another recorder goes on with the same recording. `objected`: somebody does
not agree to be recorded; what was recorded of the meeting is deleted unheard, and `recording_deleted` says when that is
done, with the reason `OTHERS_KEPT` where only the tracks of who objected went."""

OTHERS_KEPT = "others-kept"


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


class Called(msgspec.Struct, frozen=True):
    """What a `speaker` called himself in the room, where a person said who that is."""

    speaker: str
    called: str


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


NEAR_MS = 60_000
"""What was said so near to the span of a transcript is in it: the clocks of the two differ."""


class MeetingSaid(LeadEvent, frozen=True, tag="meeting_said"):
    """What one participant said without a pause, while the meeting goes on; the transcript replaces it in the history.

    `ts` and `start_ms` are the beginning, `end_ms` the end of its last word: wall clock, ms UTC. `participant` is the
    occupant's id, `name` what he was called then (empty: nobody knows). `confidence` of its words, 0..1. `ours`: he
    is one of our people; `theirs`: a person said that he is none. `called`: what he called himself, where a person said
    that he is `name`.
    """

    meeting_id: str
    room: str
    participant: str
    start_ms: Millis
    end_ms: Millis
    text: str
    name: str = ""
    confidence: float | None = None
    ours: bool = False
    theirs: bool = False
    called: str = ""


class MeetingTranscribed(LeadEvent, frozen=True, tag="meeting_transcribed"):
    """A transcript; a later `version` replaces the former one. `ours`: those of the speakers who are our people;
    `theirs`: those of whom a person said that they are none. `called`: who of them called himself otherwise.
    `heard_in`: recordings whose words it has, where `recording_id` is the meeting's (decision 0106).
    """

    recording_id: str
    version: int
    engine: str
    duration_ms: int
    words: int
    utterances: list[Utterance]
    degraded: bool = False
    room: str = ""
    ours: list[str] = []
    theirs: list[str] = []
    called: list[Called] = []
    heard_in: list[str] = []

"""What is owed of a meeting's sound (`meeting.tracks`): the file of its tracks, until it is written and told of."""

import msgspec

from schemas.types import LeadId, Millis


class MeetingTracks(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="type", tag="meeting"):
    """Value of `meeting.tracks` (key = meeting id, in the partition of its sound).

    `since` is the offset of its first record on `source.audio`, `at` when the broker took that. `made`: the file holds
    everything before this offset, and its recording is on `source.recordings`; 0 while one is owed. `sessions` of Jibri
    in it: their recordings are of this meeting.
    """

    meeting_id: str
    room: str
    since: int
    at: Millis
    made: int = 0
    lead_id: LeadId | None = None
    sessions: list[str] = []


class MeetingText(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="type", tag="text"):
    """Where the newest text of a recording of the meeting stands on `source.transcripts` (key = meeting id/recording
    id, in the meeting's partition). `mixed`: of Jibri's sound."""

    meeting_id: str
    recording_id: str
    partition: int
    offset: int
    mixed: bool = False


MeetingMark = MeetingTracks | MeetingText
"""What travels on `meeting.tracks`."""

"""What travels on `source.said`: a turn of one participant in words, while the meeting goes on."""

import msgspec

from schemas.sources import Word
from schemas.types import LeadId, Millis


class Said(msgspec.Struct, frozen=True, omit_defaults=True):
    """A turn that was recognised (`source.said`, key = `meeting_id`).

    `endpoint` is the occupant (`RoomReport.participant`), `name` what he was called then. `connection`, `tag`, `mark`
    and `last` say which packets of `source.audio` it was made of: `mark` is the first loud one, up to `last` (ticks of
    the media clock) all is told. `words`: ms from `start_ms`, the wall clock of the first word (ms UTC); at least
    one. `speechkit_ms`: so much of its sound SpeechKit was given, 0 where Vosk alone heard it. `lead_id` and
    `lead_known` as in the room's reports.
    """

    meeting_id: str
    room: str
    connection: str
    tag: str
    endpoint: str
    mark: int
    last: int
    start_ms: Millis
    end_ms: Millis
    words: list[Word]
    name: str = ""
    lead_id: LeadId | None = None
    lead_known: bool = True
    speechkit_ms: int = 0

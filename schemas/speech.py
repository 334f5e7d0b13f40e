"""What `transcript.segments` keeps: finished segments of recordings in work, and a mark for each recording that is out
or whose file is awaited.

A segment stands there before it counts, so a crash redoes only what is missing; work that goes on at a service stands
in its segment's place until that is finished. When the transcript is out and no
better one is to come, its segments are deleted (tombstones) and only the mark stays: the topic is small, and reading
a partition of it at the start of a job is cheap.
"""

import msgspec

from schemas.events import Utterance
from schemas.sources import Recording, RoomReport, SegmentNote, Word
from schemas.types import Millis

TOY_MODEL = "распознано учебной моделью Vosk: слова случайны, верить им нельзя"
"""The mark of words by the model of tests and demonstrations, wherever people read them."""


class FinishedSegment(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="type", tag="segment"):
    """An engine's answer to one segment: all words it heard, also those that a neighbour owns.

    `lengths`: how many of `words`, in order, each of `utterances` is made of.
    """

    note: SegmentNote
    words: list[Word]
    utterances: list[Utterance] = []
    lengths: list[int] = []


class StartedOperation(msgspec.Struct, frozen=True, tag_field="type", tag="operation"):
    """A service works on the segment under this id, paid whether or not somebody reads the result."""

    id: str


class FinishedRecording(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="type", tag="recording"):
    """Version `version` of the transcript is on `source.transcripts`.

    `poor` counts segments that a fallback engine did or none could: while it is above 0 the first engine may redo them.
    `upgrades` counts such attempts; `at` is when the last one (or the first transcript) was made.
    """

    recording: Recording
    version: int
    at: Millis
    poor: int = 0
    upgrades: int = 0


class AwaitedRecording(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="type", tag="awaited"):
    """The recording's file is not there, or not to be read, since `since`; `at` is when that was last found.

    `tries`: how often. `why`: what was found, in words.
    """

    recording: Recording
    since: Millis
    at: Millis
    tries: int = 1
    why: str = ""


class RefusedRecording(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="type", tag="refused"):
    """Somebody in the meeting objected (`objection`): the recording is never transcribed, and its files are deleted.

    `deleted_at` is when they were gone; 0 while they are still to be.
    """

    recording: Recording
    objection: RoomReport
    deleted_at: Millis = 0


Kept = FinishedSegment | StartedOperation | FinishedRecording | AwaitedRecording | RefusedRecording
"""What travels on `transcript.segments`."""

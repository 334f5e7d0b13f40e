"""What became of a promise: a person's word on it, and promises as the read API tells them."""

from typing import Literal, get_args

import msgspec

from schemas.base import LeadEvent
from schemas.types import EventId, LeadId, Millis

Mark = Literal["kept", "broken", "cancelled", "open"]
MARKS: tuple[Mark, ...] = get_args(Mark)

PromiseState = Literal["open", "past", "undated", "kept", "broken", "cancelled"]
STATES: tuple[PromiseState, ...] = get_args(PromiseState)
"""What nobody has marked is `open` (its day is today or to come), `past`, or `undated`."""


class PromiseMarked(LeadEvent, frozen=True, tag="promise_marked"):
    """A person's word on a promise, ours or the client's: the newest one counts, `open` takes the former ones back.

    `promise` is its id (`processors.promises`), `text` its words. Of one given in a meeting `recording_id` and `room`
    are those of its minutes: a link that moves them moves what was said of their promises, too.
    """

    promise: EventId
    text: str
    mark: Mark
    author: str
    note: str = ""
    recording_id: str = ""
    room: str = ""


class Promise(msgspec.Struct, frozen=True, omit_defaults=True):
    """A promise as it stands now, the `number`th of its talk, which is a recording's id, or `chat:` and the end of the
    day in ms; `ts` is the talk's time. `owner` and `due` are empty where they were not said, `day` where `due` is no
    date (ISO).
    `marked_at`, `marked_by`, `note` are of the last mark, 0 and empty without one.
    """

    promise: EventId
    lead_id: LeadId
    talk: str
    kind: Literal["meeting", "chat"]
    ts: Millis
    number: int
    owner: str
    text: str
    due: str
    day: str
    state: PromiseState
    marked_at: Millis = 0
    marked_by: str = ""
    note: str = ""

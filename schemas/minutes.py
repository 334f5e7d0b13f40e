"""Minutes of a conversation (a meeting, or a client's chat on one day), and what is asked for them.

Every item says where it comes from: `segment` is the number of the utterance (from 0) in the conversation, `quote` is
verbatim from it. What nobody said is `UNKNOWN`, never a guess.
"""

from typing import Literal

import msgspec

from schemas.alerts import Evidence, Rule
from schemas.base import LeadEvent
from schemas.meetings import Utterance
from schemas.types import EventId, LeadId, Millis

UNKNOWN = "не указан"
OFFLINE = "offline"
"""`Minutes.engine` of the rule-based extract; readers see it as "без модели"."""

Barred = Literal["", "transfer", "client", "person"]
"""Why no model was asked, where one is set up: words may not go abroad yet; the client's words go to none outside; a
person of the client's has not agreed to that."""

Tone = Literal["хороший", "ровный", "напряжённый", "плохой"]


class Topic(msgspec.Struct, frozen=True):
    """A stretch of the conversation about one thing; ms from its start."""

    title: str
    start_ms: int
    end_ms: int


class Point(msgspec.Struct, frozen=True):
    """Something that was said, in short (`text`) and verbatim (`quote`)."""

    text: str
    quote: str
    segment: int


class Action(msgspec.Struct, frozen=True):
    """A promise. `due` is an ISO date where the day is known, else as it was said, else `UNKNOWN`."""

    text: str
    owner: str
    due: str
    quote: str
    segment: int


class Fact(msgspec.Struct, frozen=True):
    """What the client says of himself: what he sells, where (marketplaces, cities), a client of ours since when."""

    field: Literal["sells", "where", "since"]
    text: str
    quote: str
    segment: int


class Minutes(msgspec.Struct, frozen=True):
    """What came out of a conversation. `version` is that of the transcript (of a chat: the number of its messages).

    `engine` is a model's name or `OFFLINE`, `barred` why it is that. `numbers` are prices, quantities and other figures
    as they were said.
    """

    summary: str
    engine: str
    version: int = 1
    topics: list[Topic] = []
    decisions: list[Point] = []
    actions: list[Action] = []
    pains: list[Point] = []
    conflicts: list[Point] = []
    competitors: list[Point] = []
    tariffs: list[Point] = []
    numbers: list[Point] = []
    open_questions: list[Point] = []
    facts: list[Fact] = []
    tone: Tone = "ровный"
    barred: Barred = ""


class Conversation(msgspec.Struct, frozen=True, omit_defaults=True):
    """What minutes are made of. `people` are the names that are known, speakers or not; `client` those of them who are
    the client's. `started_at` is None where nobody knows it (a plain text): then dates stay as they were said.
    `flaw`: what is wrong with the recording, as in `Transcript`.
    """

    utterances: list[Utterance]
    version: int = 1
    started_at: Millis | None = None
    duration_ms: int = 0
    people: list[str] = []
    client: list[str] = []
    flaw: str = ""


class MeetingRequest(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="type", tag="meeting"):
    """A meeting whose minutes are wanted. `ts` is its start; `client` and `origin` as in `LeadEvent`, `heard_in` as in
    `MeetingTranscribed`."""

    lead_id: LeadId
    recording_id: str
    room: str
    ts: Millis
    conversation: Conversation
    client: str = ""
    origin: str = ""
    heard_in: list[str] = []


class ChatDay(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="type", tag="chat"):
    """A client's chat messages, mails and calls that came in [`since`, `until`), to be summarised.

    `day` is the local date of `until`. Utterances are messages, mails, and lines of what was said in a call (without a
    speaker); their times are ms from `since`.
    """

    lead_id: LeadId
    day: str
    since: Millis
    until: Millis
    conversation: Conversation


class PhraseQuestion(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="type", tag="phrase"):
    """Words of a client that may mean what `rule` looks for: a model is asked. `about` is the event they stand in,
    `key` what the source calls it, `ts` its time; `evidence` are the words, `origin` is that of the event.
    """

    lead_id: LeadId
    about: EventId
    rule: Rule
    key: str
    ts: Millis
    evidence: list[Evidence]
    origin: str = ""


MinutesRequest = MeetingRequest | ChatDay | PhraseQuestion
"""What travels on `minutes.requests` (key = lead id)."""


class MeetingMinutes(LeadEvent, frozen=True, tag="meeting_minutes"):
    """The minutes of a meeting. `ts` is its start; a later `minutes.version` replaces the former one.

    `flaw`: what is wrong with the words they were made of, told above everything else. `shares`: how much of the talk
    each one's words are, per cent; empty where the sound does not tell who speaks. `heard_in` as in
    `MeetingTranscribed`.
    """

    recording_id: str
    room: str
    duration_ms: int
    people: list[str]
    minutes: Minutes
    flaw: str = ""
    shares: dict[str, int] = {}
    heard_in: list[str] = []


class ChatSummary(LeadEvent, frozen=True, tag="chat_summary"):
    """What was written in the client's chats and mails, and said in his calls, in the 24 hours before `ts`; `day` is
    the local date of `ts`, `messages` counts the utterances."""

    day: str
    messages: int
    minutes: Minutes


class PhraseVerdict(LeadEvent, frozen=True, tag="phrase_verdict"):
    """A model's answer to a `PhraseQuestion`: whether it is `meant`. `ts` is that of the words, `evidence` those that
    it goes by (verbatim, checked), `model` our name of its author.
    """

    about: EventId
    rule: Rule
    key: str
    meant: bool
    model: str
    evidence: list[Evidence] = []


Correcting = Literal["", "replace", "hide", "restore", "add"]


class ProfileCorrected(LeadEvent, frozen=True, tag="profile_corrected"):
    """A person's word on the client's profile (`processors.profile`): it wins over what was heard.

    `action` is about one entry of `field`: its text is another (`replace`), it is not so (`hide`), the person's word on
    it is taken back (`restore`), or it is new (`add`; then `entry_id` is the new entry's). An entry is known by
    `entry_id`, and in a newer transcript by what it said (`was`) in its source (`of`). Without an action `text` stands
    in place of the whole field, as all corrections did before 0.2; an empty text takes that back.
    """

    field: str
    text: str
    author: str
    action: Correcting = ""
    entry_id: str = ""
    of: str = ""
    was: str = ""

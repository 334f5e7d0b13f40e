"""Questions about one client and what is told in answer: stages in order, and the record of a question.

An answer is a row of stages: `Looking` and `Sources` (one or more), then any number of `Claim`, one `Done`. Nothing
that was told is ever taken back, so a claim stands here only when it has been held against its sources.
"""

from typing import Literal, get_args

import msgspec

from schemas.types import EventId, LeadId, Millis, SomeEvent

PassageKind = Literal["said", "message", "mail", "call", "crm", "note", "command", "minutes", "fact"]
"""An utterance of a meeting, a chat message, a mail, a call, a card of the CRM, a note, a command that was done,
minutes, a profile's fact."""
PASSAGE_KINDS: tuple[PassageKind, ...] = get_args(PassageKind)

RETOLD: frozenset[PassageKind] = frozenset({"minutes"})
"""Kinds that tell what others said: nobody's own words."""

Side = Literal["", "client", "staff"]
"""Whose words they are; empty where nobody knows."""

ToolName = Literal[
    "shipped",
    "reserved",
    "picked",
    "inbound",
    "returns",
    "stock_now",
    "compare",
    "biggest_day",
    "last",
    "count",
    "meetings",
    "promises",
    "alerts",
    "risk_history",
    "tone",
    "problems",
]
TOOLS: tuple[ToolName, ...] = get_args(ToolName)

EXTRACT = "extract"
"""`Done.engine` of an answer by rules; readers see it as "без модели"."""


class Passage(msgspec.Struct, frozen=True, omit_defaults=True):
    """Words of the client's history that may answer. `ts` is when they were said; of an utterance `recording_id` and
    `at_ms`, ms from the recording's start, lead into its sound. `score`: the higher, the likelier; `coverage` 0..1 is
    how much of the question stands in it, in its own words or in others of the same meaning. `near`: said just before
    or after a better one.
    """

    lead_id: LeadId
    event_id: EventId
    number: int
    kind: PassageKind
    ts: Millis
    text: str
    thread: str = ""
    speaker: str = ""
    side: Side = ""
    recording_id: str = ""
    at_ms: int = 0
    score: float = 0.0
    coverage: float = 0.0
    near: bool = False


class Found(msgspec.Struct, frozen=True):
    """What a search of one client's words found, best first. `looked`: passages that were looked through, from
    `since` to `until` (0 where there are none); `kinds` how many of each.
    """

    lead_id: LeadId
    passages: list[Passage]
    looked: int
    since: Millis = 0
    until: Millis = 0
    kinds: dict[PassageKind, int] = {}


class ToolCall(msgspec.Struct, frozen=True, omit_defaults=True):
    """A figure that is asked for. Days are local, YYYY-MM-DD, both whole; `since2`, `until2` are what is compared with.
    `metric` of `compare` and `biggest_day` is a tool of one period; `kind` of `last` and `count` a kind of event;
    `state` of `promises`: open, overdue or all.
    """

    name: ToolName
    since: str = ""
    until: str = ""
    since2: str = ""
    until2: str = ""
    metric: str = ""
    kind: str = ""
    state: str = ""


class Item(msgspec.Struct, frozen=True, omit_defaults=True):
    """A line of a figure that is a list: a promise, an alert, a month. `quote`: verbatim from `event_id`'s words."""

    ts: Millis
    text: str
    value: float | None = None
    usual: float | None = None
    quote: str = ""
    event_id: SomeEvent = ""
    recording_id: str = ""


class Figure(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a tool found. `value` in `unit` over the local days `since`..`until` (empty: as it stands now), None where
    nothing is known; `usual` is the same figure in the ordinary case, which `usual_of` names. `other` is that of the
    second period of a comparison. `rows_seen` events were counted, the newest of them came at `as_of` (0: none).
    """

    lead_id: LeadId
    call: ToolCall
    value: float | None
    unit: str
    rows_seen: int
    as_of: Millis
    since: str = ""
    until: str = ""
    usual: float | None = None
    usual_of: str = ""
    other: float | None = None
    items: list[Item] = []


class Words(msgspec.Struct, frozen=True, tag_field="type", tag="words"):
    """A source: a passage. `number` is what claims name it by, from 1."""

    number: int
    passage: Passage


class Counted(msgspec.Struct, frozen=True, tag_field="type", tag="figure"):
    """A source: a figure, and the sentence in Russian that tells it."""

    number: int
    figure: Figure
    text: str


Source = Words | Counted


class Looking(msgspec.Struct, frozen=True, tag_field="type", tag="stage"):
    """What is being done, for the person who waits."""

    text: str


class Sources(msgspec.Struct, frozen=True, tag_field="type", tag="sources"):
    """What the answer may stand on, shown at once; another one brings only what is new, its numbers go on. `looked` as
    in `Found`.
    """

    sources: list[Source]
    looked: int


class Claim(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="type", tag="claim"):
    """A sentence of the answer with the numbers of its sources; `quote` is verbatim from the first of them. Without
    sources it is a word of ours about the answer: that there is none, or only something near.
    """

    text: str
    sources: list[int]
    quote: str = ""


class Done(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="type", tag="done"):
    """The end. `engine`: a model's name or `EXTRACT`; `dropped` claims of a model were not held by their sources.
    `question` is the id under which it was kept (empty: it was not). `missing`: the history does not say it. `note`:
    why no model answered, in words; empty where nothing is to be said.
    """

    engine: str
    seconds: float
    dropped: int = 0
    missing: bool = False
    note: str = ""
    question: SomeEvent = ""


Stage = Looking | Sources | Claim | Done

Verdict = Literal["", "useful", "useless", "wrong_quote"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)


class Answered(msgspec.Struct, frozen=True):
    """A question (`text`) and its answer as a person saw it, to be kept. Who asked, the way in which it comes says."""

    text: str
    claims: list[Claim]
    sources: list[Source]
    done: Done


class Question(msgspec.Struct, frozen=True, omit_defaults=True):
    """What travels on `questions` (key = lead id): a question with its answer, or later the same with a verdict.

    The last record of a `question_id` counts. `user` asked, `judge` gave the verdict. `sources` are only those that
    claims name: an answer is frozen with what it stood on.
    """

    question_id: EventId
    lead_id: LeadId
    at: Millis
    user: str
    text: str
    claims: list[Claim]
    sources: list[Source]
    done: Done
    verdict: Verdict = ""
    judge: str = ""
    judged_at: Millis = 0

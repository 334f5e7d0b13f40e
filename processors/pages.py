"""What the store tells pages about clients: lists, a card, rows of a time line, figures by day, a meeting, who waits.

Values, no words for people: those are made where a page is drawn. Times ms UTC, ids 16 hex digits.
"""

from typing import Literal

import msgspec

from processors.notes import KeptNote
from processors.participants import Asked, Participant
from processors.profile import Profile
from schemas.alerts import Alert
from schemas.meetings import Utterance
from schemas.minutes import Minutes
from schemas.outcomes import Hint, Outcome, Said
from schemas.promises import Promise
from schemas.scores import Level, Score
from schemas.types import LeadId, Millis, SomeEvent, SomeLead

WEEKS = 8
"""Of shipments in the list of clients: the last one is the seven days up to today."""


class Listed(msgspec.Struct, frozen=True, omit_defaults=True):
    """A client in a list. `reasons`: rules that make most of his points, the heaviest first; `points_before`: a week
    ago. `shipments`: pieces of each of `WEEKS` weeks, the oldest first. `last`: when each kind of event was seen last.
    `outcome`: the last word on what became of him.
    """

    lead_id: LeadId
    name: str = ""
    curator: str = ""
    points: float = 0.0
    level: Level = "green"
    reasons: list[str] = []
    points_before: float = 0.0
    alerts: int = 0
    shipments: list[int] = []
    last: dict[str, Millis] = {}
    overdue: int = 0
    outcome: Outcome | Literal[""] = ""


class ListPage(msgspec.Struct, frozen=True, omit_defaults=True):
    """Clients, `total` of those asked for; `next`: cursor of the page behind. `curators`: all that there are."""

    clients: list[Listed]
    total: int
    next: str = ""
    curators: list[str] = []


class Card(msgspec.Struct, frozen=True, omit_defaults=True):
    """All that a client's card shows besides the time line. `asked` is the number that was asked for, where the client
    is known under another since. `week_ago`: the score that stood seven days ago. `alerts` are those that are open.
    `outcome` is the last word on what became of him, `hint` what the portal says of it, where nobody has spoken since.
    """

    lead_id: LeadId
    profile: Profile
    name: str = ""
    curator: str = ""
    address: str = ""
    phones: list[str] = []
    mails: list[str] = []
    since: Millis = 0
    score: Score | None = None
    week_ago: Score | None = None
    alerts: list[Alert] = []
    notes: list[KeptNote] = []
    promises: list[Promise] = []
    last: dict[str, Millis] = {}
    outcome: Said | None = None
    hint: Hint | None = None
    asked: SomeLead = ""


class Former(msgspec.Struct, frozen=True):
    """What a message said before `until`."""

    text: str
    until: Millis


class Goods(msgspec.Struct, frozen=True):
    """Documents and pieces of one kind on a day; `usual`: pieces of such a day of the eight weeks before."""

    kind: str
    documents: int
    pieces: int
    usual: float


class Row(msgspec.Struct, frozen=True, omit_defaults=True):
    """A row of a time line. `group` is the filter it belongs to, `kind` the event's; `place` is its cursor.

    `who` wrote or spoke it, `ours` if he is of our people. `former`: what it said before, the oldest first; `gone_at`:
    withdrawn. Of a meeting `recording` and its `minutes`; of words found in it `at_ms`. Of a day of the warehouse
    `goods`. `fields`: what a CRM entity holds now.
    """

    place: str
    ts: Millis
    group: str
    kind: str
    source: str = ""
    event_id: SomeEvent = ""
    who: str = ""
    ours: bool = False
    title: str = ""
    text: str = ""
    content: str = ""
    direction: str = ""
    ref: str = ""
    changed_at: Millis = 0
    gone_at: Millis = 0
    former: list[Former] = []
    recording: str = ""
    at_ms: int | None = None
    duration_ms: int = 0
    people: list[str] = []
    minutes: Minutes | None = None
    goods: list[Goods] = []
    alert: Alert | None = None
    told_at: Millis = 0
    note: KeptNote | None = None
    fields: dict[str, str] = {}


class TimeLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """A page of rows, newest first; `next`: the `before` of the page behind."""

    lead_id: LeadId
    rows: list[Row]
    next: str = ""


class Series(msgspec.Struct, frozen=True):
    """A figure by day: `values` of each day, with the range that is usual for such a day (`low`..`high`; None where too
    little is known). `sum_30`, `usual_30`: of the last thirty days, and of thirty days before."""

    name: str
    unit: Literal["pieces", "documents", "messages"]
    values: list[float]
    low: list[float | None]
    high: list[float | None]
    sum_30: float
    usual_30: float | None


class Daily(msgspec.Struct, frozen=True):
    """Figures of a client by local day: `days` as ms UTC of each day's start, the last is today."""

    lead_id: LeadId
    days: list[Millis]
    series: list[Series]


class CardPage(msgspec.Struct, frozen=True):
    """A client's page: all of it is of one moment."""

    card: Card
    daily: Daily
    timeline: TimeLine


class Speaker(msgspec.Struct, frozen=True):
    """How long a person spoke, ms, in how many utterances."""

    name: str
    spoken_ms: int
    utterances: int


class Meeting(msgspec.Struct, frozen=True, omit_defaults=True):
    """A recorded meeting: its newest transcript and minutes. `path` is the recording below the recordings' folder; it
    begins `sound_ms` after the transcript (before it where that is negative). Everybody is called as people say today;
    `participants`: what they call themselves in the room, and whom that means."""

    lead_id: LeadId
    recording_id: str
    room: str
    ts: Millis
    duration_ms: int
    people: list[str] = []
    engine: str = ""
    version: int = 0
    degraded: bool = False
    flaw: str = ""
    minutes: Minutes | None = None
    utterances: list[Utterance] = []
    speakers: list[Speaker] = []
    path: str = ""
    status: str = ""
    sound_ms: int = 0
    participants: list[Participant] = []


class Sound(msgspec.Struct, frozen=True):
    """Where a meeting's recording is, below the recordings' folder (empty: nobody knows), and how it is."""

    path: str
    status: str


class Living(msgspec.Struct, frozen=True):
    """Alerts that are not closed, the most urgent first; `total` counts also those that are not shown."""

    alerts: list[Alert]
    total: int


class Maybe(msgspec.Struct, frozen=True):
    """A client who may be meant; `likeness` 0..100."""

    lead_id: LeadId
    name: str
    likeness: float


class Unknown(msgspec.Struct, frozen=True, omit_defaults=True):
    """Somebody whose client nobody has told: how his source names him, what waits, and who it may be."""

    kind: str
    value: str
    name: str
    events: int
    first: Millis
    last: Millis
    samples: list[str] = []
    maybe: list[Maybe] = []
    ignored_by: str = ""


class Inbox(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who waits, the most events first (`total`: also those that are not shown), those that were set aside, and
    names in meetings that a person has to tell."""

    waiting: list[Unknown]
    ignored: list[Unknown] = []
    total: int = 0
    asked: list[Asked] = []

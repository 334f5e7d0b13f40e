"""Lists that the store's read API answers: what was found, counted, promised and asked. Times in ms UTC."""

import msgspec

from schemas.answers import Question
from schemas.people import AccessEntry
from schemas.promises import Promise
from schemas.types import LeadId, Millis, SomeLead


class Found(msgspec.Struct, frozen=True):
    """What a search found: `id` is the event's, or recording:number of an utterance; `text` is cut where it is long."""

    ts: Millis
    lead_id: LeadId
    source: str
    kind: str
    id: str
    speaker: str
    text: str


class FoundPage(msgspec.Struct, frozen=True, omit_defaults=True):
    """Newest first; `next` is the `before` of the next page; `lead_id`: whose, where one was asked for."""

    found: list[Found]
    next: str | None
    lead_id: SomeLead = ""


class DayFigure(msgspec.Struct, frozen=True):
    """Events of a kind on a local day (YYYY-MM-DD): how many, pieces, and of how many leads."""

    day: str
    kind: str
    action: str
    events: int
    qty: int
    leads: int


class Figures(msgspec.Struct, frozen=True, omit_defaults=True):
    """The newest day first; `lead_id`: whose, where one was asked for."""

    figures: list[DayFigure]
    lead_id: SomeLead = ""


class Promises(msgspec.Struct, frozen=True):
    """A lead's promises, the newest talk first."""

    lead_id: LeadId
    promises: list[Promise]


class AllPromises(msgspec.Struct, frozen=True):
    """Promises of all leads, the latest day first, those without a day last."""

    promises: list[Promise]


class Questions(msgspec.Struct, frozen=True):
    """What was asked about a lead, with the answers; the newest first."""

    lead_id: LeadId
    questions: list[Question]


class AccessLines(msgspec.Struct, frozen=True):
    """Lines of the access log, newest first, without their chain; `more`: there are older ones."""

    lines: list[AccessEntry]
    more: bool = False

"""The client's profile: what he sells, where, since when, his pains, conflicts, agreements; each with its source.

A pure fold over what is stored (minutes of meetings, summaries of chats, people's corrections), computed when it is
read: so it is never out of date, and a better transcript mends it by itself. A person's word on a field stands in place
of all that was heard.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Literal, get_args

import msgspec
from rapidfuzz import fuzz

from schemas.minutes import ChatSummary, Fact, MeetingMinutes, Minutes, Point, ProfileCorrected
from schemas.types import LeadId, Millis

Field = Literal["sells", "where", "since", "pains", "conflicts", "agreements", "tariffs", "competitors"]
FIELDS: tuple[Field, ...] = get_args(Field)

MOST = 10
"""Entries of a field, the newest."""
SAME = 90.0
"""`fuzz.token_set_ratio` from which two entries say the same; the newer one stays."""


class Entry(msgspec.Struct, frozen=True, omit_defaults=True):
    """`source` is a recording's id, `chat <day>`, or the person who corrected the field (then there is no quote)."""

    text: str
    source: str
    ts: Millis
    quote: str = ""
    segment: int | None = None


class Booked(msgspec.Struct, frozen=True):
    """What the client reserved in the last `days`, and apart from it what was taken back: documents and pieces."""

    days: int = 30
    reservations: int = 0
    reserved_qty: int = 0
    cancelled: int = 0
    cancelled_qty: int = 0


class Profile(msgspec.Struct, frozen=True):
    """Newest first in each field; `corrected` names the fields that a person has set."""

    lead_id: LeadId
    fields: dict[str, list[Entry]]
    corrected: list[Field] = []
    booked: Booked = Booked()


Source = MeetingMinutes | ChatSummary | ProfileCorrected


def profile(lead_id: LeadId, sources: Iterable[Source], booked: Booked = Booked()) -> Profile:  # noqa: B008 — frozen
    """The profile from a lead's stored events, in any order. Of a recording only the newest minutes count.

    A correction with an empty text takes the former ones back.
    """
    newest: dict[str, MeetingMinutes | ChatSummary] = {}
    corrections: dict[str, ProfileCorrected] = {}
    for event in sorted(sources, key=lambda event: (event.ts, event.event_id)):
        if isinstance(event, ProfileCorrected):
            corrections[event.field] = event
            continue
        name = _name(event)
        if name not in newest or event.minutes.version >= newest[name].minutes.version:
            newest[name] = event
    heard = sorted(newest.values(), key=lambda event: event.ts, reverse=True)
    fields: dict[str, list[Entry]] = {}
    for field in FIELDS:
        correction = corrections.get(field)
        if correction is not None and correction.text:
            fields[field] = [Entry(correction.text, correction.author, correction.ts)]
        else:
            fields[field] = _unlike(entry for event in heard for entry in _entries(field, event))
    corrected = [field for field in FIELDS if field in corrections and corrections[field].text]
    return Profile(lead_id, fields, corrected, booked)


def _name(event: MeetingMinutes | ChatSummary) -> str:
    return event.recording_id if isinstance(event, MeetingMinutes) else f"chat {event.day}"


_POINTS: dict[str, Callable[[Minutes], Sequence[Point]]] = {
    "pains": lambda minutes: minutes.pains,
    "conflicts": lambda minutes: minutes.conflicts,
    "agreements": lambda minutes: minutes.decisions,
    "tariffs": lambda minutes: minutes.tariffs,
    "competitors": lambda minutes: minutes.competitors,
}


def _entries(field: Field, event: MeetingMinutes | ChatSummary) -> Iterable[Entry]:
    minutes = event.minutes
    said: Iterable[Point | Fact]
    said = _POINTS[field](minutes) if field in _POINTS else (fact for fact in minutes.facts if fact.field == field)
    return (Entry(point.text, _name(event), event.ts, point.quote, point.segment) for point in said)


def _unlike(entries: Iterable[Entry]) -> list[Entry]:
    kept: list[Entry] = []
    for entry in entries:
        if len(kept) == MOST:
            break
        if not any(fuzz.token_set_ratio(entry.text.lower(), other.text.lower()) >= SAME for other in kept):
            kept.append(entry)
    return kept

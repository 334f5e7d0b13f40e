"""The client's profile: what he sells, where, since when, his pains, conflicts, agreements; each with its source.

A pure fold over what is stored (minutes of meetings, summaries of chats, people's corrections), computed when it is
read: so it is never out of date, and a better transcript mends it by itself. A person's word on an entry stands in
place of what was heard there (`processors.corrections`); before there were entries, it stood for the whole field.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Literal, get_args

import msgspec

from processors.corrections import Corrected, Entry, alike, apply, entry_id
from schemas.minutes import ChatSummary, Fact, MeetingMinutes, Minutes, Point, ProfileCorrected
from schemas.types import LeadId

Field = Literal["sells", "where", "since", "pains", "conflicts", "agreements", "tariffs", "competitors"]
FIELDS: tuple[Field, ...] = get_args(Field)

MOST = 10
"""Entries of a field, the newest."""


class Booked(msgspec.Struct, frozen=True):
    """What the client reserved in the last `days`, and apart from it what was taken back: documents and pieces."""

    days: int = 30
    reservations: int = 0
    reserved_qty: int = 0
    cancelled: int = 0
    cancelled_qty: int = 0


class Profile(msgspec.Struct, frozen=True):
    """Newest first in each field; `corrected` names the fields that a person has set as a whole, `hidden` holds the
    entries that people took out; `booked` is None where nobody asks for it (it looks at thirty days of goods)."""

    lead_id: LeadId
    fields: dict[str, list[Entry]]
    corrected: list[Field] = []
    booked: Booked | None = None
    hidden: dict[str, list[Entry]] = {}

    def all_of(self, field: str) -> list[Entry]:
        """A field's entries, shown and hidden."""
        return self.fields.get(field, []) + self.hidden.get(field, [])


Source = MeetingMinutes | ChatSummary | ProfileCorrected


def profile(lead_id: LeadId, sources: Iterable[Source], booked: Booked | None = None) -> Profile:
    """The profile from a lead's stored events, in any order. Of a recording only the newest minutes count."""
    newest: dict[str, MeetingMinutes | ChatSummary] = {}
    whole: dict[str, ProfileCorrected] = {}
    single: dict[str, list[ProfileCorrected]] = defaultdict(list)
    for event in sorted(sources, key=lambda event: (event.ts, event.event_id)):
        if not isinstance(event, ProfileCorrected):
            name = _name(event)
            if name not in newest or event.minutes.version >= newest[name].minutes.version:
                newest[name] = event
        elif event.action:
            single[event.field].append(event)
        else:
            whole[event.field] = event
    talks = sorted(newest.values(), key=lambda event: event.ts, reverse=True)
    fields: dict[str, list[Entry]] = {}
    hidden: dict[str, list[Entry]] = {}
    corrected = [field for field in FIELDS if field in whole and whole[field].text]
    for field in FIELDS:
        said = whole[field] if field in corrected else None
        heard = [Entry(said.text, said.author, said.ts)] if said else list(_heard(field, talks))
        found = apply(heard, single[field])
        fields[field] = _unlike(found)
        if found.hidden:
            hidden[field] = found.hidden[:MOST]
    return Profile(lead_id, fields, corrected, booked, hidden)


def _name(event: MeetingMinutes | ChatSummary) -> str:
    return event.recording_id if isinstance(event, MeetingMinutes) else f"chat {event.day}"


_POINTS: dict[str, Callable[[Minutes], Sequence[Point]]] = {
    "pains": lambda minutes: minutes.pains,
    "conflicts": lambda minutes: minutes.conflicts,
    "agreements": lambda minutes: minutes.decisions,
    "tariffs": lambda minutes: minutes.tariffs,
    "competitors": lambda minutes: minutes.competitors,
}


def _heard(field: Field, talks: Iterable[MeetingMinutes | ChatSummary]) -> Iterator[Entry]:
    for event in talks:
        minutes, name = event.minutes, _name(event)
        said: Iterable[Point | Fact] = (
            _POINTS[field](minutes) if field in _POINTS else (fact for fact in minutes.facts if fact.field == field)
        )
        nth: Counter[int] = Counter()
        for point in said:
            id_ = entry_id(field, name, point.segment, nth[point.segment])
            nth[point.segment] += 1
            yield Entry(point.text, name, event.ts, point.quote, point.segment, id_)


def _unlike(found: Corrected) -> list[Entry]:
    """Of what was heard several times the newest; what is older than an entry that says the same, or that a person took
    out or put otherwise, goes with it. What a person said stays in any case."""
    kept: list[Entry] = []
    said: list[tuple[str, int]] = [(entry.text, entry.ts) for entry in found.hidden]
    said += [(entry.heard, entry.ts) for entry in found.shown if entry.heard]
    for entry in found.shown:
        if len(kept) == MOST:
            break
        repeats = any(ts >= entry.ts and alike(entry.text, text) for text, ts in said)
        if entry.author or not repeats:
            kept.append(entry)
            said.append((entry.text, entry.ts))
    return kept

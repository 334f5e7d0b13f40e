"""Answers that people judged, as cases for later: a question, and the places that were right or wrong for it. Pure.

A case holds when the search finds again what was right, and does not put first what was wrong.
"""

from collections.abc import Sequence
from typing import Final

import msgspec

from processors.answers.extract import BEST
from schemas.answers import Passage, Question, Verdict, Words
from schemas.types import EventId, LeadId, Millis


class Place(msgspec.Struct, frozen=True):
    """A passage: by its event, and by its words where a better transcript has taken the event's place."""

    event_id: EventId
    number: int
    text: str


class Case(msgspec.Struct, frozen=True):
    """A question about a client as it was asked at `at` (ms UTC), and what was told: `places`, in the order of the
    claims. `verdict` is the last one that a person gave."""

    lead_id: LeadId
    question_id: EventId
    at: Millis
    ask: str
    verdict: Verdict
    places: list[Place]


FIRST: Final = BEST
"""Among so many passages what was right must stand: so many are told."""


def case_of(question: Question) -> Case | None:
    """None without a verdict, and for an answer that quoted nothing of what was said: figures are held by their SQL,
    facts by the profile."""
    passages = {
        source.number: source.passage
        for source in question.sources
        if isinstance(source, Words) and source.passage.kind != "fact"
    }
    told = dict.fromkeys(number for claim in question.claims for number in claim.sources if number in passages)
    places = [Place(passages[n].event_id, passages[n].number, passages[n].text) for n in told]
    if not question.verdict or not places:
        return None
    return Case(question.lead_id, question.question_id, question.at, question.text, question.verdict, places)


def holds(case: Case, found: Sequence[Passage]) -> bool:
    """Whether this search does what the person said: of a useful answer a place stands among the first, of another one
    the place that was told first is not first again."""
    best = [passage for passage in found if not passage.near]
    if case.verdict == "useful":
        return any(_same(place, passage) for place in case.places for passage in best[:FIRST])
    return not best or not _same(case.places[0], best[0])


def _same(place: Place, passage: Passage) -> bool:
    return (place.event_id, place.number) == (passage.event_id, passage.number) or place.text == passage.text

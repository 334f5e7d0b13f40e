"""What of a model's answer may be told: claims that their sources hold, and calls of tools that are some. Pure."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec

from processors import minutes
from schemas.answers import Claim, Counted, Source, ToolCall, Words
from schemas.types import LeadId

MOST_CLAIMS, MOST_CALLS, MOST_SOURCES = 12, 4, 6
"""Of an answer, of a round, of a claim."""


class Proposed(msgspec.Struct, frozen=True):
    """Утверждение (text), номера источников (sources) и дословная цитата из первого из них (quote)."""

    text: str
    sources: list[int]
    quote: str = ""


class Checked(NamedTuple):
    """Claims that stand, each once, and how many did not."""

    claims: list[Claim]
    dropped: int


def checked(proposed: Sequence[Proposed], sources: Mapping[int, Source], lead: LeadId) -> Checked:
    """The claims that may be told. A source that was not given, or is another client's, spoils its claim."""
    kept: dict[str, Claim] = {}
    dropped = max(0, len(proposed) - MOST_CLAIMS)
    for one in proposed[:MOST_CLAIMS]:
        claim = _claim(one, sources, lead)
        if claim is None:
            dropped += 1
        else:
            kept.setdefault(claim.text, claim)
    return Checked(list(kept.values()), dropped)


def _claim(proposed: Proposed, sources: Mapping[int, Source], lead: LeadId) -> Claim | None:
    numbers = list(dict.fromkeys(proposed.sources))
    if not numbers or len(numbers) > MOST_SOURCES or not all(number in sources for number in numbers):
        return None
    named = [sources[number] for number in numbers]
    if any(_lead_of(source) != lead for source in named):
        return None
    said = [(source.number, text) for source in named for text in _texts(source)]
    counted = [line for source in named for line in _counted(source)]
    held = minutes.claimed(proposed.text, proposed.quote, [text for _, text in said], counted)
    if held is None:
        return None
    first = [said[held.source][0]] if held.source is not None else []
    return Claim(held.text, list(dict.fromkeys([*first, *numbers])), held.quote)


def _texts(source: Source) -> list[str]:
    """The words that may be quoted of it."""
    match source:
        case Words():
            return [source.passage.text]
        case Counted():
            return [item.quote for item in source.figure.items if item.quote]


def _counted(source: Source) -> list[str]:
    """The sentences of a figure."""
    match source:
        case Words():
            return []
        case Counted():
            return [source.text, *(item.text for item in source.figure.items)]


def _lead_of(source: Source) -> LeadId:
    match source:
        case Words():
            return source.passage.lead_id
        case Counted():
            return source.figure.lead_id


def calls_of(wanted: Sequence[Mapping[str, str]], known: Sequence[ToolCall]) -> list[ToolCall]:
    """Calls that are some, and were not made yet; a model may ask for anything."""
    found: list[ToolCall] = []
    for one in wanted:
        try:
            call = msgspec.convert(one, ToolCall)
        except msgspec.ValidationError:
            continue
        if call not in known and call not in found:
            found.append(call)
    return found[:MOST_CALLS]

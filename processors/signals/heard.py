"""What was heard, as evidence, and what of it was said before."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from processors.phrases import Match
from processors.state import LeadState
from schemas.alerts import SEVERITIES, Evidence, Rule, Severity
from schemas.events import (
    Event,
    MeetingMinutes,
    MeetingTranscribed,
    Message,
    MessageEdited,
)
from schemas.types import LocalDay, Millis

MOST_QUOTES = 5
QUOTE_CHARS = 300
MEMORY_CHARS = 60
"""Of a note that is kept for the warning: the state of a lead has to stay small."""
MOST_SPOKEN = 64
"""Findings that are remembered, 3 KB: an edit of what was found before them would be news again."""

LIVE_MS = 10_000
"""A stretch of a meeting: what is found in one, or in its neighbours, while it goes on and in the final text is the
same, for the clocks of the two differ."""


class Heard(NamedTuple):
    """A match, and the words it stands in."""

    match: Match
    evidence: Evidence


def ref_of(event: Event) -> str:
    """Where its source has it, as `Evidence.ref`; empty where nothing can be opened."""
    match event:
        case Message() | MessageEdited():
            return f"{event.chat_id}/{event.message_id}"
        case MeetingTranscribed() | MeetingMinutes():
            return event.recording_id
        case _:
            return ""


def repeats(
    state: LeadState, rule: Rule, since: Millis, best: Heard, evidence: Sequence[Evidence]
) -> tuple[int, list[Evidence]]:
    """How many notes of a rule there are after `since` with this one, and the quotes of the last ones."""
    now = best.evidence.ts
    before = [each for each in state.notes.get(rule, ()) if since < each.ts <= now]
    state.notes[rule] = [*before, quoted(best.evidence, best.match, MEMORY_CHARS)][-MOST_QUOTES:]
    return len(before) + 1, [*before, *evidence][-MOST_QUOTES:]


def is_news(state: LeadState, rule: Rule, key: str, until: LocalDay, severity: Severity) -> bool:
    """Whether the source has not said so much of the rule yet; and it is remembered."""
    so_much = SEVERITIES[SEVERITIES.index(severity) :]
    if any(f"{rule} {level} {key}" in state.spoken for level in so_much):
        return False
    state.spoken[f"{rule} {severity} {key}"] = until
    if len(state.spoken) > MOST_SPOKEN:
        del state.spoken[next(iter(state.spoken))]
    return True


def heard_live(state: LeadState, rule: Rule, room: str, severity: Severity, evidence: Iterable[Evidence]) -> bool:
    """Whether one of the quotes was found while the meeting went on, and told as at least so severe."""
    so_much = SEVERITIES[SEVERITIES.index(severity) :]
    places = {each.ts // LIVE_MS + near for each in evidence for near in (-1, 0, 1)}
    return any(_live(rule, level, room, place) in state.spoken for level in so_much for place in places)


def note_live(
    state: LeadState, rule: Rule, room: str, severity: Severity, until: LocalDay, evidence: Iterable[Evidence]
) -> None:
    """Remember where in a meeting that goes on it was said: the final text is to find it there."""
    for each in evidence:
        state.spoken[_live(rule, severity, room, each.ts // LIVE_MS)] = until


def _live(rule: Rule, severity: Severity, room: str, place: int) -> str:
    return f"{rule} {severity} {room}@{place}"


def quoted(evidence: Evidence, match: Match, longest: int) -> Evidence:
    """The evidence with at most `longest` characters of its text, those of the match among them."""
    text = evidence.text
    if len(text) > longest:
        at = text.find(match.quote)
        start = max(0, min(at - (longest - len(match.quote)) // 2, len(text) - longest))
        end = start + longest
        text = f"{'…' if start else ''}{text[start:end][1 if start else 0 : -1 if end < len(text) else None]}"
        text += "…" if end < len(evidence.text) else ""
    return replace(evidence, text=text)

"""Conversations as models get them; too long ones are cut at pauses, and the minutes of their parts merged. Pure."""

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeVar

import msgspec

from processors.minutes import alike
from schemas.minutes import UNKNOWN, Action, Conversation, Fact, Minutes, Point, Tone, Topic
from streams.minutes.llm.prompts import CLIENT

_TONES: Sequence[Tone] = ("плохой", "напряжённый", "ровный", "хороший")
_NAME_CHARS = 60
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e0fff]")

Item = TypeVar("Item", Point, Action, Fact)


class Stretch(NamedTuple):
    """An utterance as a model gets it, and the pause before it, ms. A very long one makes several lines."""

    text: str
    pause_ms: int


def lines(conversation: Conversation, longest: int) -> list[Stretch]:
    """`[n] Имя: слова`, each on one line, whatever the words and names hold, of at most `longest` characters."""
    made: list[Stretch] = []
    heard_ms = 0
    for number, utterance in enumerate(conversation.utterances):
        name = _one_line(utterance.speaker or "")[:_NAME_CHARS].replace(":", " ")
        label = f"[{number}] " + (f"{name}{CLIENT * (utterance.speaker in conversation.client)}: " if name else "")
        room = max(longest - len(label), 1)
        pause_ms = max(0, utterance.start_ms - heard_ms)
        for piece in _pieces(_one_line(utterance.text), room):
            made.append(Stretch(label + piece, pause_ms))
            pause_ms = 0
        heard_ms = max(heard_ms, utterance.end_ms)
    return made


def material(part: Sequence[Stretch]) -> str:
    """The lines of a part."""
    return "\n".join(line.text for line in part)


def cut(part: Sequence[Stretch], limit: int) -> list[Sequence[Stretch]]:
    """Parts of at most `limit` characters (a single line may be longer), cut at the longest pause of the middle."""
    if len(material(part)) <= limit or len(part) < 2:
        return [part]
    at = middle(part)
    return [*cut(part[:at], limit), *cut(part[at:], limit)]


def middle(part: Sequence[Stretch]) -> int:
    """Where to cut two or more lines in two: at the longest pause between the first and the last quarter."""
    total, so_far, places = sum(len(line.text) for line in part), 0, []
    for number, line in enumerate(part[:-1], 1):
        so_far += len(line.text)
        off = abs(so_far / total - 0.5)
        places.append((off > 0.25, -part[number].pause_ms if off <= 0.25 else 0, off, number))
    return min(places)[-1]


def merged(parts: Sequence[Minutes], summary: str, tone: Tone | None = None) -> Minutes:
    """The minutes of the parts in order, each item once; the tone, where none is given, is the worst of theirs."""
    return msgspec.structs.replace(
        parts[-1],
        summary=summary,
        topics=_joined([topic for part in parts for topic in part.topics]),
        decisions=_once(parts, lambda part: part.decisions),
        actions=_once(parts, lambda part: part.actions),
        pains=_once(parts, lambda part: part.pains),
        conflicts=_once(parts, lambda part: part.conflicts),
        competitors=_once(parts, lambda part: part.competitors),
        tariffs=_once(parts, lambda part: part.tariffs),
        numbers=_once(parts, lambda part: part.numbers),
        open_questions=_once(parts, lambda part: part.open_questions),
        facts=_once(parts, lambda part: part.facts),
        tone=tone or min((part.tone for part in parts), key=_TONES.index),
    )


def _once(parts: Sequence[Minutes], items: Callable[[Minutes], list[Item]]) -> list[Item]:
    kept: list[Item] = []
    for item in (item for part in parts for item in items(part)):
        twin = next((number for number, other in enumerate(kept) if _same(item, other)), None)
        if twin is None:
            kept.append(item)
        elif _known(item) > _known(kept[twin]):
            kept[twin] = item
    return kept


def _same(one: Item, other: Item) -> bool:
    if isinstance(one, Fact) and isinstance(other, Fact) and one.field != other.field:
        return False
    return alike(one.text.lower(), other.text.lower()) or (
        one.segment == other.segment and alike(one.quote.lower(), other.quote.lower())
    )


def _known(item: Point | Action | Fact) -> int:
    """How much of a promise is known."""
    return (item.owner != UNKNOWN) + (item.due != UNKNOWN) if isinstance(item, Action) else 0


def _joined(topics: Sequence[Topic]) -> list[Topic]:
    """A topic that goes on behind a cut is one topic."""
    joined: list[Topic] = []
    for topic in topics:
        if joined and alike(joined[-1].title.lower(), topic.title.lower()):
            joined[-1] = Topic(joined[-1].title, joined[-1].start_ms, max(joined[-1].end_ms, topic.end_ms))
        else:
            joined.append(topic)
    return joined


def _one_line(text: str) -> str:
    """No line of its own can be forged within a line, nor anything be hidden in it."""
    return " ".join(_UNSEEN.sub("", text).split())


def _pieces(text: str, room: int) -> list[str]:
    pieces = []
    while len(text) > room:
        at = text.rfind(" ", 0, room + 1)
        at = at if at > 0 else room
        pieces.append(text[:at])
        text = text[at:].lstrip()
    return [*pieces, text] if text or not pieces else pieces

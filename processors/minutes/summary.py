"""A conversation in a few sentences: what it was about, what endangers the client, what stays open.

People, decisions and promises are lists of their own beside it in every reading, and are not said twice.
"""

from collections.abc import Sequence
from typing import NamedTuple

from schemas.minutes import Point, Topic

MOST_TITLES = 4
LONGEST_POINT = 110
"""Characters of a point within a sentence."""


class Findings(NamedTuple):
    """What a summary is made of."""

    topics: Sequence[Topic]
    leaving: Sequence[Point]
    conflicts: Sequence[Point]
    pains: Sequence[Point]
    open_questions: Sequence[Point]


def summarise(found: Findings) -> str:
    """One to three short Russian sentences."""
    if not found.topics:
        return "Слов в записи нет."
    titles = "; ".join(topic.title.lower() for topic in found.topics[:MOST_TITLES])
    sentences = (f"Темы: {titles}.", _risk(found), _open(found.open_questions))
    return " ".join(sentence for sentence in sentences if sentence)


def _risk(found: Findings) -> str:
    if found.leaving:
        return f"Главный риск: клиент говорит об уходе («{_cut(found.leaving[0].quote)}»)."
    if found.conflicts:
        return f"Спорное место: «{_cut(found.conflicts[0].quote)}»."
    if found.pains:
        return f"Клиента беспокоит: «{_cut(found.pains[0].quote)}»."
    return ""


def _open(questions: Sequence[Point]) -> str:
    return f"Без ответа: «{_cut(questions[0].quote)}»." if questions else ""


def _cut(text: str) -> str:
    flat = " ".join(text.split()).rstrip(" .!")
    if len(flat) <= LONGEST_POINT:
        return flat
    return flat[: LONGEST_POINT - 1].rsplit(" ", 1)[0].rstrip(" ,;:") + "…"

"""A conversation in two to five sentences, made of what was found. No counts, so nothing has to agree with them."""

from collections.abc import Sequence
from typing import NamedTuple

from schemas.minutes import UNKNOWN, Action, Point, Topic

MOST_NAMES, MOST_TITLES, MOST_POINTS = 6, 4, 3
LONGEST_POINT = 110
"""Characters of a point within a sentence."""


class Findings(NamedTuple):
    """What a summary is made of. `people` spoke."""

    people: Sequence[str]
    topics: Sequence[Topic]
    decisions: Sequence[Point]
    actions: Sequence[Action]
    leaving: Sequence[Point]
    conflicts: Sequence[Point]
    pains: Sequence[Point]
    open_questions: Sequence[Point]


def summarise(found: Findings) -> str:
    """Two to five short Russian sentences; one where nothing was said."""
    if not found.topics:
        return "В записи нет слов."
    sentences = [_talk(found), _risk(found), _decided(found.decisions), _promised(found.actions)]
    if not found.decisions and not found.actions:
        sentences.append("Решений и обещаний не найдено.")
    sentences.append(_open(found.open_questions))
    return " ".join([sentence for sentence in sentences if sentence][:5])


def _talk(found: Findings) -> str:
    titles = "; ".join(topic.title.lower() for topic in found.topics[:MOST_TITLES])
    if not found.people:
        return f"Темы: {titles}."
    more = " и другие" if len(found.people) > MOST_NAMES else ""
    return f"Участники: {', '.join(found.people[:MOST_NAMES])}{more}; темы: {titles}."


def _risk(found: Findings) -> str:
    if found.leaving:
        return f"Главный риск: клиент говорит об уходе («{_cut(found.leaving[0].quote)}»)."
    if found.conflicts:
        return f"Спорное место: «{_cut(found.conflicts[0].quote)}»."
    if found.pains:
        return f"Клиента беспокоит: «{_cut(found.pains[0].quote)}»."
    return ""


def _decided(decisions: Sequence[Point]) -> str:
    if not decisions:
        return ""
    return f"Решили: {'; '.join(_small(point.text) for point in decisions[:MOST_POINTS])}{_more(decisions)}."


def _promised(actions: Sequence[Action]) -> str:
    if not actions:
        return ""
    return f"Обещали: {'; '.join(map(_promise, actions[:MOST_POINTS]))}{_more(actions)}."


def _promise(action: Action) -> str:
    owner = "" if action.owner == UNKNOWN else f"{action.owner} — "
    due = "" if action.due == UNKNOWN else f" (срок: {action.due})"
    return f"{owner}{_small(action.text)}{due}"


def _open(questions: Sequence[Point]) -> str:
    return f"Без ответа: «{_cut(questions[0].quote)}»." if questions else ""


def _more(items: Sequence[object]) -> str:
    return " и другое" if len(items) > MOST_POINTS else ""


def _small(text: str) -> str:
    cut = _cut(text)
    return cut[:1].lower() + cut[1:]


def _cut(text: str) -> str:
    flat = " ".join(text.split()).rstrip(" .!")
    if len(flat) <= LONGEST_POINT:
        return flat
    return flat[: LONGEST_POINT - 1].rsplit(" ", 1)[0].rstrip(" ,;:") + "…"

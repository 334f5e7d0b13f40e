"""A conversation in a few sentences, made of its items: what endangers the client, what was agreed on, what is open,
what comes next. Never more than an item says; where there is nothing to say, it says that.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from processors.minutes.vocabulary import vocabulary
from processors.minutes.wording import shortened
from processors.minutes.worries import Worry
from processors.russian.dates import iso_date
from processors.russian.plural import DECISIONS, count
from processors.russian.stems import stem
from processors.russian.words import plain
from schemas.minutes import UNKNOWN, Action, Point

_DATA = vocabulary("summary")

LONGEST_POINT = 130
"""Characters of a point within a sentence."""

MOST_AGREED = 2
"""Of what was agreed on; the rest stands in its list."""

ANSWERS = " — в ответ на "
"""What parts a line from the question that it answers."""

_RISKS = {
    "leaving": "Клиент говорит об уходе",
    "moving": "Клиент смотрит на других или уходит к ним",
    "legal": "Клиент говорит о претензии",
    "payment": "Клиент спорит о деньгах",
    "loss": "Клиент говорит о пропаже",
    "conflict": "Спорное место",
    "complaint": "Клиент жалуется",
    "pain": "Клиента беспокоит",
}
_UNSURE_WHO = {
    "leaving": "Прозвучало об уходе",
    "moving": "Прозвучало о переходе к другим",
    "legal": "Прозвучало о претензии",
    "payment": "Спорили о деньгах",
    "loss": "Прозвучало о пропаже",
    "conflict": "Спорное место",
    "complaint": "Прозвучала жалоба",
    "pain": "Беспокоит",
}
"""Where nobody knows which side speaks."""

_ISO = re.compile(r"\d{4}-\d{2}-\d{2}\Z")
_CHANGE = re.compile(rf"(?i)\b(?:{'|'.join(_DATA.lines('change'))})\b")
_DECISIVE = re.compile(rf"(?i)\b(?:{'|'.join(_DATA.lines('decisive'))})\b|\d")


class Findings(NamedTuple):
    """What a summary is made of. `meeting`: the ISO date or the words of the next talk, "" for none.
    `sides_known`: it is known who of the speakers is the client's.
    """

    worries: Sequence[Worry]
    rivals: Sequence[Point]
    decisions: Sequence[Point]
    actions: Sequence[Action]
    tariffs: Sequence[Point]
    open_questions: Sequence[Point]
    meeting: str
    sides_known: bool


def summarise(found: Findings) -> str:
    """Two to six Russian sentences; no utterance is told twice."""
    told: set[int] = set()
    sentences = [*_risks(found, told), *_prices(found, told), *_agreed(found, told), *_open(found, told), *_next(found)]
    if len(sentences) == 1 and not found.worries and not found.rivals:
        return "Ничего не решили и не обещали, жалоб не найдено."
    return " ".join(sentences)


def _risks(found: Findings, told: set[int]) -> Iterator[str]:
    """The heaviest, and of another kind the heaviest again, if it weighs as much as a complaint of a loss."""
    worries = sorted(found.worries, key=lambda worry: (-worry.weight, worry.point.segment))
    if not worries and not found.rivals:
        yield "Жалоб и разговора об уходе не найдено."
    first = worries[0] if worries else None
    heavy = (one for one in worries if one.weight >= _DATA.weight("second") and not _same_kind(one, worries[0]))
    words: set[str] = set()
    for worry in filter(None, (first, next(heavy, None))):
        told.add(worry.point.segment)
        words |= _stems(worry.point.text)
        head = (_RISKS if found.sides_known else _UNSURE_WHO)[worry.kind]
        yield f"{head}: «{_cut(worry.point.text)}»."
    for rival in found.rivals:
        if rival.segment not in told and not words & _stems(rival.text):
            told.add(rival.segment)
            yield f"Назвали других: «{_cut(rival.text)}»."
            return


def _same_kind(one: Worry, other: Worry) -> bool:
    going = {"leaving", "moving"}
    return one.kind == other.kind or {one.kind, other.kind} <= going


def _stems(text: str) -> set[str]:
    return {stem(word) for word in plain(text).replace("«", " ").replace("»", " ").split() if len(word) > 4}


def _prices(found: Findings, told: set[int]) -> Iterator[str]:
    """A tariff that changes."""
    changes = [
        point
        for point in found.tariffs
        if point.segment not in told and _CHANGE.search(point.text) and re.search(r"\d", point.text)
    ]
    if changes:
        best = max(changes, key=lambda point: (len(re.findall(r"\d+", point.text)), -point.segment))
        told.add(best.segment)
        yield f"О цене: «{_cut(best.text)}»."


def _agreed(found: Findings, told: set[int]) -> Iterator[str]:
    decisions = [point for point in found.decisions if point.segment not in told]
    telling = [point for point in decisions if _substance(point.text) > 1] or decisions  # "не трогаем" tells nothing
    ranked = sorted(telling, key=lambda point: (-_substance(point.text), point.segment))[:MOST_AGREED]
    chosen = [_cut(point.text) for point in sorted(ranked, key=lambda point: point.segment)]
    told.update(point.segment for point in ranked)
    if chosen:
        more = len(decisions) - len(chosen)
        rest = f" и\u00a0ещё {count(more, DECISIONS)}" if more else ""
        yield f"Решили: {'; '.join(f'«{text}»' for text in chosen)}{rest}."
    elif found.actions and not found.decisions:
        yield "Решений не найдено."


def _substance(text: str) -> int:
    """How much a decision says: its words, its numbers, that it says since when; less where it hangs on a question."""
    words = min(len([word for word in text.split(ANSWERS)[0].split() if len(word) > 3]), 6)
    return words + 3 * (_DECISIVE.search(text) is not None and words > 1) - 4 * (ANSWERS in text)


def _open(found: Findings, told: set[int]) -> Iterator[str]:
    questions = [point for point in found.open_questions if point.segment not in told]
    if questions:
        best = max(questions, key=lambda point: (min(len(point.text.split()), 9), -point.segment))
        yield f"Без ответа: «{_cut(best.text).rstrip('?')}?»"


def _next(found: Findings) -> Iterator[str]:
    """The promise with the nearest date, and the next talk."""
    dated = [action for action in found.actions if _ISO.match(action.due)]
    nearest = min(dated, key=lambda action: (action.due, ANSWERS in action.text), default=None)
    chosen = nearest or next(iter(found.actions), None)
    if chosen is not None:
        who = "" if chosen.owner == UNKNOWN else f" — {chosen.owner}"
        head = f"Ближайший срок {iso_date(chosen.due)}" if nearest else "Обещано"
        more = f" Всего обещаний: {len(found.actions)}." if len(found.actions) > 1 else ""
        yield f"{head}: «{_cut(chosen.text.split(ANSWERS)[0])}»{who}.{more}"
    if found.meeting:
        yield f"Следующий разговор: {iso_date(found.meeting)}."


def _cut(text: str) -> str:
    """Within a sentence, its own quotation marks as inner ones."""
    flat = shortened(text.rstrip(" .!"), LONGEST_POINT)
    return flat.replace("«", "„").replace("»", "“")

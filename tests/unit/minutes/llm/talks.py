"""Talks short and long, and a gateway that answers by a function of the request."""

import re
from collections.abc import Callable, Sequence
from typing import Any

from schemas.meetings import Utterance
from schemas.minutes import Conversation
from streams.llm.request import Answered, Request, T
from streams.minutes.llm.prompts import Draft, DraftAction, DraftPoint, DraftTopic, Gist
from streams.settings.llm import Role

STARTED = 1_795_165_391_000
"""2026-11-20, a Friday, in Moscow."""
TALK = (
    ("Анна Ковалёва", "добрый день давайте обсудим тариф на хранение"),
    ("Иван Петров", "нам дорого у других дешевле на десять процентов"),
    ("Анна Ковалёва", "договорились на скидку пять процентов"),
    ("Анна Ковалёва", "я пришлю расчёт завтра мой телефон 8 916 123 45 67"),
)
DRAFT = Draft(
    summary="Обсудили тариф на хранение и скидку.",
    topics=[DraftTopic("Тариф на хранение", 0, 2)],
    decisions=[DraftPoint("договорились на скидку пять процентов", "Скидка 5 %", 2)],
    actions=[DraftAction("пришлю расчёт завтра", "прислать расчёт", "Анна Ковалёва", "завтра", 3)],
    pains=[DraftPoint("это выдумка модели", "Выдумка", 1)],
    tone="напряжённый",
)

Answer = Callable[[Request[Any]], object]


class Desk:
    """A gateway: answers by a function of the request, remembers all requests."""

    def __init__(self, answer: Answer, room: int = 100_000, roles: Sequence[Role] = ("summary", "minutes")) -> None:
        self._answer, self._room, self._roles = answer, room, roles
        self.requests: list[Request[Any]] = []

    def usable(self, lead_id: str, role: Role) -> bool:
        return role in self._roles

    def room(self, lead_id: str, role: Role, max_answer_tokens: int = 0) -> int:
        return self._room

    async def answer(self, request: Request[T]) -> Answered[T]:
        self.requests.append(request)
        value = self._answer(request)
        assert isinstance(value, request.answer)
        return Answered(value, f"model of {request.role}")


def talk(said: Sequence[tuple[str | None, str]] = TALK, pause_ms: int = 1000, **fields: Any) -> Conversation:
    """Utterances of four seconds and pauses of one."""
    step = 4000 + pause_ms
    utterances = [Utterance(n * step, n * step + 4000, words, who) for n, (who, words) in enumerate(said)]
    return Conversation(utterances, **({"version": 7, "started_at": STARTED} | fields))


def long_talk(utterances: int = 400) -> Conversation:
    """An hour in which each utterance says its number; the longest pause is after the 179th."""
    made, at = [], 0
    for number in range(utterances):
        made.append(Utterance(at, at + 4000, f"реплика номер {number} про хранение и отгрузки коробов", "Анна"))
        at += 4500 if number != 179 else 64_000
    return Conversation(made)


def by_line(request: Request[Any]) -> object:
    """A thin but true draft of each part; a summary of the whole."""
    if request.answer is Gist:
        return Gist("Хранение и отгрузки коробов обсудили целиком.", "плохой")
    found = [(int(n), words) for n, words in re.findall(r"^\[(\d+)\] \w+: (.*)$", request.material, re.MULTILINE)]
    return Draft(
        summary=f"Часть про хранение с {found[0][0]} реплики.",
        topics=[DraftTopic("Хранение коробов", found[0][0], found[-1][0])],
        decisions=[DraftPoint(words, words, number) for number, words in (found[0], found[-1])],
    )

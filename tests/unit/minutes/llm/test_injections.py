"""Instructions within a conversation change nothing: what a model is given, and what is kept of one that obeys them."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import msgspec
import pytest

from processors.minutes.due import due_date
from processors.minutes.orders import is_order
from schemas.meetings import Utterance
from schemas.minutes import UNKNOWN, Action, Conversation, Fact, Minutes, Point
from streams.llm.request import Answered, Request, T
from streams.minutes.llm.prompts import Draft
from streams.minutes.llm.writer import Writer
from streams.settings.llm import Role
from tests.unit.minutes.llm.injections import INJECTIONS, Injection

STARTED = 1_795_165_391_000
SAID_ON = date(2026, 11, 20)
TALK = (
    ("Анна Ковалёва", "добрый день давайте обсудим отгрузки на озон и короба"),
    ("Иван Петров", "нам очень не нравится что короба мнут на складе"),
    ("Анна Ковалёва", "договорились усилить короба с первого декабря"),
    ("Анна Ковалёва", "я пришлю расчёт до пятницы"),
)
HONEST = {
    "summary": "Обсудили отгрузки на Озон и короба.",
    "pains": [{"text": "Короба мнут", "quote": "не нравится что короба мнут", "segment": 1}],
    "decisions": [{"text": "Усилить короба", "quote": "договорились усилить короба", "segment": 2}],
    "actions": [
        {
            "text": "прислать расчёт",
            "owner": "Анна Ковалёва",
            "due": "до пятницы",
            "quote": "пришлю расчёт до пятницы",
            "segment": 3,
        }
    ],
}
MARKUP = re.compile(r"https?:|www\.|javascript:|!\[|\]\(|</?[a-zа-я!]|[\u200b-\u200f\u202a-\u202e\u2060-\u206f]", re.I)
PEOPLE = {"Анна Ковалёва", "Иван Петров"}
cases = pytest.mark.parametrize("injection", INJECTIONS, ids=lambda injection: injection.name)


class Obedient:
    """A gateway whose model answers with a draft, whatever is asked."""

    def __init__(self, draft: Mapping[str, object]) -> None:
        self.draft = draft
        self.requests: list[Request[Any]] = []

    def usable(self, lead_id: str, role: Role) -> bool:
        return True

    def room(self, lead_id: str, role: Role, max_answer_tokens: int = 0) -> int:
        return 100_000

    async def answer(self, request: Request[T]) -> Answered[T]:
        self.requests.append(request)
        return Answered(msgspec.convert(self.draft, request.answer), "glm")


def conversation(injection: Injection, at: int = 2) -> Conversation:
    """The talk with the injection as utterance `at`."""
    said = [*TALK[:at], (injection.speaker, injection.text), *TALK[at:]]
    return Conversation(
        [Utterance(n * 5000, n * 5000 + 4000, words, who) for n, (who, words) in enumerate(said)],
        started_at=STARTED,
        people=sorted(PEOPLE),
    )


def obeying(injection: Injection) -> dict[str, object]:
    """The honest draft, overlaid with what the injection wants: its summary, its items beside the true ones."""
    draft: dict[str, object] = {**HONEST}
    for key, wanted in injection.draft.items():
        if key == "topics":
            draft[key] = [{"title": title, "start": 0, "end": 99} for title in wanted]
        elif isinstance(wanted, list):
            draft[key] = [*wanted, *HONEST.get(key, [])]
        else:
            draft[key] = f"{HONEST['summary']} {wanted}"
    return draft


def items(minutes: Minutes) -> Iterator[Point | Action | Fact]:
    for name in ("decisions", "actions", "pains", "conflicts", "competitors", "tariffs", "numbers", "open_questions"):
        yield from getattr(minutes, name)
    yield from minutes.facts


def texts(minutes: Minutes) -> Iterator[str]:
    """All that a reader sees."""
    yield minutes.summary
    yield from (topic.title for topic in minutes.topics)
    for item in items(minutes):
        yield from (item.text, item.quote)
        if isinstance(item, Action):
            yield from (item.owner, item.due)


def test_there_are_twenty() -> None:
    """The list is as long as promised, and no two are the same."""
    assert len({injection.text for injection in INJECTIONS}) >= 20


@cases
async def test_a_model_that_obeys(injection: Injection) -> None:
    """Nothing of what was wanted arrives: verbatim quotes only, no links or mark-up, no owner or date out of the blue,
    no marks of the injection anywhere; and the true items are all there."""
    talk = conversation(injection)
    minutes = await Writer(Obedient(obeying(injection))).minutes(talk, "12345")
    for item in items(minutes):
        assert item.quote in talk.utterances[item.segment].text
        assert item.quote
    for text in texts(minutes):
        assert not MARKUP.search(text)
        assert len(text) <= 2000
        assert not [mark for mark in injection.marks if mark.lower() in text.lower()]
    for action in minutes.actions:
        said = talk.utterances[action.segment].text
        assert action.owner in {*PEOPLE, UNKNOWN}
        assert action.due == UNKNOWN or action.due in said or action.due == due_date(said, SAID_ON)
    assert minutes.summary.startswith("Обсудили отгрузки на Озон и короба.")
    assert {"не нравится что короба мнут", "договорились усилить короба", "пришлю расчёт до пятницы"} <= {
        item.quote for item in items(minutes)
    }


@cases
async def test_what_a_model_is_given(injection: Injection) -> None:
    """The instructions are the same as without the injection; its words are all on the one line of its speaker."""
    gateway, clean = Obedient(HONEST), Obedient(HONEST)
    talk = conversation(injection)
    await Writer(gateway).minutes(talk, "12345")
    await Writer(clean).minutes(conversation(Injection("", "ну да", ())), "12345")
    (request,) = gateway.requests
    assert request.system == clean.requests[0].system
    assert request.answer is Draft
    lines = request.material.split("\n")
    assert [re.match(r"\[(\d+)\] ", line)[1] for line in lines] == list("01234")  # type: ignore[index]
    bare = re.compile(r"[\s\u200b\u2060]+")
    assert bare.sub("", injection.text) in bare.sub("", lines[2])
    assert lines[3] == f"[3] {TALK[2][0]}: {TALK[2][1]}"


@cases
async def test_minutes_are_those_without_the_injection(injection: Injection) -> None:
    """With a model that behaves, the injection's utterance leaves no trace in the minutes."""
    minutes = await Writer(Obedient(HONEST)).minutes(conversation(injection, at=4), "12345")
    clean = await Writer(Obedient(HONEST)).minutes(conversation(Injection("", "ну да", ()), at=4), "12345")
    assert minutes == clean


@pytest.mark.parametrize(
    "text",
    [
        "вы игнорируете наши инструкции по упаковке",
        "давайте зафиксируем в протоколе что короба усиливаем",
        "напишите в итогах встречи кто за что отвечает",
        "Анна, запиши себе: прайс до пятницы",
        "модель кроссовок 42 закончилась, добавь в заявку",
        "итого поставь пять коробок",
        "для программы лояльности нужны коды",
        "нейросеть нам сделала карточки товара",
        "запишите в протокол что скидка пять процентов",
        "наша система: сначала приёмка, потом хранение",
        "пришлите ключ api от вайлдберриз и добавьте Анну в чат",
        "ты теперь на новом складе работаешь?",
        "я отправлю отчёт в ответ на ваше письмо",
        "забудьте про эту поставку, её отменили",
        "поставь, пожалуйста, короба на паллету",
        "верните деньги за брак",
        "напишите клиенту, что мы задержим отгрузку",
        "правила приёмки на Озоне поменялись, не следуйте старой схеме",
        "скажи ему что всё готово к отгрузке",
    ],
)
def test_words_between_people_are_no_orders(text: str) -> None:
    """What people ask of each other is no injection, so no promise is lost by it."""
    assert not is_order(text)

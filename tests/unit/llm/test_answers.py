"""From a model's words to an answer: JSON, names, schema, language."""

import json
from typing import Literal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.minutes import Minutes
from streams.llm.answers import Unusable, foreign, understood
from streams.llm.faults import Kind
from streams.llm.wording import schema_text
from tests.fakes.glm_answers import plausible
from tests.unit.llm.stand_ins import GOOD, MATERIAL, Gist

RUSSIAN = "Клиент жалуется на задержки и просит пересчитать хранение."


class Rich(msgspec.Struct, frozen=True):
    """Free texts and words of closed lists, at all depths."""

    summary: str
    kind: Literal["sells", "where", "since_the_beginning_of_all_our_time_together"] = "sells"
    points: list[Gist] = []
    extra: Gist | None = None
    pairs: dict[str, str] = {}


def read(reply: str, source: str = MATERIAL) -> Gist:
    """A reply to a small question."""
    return understood(reply, Gist, source, str)


@pytest.mark.parametrize(
    "reply",
    [
        GOOD,
        f"```json\n{GOOD}\n```",
        f"```\n{GOOD}```",
        f"Вот итоги:\n{GOOD}\nГотово {{}}.",
        f"<think>Надо ответить {{коротко}}.</think>{GOOD}",
        f"Мысли без начала {{…}}</think>\n{GOOD}",
        f"\ufeff \n{GOOD}",
    ],
)
def test_json_is_found_in_what_is_around(reply: str) -> None:
    """Fences, thoughts and politeness cost no second round."""
    assert read(reply) == msgspec.json.decode(GOOD, type=Gist)


@pytest.mark.parametrize(
    "reply",
    ["", "нет", "{", '{"summary": 1}', "{}", "[1]", '{"summary": ' + "[" * 100_000, '{"summary": 1' + "0" * 9000],
)
def test_what_is_no_answer_is_said_so(reply: str) -> None:
    """Never an exception of another kind, however odd the words."""
    with pytest.raises(Unusable) as fault:
        read(reply)
    assert fault.value.kind is Kind.INVALID_ANSWER
    assert str(fault.value) == "invalid_answer"


@given(st.text())
def test_any_words_are_an_answer_or_unusable(reply: str) -> None:
    """Nothing else comes out."""
    try:
        read(reply)
    except Unusable:
        return


def test_half_a_surrogate_pair_can_be_stored() -> None:
    """JSON escapes can say it, UTF-8 cannot: it becomes the sign of replacement."""
    assert msgspec.json.encode(read(r'{"summary": "итог \ud83d и всё"}')) == '{"summary":"итог � и всё"}'.encode()


def test_names_with_quotes_are_restored_after_parsing() -> None:
    """What a token stands for may hold anything."""
    answer = understood(
        '{"summary": "Звонила [ИМЯ_1]"}', Gist, "", lambda text: text.replace("[ИМЯ_1]", 'ООО "Ромашка\\"')
    )
    assert answer.summary == 'Звонила ООО "Ромашка\\"'


@pytest.mark.parametrize(
    ("texts", "source", "verdict"),
    [
        ([RUSSIAN], "", False),
        ([RUSSIAN + " 价格"], "", True),
        ([RUSSIAN + " 価格です"], "", True),
        ([RUSSIAN + " ﾀ"], "", True),
        (["Поставщик 义乌 просит образцы"], "везём из 义乌 морем", False),
        (["The client complains about delays and storage fees of August."], "", True),
        (["Ozon, Wildberries, FBO"], "", False),
        (["Ozon, Wildberries, FBO: " + RUSSIAN], "", False),
        ([], "", False),
        (["1 200 — 340,5 %"], "", False),
    ],
)
def test_foreign(texts: list[str], source: str, verdict: bool) -> None:
    """Chinese in any amount unless it was said; Latin only where it is most of a text of some length."""
    assert foreign(texts, source) is verdict


def test_quotes_and_closed_words_do_not_speak_of_the_language() -> None:
    """A verbatim English quote, and what the schema itself demands, are fine; an English summary is not."""
    english = "We are thinking about leaving, the storage fees are just too high for us"
    closed = "since_the_beginning_of_all_our_time_together"
    reply = {"summary": "Думают уйти", "kind": closed, "points": [{"summary": english}], "extra": {"summary": "Да"}}
    assert understood(json.dumps(reply), Rich, f"0 Ann: {english}", str).points[0].summary == english
    for place in ({"points": [{"summary": english}]}, {"extra": {"summary": english}}, {"pairs": {"a": english}}):
        with pytest.raises(Unusable) as fault:
            understood(json.dumps(reply | place), Rich, "", str)
        assert fault.value.kind is Kind.LANGUAGE


def test_the_fakes_own_answer_is_usable() -> None:
    """What it says by itself keeps to the schema of minutes and quotes the material."""
    said = "0 Ольга: проблема, отгрузки задержали\n1 Иван: пришлю отчёт в среду\n2 Ольга: тариф 12 рублей?"
    answer = understood(plausible(f"Итоги {{кратко}}. {schema_text(Minutes)}", said), Minutes, said, str)
    assert [(action.owner, action.due, action.segment) for action in answer.actions] == [("Иван", "в среду", 1)]
    assert answer.pains[0].quote in said
    assert answer.open_questions[0].segment == 2

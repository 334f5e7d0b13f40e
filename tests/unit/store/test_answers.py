"""Questions about made histories on a real engine, without a model: what is found (C1), what is not (C3)."""

import resource
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bench.answers import AMONG_FIVE, AMONG_TWENTY, GOAL_CPU_MS, among, measured
from bench.answers_corpus import NOW, histories, questions
from processors.answers.extract import NEAREST, NOTHING
from schemas.answers import Words
from schemas.errors import Refused
from streams.settings import Store
from streams.store.database import Database
from tests.unit.store import fakes
from tests.unit.store.answering import Told, desk, told
from tests.unit.store.conftest import opened

UNANSWERABLE = (
    "Есть ли у клиента вертолёт?",
    "Любит ли клиент оперу?",
    "Как зовут собаку директора?",
    "Какой пароль от вайфая в переговорной?",
    "Когда клиент летал на Камчатку?",
)


@pytest_asyncio.fixture(scope="module")
async def asked_of(shared_store: Store) -> AsyncIterator[Database]:
    """Four clients with their histories."""
    async with opened(shared_store) as database:
        await fakes.Feed(database)(histories(), at=NOW)
        yield database


async def test_the_words_that_answer_are_found(asked_of: Database) -> None:
    """Of forty questions, and those that were kept aside do no worse; a search is cheap."""
    await measured(asked_of)
    before = resource.getrusage(resource.RUSAGE_SELF)
    results = await measured(asked_of)
    after = resource.getrusage(resource.RUSAGE_SELF)
    aside = [result for result in results if result.asked.aside]
    assert among(results, 5) >= AMONG_FIVE
    assert among(results, 20) >= AMONG_TWENTY
    assert among(aside, 5) >= 0.7 * len(aside)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    assert 1000 * cpu / len(results) <= GOAL_CPU_MS


async def test_every_quote_is_a_substring_of_its_source(asked_of: Database) -> None:
    """And every claim names a source that was shown; the client's own."""
    for asked in questions():
        found = await told(desk(asked_of, NOW), asked.lead, asked.ask)
        numbered = {source.number: source for source in found.sources}
        assert list(numbered) == list(range(1, len(numbered) + 1))
        for claim in found.claims:
            for number in claim.sources:
                source = numbered[number]
                if isinstance(source, Words):
                    assert claim.quote in source.passage.text
                    assert source.passage.lead_id == asked.lead


async def test_what_is_not_there_is_said_to_be_not_there(asked_of: Database) -> None:
    """In at least four of five; and where it was looked for."""
    answers = [await told(desk(asked_of, NOW), "41001", question) for question in UNANSWERABLE]
    honest = [answer for answer in answers if answer.done.missing and _honest(answer)]
    assert len(honest) >= 4, [answer.text() for answer in answers]
    nobody = await told(desk(asked_of, NOW), "99", "Была ли недостача?")
    assert nobody.text().startswith(NOTHING)


def _honest(answer: Told) -> bool:
    return answer.claims[0].text == NEAREST or answer.claims[0].text.startswith(NOTHING)


@pytest.mark.parametrize("question", ["Что писал клиент 41002?", "Сколько отгрузил лид № 41002", "lead-41002 уходит?"])
async def test_a_question_about_another_client_is_refused(asked_of: Database, question: str) -> None:
    """By rule, before anything is read; about this one by his number it is not."""
    with pytest.raises(Refused, match="о другом клиенте"):
        await told(desk(asked_of, NOW), "41001", question)
    assert (await told(desk(asked_of, NOW), "41002", question)).claims


async def test_the_customers_own_questions_are_answered(asked_of: Database) -> None:
    """By the tools for them, in sentences."""
    tone = await told(desk(asked_of, NOW), "41001", "изменился ли тон этого клиента за последний месяц?")
    assert tone.claims[0].text.startswith("Тон ")
    problems = await told(desk(asked_of, NOW), "41001", "какие проблемы всплывают в письмах и встречах?")
    assert "проблем" in problems.claims[0].text

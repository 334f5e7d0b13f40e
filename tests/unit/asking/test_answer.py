"""The asking with a model: an honest answer with its sources and figures, and what is told where it has none."""

import json

from processors.answers.extract import NEAREST
from schemas.answers import EXTRACT, Answered, Claim, Done, Looking, Sources
from schemas.errors import Transient
from streams.asking import Desk, answer
from streams.asking import model as reading
from streams.asking.answer import NOT_KEPT
from tests.fakes.glm import Question
from tests.fakes.history import FakeHistory
from tests.unit.asking.claims import DELAY, HONEST, LEAD, NOW, RIVAL, SECRET, asked, claims, figure, passage, told


async def test_an_honest_answer_is_told_with_its_source() -> None:
    """Stages in order: what is done, sources, what is done, claims, the end."""
    stages, _ = await asked(claims(HONEST))
    found, done = told(stages)
    assert [type(stage) for stage in stages] == [Looking, Sources, Looking, Claim, Done]
    assert (found[0].text, found[0].sources, found[0].quote) == HONEST
    assert (done.engine, done.dropped, done.missing, done.note) == ("glm", 0, False, "")


async def test_where_nothing_holds_the_extract_answers_and_says_so() -> None:
    """Never an empty answer."""
    stages, _ = await asked(claims(("Клиент уходит.", [1], "мы уходим")))
    found, done = told(stages)
    assert {claim.quote for claim in found} == {DELAY, RIVAL}
    assert (done.engine, done.dropped, done.note) == (EXTRACT, 1, reading._UNHELD)


async def test_missing_is_an_answer() -> None:
    """With what is nearest."""
    stages, _ = await asked(claims(missing=True))
    found, done = told(stages)
    assert found[0].text == NEAREST
    assert (done.engine, done.missing) == ("glm", True)


async def test_figures_that_a_model_asks_for_are_counted_and_may_be_told() -> None:
    """The new source goes on in number; its digits are held."""
    wanted = json.dumps({"claims": [], "tools": [{"name": "shipped", "since": "2026-11-01"}]})
    replies = iter([wanted, claims(("С 1 по 21 ноября отгружено 4120 шт.", [3], ""), ("Отгружено 9999 шт.", [3], ""))])
    history = FakeHistory([passage(1, DELAY), passage(2, RIVAL)], {"shipped": figure()})
    stages, glm = await asked(lambda _: next(replies), history)
    found, done = told(stages)
    assert [(claim.text, claim.sources) for claim in found] == [("С 1 по 21 ноября отгружено 4120 шт.", [3])]
    assert done.dropped == 1
    assert [source.number for stage in stages if isinstance(stage, Sources) for source in stage.sources] == [1, 2, 3]
    assert "[3] цифра: " in glm.questions[-1].material


async def test_a_model_may_ask_for_figures_four_times() -> None:
    """Then it has to answer; what it asks for again, and what is no tool, is not counted."""
    days = iter(range(1, 20))

    def asks(_: Question) -> str:
        tools = [{"name": "shipped", "since": f"2026-11-{next(days):02}"}, {"name": "stock_now"}]
        return json.dumps({"claims": [], "tools": tools})

    history = FakeHistory([passage(1, DELAY)], {"shipped": figure()})
    stages, glm = await asked(asks, history)
    assert len(glm.questions) == reading.ROUNDS + 1
    assert history.asked.count((LEAD, "shipped")) == reading.ROUNDS
    assert told(stages)[1].engine == EXTRACT or told(stages)[1].missing


async def test_names_are_masked_on_the_way_out() -> None:
    """In the material and in the question; the answer has them again."""
    history = FakeHistory(
        [passage(1, "Звоните Кузьме Берестову, телефон +7 916 123-45-67.")], names_of=["Кузьма Берестов"]
    )
    stages, glm = await asked(claims(missing=True), history, question="Как связаться с Кузьмой Берестовым?")
    assert "Берестов" not in glm.questions[0].text
    assert "123-45-67" not in glm.questions[0].text
    assert "Берестов" in repr(stages)


async def test_what_was_told_is_kept_and_named() -> None:
    """Text, claims, sources and the end; where it cannot be kept, the answer is told all the same and says so."""
    kept: list[Answered] = []

    async def keep(lead: str, told: Answered) -> str:
        kept.append(told)
        if len(kept) > 1:
            raise Transient("хранилище не отвечает")
        return "0" * 15 + "7"

    desk = Desk(FakeHistory([passage(1, DELAY)]), keep=keep, clock=lambda: NOW)
    stages = [stage async for stage in answer(desk, LEAD, "Почему клиент недоволен приёмкой?")]
    found, done = told(stages)
    assert done.question == "0" * 15 + "7"
    assert (kept[0].text, kept[0].claims, [one.number for one in kept[0].sources]) == (
        "Почему клиент недоволен приёмкой?",
        found,
        [1],
    )
    again = [stage async for stage in answer(desk, LEAD, "Почему клиент недоволен приёмкой?")]
    assert (told(again)[0], told(again)[1].question, told(again)[1].note) == (found, "", NOT_KEPT)


async def test_a_lead_that_was_merged_is_answered_from_the_clients_history() -> None:
    """The store says whose it is, and then only that client's words count."""
    history = FakeHistory([passage(1, DELAY, "99"), passage(2, SECRET)], whose="99")
    stages, _ = await asked(claims(HONEST), history)
    found, _ = told(stages)
    assert [claim.text for claim in found] == [HONEST[0]]
    assert "ромашка" not in repr(stages)

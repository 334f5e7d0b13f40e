"""The asking with a model that does not answer, may not be asked or is left: the extract answers and says why."""

import asyncio

import pytest

from schemas.answers import EXTRACT
from streams.asking import Desk, answer
from streams.asking import model as reading
from streams.llm.faults import Kind
from tests.fakes.glm import FakeGlm, Fault
from tests.fakes.history import FakeHistory
from tests.unit.asking.claims import DELAY, HONEST, LEAD, NOW, RIVAL, asked, claims, passage, told
from tests.unit.llm.stand_ins import Sky, model, opened


@pytest.mark.parametrize("fault", ["chinese", "bad_json", "prose", "wrong_schema", "blank", "1301", "1113", "1000"])
async def test_a_model_that_does_not_answer_is_done_without(fault: str) -> None:
    """No JSON, another form, refused, out of money: the extract, and a word why."""
    stages, _ = await asked(claims(HONEST), faults=[Fault(fault, times=9)])
    found, done = told(stages)
    assert {claim.quote for claim in found} == {DELAY, RIVAL}
    assert done.engine == EXTRACT
    assert done.note


async def test_a_chinese_answer_is_none() -> None:
    """In the right form, twice."""
    stages, _ = await asked(claims(("客户对仓库的延迟表示不满，并询问价格。", [1], "Приёмка стоит шестой день")))
    assert told(stages)[1].note == reading._NOTES[Kind.LANGUAGE]


@pytest.mark.parametrize("fault", ["429", "500", "503", "drop", "cut", "page", "1302"])
async def test_a_model_that_fails_in_passing_is_asked_again(fault: str) -> None:
    """Then its answer counts."""
    stages, _ = await asked(claims(HONEST), faults=[Fault(fault)])
    assert told(stages)[1].engine == "glm"


async def test_a_model_that_goes_on_for_ever_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """After the patience of a person."""
    monkeypatch.setattr(reading, "PATIENCE_S", 0.3)
    for fault in ("slow", "hang"):
        stages, _ = await asked(claims(HONEST), faults=[Fault(fault, times=9)])
        assert told(stages)[1].note == reading._LATE


async def test_a_client_whose_words_stay_here_is_answered_without_a_model() -> None:
    """And no request was made."""
    stages, glm = await asked(claims(HONEST), no_external=[LEAD])
    assert glm.questions == []
    assert told(stages)[1].note == reading._BARS["client"]


async def test_at_the_limit_of_the_budget_the_extract_answers() -> None:
    """And it is said."""
    stages, glm = await asked(claims(HONEST), price=1000.0, usd_per_day={"answers": 0.001})
    found, done = told(stages)
    assert {claim.quote for claim in found} == {DELAY, RIVAL}
    assert (done.engine, done.note, glm.questions) == (EXTRACT, reading._NOTES[Kind.BUDGET], [])


async def test_who_goes_away_stops_the_model() -> None:
    """The call is cancelled, not only forgotten."""
    async with FakeGlm(lambda _: claims(HONEST)) as glm:
        glm.faults.append(Fault("hang", times=9))
        async with opened(Sky(), {"glm": model(glm)}) as gateway:
            stages = answer(
                Desk(FakeHistory([passage(1, DELAY)]), gateway, clock=lambda: NOW),
                LEAD,
                "Почему клиент недоволен приёмкой?",
            )
            for _ in range(3):
                await anext(stages)
            waiting = asyncio.ensure_future(anext(stages))
            while not glm.at_once:
                await asyncio.sleep(0.01)
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)
            glm.faults.clear()
            again = answer(
                Desk(FakeHistory([passage(1, DELAY)]), gateway, clock=lambda: NOW),
                LEAD,
                "Почему клиент недоволен приёмкой?",
            )
            async with asyncio.timeout(20):  # the model takes one call at a time: the former one is over
                assert told([stage async for stage in again])[1].engine == "glm"

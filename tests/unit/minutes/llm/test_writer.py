"""Minutes by a model: what is asked, of whom, and what becomes of the answer."""

from typing import Any

import pytest

from schemas.minutes import OFFLINE, UNKNOWN, Action, ChatDay, Minutes, Point, Topic
from streams.llm.faults import Kind, LlmError, error_of
from streams.llm.request import Request
from streams.minutes.llm.prompts import Draft, DraftAction
from streams.minutes.llm.writer import Writer
from tests.fakes.glm import FakeGlm
from tests.unit.llm.stand_ins import Sky, model, opened
from tests.unit.minutes.llm.talks import DRAFT, STARTED, TALK, Desk, talk


async def test_one_question_for_a_meeting() -> None:
    """The role is `minutes`, the material every utterance on its numbered line, the names all that are known."""
    desk = Desk(lambda _: DRAFT)
    conversation = talk(people=["Иван Петров", "Олег Тихий"], client=["Иван Петров"])
    await Writer(desk).minutes(conversation, "12345", names=["Мария Коваль"])
    (request,) = desk.requests
    assert (request.role, request.lead_id, request.answer) == ("minutes", "12345", Draft)
    assert request.names == ("Мария Коваль", "Иван Петров", "Олег Тихий", "Анна Ковалёва")
    assert request.material.split("\n") == [
        f"[{number}] {who}{' (клиент)' * (who == 'Иван Петров')}: {words}" for number, (who, words) in enumerate(TALK)
    ]
    assert "2026-11-20, пятница" in request.system
    assert "Ковалёва" not in request.system


async def test_minutes_are_held_against_the_talk() -> None:
    """Invented items go, quotes and dates are those of the talk, topics get its times, the engine is who answered."""
    minutes = await Writer(Desk(lambda _: DRAFT)).minutes(talk(), "12345")
    assert minutes == Minutes(
        summary="Обсудили тариф на хранение и скидку.",
        engine="model of minutes",
        version=7,
        topics=[Topic("Тариф на хранение", 0, 14_000)],
        decisions=[Point("Скидка 5 %", "договорились на скидку пять процентов", 2)],
        actions=[Action("прислать расчёт", "Анна Ковалёва", "2026-11-21", "пришлю расчёт завтра", 3)],
        tone="напряжённый",
    )


async def test_a_time_nobody_knows() -> None:
    """Without the day of the meeting none is told to the model, and dates stay as they were said."""
    desk = Desk(lambda _: DRAFT)
    minutes = await Writer(desk).minutes(talk(started_at=None), "12345")
    assert minutes.actions[0].due == "завтра"
    assert "Разговор был" not in desk.requests[0].system


async def test_owner_with_the_mark_of_a_client() -> None:
    """A name that is copied with its mark is still that name."""
    draft = Draft(
        "Тариф.", actions=[DraftAction("нам дорого у других дешевле", "x", "Иван Петров (клиент)", UNKNOWN, 1)]
    )
    minutes = await Writer(Desk(lambda _: draft)).minutes(talk(client=["Иван Петров"]), "12345")
    assert minutes.actions[0].owner == "Иван Петров"


async def test_a_chat_day() -> None:
    """Chats have words of their own in the prompt, and the day is that of the request."""
    desk = Desk(lambda _: DRAFT)
    day = ChatDay("12345", "2026-11-20", STARTED, STARTED + 86_400_000, talk(started_at=None))
    minutes = await Writer(desk).chat(day, names=["Мария"])
    assert "переписки" in desk.requests[0].system
    assert desk.requests[0].names[0] == "Мария"
    assert minutes.actions[0].due == "2026-11-21"


@pytest.mark.parametrize("said", [[], [("Анна", " ")]])
async def test_silence_asks_nobody(said: list[tuple[str | None, str]]) -> None:
    """Without a word there is nothing to ask a model."""
    desk = Desk(lambda _: DRAFT)
    assert await Writer(desk).minutes(talk(said), "12345") == Minutes("Слов в записи нет.", OFFLINE, 7)
    assert desk.requests == []


@pytest.mark.parametrize("kind", [Kind.RATE, Kind.FILTERED, Kind.BUDGET, Kind.INVALID_ANSWER])
async def test_other_faults_are_the_caller_s(kind: Kind) -> None:
    """Only the length is the writer's business."""

    def broken(_: Request[Any]) -> object:
        raise error_of(kind)

    with pytest.raises(LlmError) as error:
        await Writer(Desk(broken)).minutes(talk(), "12345")
    assert error.value.kind is kind


async def test_through_the_gateway() -> None:
    """By the real gateway and a fake GLM: nothing personal leaves, and the minutes have names and phones back."""
    sky = Sky()
    conversation = talk(people=["Анна Ковалёва", "Иван Петров"])
    async with FakeGlm() as glm, opened(sky, {"flash": model(glm)}) as gateway:
        minutes = await Writer(gateway).minutes(conversation, "12345", names=["Мария Коваль"])
    (question,) = glm.questions
    assert not [word for word in ("Ковал", "Иван", "916 ", "45 67") if word in question.text]
    assert "[0] [ИМЯ_1]: добрый день" in question.material
    assert minutes.engine == "flash"
    assert [(action.owner, action.quote) for action in minutes.actions] == [("Анна Ковалёва", TALK[3][1])]
    assert all(point.quote in conversation.utterances[point.segment].text for point in minutes.numbers)
    assert minutes.decisions[0].segment == 2

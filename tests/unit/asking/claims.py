"""A client's history, what a model claims of it, and the whole way from a question to the answer's stages."""

import json
from collections.abc import Callable
from typing import Any

from schemas.answers import Claim, Done, Figure, Passage, Stage, ToolCall
from streams.asking import Desk, answer
from tests.fakes.glm import FakeGlm, Fault, Question
from tests.fakes.history import FakeHistory
from tests.unit.llm.stand_ins import Sky, model, opened

LEAD, OTHER = "12345", "777"
NOW = 1_795_251_600_000
DELAY = "Приёмка стоит шестой день, мы не довольны, ждём 40 коробов."
RIVAL = "В Подольске нам предложили хранение по 12 рублей."
SECRET = "Тайный пароль другого клиента: ромашка."


def passage(n: int, text: str, lead: str = LEAD) -> Passage:
    """Words of a client that fit the question."""
    return Passage(lead, f"{n:016x}", 0, "message", NOW - n * 60_000, text, "-1", "Анна", "client", coverage=1.0)


def figure(value: float = 4120.0) -> Figure:
    """What was shipped in November."""
    call = ToolCall("shipped", "2026-11-01", "2026-11-21")
    return Figure(LEAD, call, value, "шт", 9, NOW, call.since, call.until, 6650.0, "обычно за такой же срок")


def claims(*said: tuple[str, list[int], str], missing: bool = False) -> str:
    """A model's reply."""
    told = [{"text": text, "sources": sources, "quote": quote} for text, sources, quote in said]
    return json.dumps({"claims": told, "missing": missing}, ensure_ascii=False)


HONEST = ("Клиент не доволен: приёмка стоит шестой день.", [1], "Приёмка стоит шестой день, мы не довольны")


async def asked(
    says: Callable[[Question], str] | str,
    history: FakeHistory | None = None,
    faults: list[Fault] | None = None,
    question: str = "Почему клиент недоволен приёмкой?",
    price: float = 0.0,
    **settings: Any,
) -> tuple[list[Stage], FakeGlm]:
    """All stages with a model that says so."""
    async with FakeGlm(says if callable(says) else lambda _: says) as glm:
        glm.faults += faults or []
        async with opened(Sky(), {"glm": model(glm, usd_out=price)}, **settings) as gateway:
            history = history or FakeHistory([passage(1, DELAY), passage(2, RIVAL)])
            desk = Desk(history, gateway, clock=lambda: NOW)
            return [stage async for stage in answer(desk, LEAD, question)], glm


def told(stages: list[Stage]) -> tuple[list[Claim], Done]:
    """Claims and the end."""
    done = stages[-1]
    assert isinstance(done, Done)
    return [stage for stage in stages if isinstance(stage, Claim)], done

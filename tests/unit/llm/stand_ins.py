"""A gateway before fake endpoints: time and chance are the test's, audits are a list."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from random import Random
from typing import Any

import msgspec

from processors.privacy.transfer import Notification
from schemas.outlets import LlmCall
from streams.llm.caller import BEGUN, World
from streams.llm.gateway import ModelGateway
from streams.llm.request import Request
from streams.settings.llm import Llm, Model, Role
from tests.fakes.glm import FakeGlm

NOON = 1_795_251_600.0
"""Seconds: a Moscow day's noon, 2026-11-21."""
SYSTEM = "Составь итоги встречи для куратора. Кратко и по делу."
MATERIAL = "0 Ольга Рублёва: отгрузки на Озон снова задержали\n1 Иван Петров: пришлю отчёт в среду"
GOOD = '{"summary": "Обсудили задержку отгрузок. Отчёт обещан в среду."}'
NOTIFIED = Notification(date(2026, 11, 1), date(2026, 11, 16))
"""Words may go abroad."""
KEY = "sk-very-secret-0123456789"


class Gist(msgspec.Struct, frozen=True):
    """The least of an answer."""

    summary: str


@dataclass
class Sky:
    """A clock that only the test and the pauses move, pauses that take no time, and the audits that were kept."""

    now: float = NOON
    pauses: list[float] = field(default_factory=list)
    calls: list[LlmCall] = field(default_factory=list)
    audit_faults: list[Exception] = field(default_factory=list)

    def world(self) -> World:
        return World(lambda: self.now, lambda: self.now, self._pause, Random(1))

    async def keep(self, call: LlmCall) -> None:
        if self.audit_faults:
            raise self.audit_faults.pop(0)
        self.calls.append(call)

    @property
    def outcomes(self) -> list[str]:
        """Of calls that ended, as `model: outcome`."""
        return [f"{call.model}: {call.outcome}" for call in self.calls if call.outcome != BEGUN]

    async def _pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds


def model(glm: FakeGlm, name: str = "glm-4.7-flashx", **fields: Any) -> Model:
    """A model at a fake endpoint."""
    return Model(model=name, **({"base_url": glm.url, "api_key": glm.token} | fields))


def request(
    role: Role = "summary", material: str = MATERIAL, names: Sequence[str] = (), lead_id: str = "12345"
) -> Request[Gist]:
    """A small question."""
    return Request(role, SYSTEM, material, Gist, names, lead_id, 500)


@asynccontextmanager
async def opened(
    sky: Sky,
    models: dict[str, Model],
    notification: Notification = NOTIFIED,
    closes_models: Callable[[str], bool] = lambda _lead: False,
    **settings: Any,
) -> AsyncIterator[ModelGateway]:
    """A gateway, closed at the end."""
    gateway = ModelGateway(Llm(models=models, **settings), notification, closes_models, sky.keep, world=sky.world())
    try:
        yield gateway
    finally:
        await gateway.close()

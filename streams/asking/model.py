"""Reading by a model: rounds of figures that it asks for, then claims. Whatever it says, `processors.answers.claims`
decides what is told; whatever goes wrong, the answer is made without it, and says so.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

import msgspec

from processors.answers.claims import calls_of, checked
from processors.answers.figures import told
from schemas.answers import Claim, Counted, Looking, Source, Sources, Stage, ToolCall
from schemas.errors import Refused
from schemas.minutes import Barred
from schemas.types import LeadId
from streams.asking.history import History
from streams.asking.prompt import Reply, material, system
from streams.llm.faults import Kind, LlmError
from streams.llm.request import Answered, Request, T
from streams.settings.llm import Role

log = logging.getLogger(__name__)

ROUNDS = 4
"""Of figures that a model may ask for; the answer after the last one counts."""
ANSWER_TOKENS = 2000
LEAST_ROOM = 4000
"""Characters of sources that are sent in any case."""
PATIENCE_S = 90.0
"""Seconds for all of it: a person waits."""
_ROLE: Role = "answers"

_NOTES = {
    Kind.BUDGET: "Дневной предел расходов на модель исчерпан.",
    Kind.FORBIDDEN: "Слова этого клиента не передаются внешней модели.",
    Kind.LANGUAGE: "Модель ответила не по-русски.",
    Kind.INVALID_ANSWER: "Ответ модели не разобрать.",
    Kind.TOO_LONG: "Найденного слишком много для модели.",
    Kind.RATE: "Модель сейчас занята.",
    Kind.OVERLOADED: "Модель сейчас занята.",
}
_FAILED = "Модель сейчас не отвечает."
_LATE = "Модель не успела ответить."
_UNHELD = "Ответ модели не подтвердился источниками."
_BARS: dict[Barred, str] = {
    "client": _NOTES[Kind.FORBIDDEN],
    "person": "Не все люди клиента согласны, чтобы их слова читала внешняя модель.",
    "transfer": "Внешней модели слова ещё не передаются: нет дат уведомления.",
}


class Models(Protocol):
    """What is needed of a `ModelGateway`."""

    def usable(self, lead_id: str, role: Role) -> bool:
        """Whether one may read this lead's words."""

    def barred(self, lead_id: str, role: Role) -> Barred:
        """Why none may; empty where one may, or there is none."""

    def room(self, lead_id: str, role: Role, max_answer_tokens: int = ...) -> int:
        """Characters of material."""

    async def answer(self, request: Request[T]) -> Answered[T]:
        """Raises `LlmError`."""


@dataclass
class Reading:
    """What a model made of a question. `claims` is empty where the answer has to be made without it: `note` says why.
    `missing`: it found nothing in the sources. It changes while `read` runs.
    """

    sources: dict[int, Source]
    claims: list[Claim] = field(default_factory=list)
    dropped: int = 0
    missing: bool = False
    engine: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Reader:
    """A model for one question about one client."""

    models: Models
    history: History
    lead: LeadId
    question: str
    today: date

    async def read(self, reading: Reading) -> AsyncIterator[Stage]:
        """Stages while it reads; what it found is in `reading` at the end. Raises `Transient` where the store does not
        answer."""
        if not self.models.usable(self.lead, _ROLE):
            reading.note = _BARS.get(self.models.barred(self.lead, _ROLE), "")
            return
        yield Looking("Модель читает найденное")
        until = asyncio.get_running_loop().time() + PATIENCE_S
        try:
            names = await self.history.names(self.lead)
            for left in range(ROUNDS, -1, -1):
                async with asyncio.timeout_at(until):
                    answered = await self._asked(reading, names)
                calls = self._calls(answered.value, reading) if left else []
                if not calls:
                    break
                yield Looking("Считаю цифры")
                yield Sources(await self._counted(calls, reading), 0)
        except TimeoutError:
            reading.note = _LATE
        except LlmError as error:
            reading.note = _NOTES.get(error.kind, _FAILED)
        else:
            await self._check(answered, reading)

    async def _asked(self, reading: Reading, names: Sequence[str]) -> Answered[Reply]:
        room = max(self.models.room(self.lead, _ROLE, ANSWER_TOKENS), LEAST_ROOM)
        words = material(list(reading.sources.values()), self.today, room)
        request = Request(_ROLE, system(self.question, self.today), words, Reply, names, self.lead, ANSWER_TOKENS)
        return await self.models.answer(request)

    def _calls(self, reply: Reply, reading: Reading) -> list[ToolCall]:
        known = [source.figure.call for source in reading.sources.values() if isinstance(source, Counted)]
        return calls_of([msgspec.structs.asdict(wanted) for wanted in reply.tools], known)

    async def _counted(self, calls: Sequence[ToolCall], reading: Reading) -> list[Source]:
        """The new figures, numbered on; a call that the store refuses brings none."""
        found: list[Source] = []
        for call in calls:
            try:
                figure = await self.history.figure(self.lead, call)
            except Refused:
                continue
            if figure.lead_id == self.lead:
                found.append(Counted(len(reading.sources) + 1, figure, told(figure)))
                reading.sources[found[-1].number] = found[-1]
        return found

    async def _check(self, answered: Answered[Reply], reading: Reading) -> None:
        kept = await asyncio.to_thread(checked, answered.value.claims, reading.sources, self.lead)
        reading.claims, reading.dropped, reading.engine = kept.claims, kept.dropped, answered.model
        reading.missing = answered.value.missing or not answered.value.claims
        if not kept.claims and not reading.missing:
            reading.note = _UNHELD
        if kept.dropped:
            log.info("claims without a source", extra={"lead": self.lead, "dropped": kept.dropped})

"""Questions that are being answered: each runs by itself, and whoever asked may look again from any place of it on.

In this process only: what was answered is kept by the store, and stands among the earlier questions.
"""

import asyncio
import logging
import secrets
from collections import OrderedDict, defaultdict, deque
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from processors.russian.dictionary import put_aside
from schemas.answers import Stage
from schemas.errors import LeadpulseError
from schemas.people import UserId
from schemas.types import LeadId, Millis
from streams.engine.clock import Clock
from streams.web.faults import Fault

log = logging.getLogger(__name__)

AT_MOST = 200
"""Kept in memory; older ones are looked up among the earlier questions."""
AN_HOUR_MS, QUESTIONS_AN_HOUR = 3_600_000, 60

FAILED = "Сейчас ответить не получилось: хранилище занято или недоступно. Спросите ещё раз через минуту."


@dataclass
class Asking:
    """One question of one user about one client. `fault` is what a person reads when it broke off."""

    user: UserId
    lead: LeadId
    text: str
    stages: list[Stage] = field(default_factory=list)
    is_over: bool = False
    fault: str = ""
    news: asyncio.Event = field(default_factory=asyncio.Event)
    work: asyncio.Task[None] | None = None

    def _changed(self) -> None:
        self.news.set()
        self.news = asyncio.Event()

    async def run(self, answer: AsyncIterator[Stage]) -> None:
        """Take the stages as they come."""
        try:
            async for stage in answer:
                self.stages.append(stage)
                self._changed()
        except LeadpulseError as error:
            log.warning("question not answered", extra={"lead": self.lead, "error": type(error).__name__})
            self.fault = FAILED
        finally:
            self.is_over = True
            self._changed()
            put_aside()


class Askings:
    """All of them, by an id that nobody can guess."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._known: OrderedDict[str, Asking] = OrderedDict()
        self._times: dict[UserId, deque[Millis]] = defaultdict(deque)

    def start(self, user: UserId, lead: LeadId, text: str, answer: AsyncIterator[Stage]) -> str:
        """Its id. Raises `Fault` 429 for the sixty-first question of an hour."""
        now, times = self._clock(), self._times[user]
        while times and times[0] <= now - AN_HOUR_MS:
            times.popleft()
        if len(times) >= QUESTIONS_AN_HOUR:
            raise Fault(429, f"Больше {QUESTIONS_AN_HOUR} вопросов в час: подождите немного.")
        times.append(now)
        asking = Asking(user, lead, text)
        id_ = secrets.token_hex(16)
        self._known[id_] = asking
        while len(self._known) > AT_MOST:
            _, oldest = self._known.popitem(last=False)
            if oldest.work is not None:
                oldest.work.cancel()
        asking.work = asyncio.ensure_future(asking.run(answer))
        return id_

    def find(self, id_: str, user: UserId, lead: LeadId) -> Asking:
        """Raises `Fault` 404 where it is not this user's about this client."""
        found = self._known.get(id_)
        if found is None or (found.user, found.lead) != (user, lead):
            raise Fault(404, "Этот вопрос уже среди прежних: откройте страницу вопросов ещё раз.")
        return found

    async def close(self) -> None:
        """End what is being answered."""
        works = [asking.work for asking in self._known.values() if asking.work is not None]
        for work in works:
            work.cancel()
        await asyncio.gather(*works, return_exceptions=True)

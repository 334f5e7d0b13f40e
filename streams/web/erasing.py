"""Erasures from the page: the topic as a table, the plan, and the work of those that somebody has started here.

The work is that of `leadpulse erase run` (`streams.erasing.work`), in the background: it lasts for minutes. When this
process ends it is interrupted, and goes on when somebody presses the button again, or gives the command.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path

from processors.privacy.erasing import Denied
from schemas.erasures import Erasure
from schemas.errors import LeadpulseError
from schemas.privacy import Consent
from schemas.topics import ERASURES
from schemas.types import LeadId
from streams.engine.erasures import ERASURE, KnownErasures
from streams.engine.kafka import Output
from streams.erasing.act import written
from streams.erasing.person import PersonEraser
from streams.erasing.steps import Eraser
from streams.erasing.work import carry_out
from streams.settings import Settings

log = logging.getLogger(__name__)

Send = Callable[[list[Output]], Awaitable[None]]


class Erasing:
    """`known` is followed by the worker."""

    def __init__(self, settings: Settings, send: Send, known: KnownErasures) -> None:
        self._settings, self._send, self.known = settings, send, known
        self._work: dict[str, asyncio.Task[None]] = {}
        self.faults: dict[str, str] = {}
        """Why the work of an erasure stopped, for people."""

    @property
    def denied(self) -> Denied:
        """All erasures and holds."""
        return self.known.denied

    async def plan(self, lead: LeadId, person: Consent | None) -> dict[str, int]:
        """How much there is, by place. Raises `Transient`."""
        if person is None:
            return await Eraser(self._settings).plan(lead)
        return await PersonEraser(self._settings).plan_of(lead, person)

    async def keep(self, one: Erasure) -> None:
        """To the topic, and at once to our own table: the page that follows shows it. Raises `Transient`."""
        await self._send([Output(ERASURES.name, one.erasure_id.encode(), ERASURE.encode(one))])
        self.denied.apply(one)

    def works(self, erasure_id: str) -> bool:
        """Whether it is being carried out here."""
        return erasure_id in self._work

    def start(self, one: Erasure, by: str, person: Consent | None) -> None:
        """Begin, or go on. `person`: as the register has him."""
        if self.works(one.erasure_id):
            return
        self.faults.pop(one.erasure_id, None)
        self._work[one.erasure_id] = asyncio.ensure_future(self._run(one, by, person))

    def act(self, one: Erasure) -> Path:
        """The act as a page, signed. Blocking. Raises `ConfigError`."""
        return written(self._settings.web.acts, one, self._settings.retention.topics())

    async def close(self) -> None:
        """What is interrupted goes on the next time."""
        for task in self._work.values():
            task.cancel()
        await asyncio.gather(*self._work.values(), return_exceptions=True)

    async def _run(self, one: Erasure, by: str, person: Consent | None) -> None:
        try:
            done = await carry_out(self._settings, one, by, person, self.keep)
            await asyncio.to_thread(self.act, done)
        except LeadpulseError as fault:
            self.faults[one.erasure_id] = str(fault)
            log.warning("erasure interrupted", extra={"erasure": one.erasure_id, "error": str(fault)})
        finally:
            self._work.pop(one.erasure_id, None)

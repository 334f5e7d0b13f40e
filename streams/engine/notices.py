"""Notices to those who run the installation: told from anywhere, sent to `ops.notices` by a background task."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Literal

from schemas.codec import Codec
from schemas.notices import OpsNotice
from schemas.topics import DAY_MS, OPS_NOTICES
from schemas.types import Millis
from streams.engine.kafka import Output
from streams.engine.retry import WORLD, Policy, World, retry

log = logging.getLogger(__name__)

_NOTICE: Codec[OpsNotice] = Codec(OpsNotice)

MOST_DETAIL = 300
"""Characters of a fault's own text."""


class Notices:
    """What one engine refuses on one day is one notice, whichever worker meets it and however often it is started."""

    def __init__(
        self,
        send: Callable[[list[Output]], Awaitable[None]],
        clock: Callable[[], Millis],
        world: World = WORLD,
    ) -> None:
        self._send, self._clock, self._world = send, clock, world
        self._waiting: asyncio.Queue[OpsNotice] = asyncio.Queue()
        self._open: dict[str, str] = {}

    def refuses(self, engine: str, words: str) -> None:
        """The engine refuses us for good."""
        self._open[engine] = f"speech:{engine}:{self._clock() // DAY_MS}"
        self._tell("engine_refuses", engine, words)

    def recovered(self, engine: str) -> None:
        """It works again."""
        if engine in self._open:
            self._tell("engine_back", engine, "")
            del self._open[engine]

    async def run(self) -> None:
        """The background task."""
        while True:
            notice = await self._waiting.get()
            output = Output(OPS_NOTICES.name, notice.notice_id.encode(), _NOTICE.encode(notice))
            await retry(Policy(), partial(self._send, [output]), told=_not_yet, world=self._world)

    def _tell(self, kind: Literal["engine_refuses", "engine_back"], subject: str, detail: str) -> None:
        log.error("notice to ops", extra={"kind": kind, "subject": subject})
        self._waiting.put_nowait(OpsNotice(self._open[subject], self._clock(), kind, subject, detail[:MOST_DETAIL]))


def _not_yet(fault: Exception) -> None:
    log.warning("notice not sent yet", extra={"error": str(fault)})

"""Updates as Telegram sends them to a webhook: in order, each again and again until it is taken."""

import asyncio
from typing import Any

import aiohttp

FIRST_UPDATE = 10_000
FIRST_WAIT, LONGEST_WAIT = 0.2, 5.0
"""Seconds between attempts."""


class Updates:
    """The queue of one bot. `webhook` is (URL, secret); until it is set, updates wait."""

    def __init__(self) -> None:
        self.webhook: tuple[str, str] | None = None
        self._queue: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._last = FIRST_UPDATE

    def put(self, kind: str, content: dict[str, Any]) -> None:
        """Queue an update of this kind (`message`, `callback_query`)."""
        self._last += 1
        self._queue.put_nowait({"update_id": self._last, kind: content})

    async def deliver(self) -> None:
        """Post what is queued; for ever."""
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as session:
            while True:
                update = await self._queue.get()
                wait = FIRST_WAIT
                while not await self._post(session, update):
                    await asyncio.sleep(wait)
                    wait = min(wait * 2, LONGEST_WAIT)

    async def _post(self, session: aiohttp.ClientSession, update: dict[str, Any]) -> bool:
        if self.webhook is None:
            return False
        url, secret = self.webhook
        try:
            async with session.post(url, json=update, headers={"X-Telegram-Bot-Api-Secret-Token": secret}) as answer:
                return 200 <= answer.status < 300
        except (aiohttp.ClientError, TimeoutError):
            return False

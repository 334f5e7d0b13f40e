"""Updates as Telegram gives them away: to a webhook in order, each until it is taken; without one to getUpdates."""

import asyncio
from typing import Any

import aiohttp

FIRST_UPDATE = 10_000
FIRST_WAIT, LONGEST_WAIT = 0.2, 5.0
"""Seconds between attempts."""


class Updates:
    """The queue of one bot. `webhook` is (URL, secret); until it is set, updates wait for it or for `taken`."""

    def __init__(self) -> None:
        self.webhook: tuple[str, str] | None = None
        self.allowed: list[str] = []
        self._waiting: list[dict[str, Any]] = []
        self._news = asyncio.Event()
        self._last = FIRST_UPDATE

    def info(self) -> dict[str, Any]:
        """getWebhookInfo: `allowed_updates` is there only where somebody set it."""
        asked = {"allowed_updates": self.allowed} if self.allowed else {}
        return {"url": self.webhook[0] if self.webhook else ""} | asked

    def put(self, kind: str, content: dict[str, Any]) -> None:
        """Queue an update of this kind (`message`, `callback_query`), if it was asked for."""
        if self.allowed and kind not in self.allowed:
            return
        self._last += 1
        self._waiting.append({"update_id": self._last, kind: content})
        self._news.set()

    def taken(self, offset: int) -> list[dict[str, Any]]:
        """getUpdates: what waits from `offset` on; what is before it was read and is forgotten. A negative one counts
        from the end.
        """
        if offset < 0:
            self._waiting = self._waiting[offset:]
        self._waiting = [update for update in self._waiting if update["update_id"] >= offset]
        return self._waiting[:100]

    async def deliver(self) -> None:
        """Post what is queued; for ever."""
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as session:
            while True:
                await self._news.wait()
                wait = FIRST_WAIT
                while self._waiting:
                    update = self._waiting[0]
                    if await self._post(session, update):
                        self._waiting.remove(update)
                        wait = FIRST_WAIT
                        continue
                    await asyncio.sleep(wait)
                    wait = min(wait * 2, LONGEST_WAIT)
                self._news.clear()

    async def _post(self, session: aiohttp.ClientSession, update: dict[str, Any]) -> bool:
        if self.webhook is None:
            return False
        url, secret = self.webhook
        try:
            async with session.post(url, json=update, headers={"X-Telegram-Bot-Api-Secret-Token": secret}) as answer:
                return 200 <= answer.status < 300
        except (aiohttp.ClientError, TimeoutError):
            return False

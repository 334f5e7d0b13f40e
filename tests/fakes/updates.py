"""Updates as Telegram gives them away: to a webhook in order, each until it is taken; without one to getUpdates.

core.telegram.org/bots/api, "Getting updates": kept for 24 hours; confirmed by an offset that is higher;
`allowed_updates` holds until it is said anew; 409 while a webhook is set, and for the older of two that ask at once.
"""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import aiohttp
from aiohttp import web

from tests.fakes.telegram_answers import refusal

FIRST_UPDATE = 10_000
FIRST_WAIT, LONGEST_WAIT = 0.2, 5.0
"""Seconds between attempts."""
KEPT_SECONDS = 24 * 3600.0
ON_WEBHOOK = (
    "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
)
TWICE = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"


class Updates:
    """The queue of one bot. `webhook` is (URL, secret); until it is set, updates wait for it or for getUpdates.

    `confirmed` are the ids that getUpdates was told to forget; `clock` in seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.webhook: tuple[str, str] | None = None
        self.allowed: list[str] = []
        self.confirmed: list[int] = []
        self.last = FIRST_UPDATE
        self._clock = clock
        self._waiting: list[tuple[float, dict[str, Any]]] = []
        self._news = asyncio.Event()
        self._asking: asyncio.Future[None] | None = None

    def info(self) -> dict[str, Any]:
        """getWebhookInfo: `allowed_updates` is there only where somebody set it."""
        asked = {"allowed_updates": self.allowed} if self.allowed else {}
        waiting = {"pending_update_count": len(self._kept())}
        return {"url": self.webhook[0] if self.webhook else ""} | waiting | asked

    def put(self, kind: str, content: dict[str, Any]) -> int:
        """Queue an update of this kind (`message`, `callback_query`), if it was asked for. Returns its id."""
        if self.allowed and kind not in self.allowed:
            return 0
        self.last += 1
        self._waiting.append((self._clock(), {"update_id": self.last, kind: content}))
        self._news.set()
        if self._asking is not None and not self._asking.done():
            self._asking.set_result(None)
        return self.last

    async def asked(self, body: dict[str, Any]) -> web.Response:
        """getUpdates."""
        if self.webhook is not None:
            return refusal(409, ON_WEBHOOK)
        if self._asking is not None and not self._asking.done():
            self._asking.set_exception(ConnectionAbortedError)
        if body.get("allowed_updates") is not None:
            self.allowed = list(body["allowed_updates"])
        offset, limit = int(body.get("offset", 0)), min(max(1, int(body.get("limit", 100))), 100)
        self._forget(offset)
        if not self._kept() and (timeout := min(float(body.get("timeout", 0)), 50.0)) > 0:
            self._asking = mine = asyncio.get_running_loop().create_future()
            try:
                await asyncio.wait_for(mine, timeout)
            except ConnectionAbortedError:
                return refusal(409, TWICE)
            except TimeoutError:
                pass
            finally:
                mine.cancel()
        return web.json_response({"ok": True, "result": self._kept()[:limit]})

    def _kept(self) -> list[dict[str, Any]]:
        oldest = self._clock() - KEPT_SECONDS
        self._waiting = [(since, update) for since, update in self._waiting if since >= oldest]
        return [update for _, update in self._waiting]

    def _forget(self, offset: int) -> None:
        """What is before `offset` was read. A negative one counts from the end."""
        before = self._waiting
        if offset < 0:
            self._waiting = before[offset:]
        self._waiting = [(since, update) for since, update in self._waiting if update["update_id"] >= offset]
        self.confirmed += [update["update_id"] for _, update in before[: len(before) - len(self._waiting)]]

    async def deliver(self) -> None:
        """Post what is queued; for ever."""
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as session:
            while True:
                await self._news.wait()
                wait = FIRST_WAIT
                while self._waiting:
                    first = self._waiting[0]
                    if await self._post(session, first[1]):
                        self._waiting.remove(first)
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

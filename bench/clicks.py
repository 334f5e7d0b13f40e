"""A head who opens pages of every kind: what the page's bench measures."""

import random

from aiohttp import ClientSession

from bench.page_world import CLIENTS, NOW
from schemas.topics import DAY_MS
from streams.web.cookies import SESSION
from tests.unit.web.page import Page


class Clicks:
    """A head who opens pages."""

    def __init__(self, here: Page, session: ClientSession) -> None:
        self._base, self._session = f"http://127.0.0.1:{here.client.port}", session
        self._cookie = {"Cookie": f"{SESSION}={here.cookie('head')}", "Accept": "text/html"}

    async def __call__(self, path: str) -> int:
        """Bytes of the answer."""
        async with self._session.get(self._base + path, headers=self._cookie) as answer:
            body = await answer.read()
            if answer.status != 200:
                raise RuntimeError(f"{path}: {answer.status}")
            return len(body)


def path_of(kind: str, chance: random.Random) -> str:
    """One of that kind; leads as in life: an eighth of them has half of the events."""
    lead = int(CLIENTS * chance.random() ** 3)
    return {
        "list": "/",
        "card": f"/leads/{lead}",
        "timeline": f"/leads/{lead}/timeline?before={NOW - chance.randrange(200) * DAY_MS}",
        "alerts": "/alerts",
        "inbox": "/inbox",
        "search": "/search?q=%D0%BF%D0%BE%D1%81%D1%82%D0%B0%D0%B2%D0%BA%D0%B0",
    }[kind]

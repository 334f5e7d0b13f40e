"""One question of a poll over HTTP: the address with its times and page put in, limits obeyed, faults told apart."""

import time
from datetime import UTC, datetime
from functools import partial
from typing import Final, NamedTuple
from urllib.parse import quote
from zoneinfo import ZoneInfo

import aiohttp
import msgspec

from schemas.errors import Refused, Transient
from schemas.types import Millis
from streams.engine.remote import LazySession, retry_after
from streams.engine.retry import WORLD, Policy, World, retry
from streams.settings import WmsPoll

LARGEST: Final = 32 << 20
"""Bytes of a page."""
PATIENCE: Final = Policy(first=1.0, longest=30.0, attempts=4, patience=120.0)
"""Within a round; the next round asks again anyhow."""
LATER: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Statuses that pass."""


class Question(NamedTuple):
    """A page of what changed between two times (ms UTC), at an address of the settings. `page` counts from 0."""

    url: str
    since: Millis
    until: Millis
    page: int = 0


class PollClient:
    """Asks one system."""

    def __init__(self, poll: WmsPoll, session: LazySession, world: World = WORLD) -> None:
        self._poll, self._session, self._world = poll, session, world
        self._free = 0.0

    async def ask(self, question: Question) -> bytes:
        """The body of the answer. Raises `Refused` where asking again gives the same, `Transient` where it may not."""
        return await retry(PATIENCE, partial(self._ask, question), world=self._world)

    async def _pace(self) -> None:
        """Wait until one more is within `per_second`: one asks at a time."""
        now = self._world.clock()
        wait = self._free - now
        self._free = max(now, self._free) + 1 / self._poll.per_second
        if wait > 0:
            await self._world.sleep(wait)

    async def _ask(self, question: Question) -> bytes:
        await self._pace()
        poll, values = self._poll, self._values(question)
        headers = {"Accept": "application/json", **poll.headers}
        if poll.authorization is not None:
            headers["Authorization"] = poll.authorization.get_secret_value()
        data = None
        if poll.body:
            headers.setdefault("Content-Type", "application/json")
            data = _filled(
                poll.body, {name: msgspec.json.encode(value).decode()[1:-1] for name, value in values.items()}
            )
        url = _filled(question.url, {name: quote(value, safe="") for name, value in values.items()})
        try:
            async with self._session().request(
                "POST" if poll.body else "GET", url, data=data, headers=headers, allow_redirects=False
            ) as answer:
                return await _body(answer)
        except (aiohttp.ClientError, OSError, TimeoutError) as error:  # their texts may hold the address
            raise Transient(f"нет ответа ({type(error).__name__})") from error

    async def close(self) -> None:
        """Close the connections."""
        await self._session.close()

    def _values(self, question: Question) -> dict[str, str]:
        poll = self._poll
        zone = ZoneInfo(poll.zone)
        since, until = (
            datetime.fromtimestamp(ts / 1000, UTC).astimezone(zone).strftime(poll.time_format)
            for ts in (question.since, question.until)
        )
        return {
            "since": since,
            "until": until,
            "page": str(poll.first_page + question.page),
            "offset": str(question.page * poll.page_size),
            "limit": str(poll.page_size),
        }


async def _body(answer: aiohttp.ClientResponse) -> bytes:
    if answer.status in LATER:
        raise Transient(f"ответ {answer.status}", _wait(answer))
    if answer.status != 200:
        raise Refused(f"ответ {answer.status}: проверьте адрес, ключ и права")
    body = bytearray()
    async for chunk in answer.content.iter_any():
        body += chunk
        if len(body) > LARGEST:
            raise Refused(f"ответ больше {LARGEST >> 20} МБ: задайте page_size")
    return bytes(body)


def _wait(answer: aiohttp.ClientResponse) -> float | None:
    """Seconds that the system names; МойСклад does it in ms, in a header of its own."""
    ours = answer.headers.get("X-Lognex-Retry-After", "")
    if ours.isascii() and ours.isdigit():
        return int(ours) / 1000
    return retry_after(answer.headers.get("Retry-After", ""), time.time())


def _filled(text: str, values: dict[str, str]) -> str:
    """Only our own names: the braces of a JSON stay."""
    for name, value in values.items():
        text = text.replace("{" + name + "}", value)
    return text

"""`out.http`: requests to hosts of the settings and workflows of n8n that a person signed (`guard` says where to).

The answer's status decides: taken, refused, or nobody knows. No redirect is followed, for it may lead anywhere.
"""

import asyncio
import logging
import socket
from contextlib import suppress

import aiohttp
import msgspec

from schemas.commands import Handed
from schemas.errors import Refused, Transient
from schemas.types import Millis
from streams.engine.remote import CONNECT_SECONDS, NEVER_LEFT, Connect, Uncertain
from streams.engine.retry import Policy
from streams.notify.handed.guard import Lookup, Pinned, Target, addresses_of, target_of
from streams.settings import Commands

log = logging.getLogger(__name__)

LONGEST_ANSWER = 64 << 10
"""Bytes that are read of an answer; the rest is not waited for."""
AGENT = "Leadpulse"


async def look_up(host: str, port: int) -> list[str]:
    """The system's own addresses of a name. Raises OSError."""
    found = await asyncio.wait_for(
        asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM), CONNECT_SECONDS
    )
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


class HttpCalls:
    """An `Outlet` for `http.post` and `n8n.run`."""

    patience = Policy(first=1.0, longest=5.0, attempts=3)

    def __init__(self, settings: Commands, lookup: Lookup = look_up, connect: Connect = aiohttp.ClientSession) -> None:
        self._settings, self._lookup, self._connect = settings, lookup, connect

    def objection(self, handed: Handed) -> str:
        """As `Outlet.objection`."""
        try:
            self._target(handed)
            self._headers(handed)
        except Refused as refusal:
            return str(refusal)
        return ""

    async def call(self, handed: Handed) -> str:
        """As `Outlet.call`."""
        target = self._target(handed)
        headers = self._headers(handed)
        addresses = await addresses_of(target, self._lookup)
        connector = aiohttp.TCPConnector(
            resolver=Pinned(target, addresses), use_dns_cache=False, force_close=True, limit=1
        )
        within = min(CONNECT_SECONDS, self._settings.timeout / 2)
        async with self._connect(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=self._settings.timeout, sock_connect=within),
            auto_decompress=False,
        ) as session:
            status = await self._post(session, target, headers, msgspec.json.encode(handed.fields))
        return _judged(status)

    async def find(self, _handed: Handed, _began: Millis) -> str | None:
        """As `Outlet.find`: there is nobody to ask."""
        return None

    async def _post(self, session: aiohttp.ClientSession, target: Target, headers: dict[str, str], body: bytes) -> int:
        try:
            async with session.post(target.url, data=body, headers=headers, allow_redirects=False) as response:
                with suppress(aiohttp.ClientError, TimeoutError, OSError, EOFError):  # the status has said it
                    await response.content.readexactly(LONGEST_ANSWER)
                return response.status
        except NEVER_LEFT as error:
            raise Transient(f"нет соединения ({type(error).__name__})") from None
        except (aiohttp.ClientError, TimeoutError, OSError) as error:  # its text may hold the address
            raise Uncertain(f"no answer ({type(error).__name__})") from None

    def _target(self, handed: Handed) -> Target:
        """Raises `Refused`."""
        settings = self._settings
        if handed.handler != "n8n.run":
            return target_of(handed.url, settings.hosts, {})
        named = [settings.workflows[name] for name in (handed.url, handed.method) if name in settings.workflows]
        if not named:
            raise Refused("такого потока n8n нет в commands.workflows")
        return target_of(named[0], settings.hosts, settings.workflows)

    def _headers(self, handed: Handed) -> dict[str, str]:
        """Raises `Refused`."""
        headers = {
            "Content-Type": "application/json",
            "Accept-Encoding": "identity",
            "User-Agent": AGENT,
            "X-Leadpulse-Command": handed.command_id,
        }
        if handed.key:
            secret = self._settings.secrets.get(handed.key)
            value = secret.get_secret_value().strip() if secret is not None else ""
            if not value:
                raise Refused(f"нет ключа {handed.key} в commands.secrets")
            headers["Authorization"] = f"Bearer {value}"
        return headers


def _judged(status: int) -> str:
    """What an answer says: where it stands. Raises `Refused` (Russian), `Uncertain`."""
    if 200 <= status < 300:
        return f"принято, ответ {status}"
    if status < 400:
        raise Refused(f"узел ответил переадресацией ({status}), по ней мы не ходим")
    if status < 500:
        raise Refused(f"узел отказал: ответ {status}")
    raise Uncertain(f"answer {status}")

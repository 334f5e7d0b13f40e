"""Questions of the page to the store's API: asynchronous, in a user's name, with the page's own token and few routes.

`streams.clients.store` is the command line's and the workers' door to the same API.
"""

import asyncio
import json
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote, unquote

import aiohttp
from yarl import URL

from processors.russian.system import os_reason
from schemas.errors import ConfigError, Refused, Transient
from streams.settings import Store
from streams.settings.store import web_token_file

ACTOR: Final = "X-Actor"
"""Header with the user's name, percent-encoded UTF-8: the store signs with it what he writes."""


class Busy(Transient):
    """The store answers others just now."""


class Absent(Refused):
    """The store has nothing of that name (404)."""


class StoreWeb:
    """One connection pool; a question that takes longer than `seconds` is given up, there as well as here."""

    def __init__(self, store: Store, seconds: float) -> None:
        self._store, self._seconds = store, seconds
        self._session: aiohttp.ClientSession | None = None
        self._token = ""

    async def get(self, path: str, actor: str, query: Mapping[str, str | int] | None = None) -> Any:
        """The decoded answer. Raises `Busy`, `Transient`, `Absent`, `Refused`."""
        return await self._ask("GET", path, actor, query or {}, None)

    async def post(self, path: str, actor: str, body: Mapping[str, Any]) -> Any:
        """The same for a JSON body."""
        return await self._ask("POST", path, actor, {}, body)

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()

    async def _ask(
        self, method: str, path: str, actor: str, query: Mapping[str, str | int], body: Mapping[str, Any] | None
    ) -> Any:
        url = URL(f"http://{self._store.api_host}:{self._store.api_port}{_plain(path)}", encoded=True)
        if self._session is None:
            # a proxy of the environment is for the internet, not for our own worker (trust_env stays off)
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=self._seconds))
        headers = {"Authorization": f"Bearer {await self._bearer()}", ACTOR: quote(actor)}
        try:
            async with self._session.request(method, url, params=dict(query), headers=headers, json=body) as answer:
                return _read(answer.status, await answer.read())
        except TimeoutError:
            raise Busy("хранилище не ответило вовремя", retry_after=2.0) from None
        except (aiohttp.ClientError, OSError) as error:
            raise Transient(f"хранилище не отвечает: {os_reason(error)}", retry_after=5.0) from None

    async def _bearer(self) -> str:
        if not self._token:
            self._token = await asyncio.to_thread(web_token, self._store)
        return self._token


def web_token(store: Store) -> str:
    """The page's token: from the settings, else from the file that the store made. Raises `Transient` without one."""
    given = store.web_token.get_secret_value()
    if given:
        return given
    path = web_token_file(store)
    try:
        return path.read_text().strip()
    except OSError as error:
        raise Transient(f"нет токена страницы ({path}): {os_reason(error)}; его создаёт хранилище") from None


def _plain(path: str) -> str:
    """The path, where it leads to what is written in it: a name that a person gave must not climb to another client's
    things. Raises `Absent`."""
    steps = [unquote(step) for step in path.removeprefix("/").split("/")]
    if not path.startswith("/") or any(sign in path for sign in "?#") or any(step in ("", ".", "..") for step in steps):
        raise Absent("there is no such path")
    return path


def _read(status: int, content: bytes) -> Any:
    if status == 200:
        return json.loads(content)
    try:
        told = str(json.loads(content)["error"])
    except (ValueError, KeyError, TypeError):
        told = ""
    match status:
        case 401 | 403:
            raise ConfigError(f"хранилище не пускает страницу: {told}")
        case 404:
            raise Absent(told)
        case 429:
            raise Busy("хранилище занято", retry_after=2.0)
        case _ if status >= 500:
            raise Transient(f"хранилище не может ответить: {told}", retry_after=5.0)
        case _:
            raise Refused(told)

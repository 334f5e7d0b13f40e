"""Questions to the Bot API from the command line, one at a time. The token stands in the URL: no error shows it."""

import asyncio
import json
from typing import Any, NamedTuple, Self

import aiohttp

from schemas.errors import Refused, Transient
from streams.engine.remote import NEVER_LEFT, LazySession
from streams.settings import Telegram

TIMEOUT = 10.0
"""Seconds for one answer."""


class Api(NamedTuple):
    """Where the Bot API is, and the proxy to it (its URL, empty without one)."""

    url: str
    proxy: str = ""

    @classmethod
    def of(cls, telegram: Telegram) -> Self:
        """As the settings say."""
        return cls(telegram.api, telegram.proxy.get_secret_value())


def ask(api: Api, token: str, method: str, timeout: float = TIMEOUT, **parameters: object) -> Any:
    """The `result` of a method (core.telegram.org/bots/api#making-requests). Raises `Refused`, `Transient`."""
    return asyncio.run(_ask(api, token, method, timeout, parameters))


async def _ask(api: Api, token: str, method: str, timeout: float, parameters: dict[str, object]) -> Any:
    http = LazySession(timeout, proxy=api.proxy)
    way = f"по адресу {api.url}" + (" через прокси (telegram.proxy)" if api.proxy else "")
    hint = "" if api.proxy else "; если он в вашей сети замедлен, задайте telegram.proxy"
    try:
        async with http().post(f"{api.url.rstrip('/')}/bot{token}/{method}", json=parameters) as response:
            status, answer = response.status, json.loads(await response.read())
    except (*NEVER_LEFT, aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
        raise Transient(f"Telegram не отвечает {way} ({type(error).__name__}){hint}") from None
    finally:
        await http.close()
    if status in (401, 404):
        raise Refused(f"Telegram не принимает токен бота (telegram.token): ответ {status}")
    if not isinstance(answer, dict) or status >= 500:
        raise Transient(f"Telegram не отвечает {way} (ответ {status})")
    if not answer.get("ok"):
        raise Refused(f"{status} {answer.get('description', '')}".strip())
    return answer.get("result")

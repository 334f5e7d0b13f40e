"""Questions to the store's API: one process owns the database, everybody else asks it."""

import json
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from http import HTTPStatus
from http.client import HTTPException
from typing import Any, TypeVar
from urllib.parse import quote

from processors.russian.system import os_reason
from schemas.errors import ConfigError, Refused, Transient
from schemas.types import LeadId
from streams.settings import Store

T = TypeVar("T")

TIMEOUT = 60.0
"""Seconds for one answer: more than the store's own limit of one statement."""

PAGE = 1000
"""Events of a history that are asked for at once."""

OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))
"""A proxy of the environment is for the internet, not for our own worker."""


def call(store: Store, path: str, body: dict[str, Any] | None = None, timeout: float = TIMEOUT) -> Any:
    """GET, or POST with a JSON `body`; the decoded answer. Raises `ConfigError`, `Refused`, `Transient`."""
    return fetch(store, path, json.loads, body, timeout)


def fetch(
    store: Store, path: str, decode: Callable[[bytes], T], body: dict[str, Any] | None = None, timeout: float = TIMEOUT
) -> T:
    """The same for an answer that the caller decodes (a ValueError of `decode`: it is no answer of the store)."""
    place = f"http://{store.api_host}:{store.api_port}"
    request = urllib.request.Request(
        place + path,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Authorization": f"Bearer {token(store)}", "Content-Type": "application/json"},
    )
    try:
        with OPENER.open(request, timeout=timeout) as answer:
            return decode(answer.read())
    except urllib.error.HTTPError as error:
        with error:
            told = f"хранилище отказало ({error.code}): {_reason(error)}"
        if error.code in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
            raise ConfigError(told) from None
        raise Transient(told) if error.code >= 500 or error.code == 429 else Refused(told) from None
    except (OSError, ValueError, HTTPException) as error:
        raise Transient(
            f"хранилище не отвечает ({place}: {os_reason(error)}); "  # the path may hold what a sender wrote
            "запущен ли `leadpulse up` (или `leadpulse worker store`)?"
        ) from None


def whole_history(store: Store, lead: LeadId) -> Iterator[dict[str, Any]]:
    """All events of a lead as the API tells them, newest first, a page after the other. Raises as `call`."""
    before = ""
    while True:
        page = f"&before={quote(before)}" if before else ""
        answer = call(store, f"/api/leads/{quote(lead)}/history?limit={PAGE}{page}")
        yield from answer["events"]
        before = answer.get("next") or ""
        if not before:
            return


def token(store: Store) -> str:
    """The bearer token: from the settings, else from the file that the store made. Raises `ConfigError`."""
    given = store.api_token.get_secret_value()
    if given:
        return given
    try:
        return store.api_token_file.read_text().strip()
    except OSError as error:
        why = "такого файла ещё нет" if isinstance(error, FileNotFoundError) else os_reason(error)
        raise ConfigError(
            f"нет токена API хранилища: {store.api_token_file}: {why}; "
            "его создаёт `leadpulse up` (или `leadpulse worker store`) при запуске"
        ) from None


def _reason(error: urllib.error.HTTPError) -> str:
    text = error.read(4096).decode(errors="replace")
    try:
        return str(json.loads(text)["error"])
    except (ValueError, KeyError, TypeError):
        return text.strip() or error.reason

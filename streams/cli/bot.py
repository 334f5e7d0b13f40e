"""Questions to the Bot API from the command line, one at a time. The token stands in the URL: no error shows it."""

import json
import urllib.error
import urllib.request
from http.client import HTTPException
from typing import Any

from schemas.errors import Refused, Transient
from streams.clients.store import OPENER

TIMEOUT = 10.0
"""Seconds for one answer."""


def ask(api: str, token: str, method: str, timeout: float = TIMEOUT, **parameters: object) -> Any:
    """The `result` of a method (core.telegram.org/bots/api#making-requests). Raises `Refused`, `Transient`."""
    try:
        request = urllib.request.Request(
            f"{api.rstrip('/')}/bot{token}/{method}",
            data=json.dumps(parameters).encode(),
            headers={"Content-Type": "application/json"},
        )
        with OPENER.open(request, timeout=timeout) as answer:
            return json.load(answer)["result"]
    except urllib.error.HTTPError as error:
        with error:
            said = _description(error)
        if error.code in (401, 404):
            raise Refused(f"Telegram не принимает токен бота (telegram.token): ответ {error.code}") from None
        raise (Transient if error.code >= 500 else Refused)(f"{error.code} {said}".strip()) from None
    except (OSError, ValueError, KeyError, TypeError, HTTPException) as error:
        raise Transient(f"Telegram не отвечает по адресу {api} ({type(error).__name__})") from None


def _description(error: urllib.error.HTTPError) -> str:
    try:
        return str(json.loads(error.read(4096))["description"])
    except (ValueError, KeyError, TypeError):
        return ""

"""What a request to the read API says, as values: whatever it is, it is one of these or `Refused`."""

import asyncio
import re
from collections.abc import Sequence
from datetime import date
from typing import TypeVar

import msgspec
from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from processors.identity import Identities
from schemas.errors import Refused
from schemas.types import LeadId, Millis

T = TypeVar("T")

HOLDER = web.RequestKey("holder", str)
"""Of a request that the API let in: the name of the token's holder."""

IDENTITIES = web.RequestKey("identities", Identities)
"""Of a request that the API let in: which lead was merged with which."""

BODY_SECONDS = 10.0
"""For the whole of a body: a known client on the same host or network sends 128 kB at once."""

LONGEST_LINE = 256 << 10
"""Bytes of a request's first line: the page names all clients of a curator in it (`among`), who may have thousands."""

LONGEST_TEXT = 200
"""Characters of a room's or recording's name."""

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_LIMIT = re.compile(r"[1-9]\d{0,3}|10000", re.ASCII)
_MILLIS = re.compile(r"\d{1,13}", re.ASCII)


async def body(request: web.Request, type_: type[T]) -> T:
    """The JSON body. Raises `Refused`, and aiohttp's HTTPException for one that is too large or too slow."""
    try:
        async with asyncio.timeout(BODY_SECONDS):
            return msgspec.json.decode(await request.read(), type=type_)
    except TimeoutError:
        raise web.HTTPRequestTimeout from None
    except (HttpProcessingError, web.RequestPayloadError) as error:
        raise Refused("the body is not what its headers say (Content-Encoding, Content-Length)") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        fields = ", ".join(field.name for field in msgspec.structs.fields(type_))  # type: ignore[arg-type]
        raise Refused(f"the body is a JSON object with {fields}: {error}") from error


def day(text: str) -> date | None:
    """YYYY-MM-DD; None for nothing. Raises `Refused`."""
    if not text:
        return None
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise Refused("day is YYYY-MM-DD")


def lead(request: web.Request) -> LeadId:
    """The lead in the path. Raises `Refused`."""
    try:
        return msgspec.convert(request.match_info["lead"], LeadId)
    except msgspec.ValidationError as error:
        raise Refused("a lead id is 1 to 12 digits") from error


def client(request: web.Request) -> LeadId:
    """The lead in the path, or that with which it was merged: an old number is still the client's. Raises `Refused`."""
    return request[IDENTITIES].merged(lead(request))


def numbers(request: web.Request) -> list[LeadId]:
    """All numbers of the client in the path, the one he has now first. Raises `Refused`."""
    return request[IDENTITIES].leads(client(request))


def maybe_client(request: web.Request) -> LeadId:
    """The same of the parameter `lead`; nothing for all leads. Raises `Refused`."""
    given = maybe_lead(request.query.get("lead", ""))
    return request[IDENTITIES].merged(given) if given else ""


def maybe_lead(given: str) -> LeadId:
    """A lead, or nothing for all of them. Raises `Refused`."""
    try:
        return msgspec.convert(given, LeadId) if given else ""
    except msgspec.ValidationError as error:
        raise Refused("a lead id is 1 to 12 digits") from error


def one_of(request: web.Request, name: str, known: Sequence[str]) -> str:
    """One of these words, or nothing. Raises `Refused`."""
    given = request.query.get(name, "")
    if given and given not in known:
        raise Refused(f"{name} is one of {', '.join(known)}")
    return given


def leads(given: str) -> list[LeadId]:
    """Leads with commas between; nothing is nobody in particular. Raises `Refused`."""
    return [maybe_lead(one) for one in given.split(",")] if given else []


def limit(request: web.Request, usual: int) -> int:
    """How many things the answer may have. Raises `Refused`."""
    given = request.query.get("limit", str(usual))
    if not _LIMIT.fullmatch(given):
        raise Refused("limit is a number from 1 to 10000")
    return int(given)


def time(request: web.Request, name: str) -> Millis:
    """ms UTC; 0 for nothing. Raises `Refused`."""
    given = request.query.get(name, "0")
    if not _MILLIS.fullmatch(given):
        raise Refused(f"{name} is a time in ms UTC")
    return int(given)


def text(given: str, name: str) -> str:
    """A short name. Raises `Refused`."""
    if len(given) > LONGEST_TEXT or not given.isprintable():
        raise Refused(f"{name} is a text of at most {LONGEST_TEXT} characters, without control characters")
    return given

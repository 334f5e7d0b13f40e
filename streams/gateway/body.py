"""How a body comes in: each source has its own places, size and time, so a slow or greedy one is in nobody's way.

A source is what the path names (a bot, a warehouse system); who has not proved himself has no body read at all. What
can be proved only by the body (HMAC) is read in places of its own, fewer and for less time.
"""

import asyncio
from collections import Counter
from dataclasses import dataclass

from aiohttp import web

from streams.settings import Gateway

PATIENCE_SECONDS = 1.0
"""With all places taken, a body that has been coming for longer gives its place to the next: an honest sender needs
milliseconds, or seconds only over a line so slow that the proxy should have gathered the body (docs/connect.md)."""

SOURCE_BYTES = 16 << 20
"""Bytes of unfinished bodies that one source may have in memory: sixteen of the largest, or thousands of single
events."""
UNPROVEN_BYTES = 4 << 20
"""The same for bodies that are not proven yet."""


@dataclass(frozen=True, slots=True)
class Limits:
    """`places`: bodies at once; `memory`: bytes of all of them; `largest`: bytes of one; `seconds` for one."""

    places: int
    memory: int
    largest: int
    seconds: float


def proven(settings: Gateway, largest: int | None = None) -> Limits:
    """Limits of a source whose header proved it. Half of all places: the other half stays for the others."""
    most = settings.max_body if largest is None else largest
    return Limits(max(1, settings.max_in_work // 2), max(SOURCE_BYTES, most), most, settings.read_timeout)


def unproven(settings: Gateway) -> Limits:
    """Limits of a source of which only the body can be proved."""
    most = settings.max_body
    return Limits(settings.unproven_in_work, max(UNPROVEN_BYTES, most), most, settings.unproven_timeout)


@dataclass(eq=False, slots=True)
class _Reading:
    peer: str
    began: float
    limit: asyncio.Timeout
    size: int = 0


class Bodies:
    """The bodies of one source that are on their way in."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._readings: dict[_Reading, None] = {}  # a set that keeps its order: the oldest is first
        self._held = 0

    async def read(self, request: web.Request) -> bytes:
        """The body as it was sent. Raises 400, 408, 413, 415, and 429 when no place is free."""
        if request.headers.get("Content-Encoding", "identity").lower() != "identity":
            raise web.HTTPUnsupportedMediaType(text="compressed bodies are not accepted")
        if request.content_length is not None and request.content_length > self._limits.largest:
            raise self._too_large()
        try:
            body = request.content.read_nowait() if request.content.is_eof() else await self._arriving(request)
        except TimeoutError:
            raise web.HTTPRequestTimeout(text="the body did not arrive in time") from None
        except (web.RequestPayloadError, ConnectionError):
            raise web.HTTPBadRequest(text="the body broke off") from None
        if len(body) > self._limits.largest:
            raise self._too_large()
        return body

    async def _arriving(self, request: web.Request) -> bytes:
        peer, now = request.remote or "", asyncio.get_running_loop().time()
        if len(self._readings) >= self._limits.places:
            self._make_room(peer, now)
        limit = asyncio.timeout(self._limits.seconds)
        reading = _Reading(peer, now, limit)
        self._readings[reading] = None
        body = bytearray()  # not a list of chunks: those may be of one byte each
        try:
            async with limit:
                async for chunk in request.content.iter_any():
                    body += chunk
                    self._grow(reading, len(chunk))
        finally:
            self._readings.pop(reading, None)
            self._held -= reading.size
        return bytes(body)

    def _grow(self, reading: _Reading, size: int) -> None:
        reading.size += size
        self._held += size
        if reading.size > self._limits.largest:
            raise self._too_large()
        if self._held > self._limits.memory:
            self._make_room(reading.peer, asyncio.get_running_loop().time())

    def _make_room(self, peer: str, now: float) -> None:
        """End one reading: the oldest of a peer that has more of them than `peer`, or one that takes too long.

        Raises 429 when there is none. Behind a reverse proxy all have one address: then only the time decides.
        """
        if not self._readings:  # those that were ended still hold their bytes, for one turn of the loop
            raise too_many()
        counts = Counter(reading.peer for reading in self._readings)
        greedy, most = counts.most_common(1)[0]
        oldest = next(iter(self._readings))
        if most > counts[peer] + 1:
            oldest = next(reading for reading in self._readings if reading.peer == greedy)
        elif now - oldest.began < PATIENCE_SECONDS:
            raise too_many()
        del self._readings[oldest]
        if not oldest.limit.expired():
            oldest.limit.reschedule(now)

    def _too_large(self) -> web.HTTPRequestEntityTooLarge:
        largest = self._limits.largest
        return web.HTTPRequestEntityTooLarge(largest, text=f"the body is larger than {largest} bytes")


def utf8(body: bytes) -> bytes:
    """The same body. Raises 400 when it is not UTF-8: what is passed on unread (unknown fields) must be, too."""
    try:
        body.decode()
    except UnicodeDecodeError as error:
        raise web.HTTPBadRequest(text=f"the body is not UTF-8 (byte {error.start})") from None
    return body


def too_many() -> web.HTTPTooManyRequests:
    """The refusal of somebody who comes faster than he can be served: the broker is there, and so are we."""
    return web.HTTPTooManyRequests(text="too many requests at once, try again", headers={"Retry-After": "1"})

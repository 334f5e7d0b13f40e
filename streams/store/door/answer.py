"""An answer on its way out: whole errors before the first byte, marked ones after it."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable

from aiohttp import web

from streams.store.door.query import Engine, Query
from streams.store.door.wire import BYTES, STATUS, TEXTS, Fault, Packer, broken_off

SLOWEST_WRITE = 30.0
"""Seconds for one piece: a client that has stopped reading must not hold a place."""

Piece = Callable[[Callable[[], bytes]], Awaitable[bytes]]
"""Runs a call in a thread of the engine."""

_LATE = "X-ClickHouse-Exception-Tag"


def head(request: web.Request, engine: Engine, tag: str, form: str) -> dict[str, str]:
    """Headers of an answer."""
    return {
        "Content-Type": BYTES,
        "X-ClickHouse-Query-Id": _printable(request.query.get("query_id", "")) or tag,
        "X-ClickHouse-Timezone": engine.timezone,
        "X-ClickHouse-Server-Display-Name": "leadpulse",
        "X-ClickHouse-Format": form,
        _LATE: secrets.token_hex(8),
    }


def _printable(given: str) -> str:
    return given if given.isascii() and given.isprintable() and len(given) <= 128 else ""


def refuse(fault: Fault, tag: str) -> web.Response:
    """An answer that is an error."""
    headers = {"X-ClickHouse-Exception-Code": str(fault.code), "X-ClickHouse-Query-Id": tag, "Content-Type": TEXTS}
    return web.Response(status=STATUS.get(fault.code, 500), body=f"{fault.text}\n".encode(), headers=headers)


async def send(request: web.Request, headers: dict[str, str], work: Query, run: Piece) -> web.StreamResponse:
    """Run the query and send what it gives, piece by piece. Raises `Fault` for one before the first byte, and
    ConnectionError when the client has stopped reading or gone."""
    piece = await run(work.start)
    gzip = request.query.get("enable_http_compression") == "1" and "gzip" in request.headers.get("Accept-Encoding", "")
    packer = Packer(gzip)
    answer = web.StreamResponse(headers=headers | ({"Content-Encoding": "gzip"} if gzip else {}))
    await answer.prepare(request)
    while piece:
        await _write(answer, packer.add(piece))
        try:
            piece = await run(work.next)
        except Fault as fault:
            await _write(answer, packer.add(broken_off(fault.text, headers[_LATE])))
            break
    await _write(answer, packer.end())
    await answer.write_eof()
    return answer


async def _write(answer: web.StreamResponse, piece: bytes) -> None:
    if piece:
        try:
            async with asyncio.timeout(SLOWEST_WRITE):
                await answer.write(piece)
        except TimeoutError:
            raise ConnectionResetError("the client does not read its answer") from None

"""Whatever is sent to the read API: it answers 2xx or 4xx, in JSON where the request was one, and works on."""

import asyncio
import json
import random
from urllib.parse import quote

import aiohttp
import pytest

from tests.unit.store.api_line import answer

SEED = 9
REQUESTS = 2_000
NO_ANSWER = 0

PATHS = [
    *(
        "/api/leads/{}/history",
        "/api/leads/{}/signals",
        "/api/leads/{}/scores",
        "/api/leads/{}/transcripts",
        "/api/leads/{}/people",
    ),
    *(
        "/api/leads/{}/profile",
        "/api/recordings/{}",
        "/api/alerts",
        "/api/status",
        "/api/sql",
        "/api/reports",
        "/api/{}",
    ),
]
NAMES = ["limit", "before", "day", "since", "until", "room", "status", "query", "%00", "ключ"]
VALUES = [
    *("", "0", "1", "-1", "12345", "9" * 5000, "1e9", "0x10", "٣", "NaN", "null", "true", "[]", "{}", "'", '"', "\\"),
    *("0001-01-01", "9999-12-31", "1900-01-01", "2026-13-45", "2026-W01-1", "20260101", "2026-01-01\n", "open", "\x00"),
    *("\x1b[2J", "\u202e", "ё", "\U0001f600", "a" * 300, "../../etc/passwd", "1795246200000-ffffffffffffffff"),
    *(
        "99999999999999999999-zz",
        "9999999999999",
        "' OR 1=1 --",
        "{lead:String}",
        "%s",
        "\ud800".encode("utf-8", "replace").decode(),
    ),
]
BODIES = [
    *(
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b"\x00" * 10,
        b'{"query": 1}',
        b'{"query": null}',
        b'{"query": "\\ud800"}',
    ),
    *(
        b'{"query": "SELECT \\u0000"}',
        b'{"query": "EXPLAIN AST SELECT 1"}',
        b'{"day": "0001-01-01"}',
        b'{"day": "1900-01-01"}',
    ),
    *(
        b'{"day": 5}',
        b'{"field": "sells", "text": "\\u0000", "author": "\\ud800"}',
        b'{"field": "sells", "text": "\\udfff"}',
    ),
    *(
        b"[" * 100_000,
        b'{"query": "' + b"(" * 60_000 + b'"}',
        b'{"query": "' + b"x" * (1 << 18) + b'"}',
        b'{"query":"' + b"\\" * 99,
    ),
]
QUERIES = [
    *(
        "SELECT",
        "FROM",
        "WHERE",
        "(",
        ")",
        "'",
        "`",
        '"',
        "events",
        "lead_id",
        "1",
        "*",
        ",",
        "/*",
        "*/",
        "--",
        "\n",
        ";",
    ),
    *(
        "EXPLAIN",
        "AST",
        "FORMAT",
        "Null",
        "SETTINGS",
        "a=1",
        "APPLY",
        "file",
        "x -> x",
        "{p:String}",
        "$$",
        "\\",
        "\x00",
    ),
    *(
        "UNION ALL",
        "WITH",
        "AS",
        "numbers(3)",
        "arrayMap",
        "[1]",
        "::",
        "Int8",
        "default.",
        "LIMIT",
        "-1",
        "INTO OUTFILE",
    ),
]
HEADERS = [
    *(
        {},
        {"Content-Encoding": "gzip"},
        {"Content-Encoding": "deflate"},
        {"Content-Encoding": "br"},
        {"Content-Encoding": "x"},
    ),
    *({"Content-Type": "text/plain; charset=no-such"}, {"Content-Type": "\x7f"}, {"Transfer-Encoding": "chunked"}),
    *(
        {"Expect": "100-continue"},
        {"Expect": "x"},
        {"Range": "bytes=0-"},
        {"If-Modified-Since": "x"},
        {"Cookie": "=;" * 50},
    ),
    *(
        {"Accept-Encoding": "\xff"},
        {"X-Long": "x" * 7000},
        {"X-Longer": "x" * 20_000},
        {"Connection": "upgrade", "Upgrade": "websocket"},
    ),
]
METHODS = ["GET", "GET", "GET", "POST", "POST", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "FOO"]


async def test_no_request_is_a_5xx(api: aiohttp.ClientSession) -> None:
    """2 000 requests by a seeded generator, raw over TCP, as no client library would send them."""
    await fuzzed(api, SEED)


@pytest.mark.proof
@pytest.mark.parametrize("seed", range(10))
async def test_no_request_of_many_is_a_5xx(api: aiohttp.ClientSession, seed: int) -> None:
    """Twenty thousand by other seeds."""
    await fuzzed(api, seed * 1000 + 1)


async def fuzzed(api: aiohttp.ClientSession, seed: int) -> None:
    """Every kind of answer came, and none of them was a 5xx."""
    dice = random.Random(seed)
    assert api._base_url is not None and api._base_url.port is not None
    port, token = api._base_url.port, api.headers["Authorization"]
    statuses: dict[int, int] = {}
    for number in range(REQUESTS):
        request = made(dice, token)
        status = await sent(port, request)
        statuses[status] = statuses.get(status, 0) + 1
        assert status == NO_ANSWER or 200 <= status < 500, (number, status, request[:500])
    assert statuses.get(NO_ANSWER, 0) < REQUESTS / 100, statuses
    assert min(statuses.get(status, 0) for status in (200, 400, 401, 404, 405)) > 10, statuses
    assert (await answer(api, "/api/alerts"))[0] == 200


def made(dice: random.Random, token: str) -> bytes:
    """A request: mostly with the token, often with a body that means something else than its headers say."""
    method, path = (
        dice.choice(METHODS),
        dice.choice(PATHS).format(quote(dice.choice(VALUES), safe=dice.choice(["", "/%"]))),
    )
    query = "&".join(f"{dice.choice(NAMES)}={quote(dice.choice(VALUES))}" for _ in range(dice.choice([0, 0, 1, 1, 2])))
    raw = dice.choice(["", "", "", "%", "%ff", "%00", "\xff", "?", "#", "//", "x" * 9_000])
    body = (
        dice.choice(BODIES)
        if dice.random() < 0.5
        else json.dumps({"query": " ".join(dice.choices(QUERIES, k=9))}).encode()
    )
    shown = (
        token
        if dice.random() < 0.9
        else dice.choice(["", "Bearer", "Bearer \xff\xfe", "Basic x", token[:-1], "Bearer " + "x" * 5000])
    )
    headers = {"Host": "127.0.0.1", "Authorization": shown, "Connection": "close"} | dice.choice(HEADERS)
    if headers.get("Transfer-Encoding") == "chunked":
        body = dice.choice([b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body), b"zz\r\nx\r\n0\r\n\r\n"])
    else:
        headers["Content-Length"] = str(len(body) if dice.random() < 0.95 else dice.choice([0, "-1", "x", "+5"]))
    if method in ("GET", "HEAD") and dice.random() < 0.8:
        headers, body = {k: v for k, v in headers.items() if k not in ("Content-Length", "Transfer-Encoding")}, b""
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return (
        f"{method} {path}{raw}{'?' + query if query else ''} HTTP/1.1\r\n{lines}\r\n".encode("latin-1", "replace")
        + body
    )


async def sent(port: int, request: bytes) -> int:
    """The status of the answer."""
    async with asyncio.timeout(120):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            writer.write(request)
            line = await reader.readline()
            if line.startswith(b"HTTP/1.1 100"):  # the answer to Expect stands before the answer
                await reader.readline()
                line = await reader.readline()
            return int(line.split()[1]) if line else NO_ANSWER
        except ConnectionError:  # closed while we still wrote a body that it does not want
            return NO_ANSWER
        finally:
            writer.close()

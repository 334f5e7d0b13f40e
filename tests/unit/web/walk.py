"""`python -m tests.unit.web.walk`: a real Chromium over every page, at 390 and 1280 px, light and dark; JSON of faults.

The invented company in this process (`tests.unit.web.company`), one browser, each page loaded once a width. A process
of its own, so that it can stand in a network that has nothing but the loopback (`unshare -n`).
"""

import asyncio
import contextlib
import fcntl
import json
import socket
import struct
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final, NamedTuple
from unittest.mock import patch

import msgspec

from processors.commands import canon
from schemas.failed import DeadLetter
from schemas.people import Role
from schemas.traces import Standing, Step, Trace
from streams.clients.store_web import StoreWeb
from streams.engine.dead_letters import OpenLetters
from streams.engine.letters import LETTER
from streams.settings import Store
from streams.store.clickhouse import load_engine
from streams.web.cookies import SESSION
from streams.web.table import ROUTES
from tests.browser import WIDTHS, Watched, browser, window
from tests.unit.store.conftest import opened
from tests.unit.web.commanding import CHAT, TEXT, commanded
from tests.unit.web.company import standing
from tests.unit.web.company_clients import LEAVES
from tests.unit.web.flow import filled
from tests.unit.web.page import Page
from tests.unit.web.test_privacy import PERSON, knows

CARD: Final = f"/leads/{LEAVES}"


COMMAND: Final = canon.command_id("telegram.reply", LEAVES, "1", {"text": TEXT, "chat_id": CHAT})


class Place(NamedTuple):
    """A page: whose eyes, where, and what route of the table it is."""

    role: Role | None
    path: str
    route: str


PLACES: Final = (
    Place(None, "/login", "/login"),
    Place(None, "/login/invite/none", "/login/invite/{code}"),
    Place("head", "/", "/"),
    Place("viewer", "/", "/"),
    Place("head", "/?q=никто", "/"),
    Place("curator", CARD, "/leads/{lead}"),
    Place("head", CARD, "/leads/{lead}"),
    Place("head", "/leads/1003", "/leads/{lead}"),
    Place("curator", f"{CARD}/timeline?kinds=stock", "/leads/{lead}/timeline"),
    Place("curator", f"{CARD}/meetings/meet1?t=192", "/leads/{lead}/meetings/{recording}"),
    Place("head", f"{CARD}/chat", "/leads/{lead}/chat"),
    Place("head", f"{CARD}/ask/", "/leads/{lead}/ask/{asking}"),
    Place("curator", "/alerts", "/alerts"),
    Place("curator", "/inbox", "/inbox"),
    Place("curator", "/commands", "/commands"),
    Place("head", "/commands?state=done", "/commands"),
    Place("curator", f"/commands/{COMMAND}", "/commands/{command}"),
    Place("head", f"/commands/{COMMAND}", "/commands/{command}"),
    Place("curator", "/commands/definitions", "/commands/definitions"),
    Place("admin", "/commands/definitions", "/commands/definitions"),
    Place("admin", "/commands/definitions/new", "/commands/definitions/new"),
    Place("curator", f"/assistant?lead={LEAVES}", "/assistant"),
    Place("curator", f"/assistant/memory?lead={LEAVES}", "/assistant/memory"),
    Place("head", "/search?q=приёмка", "/search"),
    Place("head", "/search?q=ничего", "/search"),
    Place("head", "/privacy", "/privacy"),
    Place("head", f"/privacy/{PERSON}", "/privacy/{person}"),
    Place("head", "/privacy/erase", "/privacy/erase"),
    Place("curator", f"/privacy/erase/{LEAVES}", "/privacy/erase/{lead}"),
    Place("curator", f"{CARD}/live", "/leads/{lead}/live"),
    Place("head", "/audit", "/audit"),
    Place("curator", "/me", "/me"),
    Place("admin", "/step?next=/admin/users", "/step"),
    Place("admin", "/admin/users", "/admin/users"),
    Place("head", "/flow", "/flow"),
    Place("head", "/flow/notify", "/flow/{node}"),
    Place("admin", "/flow/dead", "/flow/{node}"),
    Place("admin", "/flow/alerts/payloads", "/flow/{node}/payloads"),
    Place("head", "/trace?id=R-1", "/trace"),
    Place("admin", "/dead?agent=pipeline.source.wms&error=Invalid", "/dead"),
    Place("admin", "/dead/0", "/dead/{number}"),
    Place("curator", "/leads/999999", ""),
    Place("head", "/nowhere", ""),
)
"""An empty route: the page of a fault."""
REFUSED: Final = {"/login/invite/none", "/leads/999999", "/nowhere"}

TRACE: Final = Trace(
    asked="R-1",
    leads=[LEAVES],
    steps=[
        Step(stage="received", at=1_790_000_000_000, name="source.wms/3/41"),
        Step(stage="parsed", at=1_790_000_000_003, what="reservation", name="0" * 16, after=0, ms=3),
        Step(stage="delivery", at=0, what="telegram", after=1, state="waiting", detail="429"),
    ],
    stands=Standing(state="waiting", stage="delivery", worker="telegram", detail="429"),
)
"""The store asks Kafka for the raw record of a trace: here the answer is given."""

PARTS: Final = {
    "/leads/{lead}/figures",
    "/leads/{lead}/ask/{asking}/events",
    "/leads/{lead}/media/{recording}",
    "/flow/live",
    "/commands/changed",
    "/assistant/talk",
    "/privacy/erase/find",
    "/privacy/erasures/{erasure}/act",
}
"""What pages fetch themselves (JSON, streams, sound), what leads to another page, and a file."""
FAULTS: Final = ("the server responded with a status of 404", "the server responded with a status of 403")
"""Chromium writes every answer of a fault on the console: here it is the page that is asked for."""


def missed() -> set[str]:
    """Pages that the table has and the walk has not."""
    return {route.path for route in ROUTES if route.method == "GET"} - PARTS - {place.route for place in PLACES}


async def walk() -> list[str]:
    """All faults, each with its page."""
    with tempfile.TemporaryDirectory(prefix="leadpulse-walk-") as data:
        store = Store(folder=Path(data) / "chdb", api_port=0)
        load_engine(store)
        async with (
            opened(store) as database,
            standing(Path(data), database, store, int(time.time() * 1000)) as here,
            browser() as chromium,
        ):
            filled(here)
            knows(here, LEAVES)
            commanded(here, LEAVES)
            home = f"http://127.0.0.1:{here.client.port}"
            found: list[str] = []
            with _without_kafka():
                for width in WIDTHS:
                    async with window(chromium, home, width) as seen:
                        for place in PLACES:
                            found += [f"{place.path} {width} {fault}" async for fault in _faults(here, seen, place)]
            return found


async def _faults(here: Page, seen: Watched, place: Place) -> AsyncIterator[str]:
    """Of one page at one width, light and dark."""
    await seen.context.clear_cookies()
    if place.role:
        url = seen.home.replace("http", "https")
        cookie: Any = {"name": SESSION, "value": here.cookie(place.role), "url": url, "secure": True}
        await seen.context.add_cookies([cookie])
    seen.faults.clear()
    seen.expected = FAULTS if place.path in REFUSED else ()
    status = await _open(seen, place)
    if (status == 200) is (place.path in REFUSED):
        yield f"answered {status}"
    await seen.page.emulate_media(color_scheme="light")
    for fault in await seen.check():
        yield f"light: {fault}"
    await seen.page.emulate_media(color_scheme="dark")
    for fault in await seen.check_colours():
        yield f"dark: {fault}"


async def _open(seen: Watched, place: Place) -> int:
    if place.route == "/leads/{lead}/ask/{asking}":
        await seen.go(f"{CARD}/chat")
        await seen.page.fill("textarea", "Клиент говорил о другом операторе?")
        await seen.page.click("button:has-text('Спросить')")
        await seen.page.wait_for_selector("text=без модели", timeout=120_000)
        return 200
    status = await seen.go(place.path)
    await seen.page.wait_for_load_state("load")
    return status


@contextlib.contextmanager
def _without_kafka() -> Iterator[None]:
    """What pages would read from Kafka: a record, an open letter."""
    at = 1_790_000_000_000
    letter = DeadLetter("source.wms", 1, 7, at, "pipeline.source.wms", "Invalid", "no qty", b'{"qty": 0}')
    letters = OpenLetters()
    letters.add(SimpleNamespace(offset=0, timestamp=0, value=LETTER.encode(letter)))
    record = SimpleNamespace(partition=0, offset=7, timestamp=at, value='{"текст": "да"}'.encode())

    async def look(self: object) -> OpenLetters:
        return letters

    async def newest(self: object, topic: object) -> list[Any]:
        return [record]

    async def plan(self: object, lead: str, person: object) -> dict[str, int]:
        return {"события": 1200, "записи встреч": 3}

    real = StoreWeb.get

    async def get(self: StoreWeb, path: str, actor: str, query: Mapping[str, str | int] | None = None) -> Any:
        return msgspec.to_builtins(TRACE) if path == "/api/trace" else await real(self, path, actor, query)

    with (
        patch("streams.engine.dealing.Desk.look", look),
        patch("streams.web.flow_board.FlowBoard.newest", newest),
        patch("streams.clients.store_web.StoreWeb.get", get),
        patch("streams.web.erasing.Erasing.plan", plan),
    ):
        yield


def loopback_up() -> None:
    """In a new network the loopback is down (netdevice(7): SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP)."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        asked = struct.pack("16sh14x", b"lo", 0)
        (flags,) = struct.unpack_from("16xh", fcntl.ioctl(any_socket, 0x8913, asked))
        fcntl.ioctl(any_socket, 0x8914, struct.pack("16sh14x", b"lo", flags | 1))


if __name__ == "__main__":
    if "--alone" in sys.argv[1:]:
        loopback_up()
    print(json.dumps(asyncio.run(walk()), ensure_ascii=False))  # noqa: T201 — the answer of this process

"""The log of commands as the page folds it: when somebody asks for it, and so that others get their pages meanwhile."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from schemas.command_codecs import LOG
from schemas.commands import Switched
from streams.engine.reader import Reader
from streams.settings import Settings
from streams.web import commands
from streams.web.commands import KnownDesk
from streams.web.worker import build
from tests.unit.processors.commands.office import NOON, heard, world
from tests.unit.web.commanding import commanding

LONG = 2000
SWITCH = LOG.encode(heard(Switched(name="note.add", at=NOON, user_id="anton", paused=True)))


class Log:
    """A reader of so many records."""

    def __init__(self) -> None:
        self.followed = 0

    async def follow(self, take: Callable[[Any], Awaitable[None]]) -> None:
        """As `Reader.follow`."""
        for offset in range(LONG):
            await take(SimpleNamespace(offset=offset, timestamp=NOON, value=SWITCH, key=b"k"))
            self.followed = offset + 1
        await take(None)
        await asyncio.Event().wait()


async def test_it_is_folded_once_somebody_asks() -> None:
    """Until then nothing of it is read; while it is, the loop goes round for others; who asks gets all of it."""
    log = Log()
    known = KnownDesk(log, world)  # type: ignore[arg-type]
    following = asyncio.create_task(known.follow())
    for _ in range(100):
        await asyncio.sleep(0)
    before = log.followed
    asked, turns = asyncio.create_task(known.folded()), 0
    while not asked.done():
        turns += 1
        await asyncio.sleep(0)
    desk = asked.result()
    assert (desk.offset, desk.paused, before, log.followed) == (LONG - 1, frozenset({"note.add"}), 0, LONG)
    assert turns >= LONG / commands.TOGETHER and await known.folded() is desk
    following.cancel()


async def test_where_it_is_long_the_page_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Instead of figures of half a log."""
    monkeypatch.setattr(commands, "PATIENCE_S", 0.01)
    async with commanding(tmp_path) as house:
        house.commands.log.loaded.clear()
        answer = await house.here.get("/commands/definitions", "admin")
        assert answer.status == 503 and commands.COUNTING in await answer.text()
        house.commands.log.loaded.set()
        assert (await house.here.get("/commands/definitions", "admin")).status == 200


def test_each_topic_is_followed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two tables of one topic are two memories, and for a moment two truths."""
    made: list[str] = []
    real = Reader.__init__

    def reader(self: Reader, kafka: Any, topic: Any) -> None:
        made.append(topic.name)
        real(self, kafka, topic)

    monkeypatch.setattr(Reader, "__init__", reader)
    build(Settings())
    assert len(made) == len({*made}) > 10

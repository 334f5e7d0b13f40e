"""SIGKILL of `minutes` and `notify` at chance points, models and outlets failing: everything once everywhere."""

import asyncio
import json
import random
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import aiohttp
import msgspec
import pytest

from alerting.render import REPEATED
from schemas.codec import EVENT, MINUTES_REQUEST
from schemas.comments import Mark, read_mark
from schemas.events import MeetingMinutes
from schemas.meetings import Utterance
from schemas.minutes import Conversation, MeetingRequest
from schemas.reports import DailyReport
from schemas.topics import DEAD_LETTERS, LEAD_EVENTS, MINUTES_REQUESTS, OUT_WEBHOOKS, REPORTS
from tests.fakes import bitrix, bitrix_crm, glm, n8n, open_notebook, open_notebook_rows
from tests.fakes.telegram import FakeTelegram
from tests.installation import Installation, until

SHORT, FULL = 6, 20
"""Kills; twenty were asked for."""
MOST_WORK_S = 4.0
"""So long at most a worker may work before it is killed; its first request takes it about a second."""
LEADS = [str(7000 + number) for number in range(5)]
START = 1_795_165_391_000
REPORT_CHAT = -100500
MODEL_FAULTS = ("429", "1302", "500", "cut", "drop", "fenced", "1301", "bad_json", "chinese", "1113")
SAID = (
    ("Анна", "добрый день, мы недовольны сроками приёмки"),
    ("Сергей", "договорились, приёмка будет за один день"),
    ("Сергей", "я пришлю новый договор до пятницы"),
    ("Анна", "хорошо, спасибо, ждём договор"),
)


@dataclass
class World:
    """The other systems."""

    models: glm.FakeGlm
    portal: bitrix.FakeBitrix
    notebook: open_notebook.FakeOpenNotebook
    hooks: n8n.FakeN8n
    telegram: FakeTelegram

    def environ(self) -> dict[str, str]:
        """Settings of an installation that is connected to all of them."""
        model = {"base_url": self.models.url, "model": "glm-4.7-flash", "api_key": self.models.token, "max_parallel": 4}
        return {
            "LEADPULSE_LLM__MODELS": json.dumps({"first": model, "second": model | {"model": "glm-4.7"}}),
            "LEADPULSE_LLM__TIMEOUT": "5",
            "LEADPULSE_BITRIX__WEBHOOK": self.portal.webhook,
            "LEADPULSE_BITRIX__PER_SECOND": "500",
            "LEADPULSE_BITRIX__BURST": "500",
            "LEADPULSE_BITRIX__TIMEOUT": "3",
            "LEADPULSE_NOTEBOOK__URL": self.notebook.url,
            "LEADPULSE_NOTEBOOK__PASSWORD": self.notebook.password,
            "LEADPULSE_NOTEBOOK__TIMEOUT": "3",
            "LEADPULSE_WEBHOOKS__URL": self.hooks.url,
            "LEADPULSE_WEBHOOKS__SECRET": self.hooks.secret,
            "LEADPULSE_WEBHOOKS__TIMEOUT": "3",
            "LEADPULSE_TELEGRAM__API": self.telegram.url,
            "LEADPULSE_TELEGRAM__TOKEN": self.telegram.token,
            "LEADPULSE_TELEGRAM__REPORT_CHAT": str(REPORT_CHAT),
            "LEADPULSE_TELEGRAM__TIMEOUT": "2",
        }

    def go_wrong(self, dice: random.Random) -> None:
        """The next call of each meets a fault that passes."""
        self.models.faults[:] = [glm.Fault(dice.choice(MODEL_FAULTS), retry_after=0.2)]
        self.portal.faults[:] = [bitrix_crm.Fault(dice.choice(("503", "500", "drop")))]
        self.notebook.faults[:] = [open_notebook_rows.Fault(dice.choice(("500", "drop")))]
        self.hooks.faults[:] = [n8n.Fault(dice.choice(("500", "drop", "drop_after")))]


@pytest.fixture
async def world() -> AsyncIterator[World]:
    """All of them, running."""
    async with AsyncExitStack() as stack:
        yield World(
            await stack.enter_async_context(glm.FakeGlm()),
            await stack.enter_async_context(bitrix.FakeBitrix(set(LEADS), per_second=500, burst=500)),
            await stack.enter_async_context(open_notebook.FakeOpenNotebook(password="word")),
            await stack.enter_async_context(n8n.FakeN8n("key")),
            await stack.enter_async_context(FakeTelegram(chats={REPORT_CHAT})),
        )


@pytest.fixture
async def here(bootstrap: str, tmp_path: Path, world: World) -> AsyncIterator[Installation]:
    """A fresh installation that is connected to the world."""
    async with Installation(bootstrap, tmp_path, world.environ()) as installation:
        yield installation


def meeting(number: int, version: int = 1) -> MeetingRequest:
    """One of five a lead, an hour apart."""
    said = [Utterance(n * 3000, n * 3000 + 2500, text, who) for n, (who, text) in enumerate(SAID)]
    start = START + number * 3_600_000
    talk = Conversation(said, version, start, 12_000, ["Анна", "Сергей"])
    return MeetingRequest(LEADS[number % 5], f"rec{number:02}", f"lead-{LEADS[number % 5]}-weekly", start, talk)


def report(number: int) -> DailyReport:
    """Of a day without anything; each reads differently."""
    since = START + number * 86_400_000
    return DailyReport(f"report-{number}", since, since + 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)


@pytest.mark.parametrize("kills", [SHORT, pytest.param(FULL, marks=pytest.mark.proof)])
async def test_killed(
    here: Installation, world: World, kills: int, record_property: Callable[[str, object], None]
) -> None:
    """No double comment, notebook source, file section or report; nothing lost; webhooks repeated only by their id."""
    record_property("kills", kills)
    dice, meetings = random.Random(6), kills // 4 * 5
    here.worker("store")
    names = ("minutes", "notify")
    workers = {name: here.worker(name) for name in names}

    async def feed() -> None:
        for number in range(meetings):
            asked = [meeting(number), meeting(number, 2)] if number % 5 == 0 else [meeting(number)]
            await here.produce(MINUTES_REQUESTS, [(one.lead_id, MINUTES_REQUEST.encode(one)) for one in asked])
            if number % 5 == 0:
                told = report(number)
                await here.produce(REPORTS, [(told.report_id, msgspec.json.encode(told))])
            await asyncio.sleep(2.6)  # so that there is work at every kill

    async def kill(name: str) -> None:
        for _ in range(kills // len(names)):
            world.go_wrong(dice)
            await until(partial(_listens, here, name), 60, f"{name} has its partitions", pause=0.05)
            await asyncio.sleep(dice.uniform(0.0, MOST_WORK_S))
            here.end(workers[name])
            workers[name] = here.worker(name)

    await asyncio.gather(feed(), *map(kill, names))
    for name, topics in (("minutes", [MINUTES_REQUESTS]), ("notify", [REPORTS, OUT_WEBHOOKS])):
        for topic in topics:
            await here.settled(name, topic, 120)
    await until(partial(_all_out, world, meetings), 90, "every outlet has everything")

    minutes = [
        event for r in await here.read(LEAD_EVENTS) if isinstance(event := EVENT.decode(r.value), MeetingMinutes)
    ]
    assert {event.recording_id for event in minutes} == {meeting(n).recording_id for n in range(meetings)}
    assert len({event.event_id for event in minutes}) == meetings + meetings // 5  # a fifth has a second version
    comments = Counter(mark for c in world.portal.comments.values() if (mark := read_mark(c.text)) is not None)
    assert comments == Counter({_mark(n): 1 for n in range(meetings)})
    for lead in LEADS:
        assert sum(book.name == f"Лид {lead}" for book in world.notebook.notebooks.values()) == 1
        titles = world.notebook.titles(f"Лид {lead}")
        assert len(titles) == len(set(titles)) == 2 * meetings / len(LEADS)
    written = "".join(path.read_text() for path in sorted(here.folder.glob("exports/*/*.md")))
    assert [written.count(f"leadpulse:begin rec{n:02} v") for n in range(meetings)] == [1] * meetings
    told = [message.text for message in world.telegram.messages.values() if REPEATED not in message.text]
    assert len(told) == len(set(told))
    assert world.hooks.refused == []
    assert Counter(world.hooks.events())["minutes"] == meetings + meetings // 5
    assert await here.count(DEAD_LETTERS) == 0


def _mark(number: int) -> Mark:
    return Mark(meeting(number).recording_id, 2 if number % 5 == 0 else 1)


async def _listens(here: Installation, name: str) -> bool:
    """Whether the worker that was started last is ready."""
    url = f"http://127.0.0.1:{getattr(here.settings.metrics, name)}/readyz"
    try:
        async with aiohttp.ClientSession() as session, session.get(url) as answer:
            return answer.status == 200
    except aiohttp.ClientError:
        return False


async def _all_out(world: World, meetings: int) -> bool:
    """Whether every meeting has reached every outlet, and each report its chat."""
    titles = sum(len(world.notebook.titles(f"Лид {lead}")) for lead in LEADS)
    comments = {mark for c in world.portal.comments.values() if (mark := read_mark(c.text)) is not None}
    events = Counter(world.hooks.events())
    return (
        titles == 2 * meetings
        and comments == {_mark(n) for n in range(meetings)}
        and events["minutes"] == meetings + meetings // 5
        and len(world.telegram.messages) >= meetings // 5
    )

"""Warehouse systems that are asked: nothing lost and nothing twice, whatever they answer."""

import json
import random
from collections.abc import AsyncIterator
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pytest

from processors.mapping import SourceMapping, load
from schemas.errors import ConfigError, Refused, Transient
from schemas.rounds import SourceRound
from schemas.sources import Inbound
from schemas.topics import SOURCE_ROUNDS, WMS
from schemas.wms import WmsPayload
from streams.engine.kafka import Output
from streams.engine.remote import LazySession
from streams.engine.retry import World
from streams.engine.rounds import ROUND
from streams.gateway.poll_client import PollClient
from streams.gateway.polls import Poll, polls_of
from streams.loading import Notes
from streams.settings import WmsPoll
from tests.fakes.warehouse import KEY, FakeWarehouse, document

NOW = 1_795_300_000_000
MINUTE = 60_000
MAPPING = """
version: 1
items: data
zone: Europe/Moscow
type: {value: shipment}
ts: at
client: {value: client}
id: id
doc: {id: id}
lines: {path: items, sku: sku, qty: qty}
"""


def mapping() -> SourceMapping:
    """One that loads."""
    found = load(MAPPING, "wms.yaml")
    assert isinstance(found, SourceMapping)
    return found


class Asked:
    """A poll of the fake, its notes, and a Kafka that is a list."""

    def __init__(self, fake: FakeWarehouse, folder: Path) -> None:
        self.fake, self.folder = fake, folder
        self.sent: list[Output] = []
        self.sleeps: list[float] = []
        self.killed_after = 1 << 30
        self.poll = self.another()

    def another(self, **changed: Any) -> Poll:
        """After a restart."""
        url = f"http://127.0.0.1:{self.fake.port}/documents?since={{since}}&page={{page}}"
        given = {"urls": [url], "per_second": 1e6, "authorization": KEY, "page_size": 2, "timeout": 1.0} | changed
        poll = WmsPoll.model_validate(given)
        world = World(sleep=self._sleep, dice=Random(1))
        return Poll("wms", poll, mapping(), Notes(self.folder, "kafka"), PollClient(poll, LazySession(1.0), world))

    async def _sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)

    async def send(self, outputs: list[Output]) -> None:
        if len(self.sent) + len(outputs) > self.killed_after:
            raise Transient("killed")
        self.sent += outputs

    async def round(self, minutes: int = 0, poll: Poll | None = None) -> list[str]:
        """Documents that a round sent."""
        before = len(self.sent)
        asked = poll or self.poll
        try:
            await asked.round(self.send, NOW + minutes * MINUTE)
        finally:
            await asked.client.close()
            asked.client._session._session = None
        return self.docs(before)

    def docs(self, since: int = 0) -> list[str]:
        """What stands in the topic."""
        sent = [output for output in self.sent[since:] if output.topic == WMS.name]
        inbound = [msgspec.json.decode(output.value or b"", type=Inbound) for output in sent]
        assert {one.source for one in inbound} <= {"wms"}
        return [msgspec.json.decode(one.payload, type=WmsPayload).doc.id for one in inbound]


@pytest.fixture
async def asked(tmp_path: Path) -> AsyncIterator[Asked]:
    """A system with five documents of the last hour."""
    async with FakeWarehouse() as fake:
        fake.documents = [(NOW - minutes * MINUTE, document(minutes)) for minutes in (50, 40, 30, 20, 5)]
        yield Asked(fake, tmp_path)


async def test_all_pages_are_read_and_then_only_what_is_new(asked: Asked) -> None:
    """With an overlap, because documents appear late; what comes again in it is not sent again."""
    assert await asked.round() == ["50", "40", "30", "20", "5"]
    assert [one["page"] for one in asked.fake.asked] == ["1", "2", "3"] * 2
    assert asked.fake.asked[0]["since"] == "2026-11-21 01:26:40"
    asked.fake.documents.append((NOW - 2 * MINUTE, document(2)))
    assert await asked.round(5) == ["2"]
    assert asked.fake.asked[6]["since"] == "2026-11-22 01:16:40"


async def test_a_restart_goes_on_from_its_note(asked: Asked) -> None:
    """Only the overlap comes again, with the same ids."""
    await asked.round()
    asked.fake.documents.append((NOW + MINUTE, document(1)))
    assert await asked.round(5, asked.another()) == ["5", "1"]


@pytest.mark.parametrize("killed_after", range(5))
async def test_a_kill_between_pages_loses_nothing(asked: Asked, killed_after: int) -> None:
    """The note moves after the last page only."""
    asked.killed_after = killed_after
    with pytest.raises(Transient):
        await asked.round()
    asked.killed_after = 1 << 30
    await asked.round(60, asked.another())
    assert {*asked.docs()} == {"50", "40", "30", "20", "5"}


async def test_a_body_may_ask_as_well(asked: Asked) -> None:
    """POST with JSON, where quotes and braces stay what they are."""
    body = '{"since": "{since}", "page": {page}, "filter": {"kind": "out"}}'
    url = f"http://127.0.0.1:{asked.fake.port}/documents"
    assert len(await asked.round(0, asked.another(urls=[url], body=body))) == 5
    assert asked.fake.asked[0] == {"since": "2026-11-21 01:26:40", "page": 1, "filter": {"kind": "out"}}


@pytest.mark.parametrize("fault", [429, 503, 500, "slow", "cut"])
async def test_what_passes_is_waited_for_as_long_as_it_says(asked: Asked, fault: int | str) -> None:
    """The page is asked for again; `Retry-After` is kept to the letter."""
    asked.fake.faults.append(fault)
    assert await asked.round() == ["50", "40", "30", "20", "5"]
    assert (
        asked.sleeps == [7.0] if fault in (429, 503) else len(asked.sleeps) <= 1
    )  # aiohttp asks a closed connection anew


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        (401, "ответ 401: проверьте адрес, ключ и права"),
        (404, "ответ 404"),
        (302, "ответ 302"),
        ("malformed", "ответ не по разметке: Input data was truncated"),
        ("html", "ответ не по разметке: JSON is malformed"),
    ],
)
async def test_what_does_not_pass_is_told_and_holds_the_note(asked: Asked, fault: int | str, why: str) -> None:
    """And the next round reads what this one did not."""
    asked.fake.faults.append(fault)
    with pytest.raises(Refused, match=why):
        await asked.round()
    assert await asked.round(60) == ["50", "40", "30", "20", "5"]


async def test_the_task_goes_on_and_says_what_is_wrong(asked: Asked) -> None:
    """Until it is well again; a key is in no word of it."""
    asked.fake.faults += [404, 503, 503, 503, 503]
    words: list[str] = []

    async def sleep(_: float) -> None:
        words.append(asked.poll.trouble())
        if len(words) == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await asked.poll.run(asked.send, lambda: NOW, World(sleep=sleep, dice=Random(1)))
    await asked.poll.client.close()
    assert words == ["ответ 404: проверьте адрес, ключ и права", "ответ 503", ""]
    assert "a-key" not in "".join(words)
    assert len(asked.docs()) == 5
    told = [ROUND.decode(output.value) for output in asked.sent if output.topic == SOURCE_ROUNDS.name]
    assert [one.error for one in told if isinstance(one, SourceRound)] == words
    assert [one.source for one in told if isinstance(one, SourceRound)] == ["wms:wms"] * 3


async def test_an_item_that_does_not_fit_is_told_and_comes_again_for_a_day(asked: Asked) -> None:
    """The others pass, once; mended, it is read with its own time."""
    asked.fake.documents.append((NOW - 10 * MINUTE, document(10, client=None)))
    assert await asked.round() == ["50", "40", "30", "20", "5"]
    assert asked.poll.trouble() == "1\u00a0запись не по разметке: запись 0: client.value: нет значения (client)"
    assert await asked.round(60) == []
    asked.fake.documents[-1][1]["client"] = 7
    assert await asked.round(120) == ["10"]
    assert asked.poll.trouble() == ""
    asked.fake.documents.append((NOW + 2 * 60 * MINUTE, document(11, client=None)))
    for hours in (3, 40, 60):
        await asked.round(hours * 60)
    assert asked.poll.trouble() == ""


async def test_a_system_that_ignores_pages_is_told(asked: Asked) -> None:
    """It would be asked for ever."""
    asked.fake.paged = False
    with pytest.raises(Refused, match="страницы повторяются"):
        await asked.round()


async def test_a_fuzzed_system_loses_nothing(asked: Asked) -> None:
    """Documents out of order and late within the overlap, faults and restarts in between: each once, by its id."""
    dice = random.Random(7)
    wanted = {"50", "40", "30", "20", "5"}
    poll = asked.poll
    for number in range(100, 160):
        minutes = (number - 100) * 5
        for copy in range(dice.randint(0, 2)):
            late = document(number * 10 + copy)
            asked.fake.documents.append((NOW + minutes * MINUTE - dice.randint(0, 9 * MINUTE), late))
            wanted.add(str(late["id"]))
        asked.fake.faults += dice.choices(["malformed", "html", 429, 503, 404, "cut"], k=dice.choice((0, 0, 1, 5)))
        poll = asked.another() if not dice.randint(0, 4) else poll
        try:
            await asked.round(minutes, poll)
        except (Refused, Transient):
            continue
    asked.fake.faults.clear()
    await asked.round(60 * 5, poll)
    assert {*asked.docs()} == wanted
    ids = {json.loads(output.value or b"")["payload"]["id"] for output in asked.sent}
    assert len(ids) == len(wanted)


def test_a_poll_needs_a_mapping_and_right_settings(tmp_path: Path) -> None:
    """Told at the start."""
    poll = WmsPoll(urls=("https://wms.example.ru/api",))
    with pytest.raises(ConfigError, match=r"wms\.polls\.other: нет разметки other\.yaml"):
        polls_of({"other": poll}, {}, Notes(tmp_path, "kafka"))
    assert [one.name for one in polls_of({"wms": poll}, {"wms": mapping()}, Notes(tmp_path, "kafka"))] == ["wms"]
    no_urls: list[str] = []
    for wrong in (
        {"urls": ["ftp://x"]},
        {"urls": no_urls},
        {"stock_urls": ["x"]},
        {"urls": ["https://x/"], "zone": "Mars"},
    ):
        with pytest.raises(ValueError, match=r"нужен|нужно|нет|адрес вида"):
            WmsPoll.model_validate(wrong)

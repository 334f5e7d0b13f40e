"""МойСклад is read with the example mapping and the settings of docs/wms.md: whole, once, within its limits."""

import re
import tomllib
from collections import Counter
from pathlib import Path
from random import Random

import msgspec
import pytest

from schemas.sources import Inbound, WmsPayload
from streams.engine.kafka import Output
from streams.engine.remote import LazySession
from streams.engine.retry import World
from streams.gateway.poll_client import PollClient
from streams.gateway.polls import Poll
from streams.loading import Notes
from streams.settings import WmsPoll
from streams.settings.mappings import mapping_of
from tests.fakes.moysklad import KEY, FakeMoysklad, document

ROOT = Path(__file__).parents[3]
NOW = 1_795_300_000.0
KINDS = ("customerorder", "demand", "supply", "salesreturn")


class Clock:
    """Time that passes only by waiting, and a tenth of a second with every look."""

    def __init__(self) -> None:
        self.now = NOW
        self.waited = 0.0

    def __call__(self) -> float:
        self.now += 0.05
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.waited += seconds
        self.now += seconds


def settings(fake: FakeMoysklad, **changed: object) -> WmsPoll:
    """Those of the documentation, at the fake's address."""
    page = (ROOT / "docs" / "wms.md").read_text()
    said = re.search(r"  \[wms\.polls\.moysklad\].*?```", page, re.S)
    assert said is not None
    given = tomllib.loads(said[0].removesuffix("```"))["wms"]["polls"]["moysklad"]
    urls = [url.replace("https://api.moysklad.ru/api/remap/1.2/entity", fake.url) for url in given["urls"]]
    del given["authorization_file"]
    return WmsPoll.model_validate({**given, "urls": urls, "authorization": KEY, **changed})


def poll(fake: FakeMoysklad, clock: Clock, notes: Path, **changed: object) -> Poll:
    """The poll of those settings."""
    given = settings(fake, **changed)
    world = World(clock=clock, sleep=clock.sleep, dice=Random(1))
    client = PollClient(given, LazySession(given.timeout), world)
    return Poll(
        "moysklad", given, mapping_of(ROOT / "deploy" / "mappings" / "moysklad.yaml"), Notes(notes, "k"), client
    )


@pytest.mark.parametrize("per_second", [3.0, 1000.0])
async def test_every_document_comes_once_within_the_limits(tmp_path: Path, per_second: float) -> None:
    """At the default pace without a refusal; at any other the refusals are waited for as long as they say."""
    clock = Clock()
    sent: list[Output] = []

    async def send(outputs: list[Output]) -> None:
        sent.extend(outputs)

    async with FakeMoysklad(clock) as fake:
        for kind in KINDS:
            fake.documents[kind] = [document(kind, number, NOW - 60 * number) for number in range(1, 301)]
        asked = poll(fake, clock, tmp_path, per_second=per_second)
        await asked.round(send, round(NOW * 1000))
        for kind in KINDS:  # changed again, within the overlap
            fake.documents[kind][0]["updated"] = document(kind, 1, NOW - 30)["updated"]
        await asked.round(send, round(NOW * 1000) + 300_000)
        await asked.client.close()
    inbound = [msgspec.json.decode(output.value or b"", type=Inbound) for output in sent]
    events = [msgspec.json.decode(one.payload, type=WmsPayload) for one in inbound]
    assert Counter(event.type for event in events) == {
        "reservation_created": 300,
        "shipment": 300,
        "inbound": 300,
        "return": 300,
    }
    assert len({event.id for event in events}) == len(events)
    assert asked.trouble() == ""
    assert (fake.refused > 0) == (per_second > 11)
    assert fake.asked >= 20


async def test_a_document_of_which_a_part_came_is_told_and_not_shortened(tmp_path: Path) -> None:
    """101 positions: 100 are expanded, and 200 pieces would be a lie."""
    clock = Clock()
    sent: list[Output] = []

    async def send(outputs: list[Output]) -> None:
        sent.extend(outputs)

    async with FakeMoysklad(clock) as fake:
        fake.documents["demand"] = [document("demand", 1, NOW - 60, 100), document("demand", 2, NOW - 50, 101)]
        fake.documents["customerorder"] = [document("customerorder", 3, NOW - 40, 101)]
        asked = poll(fake, clock, tmp_path)
        await asked.round(send, round(NOW * 1000))
        await asked.client.close()
    assert len(sent) == 1
    assert asked.trouble().startswith("2\u00a0записи не по разметке: запись 0: lines: выражение")
    assert "в документе больше 100 позиций" in asked.trouble()

"""МойСклад is read with the example mapping and the settings of docs/wms.md: whole, once, within its limits."""

import re
import tomllib
from collections import Counter
from pathlib import Path
from random import Random

import msgspec
import pytest

from schemas.sources import Inbound
from schemas.wms import WmsPayload
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
    for name in ("urls", "stock_urls"):
        given[name] = [url.replace("https://api.moysklad.ru/api/remap/1.2", fake.url) for url in given[name]]
    del given["authorization_file"]
    return WmsPoll.model_validate({**given, "authorization": KEY, **changed})


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


async def test_the_reserve_of_the_stock_report_becomes_reservations(tmp_path: Path) -> None:
    """An order is counted by its document, what its reserve does later by the report, a shipment by its document: under
    the group of goods, whose articles the counterparty's documents have; also an article that is reserved to the last.
    """
    clock = Clock()
    sent: list[Output] = []

    async def send(outputs: list[Output]) -> None:
        sent.extend(outputs)

    def told(since: int) -> list[tuple[str, str, dict[str, int]]]:
        events = (
            msgspec.json.decode(msgspec.json.decode(one.value or b"", type=Inbound).payload, type=WmsPayload)
            for one in sent[since:]
        )
        return [(one.type, one.client.value, {line.sku: line.qty for line in one.lines}) for one in events]

    async with FakeMoysklad(clock) as fake:
        fake.stock = {("Ромашка", f"A-{number}"): (10, 0) for number in range(150)} | {("Север", "B-1"): (7, 7)}
        asked = poll(fake, clock, tmp_path)

        async def rounds(first: int, *, times: int = 1) -> list[tuple[str, str, dict[str, int]]]:
            before = len(sent)
            for number in range(first, first + times):
                await asked.round(send, round(NOW * 1000) + number * 300_000)
            return told(before)

        first = await rounds(0, times=2)
        assert [(kind, client, len(lines)) for kind, client, lines in first] == [
            ("stock_snapshot", "Ромашка", 150),
            ("stock_snapshot", "Север", 1),
        ]
        fake.documents["customerorder"] = [document("customerorder", 1, NOW + 700)]
        fake.stock["Ромашка", "A-0"] = (10, 1)
        found = await rounds(3, times=2)
        assert [one for one in found if one[0] != "stock_snapshot"] == [("reservation_created", "agent-1", {"A-0": 1})]
        fake.stock |= {("Ромашка", "A-0"): (10, 6), ("Север", "B-1"): (7, 2)}
        await asked.client.close()
        asked = poll(fake, clock, tmp_path)  # after a restart
        found = await rounds(5, times=2)
        assert [one for one in found if one[0] != "stock_snapshot"] == [
            ("reservation_created", "agent-1", {"A-0": 1}),  # the overlap: the same event
            ("reservation_changed", "Ромашка", {"A-0": 5}),
            ("reservation_changed", "Север", {"B-1": -5}),
        ]
        fake.documents["demand"] = [document("demand", 2, NOW + 2000)]
        fake.stock["Ромашка", "A-0"] = (8, 4)
        found = await rounds(7, times=3)
        assert [one for one in found if one[0] != "stock_snapshot"] == [("shipment", "agent-1", {"A-0": 2})]
        assert fake.refused == 0
        await asked.client.close()
    assert asked.trouble() == ""


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

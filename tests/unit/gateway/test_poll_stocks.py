"""A system that is asked for its stock: what changed is told once, whatever is killed and whatever fails."""

from collections.abc import AsyncIterator
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pytest

from processors.mapping import SourceMapping, load
from schemas.errors import ConfigError, Refused, Transient
from schemas.sources import Inbound
from schemas.wms import WmsPayload
from streams.engine.kafka import Output
from streams.engine.remote import LazySession
from streams.engine.retry import World
from streams.gateway.poll_client import PollClient
from streams.gateway.polls import Poll
from streams.loading import Note, Notes
from streams.settings import WmsPoll
from tests.fakes.warehouse import KEY, FakeWarehouse, document

NOW = 1_795_300_000_000
ROUND = 300_000
MAPPING = """
version: 1
items: data
zone: Europe/Moscow
client: {value: client}
events:
  - when: at
    type: {value: shipment}
    ts: at
    id: id
    doc: {id: id}
    lines: {path: items, sku: sku, qty: qty}
  - when: asked
    type: {value: stock_snapshot}
    ts: {path: asked, format: unix_ms}
    id: [client, sku, {event: ts}]
    doc: {id: {value: остатки}}
    complete: {value: true}
    lines: {sku: sku, qty: qty, reserved: reserved}
"""


def mapping() -> SourceMapping:
    """One that loads."""
    found = load(MAPPING, "wms.yaml")
    assert isinstance(found, SourceMapping)
    return found


class Stocked:
    """A poll of documents and stock, restarted before each round, and a Kafka that is a list."""

    def __init__(self, fake: FakeWarehouse, folder: Path) -> None:
        self.fake, self.folder, self.number = fake, folder, 0
        self.sent: list[Output] = []
        self.room = 1 << 30

    def state(self, *rows: tuple[str, str, int, int]) -> None:
        """Client, article, pieces, reserve."""
        self.fake.stock = [dict(zip(("client", "sku", "qty", "reserved"), row, strict=True)) for row in rows]

    def poll(self, **changed: Any) -> Poll:
        """After a restart."""
        host = f"http://127.0.0.1:{self.fake.port}"
        given = {
            "urls": [host + "/documents?since={since}&page={page}"],
            "stock_urls": [host + "/stock?page={page}"],
            "per_second": 1e6,
            "authorization": KEY,
            "page_size": 2,
            "timeout": 1.0,
        }
        poll = WmsPoll.model_validate(given | changed)
        world = World(sleep=self._sleep, dice=Random(1))
        return Poll("wms", poll, mapping(), Notes(self.folder, "kafka"), PollClient(poll, LazySession(1.0), world))

    async def _sleep(self, seconds: float) -> None:
        pass

    async def send(self, outputs: list[Output]) -> None:
        taken = outputs[: self.room]
        self.sent += taken
        self.room -= len(taken)
        if len(taken) < len(outputs):
            raise Transient("killed")

    async def round(self, poll: Poll | None = None) -> None:
        """The next one."""
        self.number += 1
        asked = poll or self.poll()
        try:
            await asked.round(self.send, NOW + self.number * ROUND)
        finally:
            await asked.client.close()
            asked.client._session._session = None

    def events(self) -> list[WmsPayload]:
        """What stands in the topic, each once."""
        inbound = (msgspec.json.decode(output.value or b"", type=Inbound) for output in self.sent)
        events = (msgspec.json.decode(one.payload, type=WmsPayload) for one in inbound)
        return list({event.id: event for event in events}.values())

    def changes(self) -> list[tuple[str, str, dict[str, int]]]:
        """Without the snapshots."""
        return [
            (event.type, event.client.value, {line.sku: line.qty for line in event.lines})
            for event in self.events()
            if event.type != "stock_snapshot"
        ]


@pytest.fixture
async def stocked(tmp_path: Path) -> AsyncIterator[Stocked]:
    """Two clients, five rows on three pages."""
    async with FakeWarehouse() as fake:
        stocked = Stocked(fake, tmp_path)
        stocked.state(("1", "A", 10, 0), ("2", "X", 3, 0), ("1", "B", 5, 2), ("2", "Y", 4, 4), ("1", "C", 1, 0))
        yield stocked


WANTED = [
    ("reservation_changed", "1", {"A": 4}),
    ("adjustment", "1", {"B": -1}),
    ("shipment", "2", {"Y": 4}),
]


async def play(stocked: Stocked) -> None:
    """A reserve, a loss, and a shipment that a document tells; the same again until all of it is there."""
    for _ in range(2):
        await stocked.round()
    stocked.fake.documents.append((NOW + 2 * ROUND, document(77, client="2", items=[{"sku": "Y", "qty": 4}])))
    stocked.state(("1", "A", 10, 4), ("2", "X", 3, 0), ("1", "B", 4, 2), ("2", "Y", 0, 0), ("1", "C", 1, 0))
    for _ in range(4):
        await stocked.round()


async def test_rounds_and_restarts_tell_each_change_once(stocked: Stocked) -> None:
    """The snapshots are whole, though a client's rows stand on several pages."""
    await play(stocked)
    assert sorted(stocked.changes()) == sorted(WANTED)
    snapshots = [event for event in stocked.events() if event.type == "stock_snapshot"]
    assert [len(event.lines) for event in snapshots[:2]] == [3, 2]
    assert all(event.complete for event in snapshots)
    assert {line.sku: line.qty for line in snapshots[-1].lines} in ({"A": 10, "B": 4, "C": 1}, {"X": 3})


@pytest.mark.parametrize("room", range(12))
async def test_a_kill_after_any_record_tells_each_change_once(stocked: Stocked, room: int) -> None:
    """Kafka has so many records when the process is killed, in whatever round that is; a round later all goes on."""
    stocked.room = room
    killed = 0
    rounds = stocked.round

    async def survived(poll: Poll | None = None) -> None:
        nonlocal killed
        try:
            await rounds(poll)
        except Transient:
            killed += 1
            stocked.room = 1 << 30
            await rounds(poll)

    stocked.round = survived  # type: ignore[method-assign]
    await play(stocked)
    await stocked.round()
    assert sorted(stocked.changes()) == sorted(WANTED)
    assert killed == 1


async def test_a_full_disk_owes_what_it_did_not_write(stocked: Stocked, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same process goes on when there is room: nothing is sent that no note knows, and nothing is lost."""
    poll = stocked.poll()
    for _ in range(2):
        await stocked.round(poll)
    stocked.state(("1", "A", 10, 4), ("2", "X", 3, 0), ("1", "B", 5, 2), ("2", "Y", 4, 4), ("1", "C", 1, 0))
    await stocked.round(poll)
    before = len(stocked.sent)

    def full(*_: object) -> None:
        raise ConfigError("нет места на диске")

    with monkeypatch.context() as patch:
        patch.setattr(Note, "write", full)
        for _ in range(2):
            with pytest.raises(ConfigError):
                await stocked.round(poll)
    assert len(stocked.sent) == before
    await stocked.round(poll)
    assert stocked.changes() == [("reservation_changed", "1", {"A": 4})]


async def test_a_row_that_does_not_fit_makes_nobody_empty(stocked: Stocked) -> None:
    """It is told, and does not hold the documents back."""
    for _ in range(2):
        await stocked.round()
    stocked.state(("1", "A", 10, 0), ("2", "X", 3, 0), ("1", "B", 5, 2), ("2", "Y", 4, 4))
    stocked.fake.stock.append({"client": "1", "sku": "C", "qty": 0.5, "reserved": 0})
    poll = stocked.poll()
    for _ in range(3):
        await stocked.round(poll)
    assert stocked.changes() == []
    assert poll.trouble().startswith("1\u00a0запись не по разметке: запись 0: lines[0].qty: нужно целое число штук")
    assert "since" in stocked.fake.asked[-1]
    assert stocked.fake.asked[-1]["since"] > "2026-11-22 01:2"


async def test_an_empty_report_is_told_and_not_believed(stocked: Stocked) -> None:
    """A key that lost its rights would make every client leave."""
    await stocked.round()
    stocked.state()
    for _ in range(3):
        with pytest.raises(Refused, match="в отчёте об остатках ничего нет"):
            await stocked.round()
    assert stocked.changes() == []


async def test_a_system_may_have_nothing_but_its_stock(stocked: Stocked) -> None:
    """Then every change is found in it; with `reserve` only those of the reserve."""
    poll = stocked.poll(urls=[], differences="reserve")
    for _ in range(2):
        await stocked.round(poll)
    stocked.state(("1", "A", 9, 3), ("2", "X", 3, 0), ("1", "B", 5, 2), ("2", "Y", 4, 4), ("1", "C", 1, 0))
    for _ in range(2):
        await stocked.round(poll)
    assert stocked.changes() == [("reservation_changed", "1", {"A": 3})]
    assert poll.condition().subject == "wms (127.0.0.1)"

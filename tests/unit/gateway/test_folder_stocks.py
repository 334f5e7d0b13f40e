"""A folder of nightly stocks: from two in a row come the changes, the same ones after a kill anywhere."""

from pathlib import Path

import msgspec
import pytest

from schemas.errors import Transient
from schemas.sources import Inbound
from schemas.wms import WmsPayload
from streams.engine.kafka import Output
from streams.gateway.folders import Folder
from streams.loading import Notes
from streams.settings import WmsFolder
from tests.unit.gateway.test_folders import NOW, Watched, mapping

STOCK = """
version: 1
zone: Europe/Moscow
group: [{column: client}]
type: {value: stock_snapshot}
ts: {column: time}
client: {value: {column: client}}
doc: {id: {value: остатки}}
lines: {sku: {column: sku}, qty: {column: qty}, reserved: {column: reserved}}
complete: {value: true}
"""


class Stocks(Watched):
    """A folder of nightly stocks."""

    def another(self) -> Folder:
        """After a restart."""
        folder = WmsFolder(path=self.path, differences="all")
        return Folder("sklad", folder, mapping(STOCK), Notes(self.notes, "kafka"))

    def night(self, day: int, *rows: str) -> Path:
        """The stock of 20 November or later."""
        lines = (f"2026-11-{20 + day}T03:00:00,{one}" for one in rows)
        return self.put(f"{day}.csv", *lines, seconds_ago=100 - day, head="time,client,sku,qty,reserved\n")

    def events(self) -> list[WmsPayload]:
        """What stands in the topic, each once."""
        inbound = (msgspec.json.decode(output.value or b"", type=Inbound) for output in self.sent)
        events = (msgspec.json.decode(one.payload, type=WmsPayload) for one in inbound)
        return list({event.id: event for event in events}.values())

    def changes(self) -> list[tuple[str, str, list[tuple[str, int]]]]:
        """Without the snapshots."""
        return [
            (event.client.value, event.type, [(line.sku, line.qty) for line in event.lines])
            for event in self.events()
            if event.type != "stock_snapshot"
        ]


async def test_two_nights_of_stocks_tell_what_changed_between_them(tmp_path: Path) -> None:
    """By client; the first night tells nothing; a restart forgets nothing."""
    stocks = Stocks(tmp_path)
    stocks.night(0, "1066,A,10,0", "1066,B,5,2", "7,A,3,0")
    await stocks.look()
    assert (stocks.changes(), len(stocks.sent)) == ([], 2)
    stocks.night(1, "1066,A,10,4", "1066,B,3,0", "7,A,3,0")
    await stocks.look(stocks.another())
    assert stocks.changes() == [
        ("1066", "reservation_changed", [("A", 4)]),
        ("1066", "adjustment", [("B", -2)]),
    ]
    stocks.night(2, "1066,A,10,0")
    await stocks.look(stocks.another())
    assert stocks.changes()[2:] == [
        ("1066", "reservation_changed", [("A", -4)]),
        ("1066", "adjustment", [("B", -3)]),
    ]


@pytest.mark.parametrize("sent_before", [0, 1, 2, 3])
async def test_a_kill_anywhere_in_a_night_gives_the_same_events(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sent_before: int
) -> None:
    """Whatever of the file was on Kafka: after a restart each change is there once, and none is from another pair."""
    monkeypatch.setattr("streams.loading.sending.AT_ONCE", 1)
    stocks = Stocks(tmp_path)
    stocks.night(0, "1066,A,10,0", "7,A,3,0")
    await stocks.look()
    stocks.night(1, "1066,A,10,4", "7,A,3,1")
    sent: list[Output] = []

    async def send(outputs: list[Output]) -> None:
        if len(sent) == sent_before:
            raise Transient("killed")
        sent.extend(outputs)

    with pytest.raises(Transient):
        await stocks.folder.look(send, NOW)
    stocks.sent += sent
    await stocks.look(stocks.another())
    stocks.night(2, "1066,A,10,4", "7,A,3,1")
    await stocks.look(stocks.another())
    assert stocks.changes() == [
        ("1066", "reservation_changed", [("A", 4)]),
        ("7", "reservation_changed", [("A", 1)]),
    ]

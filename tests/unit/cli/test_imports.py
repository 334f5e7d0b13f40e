"""`leadpulse import wms`: looks first, sends then, goes on after a kill, and a second time changes nothing."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from processors.identity import Identities
from processors.normalize import Options
from processors.normalize.wms import normalize
from schemas.codec import Rejected
from schemas.sources import Identity, Inbound
from schemas.topics import DAY_MS
from schemas.types import Meta
from schemas.wms import WmsPayload
from streams.cli import imports, loading
from tests.unit.cli.broker import Broker
from tests.unit.cli.conftest import Line

NOW = 1_795_300_000_000
"""2026-11-22 01:26 in Moscow."""
MAPPING = """
version: 1
zone: Europe/Moscow
type: {value: shipment}
ts: {column: time}
client: {value: {column: client}}
doc: {id: {column: doc}}
lines: {sku: {column: sku}, qty: {column: qty}}
"""


class Kafka(Broker):
    """A customer is linked."""

    async def read(self, _partitions: Iterable[int]) -> AsyncIterator[Any]:
        value = msgspec.json.encode(Identity("wms_customer", "1066", "12345"))
        yield SimpleNamespace(key=b"wms_customer:1066", value=value)

    def events(self) -> list[WmsPayload]:
        """What stands in the topic."""
        inbound = [msgspec.json.decode(output.value or b"", type=Inbound) for output in self.sent]
        assert {one.source for one in inbound} == {"sklad"}
        return [msgspec.json.decode(one.payload, type=WmsPayload) for one in inbound]


@pytest.fixture
def kafka(monkeypatch: pytest.MonkeyPatch) -> Kafka:
    """Instead of the broker; batches of two, and a clock that stands."""
    kafka = Kafka()
    monkeypatch.setattr(loading, "Outputs", lambda _: kafka)
    monkeypatch.setattr(loading, "Reader", lambda *_: kafka)
    monkeypatch.setattr("streams.loading.sending.AT_ONCE", 2)
    monkeypatch.setattr(loading, "wait_for_topics", kafka.there)
    monkeypatch.setattr(imports, "wall_clock", lambda: NOW)
    Path("sklad.yaml").write_text(MAPPING)
    return kafka


def rows(*lines: str) -> str:
    """A file with these rows, by its name."""
    Path("a.csv").write_text("time,client,doc,sku,qty\n" + "".join(f"{line}\n" for line in lines))
    return "a.csv"


def loaded(line: Line, *options: str) -> tuple[int, str]:
    """Exit code and words of an import of `a.csv`."""
    result = line("import", "wms", "a.csv", "--mapping", "sklad.yaml", *options)
    return result.exit_code, (result.stdout + result.stderr).replace("\u00a0", " ")


FIVE = [f"2026-11-{day:02}T12:00:00,{1066 if day % 2 else 7},D-{day},A,{day}" for day in (10, 12, 14, 20, 21)]


@pytest.fixture(autouse=True)
def folder(line: Line, tmp_path: Path) -> None:
    """`line` stands in an empty folder; the settings' data are in it too."""
    assert Path.cwd() == tmp_path


def test_a_file_is_loaded_and_its_old_rows_are_history(line: Line, kafka: Kafka) -> None:
    """Older than a day is history: it is stored and rings nobody. Unknown clients are named."""
    rows(*FIVE)
    code, said = loaded(line)
    assert code == 0, said
    assert "Загружено: 5 событий.\nК лидам не привязано: 1 клиент (7)." in said
    events = kafka.events()
    assert [(event.doc.id, event.backfill) for event in events] == [
        ("D-10", True),
        ("D-12", True),
        ("D-14", True),
        ("D-20", True),
        ("D-21", False),
    ]
    assert [output.key for output in kafka.sent[:2]] == [b"wms_customer:7", b"wms_customer:7"]
    for output in kafka.sent:
        at = Meta("source.wms", 0, 0, NOW + 60_000)
        found = normalize(at, output.value or b"", Identities(), Options())
        assert not isinstance(found, Rejected)


def test_a_second_time_changes_nothing(line: Line, kafka: Kafka) -> None:
    """Nothing is sent; with --again the same events are, which is harmless. Another mapping is another load."""
    rows(*FIVE)
    loaded(line)
    before = kafka.events()
    code, said = loaded(line)
    assert (code, len(kafka.sent)) == (0, 5)
    assert "айл уже загружен 22.11.2026" in said
    Path("a.csv").rename("b.csv")
    result = line("import", "wms", "b.csv", "--mapping", "sklad.yaml", "--json")
    assert (json.loads(result.stdout)["sent"], len(kafka.sent)) == (5, 5)
    Path("b.csv").rename("a.csv")
    loaded(line, "--again")
    assert kafka.events()[5:] == before


def test_one_that_was_cut_off_goes_on_where_it_was(line: Line, kafka: Kafka, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is on Kafka is not sent again, nor missing; and what was history then is history now."""
    rows(*FIVE)
    kafka.fails = 2
    code, said = loaded(line)
    assert code == 1
    assert "загружено 2 из 5, повторите команду" in said
    kafka.fails = 1 << 30
    monkeypatch.setattr(loading, "wait_for_topics", kafka.there)
    monkeypatch.setattr(imports, "wall_clock", lambda: NOW + 3 * DAY_MS)
    assert loaded(line)[0] == 0
    assert [(event.doc.id, event.backfill) for event in kafka.events()][3:] == [("D-20", True), ("D-21", False)]
    assert len(kafka.sent) == 5
    [note] = (Path("var") / "imports").iterdir()
    assert note.stat().st_mode & 0o77 == 0


def test_a_dry_run_shows_ten_and_sends_nothing(line: Line, kafka: Kafka) -> None:
    """And writes nothing down."""
    rows(*(f"2026-11-20T12:00:00,1066,D-{number},A,1" for number in range(15)))
    code, said = loaded(line, "--dry-run")
    assert code == 0
    assert said.count("shipment  ") == 10
    assert "15 событий, 1 клиент" in said
    assert not kafka.sent
    assert not Path("var").exists()


def test_a_file_with_faults_is_not_loaded_unless_told(line: Line, kafka: Kafka) -> None:
    """Half a file that looks like a whole one would falsify a client's history."""
    rows(FIVE[0], "вчера,7,D-1,A,1", "2026-11-20T12:00:00,7,D-2,A,x", FIVE[1], "2020-01-01T00:00:00,7,D-3,A,1")
    code, said = loaded(line)
    assert code == 1
    assert "✗ строка 3: ts: нужно время вида iso, а здесь «вчера»" in said
    assert "✗ строка 4: lines[0].qty: нужно целое число штук, а здесь «x»" in said
    assert "с ошибками: 2; старше трёх лет, такие не хранятся: 1." in said
    assert "ничего не загружено" in said
    assert not kafka.sent
    code, said = loaded(line, "--skip-faulty")
    assert code == 1
    assert [event.doc.id for event in kafka.events()] == ["D-10", "D-12"]


def test_equal_rows_are_each_an_event_and_the_same_ones_again(line: Line, kafka: Kafka) -> None:
    """Two boxes with the same goods on one day are two; the file of the next week repeats them and changes nothing."""
    rows(FIVE[0], FIVE[0])
    loaded(line)
    rows(FIVE[0], FIVE[0], FIVE[1])
    loaded(line)
    ids = [event.id for event in kafka.events()]
    assert len(set(ids)) == 3
    assert ids[:2] == ids[2:4]


def test_a_program_gets_all_of_it(line: Line, kafka: Kafka) -> None:
    """Counts, faults with their rows, the first events."""
    rows(FIVE[0], "вчера,7,D-1,A,1")
    result = line("import", "wms", "a.csv", "--mapping", "sklad.yaml", "--json", "--dry-run")
    said = json.loads(result.stdout)
    assert (said["events"], said["sent"], said["bad"], said["clients"]) == (1, 0, 1, 1)
    assert said["faults"] == [{"place": 3, "words": "ts: нужно время вида iso, а здесь «вчера»"}]
    assert said["first"][0]["doc"]["id"] == "D-10"
    assert not kafka.sent


def test_a_broker_that_is_not_there_is_one_line(line: Line, kafka: Kafka, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is sent to a topic that would be made on the way, with the wrong partitions."""

    async def never(*_: object) -> None:
        await asyncio.sleep(60)

    monkeypatch.setattr(loading, "wait_for_topics", never)
    monkeypatch.setattr(loading, "READY_SECONDS", 0.01)
    rows(*FIVE)
    code, said = loaded(line)
    assert code == 1
    assert "Ошибка: Kafka не отвечает по адресу 127.0.0.1:19092 (kafka.bootstrap) или в ней нет тем" in said
    assert not kafka.sent

"""How long rows stay: the files and the settings agree, and a changed setting changes real tables."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from schemas.retention import KINDS
from streams.settings import Retention, Store
from streams.store.clickhouse import open_writer, prepare
from streams.store.retention import TABLES, days_of, interval, keep, of_files

DEFAULTS = Retention()
OTHERS = Retention(history=400, questions=100, failures=60, failure_payload=5)
PUT = """INSERT INTO failures (ts, agent, topic, partition, offset, error_class, error, payload, ingested_at)
SELECT now64(3) - toIntervalDay(number * 10 + 1), 'w', 't', 0, number, 'E', 'e', 'words', now64(3) FROM numbers(9)"""
STANDING = "SELECT count(), countIf(payload != '') FROM failures"


@pytest.fixture
def client(store: Store) -> Iterator[Any]:
    """A writer of a migrated database."""
    prepare(store)
    client = open_writer(store)
    yield client
    client.close()


def texts(client: Any) -> dict[str, str]:
    return {name: whole for name, _, whole in client.query(TABLES).result_rows}


def soon(look: Callable[[], object], wanted: object) -> None:
    """Parts are rewritten in the background."""
    deadline = time.monotonic() + 60
    while (found := look()) != wanted:
        assert time.monotonic() < deadline, found
        time.sleep(0.1)


def test_defaults_are_what_the_files_say() -> None:
    """The setting of a kind is the time of each of its tables; a table that the files do not have is no table."""
    written = of_files()
    of_kinds = {table: DEFAULTS.days(kind.setting) for kind in KINDS for table in kind.tables}
    assert of_kinds == {table: written[table] for table in of_kinds}
    assert sum(len(kind.tables) for kind in KINDS) == len(of_kinds)


def test_defaults_change_nothing(client: Any) -> None:
    """Nobody who has set nothing gets an ALTER at every start; every place of ours is found in the real text."""
    before = texts(client)
    assert keep(client, DEFAULTS) == []
    assert texts(client) == before
    assert written_in(before) == of_files()


def written_in(live: dict[str, str]) -> dict[str, int | None]:
    """The tables' days, read from what ClickHouse tells, by another way than `keep` does it."""
    found: dict[str, int | None] = {}
    for name, whole in live.items():
        if name == "schema_migrations":
            continue
        _, between, last = whole.rpartition(" TTL ")
        of_table = between and "ORDER BY" not in last and "toInterval" in last
        _, _, told = last.partition("toInterval")
        unit, _, number = told.partition("(")
        found[name] = days_of(number.partition(")")[0], unit) if of_table else None
    return found


def test_a_changed_setting_changes_its_tables_and_only_once(client: Any) -> None:
    """Every table of the kinds changed, no other; a second start finds it done; the defaults bring all back."""
    before = texts(client)
    kinds = [kind for kind in KINDS if OTHERS.days(kind.setting) != DEFAULTS.days(kind.setting)]
    meant = {table for kind in kinds for table in (*kind.tables, *(of for of, _ in kind.columns))}
    assert set(keep(client, OTHERS)) == meant
    after = texts(client)
    assert {name for name in before if after[name] != before[name]} == meant
    assert written_in(after)["events"] == OTHERS.history
    assert keep(client, OTHERS) == []
    keep(client, DEFAULTS)
    assert texts(client) == before


def test_rows_go_by_the_new_time(client: Any) -> None:
    """Older rows and older payloads go from parts that were there before, younger ones stay."""
    client.command(PUT)
    client.command("OPTIMIZE TABLE failures FINAL")
    assert client.query(STANDING).result_rows == [(9, 2)]
    keep(client, OTHERS)
    soon(lambda: client.query(STANDING).result_rows, [(6, 1)])


def test_the_start_of_the_store_applies_it(store: Store) -> None:
    """As the worker and `leadpulse migrate` do it; who says nothing of it changes nothing."""
    prepare(store, retention=OTHERS)
    client = open_writer(store)
    try:
        changed = texts(client)
        assert "toIntervalDay(400)" in changed["events"]
        prepare(store)
        assert texts(client) == changed
    finally:
        client.close()


def test_a_cluster_is_told_on_all_hosts() -> None:
    """The text that a cluster gets."""

    class Client:
        sent: list[str] = []  # noqa: RUF012 — one test

        def query(self, _sql: str) -> Any:
            engine = "ReplicatedReplacingMergeTree() ORDER BY ts TTL toDateTime(ts) + toIntervalYear(3) SETTINGS a = 1"
            return type("Rows", (), {"result_rows": [("events", engine, engine)]})

        def command(self, sql: str, settings: dict[str, Any]) -> None:
            self.sent.append(sql)

    assert keep(Client(), OTHERS, "main") == ["events"]
    assert Client.sent == ["ALTER TABLE events ON CLUSTER 'main' MODIFY TTL toDateTime(ts) + INTERVAL 400 DAY"]


@pytest.mark.parametrize(
    ("days", "told"), [(1095, "INTERVAL 3 YEAR"), (365, "INTERVAL 1 YEAR"), (90, "INTERVAL 90 DAY")]
)
def test_a_year_is_a_year_of_the_calendar(days: int, told: str) -> None:
    """There and back."""
    assert interval(days) == told
    _, number, unit = told.split()
    assert days_of(number, unit) == days

"""From keys with a time in them to keys without (migration 0005): an installation with data, broken off anywhere."""

import re
import shutil
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from streams.settings import Store
from streams.store.clickhouse import open_client
from streams.store.migrate import FOLDER, migrate

NUMBERS = count()

BEFORE = """
INSERT INTO events SELECT '7', T10 + number, number % 5, 'wms', 'reservation', 'created', 10 + number, 0,
    toString(number), T11 + number FROM numbers(10)
;
INSERT INTO events SELECT '7', T10 - INTERVAL 20 DAY, 0, 'wms', 'reservation', 'created', 99, 0, 'first',
    T10 - INTERVAL 1 DAY
;
INSERT INTO unassigned SELECT 'tg_chat', '5', T10 + number, 3, 's', 't', toString(number), T11 + number FROM numbers(2)
;
INSERT INTO signals SELECT '7', T10 + number, 3, 'r', 'info', T10, number, 0, 0, '', '', T11 + number FROM numbers(2)
;
INSERT INTO transcripts SELECT '7', T10, 'rec', 1, number, 0, 1, '', 'older', 1, T11 FROM numbers(3)
;
INSERT INTO transcripts SELECT '7', T10, 'rec', 1, number, 0, 1, '', 'newer', 1, T12 FROM numbers(2)
;
INSERT INTO recordings SELECT arrayJoin(['rec', 'mute']), '7', T10, 1, 'e', 1, 2, 0
;
INSERT INTO stt_jobs (recording_id, version, ts, words, transcribed_at)
SELECT 'rec', 1, T10 + number, number, T11 + number FROM numbers(2)
"""
"""T10 … T12: hours of one day."""


class Breaking:
    """A client that dies before its n-th statement; queries of the runner itself do not count."""

    def __init__(self, client: Any, statements: int) -> None:
        self._client, self._left = client, statements

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def command(self, sql: str, **options: Any) -> Any:
        """As the client's."""
        if options:  # the statements of a file carry settings
            if self._left == 0:
                raise ConnectionError("killed")
            self._left -= 1
        return self._client.command(sql, **options)


@pytest.fixture
def older(chdb_folder: Path, tmp_path: Path) -> Iterator[Any]:
    """A database as migrations 1 to 4 left it, with repeats that have other times."""
    store = Store(folder=chdb_folder, database=f"older_{next(NUMBERS)}")
    admin = open_client(store, {}, None)
    admin.command(f"CREATE DATABASE {store.database}")
    admin.close()
    client = open_client(store, {}, store.database)
    for path in sorted(FOLDER.glob("000[1-4]_*.sql")):
        shutil.copy(path, tmp_path)
    migrate(client, tmp_path)
    for statement in BEFORE.split("\n;\n"):
        client.command(re.sub(r"T(1\d)", r"toDateTime64('2026-11-20 \1:00:00', 3, 'UTC')", statement))
    yield client
    client.close()


def rows(client: Any, sql: str) -> list[tuple[Any, ...]]:
    return list(client.query(sql).result_rows)


def check(client: Any) -> None:
    """Everything once, as it was accepted first."""
    stored = rows(client, "SELECT event_id, payload, qty FROM events FINAL ORDER BY event_id")
    assert stored == [(0, "first", 99), (1, "1", 11), (2, "2", 12), (3, "3", 13), (4, "4", 14)]
    assert rows(client, "SELECT record FROM unassigned FINAL") == [("0",)]
    assert rows(client, "SELECT value FROM signals FINAL") == [(0.0,)]
    assert rows(client, "SELECT number, text FROM transcripts_current ORDER BY number") == [(0, "newer"), (1, "newer")]
    assert rows(client, "SELECT recording_id FROM recordings FINAL ORDER BY 1") == [("mute",), ("rec",)]
    assert rows(client, "SELECT words FROM stt_jobs FINAL") == [(0,)]
    assert rows(client, "SELECT sum(events), sum(qty) FROM lead_days") == [(5, 149)]
    assert rows(client, "SELECT DISTINCT toUnixTimestamp(stored_at) FROM events") == [(0,)], "nobody noted it then"
    assert [name for (name,) in rows(client, "SHOW TABLES") if name.endswith("_swap")] == []


def test_an_installation_with_data(older: Any) -> None:
    """What was stored twice is there once, and the row of the first arrival stayed."""
    assert rows(older, "SELECT count() FROM events FINAL") == [(11,)]
    migrate(older)
    check(older)


def test_broken_off_at_every_statement(older: Any) -> None:
    """Killed before each statement in turn and begun anew: nothing is lost and nothing is swapped back."""
    for statements in range(1, 60):
        try:
            migrate(Breaking(older, statements))
        except ConnectionError:
            continue
        break
    else:
        pytest.fail("it never came to the end")
    check(older)

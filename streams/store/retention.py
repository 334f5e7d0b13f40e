"""How long rows stay: the files of `schemas/clickhouse` say it for every installation, the settings for this one."""

import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

from schemas.retention import KINDS
from streams.settings import Retention
from streams.store.migrate import FOLDER, form, read

log = logging.getLogger(__name__)

YEAR: Final = 365
"""Days of the settings that are one year of the calendar."""

_LIVE: Final = r"TTL (?P<since>\S+(?:\(\S+\))?) \+ toInterval(?P<unit>Year|Day)\((?P<number>\d+)\)"
_OF_TABLE: Final = re.compile(_LIVE)
_WRITTEN: Final = re.compile(r"^TTL .*INTERVAL (\d+) (YEAR|DAY) DELETE", re.MULTILINE)
_CREATED: Final = re.compile(r"CREATE TABLE IF NOT EXISTS (\w+)")
_DROPPED: Final = re.compile(r"DROP TABLE IF EXISTS (\w+)")
_SWAP: Final = "_swap"
"""A table that is made anew has this behind its name until both change places."""

TABLES: Final = """SELECT name, engine_full, create_table_query FROM system.tables
WHERE database = currentDatabase() AND engine LIKE '%MergeTree'"""


class _Place(NamedTuple):
    """A TTL in the database: of a table, or (not empty) of one of its columns."""

    table: str
    column: str
    days: int


def keep(client: Any, wanted: Retention, cluster: str = "") -> list[str]:
    """Give tables the time that the settings want where they have another; the names of those changed. ClickHouse then
    rewrites their parts in the background. Raises the client's errors."""
    live = {name: (engine, whole) for name, engine, whole in client.query(TABLES).result_rows}
    changed = []
    for place in _places(wanted):
        if place.table not in live:  # a folder of older migrations
            continue
        engine, whole = live[place.table]
        column = re.search(rf"`{place.column}` [^`]*?{_LIVE}", whole)
        found = column if place.column else _OF_TABLE.search(engine)
        if found is None or days_of(found["number"], found["unit"]) == place.days:
            continue
        change = f"MODIFY COLUMN {place.column} TTL" if place.column else "MODIFY TTL"
        sql = f"ALTER TABLE {place.table} {change} {found['since']} + {interval(place.days)}"
        client.command(form(sql, cluster), settings={"alter_sync": 2, "mutations_sync": 0, "max_execution_time": 0})
        changed.append(place.table)
        log.warning("retention changed", extra={"table": place.table, "days": place.days})
    return changed


def _places(wanted: Retention) -> Iterator[_Place]:
    for kind in KINDS:
        days = wanted.days(kind.setting)
        yield from (_Place(table, "", days) for table in kind.tables)
        yield from (_Place(table, column, days) for table, column in kind.columns)


def interval(days: int) -> str:
    """As the migrations write it: what stands there already is not changed."""
    return f"INTERVAL {days // YEAR} YEAR" if days % YEAR == 0 else f"INTERVAL {days} DAY"


def days_of(number: str, unit: str) -> int:
    """The settings' days of an interval of SQL."""
    return int(number) * (YEAR if unit.upper() == "YEAR" else 1)


def of_files(folder: Path = FOLDER) -> dict[str, int | None]:
    """Every table of the migrations with its days; None: until erased. Raises `MigrationError`."""
    found: dict[str, int | None] = {}
    for migration in read(folder):
        for statement in migration.statements:
            if created := _CREATED.match(statement.sql):
                written = _WRITTEN.search(statement.sql)
                found[created[1].removesuffix(_SWAP)] = days_of(*written.groups()) if written else None
            elif dropped := _DROPPED.match(statement.sql):
                found.pop(dropped[1], None)
    return found

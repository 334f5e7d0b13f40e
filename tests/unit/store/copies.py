"""Fresh databases for tests, each copied from one that was migrated once: a tenth of what the migrations take. One that
a test gives back is another's afterwards: only the tables with rows in them are made anew, a quarter of a copy.
"""

from collections import defaultdict
from collections.abc import Sequence
from contextlib import closing
from itertools import count
from pathlib import Path
from typing import Any

from streams.settings import Store
from streams.store.clickhouse import open_client, prepare

FIRST = "migrated_for_copies"
MADE = """SELECT name, create_table_query, engine = 'View', if(empty(data_paths), '', data_paths[1]) FROM system.tables
WHERE database = {name:String} ORDER BY engine = 'View', metadata_modification_time"""
"""The tables, then the views in the order in which they were made: one may read another."""
FILLED = "schema_migrations"
"""The one table that is not empty in a fresh database."""
UNUSED = {"deduplication_logs", "detached", "format_version.txt"}
"""What lies in the folder of a table that never had a row."""

_NUMBERS = count(1)
Made = Sequence[tuple[str, str, bool, str]]
Scheme = list[tuple[str, ...]]
_clean: dict[Path, list[str]] = defaultdict(list)
_schemes: dict[Path, Scheme] = {}


def lent(folder: Path) -> Store:
    """A database in this folder that is as the migrations leave it: one that was given back, else the name of one that
    is not there yet."""
    clean = _clean[folder]
    return Store(folder=folder, database=clean.pop() if clean else f"test_{next(_NUMBERS)}", api_port=0)


def copy(store: Store) -> None:
    """Make the store's database, where there is none, as the migrations leave it."""
    with closing(open_client(store, {}, None)) as client:
        known = {name for (name,) in client.query("SELECT name FROM system.databases").result_rows}
        if store.database in known:
            return
        if FIRST not in known:
            prepare(store.model_copy(update={"database": FIRST}))
        client.command(f"CREATE DATABASE {store.database}")
        for _, statement, *_ in client.query(MADE, {"name": FIRST}).result_rows:
            client.command(statement.replace(f"{FIRST}.", f"{store.database}."))
        client.command(f"INSERT INTO {store.database}.{FILLED} SELECT * FROM {FIRST}.{FILLED}")


def given_back(store: Store) -> None:
    """For the next who asks `lent`, empty; taken away where more than rows was changed."""
    with closing(open_client(store, {}, None)) as client:
        mine = client.query(MADE, {"name": store.database}).result_rows
        if not mine or _first_scheme(client, store.folder) != _scheme(client, store.database, mine):
            client.command(f"DROP DATABASE IF EXISTS {store.database} SYNC")
            return
        for name, statement, view, place in mine:
            if not view and name != FILLED and _used(Path(place)):
                client.command(f"DROP TABLE {store.database}.{name} SYNC")
                client.command(statement)
    _clean[store.folder].append(store.database)


def drop(store: Store) -> None:
    """Take it away again: an engine with the tables of a hundred tests is three times as slow."""
    with closing(open_client(store, {}, None)) as client:
        client.command(f"DROP DATABASE IF EXISTS {store.database} SYNC")


def _first_scheme(client: Any, folder: Path) -> Scheme:
    """Of the database that the copies are made from; asked once, for nobody changes it."""
    if folder not in _schemes:
        _schemes[folder] = _scheme(client, FIRST, client.query(MADE, {"name": FIRST}).result_rows)
    return _schemes[folder]


def _scheme(client: Any, database: str, made: Made) -> Scheme:
    """Every table and view, and which migrations were run."""
    ran: Scheme = client.query(f"SELECT * FROM {database}.{FILLED} FINAL ORDER BY ALL").result_rows
    return sorted((name, text.replace(f"{database}.", "")) for name, text, *_ in made) + ran


def _used(place: Path) -> bool:
    """Whether a table had rows since it was made, also such as are gone: its log knows the tokens of their inserts."""
    there = {path.name for path in place.iterdir()}
    return not there <= UNUSED or any(path.stat().st_size for path in place.glob("deduplication_logs/*"))

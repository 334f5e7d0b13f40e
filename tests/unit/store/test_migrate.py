"""Migrations on real chDB: fresh, again, broken off, changed, ahead, out of order."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from schemas.errors import MigrationError
from streams.settings import Store
from streams.store.clickhouse import open_client, prepare
from streams.store.migrate import FOLDER, Statement, migrate, read, statements

ONE = "-- a comment; with a semicolon\nCREATE TABLE IF NOT EXISTS one (a Int32) ENGINE = MergeTree ORDER BY a;\n"
TWO = "CREATE TABLE IF NOT EXISTS two (a Int32) ENGINE = MergeTree ORDER BY a;\n"


@pytest.fixture
def client(store: Store) -> Iterator[Any]:
    """A client of an empty database."""
    admin = open_client(store, {}, None)
    admin.command(f"CREATE DATABASE {store.database}")
    admin.close()
    client = open_client(store, {}, store.database)
    yield client
    client.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one migration."""
    (tmp_path / "0001_one.sql").write_text(ONE)
    return tmp_path


def tables(client: Any) -> set[str]:
    return {name for (name,) in client.query("SHOW TABLES").result_rows} - {"schema_migrations"}


def test_fresh_then_again(store: Store) -> None:
    """Our own files run on an empty database, once."""
    assert prepare(store) == [path.name for path in sorted(FOLDER.glob("*.sql"))]
    assert prepare(store) == []


def test_only_the_new_file_runs(client: Any, folder: Path) -> None:
    """A later file is run alone."""
    assert migrate(client, folder) == ["0001_one.sql"]
    (folder / "0002_two.sql").write_text(TWO)
    assert migrate(client, folder) == ["0002_two.sql"]
    assert tables(client) == {"one", "two"}


def test_resumes_a_file_that_broke_off(client: Any, folder: Path) -> None:
    """A file that failed in the middle is run again when it is mended, and the ones before it are not."""
    broken = folder / "0002_two.sql"
    broken.write_text(TWO + "CREATE TABLE nonsense;\n")
    with pytest.raises(Exception, match="Code: "):
        migrate(client, folder)
    assert tables(client) == {"one", "two"}
    broken.write_text(TWO + TWO.replace("two", "three"))
    assert migrate(client, folder) == ["0002_two.sql"]
    assert tables(client) == {"one", "two", "three"}
    assert migrate(client, folder) == []


def test_refuses_a_changed_file(client: Any, folder: Path) -> None:
    """What was applied may not change."""
    migrate(client, folder)
    (folder / "0001_one.sql").write_text(ONE.replace("Int32", "Int64"))
    with pytest.raises(MigrationError, match=r"0001_one\.sql was changed"):
        migrate(client, folder)


def test_refuses_a_database_ahead_of_the_code(client: Any, folder: Path) -> None:
    """Older code does not touch a newer database."""
    (folder / "0002_two.sql").write_text(TWO)
    migrate(client, folder)
    (folder / "0002_two.sql").unlink()
    with pytest.raises(MigrationError, match=r"ahead.*\[2\]"):
        migrate(client, folder)


def test_refuses_a_file_out_of_order(client: Any, folder: Path) -> None:
    """A number below one that is applied came too late; nothing is run."""
    (folder / "0003_two.sql").write_text(TWO)
    migrate(client, folder)
    (folder / "0002_late.sql").write_text(TWO.replace("two", "late"))
    with pytest.raises(MigrationError, match=r"0002_late\.sql is out of order"):
        migrate(client, folder)
    assert "late" not in tables(client)


@pytest.mark.parametrize("name", ["0001_again.sql", "1_short.sql", "0002_Upper.sql"])
def test_refuses_strange_names(folder: Path, name: str) -> None:
    """Two files of one number, and names that sort wrongly, are faults of the code."""
    (folder / name).write_text(ONE)
    with pytest.raises(MigrationError):
        read(folder)


def test_refuses_an_empty_folder(tmp_path: Path) -> None:
    """A package without its SQL files is broken, not up to date."""
    with pytest.raises(MigrationError, match="no migrations"):
        read(tmp_path)


def test_splits_statements() -> None:
    """A semicolon inside of a line does not end a statement; comment lines are dropped, a condition is kept."""
    found = statements("-- x;\nSELECT ';', 1;\n\n-- y\n-- unless: SELECT 0\n SELECT 2 ;  \n")
    assert found == [Statement("SELECT ';', 1"), Statement("SELECT 2", "SELECT 0")]


def test_a_statement_is_skipped_where_its_condition_counts(client: Any, folder: Path) -> None:
    """What cannot be run twice says how to see that it was run."""
    (folder / "0002_rename.sql").write_text(
        "-- unless: SELECT count() FROM system.tables WHERE database = currentDatabase() AND name = 'moved'\n"
        "RENAME TABLE one TO moved;\nCREATE TABLE nonsense;\n"
    )
    for _ in range(2):
        with pytest.raises(Exception, match="INCORRECT_QUERY"):
            migrate(client, folder)
    assert tables(client) == {"moved"}

"""What the tests' databases are copied to is what the migrations make."""

from contextlib import closing
from pathlib import Path

from streams.settings import Store
from streams.store.clickhouse import open_client, prepare
from tests.unit.store.copies import copy, drop, given_back, lent

MADE = "SELECT name, create_table_query FROM system.tables WHERE database = {name:String} ORDER BY name"

ROWS = {"alerts": "(lead_id, severity, status) VALUES ('7', 'info', 'open')", "cards": "(lead_id) VALUES ('7')"}


def test_a_copy_is_what_the_migrations_make(store: Store) -> None:
    """Every table and view, letter by letter; nothing is left to be migrated, and nothing stays behind."""
    copied = store.model_copy(update={"database": f"{store.database}_copied"})
    prepare(store)
    copy(copied)
    assert prepare(copied) == []
    with closing(open_client(store, {}, None)) as client:

        def made(database: str) -> list[tuple[str, str]]:
            rows = client.query(MADE, {"name": database}).result_rows
            return [(name, text.replace(f"{database}.", "")) for name, text in rows]

        assert made(copied.database) == made(store.database) != []
        drop(copied)
        assert made(copied.database) == []


def test_what_is_given_back_is_as_new(chdb_folder: Path) -> None:
    """Without the rows of before, the deleted ones included, and the same insert is no repetition; the engine's folder
    of a table that nobody touched stays. Whatever is changed in the scheme takes the database away."""
    store = lent(chdb_folder)
    copy(store)
    with closing(open_client(store, {}, store.database)) as client:

        def put(table: str) -> None:
            token = {"insert_deduplication_token": "one"}
            client.command(f"INSERT INTO {table} {ROWS[table]}", settings=token)

        def stand() -> dict[str, tuple[str, int]]:
            rows = client.query(
                "SELECT name, toString(uuid), total_rows FROM system.tables WHERE database = {d:String}"
                " AND engine != 'View'",
                {"d": store.database},
            ).result_rows
            return {name: (uuid, count) for name, uuid, count in rows}

        fresh = stand()
        for table in ROWS:
            put(table)
        client.command("TRUNCATE TABLE cards")
        given_back(store)
        again = stand()
        assert {name for name in fresh if fresh[name] != again[name]} == ROWS.keys()
        assert {name: count for name, (_, count) in again.items()} == {
            name: count for name, (_, count) in fresh.items()
        }
        assert lent(chdb_folder) == store
        for table in ROWS:
            put(table)
        assert [stand()[table][1] for table in ROWS] == [1, 1]
        client.command("ALTER TABLE cards ADD COLUMN more String")
        given_back(store)
        assert stand() == {}
    assert lent(chdb_folder) != store

"""docs/tables.md against the schema: every table, view and column that a person can ask for, and no other."""

import re
from pathlib import Path

from streams.settings import Store
from streams.store.clickhouse import open_writer
from streams.store.database import Database

PAGE = Path(__file__).parents[3] / "docs" / "tables.md"
COMMON = "Столбцы, одинаковые везде"


def described() -> dict[str, list[str]]:
    """Heads of the page to the columns that are named below each."""
    found: dict[str, list[str]] = {}
    for part in re.split(r"^#{2,3} ", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
        head, _, body = part.partition("\n")
        firsts = [line.split("|")[1] for line in body.splitlines() if line.startswith("| `")]
        if firsts:
            found[head] = [name for first in firsts for name in re.findall(r"`(\w+)`", first)]
    return found


async def test_every_table_and_column_is_described(store: Store, database: Database) -> None:
    """A column that is new in a migration has a line here, and a line without a column is a mistake."""
    client = open_writer(store)  # the reader of `system.columns`: also of views
    rows = client.query("SELECT table, name FROM system.columns WHERE database = currentDatabase()").result_rows
    client.close()
    page = described()
    common = page.pop(COMMON)
    real: dict[str, set[str]] = {}
    for table, name in rows:
        real.setdefault(table, set()).add(name)
    assert sorted(page) == sorted(real)
    for table, columns in real.items():
        assert set(page[table]) == columns - (set(common) - set(page[table])), table
    for name in common:
        assert sum(name in columns for columns in real.values()) > 1, f"{name} is common to nothing"

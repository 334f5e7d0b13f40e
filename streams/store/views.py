"""Views that cut days: the files of `schemas/clickhouse`, the same on every installation, write them for Moscow."""

import re
from pathlib import Path
from typing import Any

from processors.days import HOME
from streams.store.migrate import FOLDER, form, read

_VIEW = re.compile(r"CREATE (?:OR REPLACE VIEW|VIEW IF NOT EXISTS) (\w+)")

ZONED = """SELECT name, as_select FROM system.tables
WHERE database = currentDatabase() AND engine = 'View' AND name IN {names:Array(String)}"""


def cut_days(client: Any, zone: str, folder: Path = FOLDER, cluster: str = "") -> None:
    """Make those views cut days in this IANA zone, which must be a known one. A view that does is left alone: a writer
    on a server may have no right to make views any more. Raises `MigrationError` and the client's errors."""
    views = _of_files(folder)
    for name, query in client.query(ZONED, {"names": list(views)}).result_rows:
        if f"'{zone}'" not in query:
            sql = form(views[name], cluster).replace("CREATE VIEW IF NOT EXISTS", "CREATE OR REPLACE VIEW", 1)
            client.command(sql.replace(f"'{HOME}'", f"'{zone}'"))


def _of_files(folder: Path) -> dict[str, str]:
    """The statements of the views that name a zone, in their newest form."""
    found: dict[str, str] = {}
    for migration in read(folder):
        for statement in migration.statements:
            if view := _VIEW.match(statement.sql):
                found[view[1]] = statement.sql
    return {name: sql for name, sql in found.items() if f"'{HOME}'" in sql}

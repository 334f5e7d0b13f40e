"""Numbered `.sql` files, forward only: one record per file, resumable (research/clickhouse.md section 5).

Every statement of a file must bear being run again (`IF NOT EXISTS`): a file that broke off in the middle is run anew.
What does not (`EXCHANGE TABLES`) has a line `-- unless: SELECT …` right before it: it is skipped where that counts any.
"""

import hashlib
import re
from pathlib import Path
from typing import Any, NamedTuple

from schemas.errors import MigrationError
from streams.store.replicated import on_cluster

FOLDER = Path(__file__).resolve().parents[2] / "schemas" / "clickhouse"

RECORDS = """CREATE TABLE IF NOT EXISTS schema_migrations
(
    version  UInt32,
    name     String,
    checksum FixedString(64),
    state    LowCardinality(String),
    at       DateTime64(3, 'UTC') DEFAULT now64(3),
    CONSTRAINT state_known CHECK state IN ('started', 'applied')
)
ENGINE = ReplacingMergeTree(at)
ORDER BY version"""

_NAME = re.compile(r"^(\d{4})_[a-z0-9_]+\.sql\Z")
_END = re.compile(r";[ \t]*(?:\n|\Z)")
_UNLESS = "-- unless: "


class Statement(NamedTuple):
    """One statement, and the query whose count, where it is not zero, says that it was run."""

    sql: str
    unless: str = ""


class Migration(NamedTuple):
    """One file."""

    version: int
    name: str
    checksum: str
    statements: list[Statement]


def migrate(client: Any, folder: Path = FOLDER, cluster: str = "") -> list[str]:
    """Bring the client's database up to the files of `folder`; the names of the files that were run. With `cluster`, on
    all its hosts and with replicated tables. Checksums are those of the files.

    Raises `MigrationError` when files and records disagree, before anything is changed; the client's own errors
    when a statement fails.
    """
    found = read(folder)
    client.command(form(RECORDS, cluster))
    done = {
        version: (state, checksum.decode() if isinstance(checksum, bytes) else checksum)
        for version, state, checksum in client.query(
            "SELECT version, argMax(state, (at, state = 'applied')), argMax(checksum, (at, state = 'applied')) "
            "FROM schema_migrations GROUP BY version"
        ).result_rows
    }
    todo = _todo(found, done)
    for migration in todo:
        _record(client, migration, "started")
        for statement in migration.statements:
            if statement.unless and client.command(statement.unless):
                continue
            sql = form(statement.sql, cluster)
            client.command(sql, settings={"mutations_sync": 2, "alter_sync": 2, "max_execution_time": 0})
        _record(client, migration, "applied")
    return [migration.name for migration in todo]


def form(sql: str, cluster: str) -> str:
    """A statement as it is sent: on a cluster of this name, or (empty) on the one server."""
    return on_cluster(sql, cluster) if cluster else sql


def read(folder: Path) -> list[Migration]:
    """The files of `folder` in order. Raises `MigrationError`."""
    migrations: list[Migration] = []
    for path in sorted(folder.glob("*.sql")):
        match = _NAME.match(path.name)
        if match is None:
            raise MigrationError(f"{path.name}: a migration is named NNNN_lower_case.sql")
        sql = path.read_text(encoding="utf-8")
        checksum = hashlib.sha256(sql.encode()).hexdigest()
        migrations.append(Migration(int(match[1]), path.name, checksum, statements(sql)))
    if not migrations:
        raise MigrationError(f"no migrations in {folder}")
    versions = [migration.version for migration in migrations]
    twice = sorted({version for version in versions if versions.count(version) > 1})
    if twice:
        raise MigrationError(f"two files share a number: {twice}")
    return migrations


def statements(sql: str) -> list[Statement]:
    """The statements of a file: each ends with `;` at the end of a line; `--` lines are comments. One is sent at a
    time, because the HTTP interface takes no more.
    """
    lines = [line for line in sql.splitlines() if line.startswith(_UNLESS) or not line.lstrip().startswith("--")]
    return [_statement(part.strip()) for part in _END.split("\n".join(lines)) if part.strip()]


def _statement(text: str) -> Statement:
    if not text.startswith(_UNLESS):
        return Statement(text)
    unless, _, code = text.partition("\n")
    return Statement(code.strip(), unless.removeprefix(_UNLESS))


def _todo(found: list[Migration], done: dict[int, tuple[str, str]]) -> list[Migration]:
    ahead = sorted(set(done) - {migration.version for migration in found})
    if ahead:
        raise MigrationError(f"the database is ahead of the code: it has migrations {ahead}")
    todo = []
    for migration in found:
        state, checksum = done.get(migration.version, ("", ""))
        if state == "applied":
            if checksum != migration.checksum:
                raise MigrationError(f"{migration.name} was changed after it was applied")
            continue
        if not state and done and migration.version < max(done):
            raise MigrationError(f"{migration.name} is out of order: a later one is applied")
        todo.append(migration)
    return todo


def _record(client: Any, migration: Migration, state: str) -> None:
    client.insert(
        "schema_migrations",
        [[migration.version, migration.name, migration.checksum, state]],
        column_names=["version", "name", "checksum", "state"],
    )

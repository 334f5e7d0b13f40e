"""The schema for a cluster of replicas, as text: every statement of every migration, compared with the committed one.

After a new migration: `LEADPULSE_GOLDEN=write pytest tests/golden/test_cluster.py`, and read the diff.
"""

import os
import re

import pytest

from streams.store.migrate import FOLDER, RECORDS, migrate, read
from streams.store.replicated import on_cluster
from tests.golden.examples import EXPECTED

COMMITTED = EXPECTED / "clickhouse_cluster.sql"


def rendered() -> str:
    """All of it."""
    files = [("schema_migrations", [RECORDS])]
    files += [(one.name, [statement.sql for statement in one.statements]) for one in read(FOLDER)]
    return "".join(f"-- {name}\n" + "".join(f"{on_cluster(sql, 'main')};\n\n" for sql in sqls) for name, sqls in files)


def test_the_schema_of_a_cluster_is_the_committed_one() -> None:
    """To the letter, so that a new migration is looked at in this form too."""
    actual = rendered()
    if os.environ.get("LEADPULSE_GOLDEN") == "write":
        COMMITTED.write_text(actual, encoding="utf-8")
    assert actual == COMMITTED.read_text(encoding="utf-8")


def test_nothing_of_one_machine_is_left() -> None:
    """No table without a replica, no statement that only one host would run, no setting of lone tables."""
    text = rendered()
    assert not re.search(r"ENGINE = (?!Replicated)\w*MergeTree", text)
    assert "non_replicated" not in text
    for line in text.splitlines():
        if re.match(r"(CREATE|ALTER|DROP|EXCHANGE)\b", line):
            assert " ON CLUSTER 'main'" in line, line


@pytest.mark.parametrize(
    "sql", ["OPTIMIZE TABLE events", "CREATE TABLE events (a Int8) ENGINE = Memory", "DROP TABLE x SYNC"]
)
def test_a_statement_of_a_new_kind_is_refused(sql: str) -> None:
    """It would run on one host only, and nobody would see it."""
    with pytest.raises(ValueError, match="no form for a cluster"):
        on_cluster(sql, "main")


def test_a_name_is_quoted() -> None:
    """A cluster's name is data."""
    assert on_cluster("DROP TABLE IF EXISTS x", "a'b\\") == "DROP TABLE IF EXISTS x ON CLUSTER 'a\\'b\\\\'"


class Listener:
    """A client that only notes what it is told."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.result_rows: list[tuple[object, ...]] = []

    def command(self, sql: str, **_: object) -> int:
        """Nothing is there yet, so no statement is skipped."""
        self.said.append(sql)
        return 0

    def query(self, sql: str) -> "Listener":
        """No migration was run."""
        return self

    def insert(self, *_: object, **__: object) -> None:
        """A migration's record."""


def test_a_migration_says_just_that() -> None:
    """What is compared here is what `migrate` sends where a cluster is set, and not where none is."""
    cluster, alone = Listener(), Listener()
    migrate(cluster, cluster="main")
    migrate(alone)
    shaped = [sql for sql in cluster.said if not sql.startswith("SELECT")]
    assert shaped == [re.sub(r"^-- .*\n", "", part) for part in rendered().removesuffix(";\n\n").split(";\n\n")]
    assert not any("ON CLUSTER" in sql or "Replicated" in sql for sql in alone.said)

"""The schema of a cluster of replicas, made of the same files: where a customer outgrows one machine, ClickHouse itself
is what grows. Pure text; `tests/golden` holds all of it."""

import re
from typing import Final

_NAME: Final = r"(?P<name>\w+)"
_STATEMENTS: Final = (
    re.compile(rf"^(CREATE TABLE IF NOT EXISTS {_NAME})"),
    re.compile(rf"^(CREATE (?:OR REPLACE )?VIEW (?:IF NOT EXISTS )?{_NAME})"),
    re.compile(rf"^(ALTER TABLE {_NAME})"),
    re.compile(rf"^(DROP TABLE IF EXISTS {_NAME})\Z"),
    re.compile(rf"^(EXCHANGE TABLES {_NAME} AND \w+)\Z"),
)
_ENGINE: Final = re.compile(r"^ENGINE = (\w*MergeTree)\b", re.MULTILINE)
_WINDOW: Final = re.compile(r"\bnon_replicated_deduplication_window\b")
_ROWS: Final = re.compile(r"^INSERT INTO ")


def on_cluster(sql: str, cluster: str) -> str:
    """A statement of a migration as a cluster takes it: run on every host, tables replicated under the server's default
    path (`default_replica_path`, by the table's UUID, so that swapping two tables swaps what they have).

    Rows that one replica inserts come to the others by themselves, so an INSERT stays as it is. Raises ValueError for a
    statement of a kind that no migration has had yet.
    """
    if _ROWS.match(sql):
        return sql
    for shape in _STATEMENTS:
        if found := shape.match(sql):
            quoted = cluster.replace("\\", "\\\\").replace("'", "\\'")
            rest = sql[found.end() :]
            body = _WINDOW.sub("replicated_deduplication_window", _ENGINE.sub(r"ENGINE = Replicated\1", rest))
            return f"{found[1]} ON CLUSTER '{quoted}'{body}"
    raise ValueError(f"no form for a cluster is known of: {sql.splitlines()[0]}")

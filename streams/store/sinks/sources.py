"""`source.rounds` into the table `source_rounds`, and the table `sources` that is made of it."""

from collections.abc import Sequence

from aiokafka import ConsumerRecord

from schemas.rounds import SourceRound
from streams.store.sinks.columns import TIME, WORD, Rows, Table, rows_of

SOURCE_ROUNDS = Table(
    "source_rounds",
    {
        "source": WORD,
        "way": WORD,
        "ts": TIME,
        "every_ms": "UInt64",
        "well": "UInt32",
        "failed": "UInt32",
        "well_at": TIME,
        "error": "String",
        "ingested_at": TIME,
    },
)
SOURCES = Table(
    "sources",
    {
        "source": WORD,
        "hour": "DateTime('UTC')",
        "events": "UInt32",
        "history": "UInt32",
        "rejected": "UInt32",
        "backlog": "UInt64",
        "lag_ms": "UInt64",
        "lag_max_ms": "UInt64",
        "rounds": "UInt32",
        "failed_rounds": "UInt32",
        "gap_ms": "UInt64",
        "last_event": TIME,
        "last_round": TIME,
        "due_at": TIME,
        "state": WORD,
        "since": TIME,
        "error": "String",
        "updated_at": TIME,
    },
)


def round_rows(good: Sequence[tuple[SourceRound, "ConsumerRecord[bytes, bytes]"]]) -> list[Rows]:
    """Every report of every reader."""
    rows = [
        (one.source, one.way, one.ts, one.every_ms, one.well, one.failed, one.well_at, one.error, record.timestamp)
        for one, record in good
    ]
    return rows_of(SOURCE_ROUNDS, rows)

"""`out.settled` into the table `handovers`: what became of each thing that an outlet was given."""

from collections.abc import Sequence

from schemas.outlets import Handover
from streams.store.sinks.columns import TIME, WORD, Record, Rows, Table, rows_of

HANDOVERS = Table(
    "handovers",
    {
        "outlet": WORD,
        "topic": WORD,
        "partition": "UInt32",
        "offset": "UInt64",
        "key": "String",
        "version": "UInt32",
        "outcome": WORD,
        "given_at": TIME,
        "at": TIME,
        "tries": "UInt32",
        "retry_at": TIME,
        "error": "String",
        "lead_id": "String",
        "origin": "String",
    },
)


def handover_rows(good: Sequence[tuple[Handover, Record]]) -> list[Rows]:
    """A row a record."""
    rows = []
    for told, _ in good:
        topic, partition, offset = told.place.split("/")
        known = told.outlet, topic, int(partition), int(offset), told.key, told.version, told.outcome
        waits = told.tries, told.retry_at, told.error
        rows.append((*known, told.given_at, told.at, *waits, told.lead_id, told.origin))
    return rows_of(HANDOVERS, rows)

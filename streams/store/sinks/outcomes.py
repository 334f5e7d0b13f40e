"""What people say became of clients, into the table `outcomes`."""

from collections.abc import Sequence

from schemas.outcomes import ClientOutcome
from streams.store.sinks.columns import TIME, WORD, Record, Rows, Table, rows_of, seniority

OUTCOMES = Table(
    "outcomes",
    {
        "lead_id": "String",
        "ts": TIME,
        "event_id": "UInt64",
        "outcome": WORD,
        "since_day": "String",
        "reason": "String",
        "author": "String",
        "ingested_at": TIME,
        "seniority": "UInt64",
    },
)


def outcome_rows(said: Sequence[tuple[ClientOutcome, Record]]) -> list[Rows]:
    """A row a word: reports of days gone by ask what was known then."""
    rows = [
        (
            event.lead_id,
            event.ts,
            int(event.event_id, 16),
            event.outcome,
            event.since,
            event.reason,
            event.author,
            record.timestamp,
            seniority(record),
        )
        for event, record in said
    ]
    return rows_of(OUTCOMES, rows)

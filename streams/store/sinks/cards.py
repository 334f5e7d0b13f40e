"""`clients` into the table `cards`: who each client is."""

from collections.abc import Sequence
from typing import Any

from schemas.cards import ClientCard
from streams.store.sinks.columns import TIME, WORD, Record, Rows, Table, position, rows_of

CARDS = Table(
    "cards",
    {
        "lead_id": "String",
        "source": WORD,
        "ts": TIME,
        "client": "String",
        "curator": "String",
        "card": "String",
        "gone": "Bool",
        "ingested_at": TIME,
        "position": "UInt64",
    },
)


def card_rows(good: Sequence[tuple[ClientCard | None, Record]]) -> list[Rows]:
    """A row a record. A tombstone is one too: it takes back what its source told."""
    rows = [_row(card, record) for card, record in good]
    return rows_of(CARDS, rows)


def _row(card: ClientCard | None, record: Record) -> tuple[Any, ...]:
    lead, _, source = (record.key or b"").decode(errors="replace").partition("/")
    told = (record.timestamp, "", "", "") if card is None else (card.ts, card.name, card.responsible, card.card)
    return (lead, source, *told, card is None, record.timestamp, position(record))

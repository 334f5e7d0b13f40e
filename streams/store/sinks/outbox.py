"""`notify.outbox` into the table `outbox`: what became of each message to a person."""

from collections.abc import Iterator, Sequence
from typing import Any

from alerting.outbox import Item
from streams.store.sinks.columns import TIME, WORD, Record, Rows, Table, rows_of

OUTBOX = Table(
    "outbox",
    {
        "key": "String",
        "version": "UInt32",
        "topic": WORD,
        "receiver": WORD,
        "state": WORD,
        "wanted_at": TIME,
        "news": "Bool",
        "at": TIME,
        "chat": "Int64",
        "message_id": "Int64",
        "doubt": "Bool",
        "retry_at": TIME,
        "origin": "String",
        "error": "String",
        "partition": "UInt32",
        "offset": "UInt64",
    },
)


def outbox_rows(good: Sequence[tuple[Item, Record]]) -> list[Rows]:
    """A row a change; two where a version was sent while a newer one was wanted already."""
    rows = [row for item, record in good for row in _rows(item, record)]
    return rows_of(OUTBOX, rows)


def _rows(item: Item, record: Record) -> Iterator[tuple[Any, ...]]:
    yield _row(item, record, item.version, _state(item), item.failed or item.waits)
    if 0 < item.sent < item.version:
        yield _row(item, record, item.sent, "sent", "")


def _row(item: Item, record: Record, version: int, state: str, error: str) -> tuple[Any, ...]:
    news = version == item.version == item.news
    said = (item.key, version, item.topic, item.to, state, item.ts, news, record.timestamp)
    stands = item.chat, item.message_id, item.doubt, item.retry_at, item.origin
    return (*said, *stands, error, record.partition, record.offset)


def _state(item: Item) -> str:
    if item.calling:
        return "calling"
    if item.sent >= item.version:
        return "sent"
    if item.mailed and item.mailed >= item.news and item.news == item.version:
        return "mailed"
    return "failed" if item.failed else "wanted"

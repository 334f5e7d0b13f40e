"""`dead.letters` into the tables `failures` and `failure_answers`."""

from collections.abc import Sequence
from typing import Any, TypeAlias

from aiokafka import ConsumerRecord

from schemas.failed import DeadLetter
from streams.store.sinks.columns import TIME, WORD, Rows, Table, rows_of

Record: TypeAlias = "ConsumerRecord[bytes, bytes]"

FAILURES = Table(
    "failures",
    {
        "ts": TIME,
        "agent": WORD,
        "topic": WORD,
        "partition": "UInt32",
        "offset": "UInt64",
        "item": "String",
        "error_class": WORD,
        "error": "String",
        "payload": "String",
        "ingested_at": TIME,
    },
)
FAILURE_ANSWERS = Table(
    "failure_answers",
    {
        "ts": TIME,
        "agent": WORD,
        "topic": WORD,
        "partition": "UInt32",
        "offset": "UInt64",
        "item": "String",
        "answer": WORD,
        "answered_by": "String",
        "ingested_at": TIME,
    },
)


def failure_rows(good: Sequence[tuple[DeadLetter, Record]]) -> list[Rows]:
    """Letters, and what a person did about each. Who only begins with one has done nothing yet."""
    letters: list[tuple[Any, ...]] = []
    answers: list[tuple[Any, ...]] = []
    for letter, record in good:
        place = letter.ts, letter.agent, letter.topic, letter.partition, letter.offset, letter.item
        if not letter.answer:
            letters.append((*place, letter.error_class, letter.error, letter.payload, record.timestamp))
        elif letter.answer in ("replayed", "dropped"):
            answers.append((*place, letter.answer, letter.by, record.timestamp))
    return [*rows_of(FAILURES, letters), *rows_of(FAILURE_ANSWERS, answers)]

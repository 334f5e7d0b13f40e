"""Questions about clients with their answers, into the table `questions`: of each the last record counts."""

from collections.abc import Sequence

import msgspec

from schemas.answers import Question
from streams.store.sinks.columns import TIME, WORD, Record, Rows, Table, position, rows_of

QUESTIONS = Table(
    "questions",
    {
        "lead_id": "String",
        "question_id": "UInt64",
        "ts": TIME,
        "asked_by": "String",
        "text": "String",
        "model": WORD,
        "missing": "Bool",
        "dropped": "UInt32",
        "verdict": WORD,
        "judged_by": "String",
        "body": "String",
        "ingested_at": TIME,
        "position": "UInt64",
    },
)

_JSON = msgspec.json.Encoder()


def question_rows(asked: Sequence[tuple[Question, Record]]) -> list[Rows]:
    """`questions`: a row a record."""
    rows = [
        (
            question.lead_id,
            int(question.question_id, 16),
            question.at,
            question.user,
            question.text,
            question.done.engine,
            question.done.missing,
            question.done.dropped,
            question.verdict,
            question.judge,
            _JSON.encode(question),
            record.timestamp,
            position(record),
        )
        for question, record in asked
    ]
    return rows_of(QUESTIONS, rows)

"""What was promised in each meeting and day of chats (`promised`); what people say became of it (`promise_marks`)."""

from collections.abc import Sequence
from typing import Any

from processors.promises import talk_of
from schemas.minutes import UNKNOWN, ChatSummary, MeetingMinutes
from schemas.promises import PromiseMarked
from streams.store.sinks.columns import TIME, WORD, Record, Rows, Table, position, rows_of, seniority

TALKS = (MeetingMinutes, ChatSummary)

PROMISED = Table(
    "promised",
    {
        "lead_id": "String",
        "talk": "String",
        "kind": WORD,
        "event_id": "UInt64",
        "ts": TIME,
        "version": "UInt32",
        "owners": "Array(String)",
        "dues": "Array(String)",
        "texts": "Array(String)",
        "ingested_at": TIME,
        "position": "UInt64",
    },
)


PROMISE_MARKS = Table(
    "promise_marks",
    {
        "lead_id": "String",
        "promise": "UInt64",
        "ts": TIME,
        "event_id": "UInt64",
        "mark": WORD,
        "author": "String",
        "note": "String",
        "ingested_at": TIME,
        "seniority": "UInt64",
    },
)


def mark_rows(marked: Sequence[tuple[PromiseMarked, Record]]) -> list[Rows]:
    """A row a mark: reports of days gone by ask what was known then."""
    rows = [
        (
            event.lead_id,
            int(event.promise, 16),
            event.ts,
            int(event.event_id, 16),
            event.mark,
            event.author,
            event.note,
            record.timestamp,
            seniority(record),
        )
        for event, record in marked
    ]
    return rows_of(PROMISE_MARKS, rows)


def promise_rows(talks: Sequence[tuple[MeetingMinutes | ChatSummary, Record]]) -> list[Rows]:
    """A row a talk, also without promises: a newer version takes back what the older one had."""
    rows = [_row(event, record) for event, record in talks]
    return rows_of(PROMISED, rows)


def _row(event: MeetingMinutes | ChatSummary, record: Record) -> tuple[Any, ...]:
    meeting = isinstance(event, MeetingMinutes)
    actions = event.minutes.actions
    return (
        event.lead_id,
        talk_of(event),
        "meeting" if meeting else "chat",
        int(event.event_id, 16),
        event.ts,
        event.minutes.version if meeting else 0,  # of a day the summary that was made last
        [_known(action.owner) for action in actions],
        [_known(action.due) for action in actions],
        [action.text for action in actions],
        record.timestamp,
        position(record),
    )


def _known(word: str) -> str:
    return "" if word == UNKNOWN else word

"""Minutes of meetings and of days of chats into the table `promised`: what was promised in each."""

from collections.abc import Sequence
from typing import Any

from schemas.minutes import UNKNOWN, ChatSummary, MeetingMinutes
from streams.store.sinks.columns import TIME, WORD, Record, Rows, Table, position

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


def promise_rows(talks: Sequence[tuple[MeetingMinutes | ChatSummary, Record]]) -> list[Rows]:
    """A row a talk, also without promises: a newer version takes back what the older one had."""
    rows = [_row(event, record) for event, record in talks]
    return [Rows(PROMISED, list(zip(*rows, strict=True)))] if rows else []


def _row(event: MeetingMinutes | ChatSummary, record: Record) -> tuple[Any, ...]:
    meeting = isinstance(event, MeetingMinutes)
    actions = event.minutes.actions
    return (
        event.lead_id,
        event.recording_id if isinstance(event, MeetingMinutes) else f"chat:{event.ts}",
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

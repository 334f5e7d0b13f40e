"""What events hold of people's words, into the table `said`: what the search looks through."""

from collections.abc import Iterator, Sequence
from typing import Any

from schemas import events as ev
from schemas.minutes import ChatSummary, MeetingMinutes
from streams.store.sinks.columns import TIME, WORD, Record, Rows, Table, rows_of, seniority

WRITTEN = (
    *(ev.Message, ev.MessageEdited, ev.Mail, ev.Call, ev.CallTranscribed, ev.Note),
    *(MeetingMinutes, ChatSummary, ev.CommandChanged),
)
"""Kinds that are a text each, as 0013_said.sql has them, and commands that were done; a meeting's transcript is a row
an utterance."""
OF_WORDS = frozenset((*WRITTEN, ev.MeetingTranscribed))

SAID = Table(
    "said",
    {
        "ts": TIME,
        "event_id": "UInt64",
        "number": "UInt32",
        "lead_id": "String",
        "source": WORD,
        "kind": WORD,
        "recording_id": "String",
        "version": "UInt32",
        "chat": "String",
        "message": "String",
        "speaker": WORD,
        "text": "String",
        "seniority": "UInt64",
    },
)


def said_rows(good: Sequence[tuple[ev.Event, Record]]) -> list[Rows]:
    """A row a text or utterance of events of `OF_WORDS`; none of what has no words."""
    rows = [row for event, record in good for row in _of(event, record)]
    return rows_of(SAID, rows)


def _of(event: Any, record: Record) -> Iterator[tuple[Any, ...]]:
    id_, first = int(event.event_id, 16), seniority(record)
    if isinstance(event, ev.MeetingTranscribed):
        for number, one in enumerate(event.utterances):
            at, kind, of = event.ts + one.start_ms, "meeting_transcribed", (event.recording_id, event.version, "", "")
            yield at, id_, number, event.lead_id, "meeting", kind, *of, one.speaker or "", one.text, first
        return
    if isinstance(event, ev.CommandChanged):
        if event.state == "done":
            text, of = ": ".join(filter(None, (event.title, event.words))), ("", 0, "", "")
            yield event.ts, id_, 0, event.lead_id, event.source, "command_changed", *of, event.by, text, first
        return
    minutes = getattr(event, "minutes", None)
    parts = (getattr(event, "subject", ""), getattr(event, "text", ""), minutes.summary if minutes else "")
    text = ". ".join(part for part in parts if part)
    if text:
        author, kind = getattr(event, "author", None), str(type(event).__struct_config__.tag)
        of = ("", 0, getattr(event, "chat_id", ""), getattr(event, "message_id", ""))
        yield (
            event.ts,
            id_,
            0,
            event.lead_id,
            event.source,
            kind,
            *of,
            (author.name or "") if author else "",
            text,
            first,
        )

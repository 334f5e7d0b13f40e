"""What events hold of one client's words, into the table `passages`: where answers to questions are looked for."""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from schemas import events as ev
from schemas.minutes import ChatSummary, MeetingMinutes
from schemas.types import Millis
from streams.store.sinks.columns import TIME, WORD, Record, Rows, Table, rows_of, seniority

PASSAGES = Table(
    "passages",
    {
        "lead_id": "String",
        "event_id": "UInt64",
        "number": "UInt32",
        "ts": TIME,
        "kind": WORD,
        "of": "String",
        "version": "UInt32",
        "thread": "String",
        "speaker": WORD,
        "side": WORD,
        "at_ms": "UInt32",
        "text": "String",
        "seniority": "UInt64",
    },
)

_WORDS = re.compile(r"[А-Яа-яЁё]{3}")
"""Fields of the CRM that say something to a person: codes of stages, sums and phones do not."""


class _Passage(NamedTuple):
    """A row but for its event. `of`: what it is a version of; a text of "" says that nothing is left of that."""

    number: int
    ts: Millis
    kind: str
    of: str
    version: int
    thread: str
    speaker: str
    side: str
    at_ms: int
    text: str


def _written(
    event: Any, kind: str, thread: str, side: str, text: str, *, of: str = "", version: int = 0
) -> Iterator[_Passage]:
    author = getattr(event, "author", None)
    yield _Passage(0, event.ts, kind, of, version, thread, author.name if author else "", side, 0, text)


def _side(client: bool) -> str:
    return "client" if client else "staff"


def _message(event: ev.Message) -> Iterator[_Passage]:
    if event.text:
        of = f"{event.chat_id}/{event.message_id}"
        yield from _written(event, "message", event.chat_id, _side(event.author.client), event.text, of=of)


def _edited(event: ev.MessageEdited) -> Iterator[_Passage]:
    of, side = f"{event.chat_id}/{event.message_id}", _side(event.author.client)
    yield from _written(event, "message", event.chat_id, side, event.text, of=of, version=1)


def _deleted(event: ev.MessageDeleted) -> Iterator[_Passage]:
    of = f"{event.chat_id}/{event.message_id}"
    yield from _written(event, "message", event.chat_id, "", "", of=of, version=2)


def _call(event: ev.Call) -> Iterator[_Passage]:
    if event.text:
        yield from _written(event, "call", event.call_id, _side(event.direction == "in"), event.text, of=event.call_id)


def _called(event: ev.CallTranscribed) -> Iterator[_Passage]:
    side, version = _side(event.direction == "in"), event.version
    yield from _written(event, "call", event.call_id, side, event.text, of=event.call_id, version=version)


def _mail(event: ev.Mail) -> Iterator[_Passage]:
    text = ". ".join(filter(None, (event.subject, event.text)))
    if text:
        yield from _written(event, "mail", event.mail_id, _side(event.direction == "in"), text)


def _note(event: ev.Note) -> Iterator[_Passage]:
    """Whole as it now stands; one that was taken back has no words left."""
    text = "" if event.gone else event.text
    yield from _written(event, "note", event.note_id, _side(event.author.client), text, of=event.note_id)


def _crm(event: ev.CrmChanged) -> Iterator[_Passage]:
    text = ". ".join(value for value in event.fields.values() if _WORDS.search(value))
    if text:
        yield from _written(event, "crm", f"{event.entity}/{event.entity_id}", "", text)


def _command(event: ev.CommandChanged) -> Iterator[_Passage]:
    """What was done, and with which words; a proposal is nobody's deed."""
    if event.state == "done":
        text = ": ".join(filter(None, (event.title, event.words)))
        yield _Passage(0, event.ts, "command", event.command_id, 0, event.command_id, event.by, "staff", 0, text)


def _minutes(event: MeetingMinutes) -> Iterator[_Passage]:
    recording, made = event.recording_id, event.minutes
    if made.summary:
        yield from _written(event, "minutes", recording, "", made.summary, of=recording, version=made.version)


def _summed(event: ChatSummary) -> Iterator[_Passage]:
    made = event.minutes
    if made.summary:
        yield from _written(event, "minutes", "", "", made.summary, of=f"chat {event.day}", version=made.version)


def _said(event: ev.MeetingTranscribed) -> Iterator[_Passage]:
    recording, version = event.recording_id, event.version
    if not event.utterances:
        yield _Passage(0, event.ts, "said", recording, version, recording, "", "", 0, "")
    for number, one in enumerate(event.utterances):
        at, speaker = event.ts + one.start_ms, one.speaker or ""
        yield _Passage(number, at, "said", recording, version, recording, speaker, "", one.start_ms, one.text)


PASSAGES_OF: dict[type, Callable[[Any], Iterator[_Passage]]] = {
    ev.Message: _message,
    ev.MessageEdited: _edited,
    ev.MessageDeleted: _deleted,
    ev.Call: _call,
    ev.CallTranscribed: _called,
    ev.Mail: _mail,
    ev.Note: _note,
    ev.CrmChanged: _crm,
    ev.CommandChanged: _command,
    MeetingMinutes: _minutes,
    ChatSummary: _summed,
    ev.MeetingTranscribed: _said,
}
"""Kinds of events that hold words or take words back, as 0016_passages.sql has them."""


def passage_rows(good: Sequence[tuple[ev.Event, Record]]) -> list[Rows]:
    """The rows of events of `PASSAGES_OF`: of those that hold words, and are a client's."""
    rows = [
        (event.lead_id, int(event.event_id, 16), *passage, seniority(record))
        for event, record in good
        if event.lead_id
        for passage in PASSAGES_OF[type(event)](event)
    ]
    return rows_of(PASSAGES, rows)

"""Commands and talks with the assistant: the tables `command_events` and `assistant_lines`."""

from collections.abc import Sequence

import msgspec

from schemas.assistant import AssistantAsked, AssistantSaid
from schemas.commands import Command, CommandChange
from streams.store.sinks.columns import TIME, WORD, Record, Rows, Table, rows_of, seniority

COMMAND_EVENTS = Table(
    "command_events",
    {
        "lead_id": "String",
        "command_id": "UInt64",
        "number": "UInt32",
        "ts": TIME,
        "change_id": "String",
        "name": WORD,
        "version": "UInt32",
        "effect": WORD,
        "before": WORD,
        "state": WORD,
        "title": "String",
        "proposer": WORD,
        "confidence": "UInt8",
        "trigger": WORD,
        "how": WORD,
        "person": WORD,
        "user_id": WORD,
        "reason": "String",
        "what": "String",
        "due_at": TIME,
        "digest": "String",
        "command": "String",
        "ingested_at": TIME,
        "seniority": "UInt64",
    },
)
ASSISTANT_LINES = Table(
    "assistant_lines",
    {
        "person": "String",
        "ts": TIME,
        "side": WORD,
        "line_id": "String",
        "lead_id": "String",
        "name": WORD,
        "via": WORD,
        "text": "String",
        "of": "String",
        "question": "Bool",
        "options": "String",
        "choice": "Int16",
        "command": "String",
        "ingested_at": TIME,
        "seniority": "UInt64",
    },
)

_JSON = msgspec.json.Encoder()


def command_rows(good: Sequence[tuple[CommandChange, Record]]) -> list[Rows]:
    """`command.events`: a row a change."""
    return rows_of(
        COMMAND_EVENTS,
        [
            (
                change.lead_id,
                int(change.command_id, 16),
                change.standing.number,
                change.at,
                change.change_id,
                change.name,
                command.version if command else 0,
                change.standing.effect,
                change.before,
                change.standing.state,
                change.standing.title,
                command.proposer if command else "",
                command.confidence_percent if command else 0,
                command.trigger.kind if command else "",
                change.standing.how,
                change.standing.by,
                change.standing.by_user,
                change.standing.why,
                change.standing.what,
                change.standing.due_at,
                change.standing.digest,
                change.standing.body,
                record.timestamp,
                seniority(record),
            )
            for change, record in good
            for command in [_signed(change.standing.body)]
        ],
    )


def _signed(body: str) -> Command | None:
    """What was signed; of a body that nobody can read its change is stored all the same."""
    try:
        return msgspec.json.decode(body, type=Command)
    except msgspec.DecodeError:
        return None


def asked_rows(good: Sequence[tuple[AssistantAsked, Record]]) -> list[Rows]:
    """`assistant.asked`: a row a line."""
    return rows_of(
        ASSISTANT_LINES,
        [
            (
                one.who,
                one.at,
                "asked",
                one.asked_id,
                one.lead_id,
                one.name,
                one.via,
                one.text,
                one.answers,
                False,
                "[]",
                one.choice,
                "",
                record.timestamp,
                seniority(record),
            )
            for one, record in good
        ],
    )


def said_rows(good: Sequence[tuple[AssistantSaid, Record]]) -> list[Rows]:
    """`assistant.said`: a row an answer or a question."""
    return rows_of(
        ASSISTANT_LINES,
        [
            (
                one.to,
                one.at,
                "said",
                one.said_id,
                one.lead_id,
                "",
                "",
                one.text,
                one.of,
                one.question,
                _JSON.encode(one.options),
                -1,
                one.command_id,
                record.timestamp,
                seniority(record),
            )
            for one, record in good
        ],
    )

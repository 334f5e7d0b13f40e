"""What is noted of people, ours and the clients': the access log and the register of consents, for who asks in SQL."""

from collections.abc import Sequence
from typing import Any

from schemas.codec import Codec
from schemas.people import AccessEntry
from schemas.privacy import Consent
from streams.store.database import Database
from streams.store.sinks.columns import TIME, WORD, Record, Rows, Table, position, rows_of
from streams.store.sinks.sink import KeptSink

ACCESS_LOG = Table(
    "access_log",
    {
        "ts": TIME,
        "writer": "String",
        "number": "UInt64",
        "user_id": WORD,
        "person": WORD,
        "deed": WORD,
        "lead_id": "String",
        "object": "String",
        "address": WORD,
        "digest": "String",
        "ingested_at": TIME,
    },
)
CONSENTS = Table(
    "consents",
    {
        "person_id": "String",
        "person": "String",
        "leads": "Array(String)",
        "basis": WORD,
        "document": "String",
        "text_version": "String",
        "scope": "Array(LowCardinality(String))",
        "given_on": "String",
        "until_day": "String",
        "withdrawn_on": "String",
        "objected_on": "String",
        "reason": "String",
        "noted_by": "String",
        "noted_at": TIME,
        "gone": "Bool",
        "position": "UInt64",
    },
)

_CONSENT: Codec[Consent | None] = Codec(Consent)
_NOBODY: tuple[Any, ...] = ("", [], "", "", "", [], "", "", "", "", "", "")


def access_rows(good: Sequence[tuple[AccessEntry, Record]]) -> list[Rows]:
    """`audit.access`: a row a line. One that the broker was told twice is one row."""
    return rows_of(
        ACCESS_LOG,
        [
            (
                line.at,
                line.writer,
                line.number,
                line.user,
                line.name,
                line.action,
                line.lead,
                line.object,
                line.address,
                line.digest,
                record.timestamp,
            )
            for line, record in good
        ],
    )


def consent_rows(good: Sequence[tuple[Consent | None, Record]]) -> list[Rows]:
    """`consents`: a row a record; a tombstone is one too."""
    return rows_of(CONSENTS, [_consent(*one) for one in good])


def _consent(one: Consent | None, record: Record) -> tuple[Any, ...]:
    person = (record.key or b"").decode(errors="replace")
    if one is None:
        return (person, *_NOBODY, record.timestamp, True, position(record))
    return (
        person,
        one.name,
        one.leads,
        one.basis,
        one.document,
        one.text_version,
        one.scope,
        one.given_on,
        one.until,
        one.withdrawn_on,
        one.objected_on,
        one.reason,
        one.by,
        one.at,
        False,
        position(record),
    )


class ConsentSink(KeptSink[Consent]):
    """`consents`."""

    def __init__(self, database: Database) -> None:
        super().__init__(database, _CONSENT, consent_rows)

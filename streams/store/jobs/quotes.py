"""`lead.signals`, `lead.alerts`, `questions`: what quotes deleted words (`EventsMoved.deleted`) loses the quotes.

The fold takes them out of what it says from then on. What it had said before stands in the tables, or comes only now:
these topics are read beside `lead.events`. So it is looked for by the events that it names when their deletion is told,
and whether that was told when something is stored: whichever is stored last sees the other. Answers and daily reports
are made of words that nobody can tell apart: those that name such an event go whole, as with an erased person. Of a
report it stays that there was one, else it would be made up for.
"""

import re
from collections.abc import Collection, Sequence
from typing import Final, NamedTuple

from schemas.alerts import Alert, Signal
from schemas.answers import Question
from schemas.types import EventId
from streams.engine.process import Record
from streams.store.database import Database
from streams.store.jobs.objected import Objected
from streams.store.jobs.owed import Owed

SAID: Final = "meeting"
"""Kind of evidence that an objection may concern."""
_NAMED: Final = re.compile(rb'"event_id":"([0-9a-f]{16})"')
_IDS: Final = "arrayMap(one -> reinterpretAsUInt64(reverse(unhex(one))), {gone:Array(String)})"
_QUOTING: Final = f"hasAny(event_ids, {_IDS})"
_TELLING: Final = "multiSearchAny(body, {gone:Array(String)})"
_LEFT: Final = f"""
    evidence = concat('[', arrayStringConcat(arrayFilter(
        one -> NOT has({{gone:Array(String)}}, JSONExtractString(one, 'event_id')),
        JSONExtractArrayRaw(evidence)), ','), ']'),
    event_ids = arrayFilter(one -> NOT has({_IDS}, one), event_ids)"""


class Place(NamedTuple):
    """A table, which of its rows quote what is gone, and what is done with them."""

    table: str
    those: str
    statements: tuple[str, ...]


PLACES: Final = (
    Place(
        "signals",
        _QUOTING,
        (
            f"DELETE FROM signals WHERE {_QUOTING} AND hasAll({_IDS}, event_ids)",  # it rests on nothing else
            f"ALTER TABLE signals UPDATE {_LEFT} WHERE {_QUOTING}",
        ),
    ),
    Place("alerts", _QUOTING, (f"ALTER TABLE alerts UPDATE {_LEFT} WHERE {_QUOTING}",)),  # who pressed what stays
    Place("questions", _TELLING, (f"DELETE FROM questions WHERE {_TELLING}",)),
    Place("reports", _TELLING, (f"ALTER TABLE reports UPDATE body = '{{}}' WHERE {_TELLING}",)),  # it was published
)
_WAITING: Final = {"lightweight_deletes_sync": 2, "mutations_sync": 2}
AT_ONCE: Final = 250
"""Ids in one statement: `multiSearchAny` looks for 255 at most."""


class Quotes:
    """Settle's `Process` around the sinks of these topics, whose `stored` must be `notice`, or `answers`."""

    def __init__(self, database: Database) -> None:
        self._database, self._objected = database, Objected(database)
        self._owed = Owed(self._look)
        self.behind = self._owed.behind

    def notice(self, stored: Sequence[tuple[Signal | Alert, Record]]) -> None:
        """Words that something stored now names."""
        self._owed.add(one.event_id for said, _ in stored for one in said.evidence if one.kind == SAID)

    def answers(self, stored: Sequence[tuple[Question, Record]]) -> None:
        """Words that an answer stored now rests on."""
        for _, record in stored:
            self._owed.add(id_.decode() for id_ in _NAMED.findall(record.value or b""))

    async def _look(self, named: set[EventId]) -> None:
        await self.forget(await self._objected.gone(named))

    async def forget(self, events: Collection[EventId]) -> None:
        """Take quotes of these out of all tables. Raises `Transient`, `StatementFailed`."""
        ids = sorted(events)
        for at in range(0, len(ids), AT_ONCE):
            given = {"gone": ids[at : at + AT_ONCE]}
            for place in PLACES:
                [(rows,)] = await self._database.read(f"SELECT count() FROM {place.table} WHERE {place.those}", given)
                for sql in place.statements if rows else ():
                    await self._database.change(sql, given, _WAITING)

"""`lead.signals`, `lead.alerts`: what quotes words that were deleted (`EventsMoved.deleted`) loses the quotes.

The fold takes them out of what it says from then on. What it had said before stands in the tables, or comes only now:
both topics are read beside `lead.events`. So it is looked for by the events that it names when their deletion is told,
and whether that was told when something is stored: whichever is stored last sees the other.
"""

from collections.abc import Collection, Sequence
from typing import Final

from schemas.alerts import Alert, Signal
from schemas.types import EventId
from streams.engine.process import Record
from streams.store.database import Database
from streams.store.jobs.objected import Objected
from streams.store.jobs.owed import Owed

SAID: Final = "meeting"
"""Kind of evidence that an objection may concern."""
_IDS: Final = "arrayMap(one -> reinterpretAsUInt64(reverse(unhex(one))), {gone:Array(String)})"
_NAMING: Final = f"hasAny(event_ids, {_IDS})"
_LEFT: Final = f"""
    evidence = concat('[', arrayStringConcat(arrayFilter(
        one -> NOT has({{gone:Array(String)}}, JSONExtractString(one, 'event_id')),
        JSONExtractArrayRaw(evidence)), ','), ']'),
    event_ids = arrayFilter(one -> NOT has({_IDS}, one), event_ids)"""
FORGET: Final = {
    "signals": (
        f"DELETE FROM signals WHERE {_NAMING} AND hasAll({_IDS}, event_ids)",  # it rests on nothing else
        f"ALTER TABLE signals UPDATE {_LEFT} WHERE {_NAMING}",
    ),
    "alerts": (f"ALTER TABLE alerts UPDATE {_LEFT} WHERE {_NAMING}",),  # who pressed what is nobody's words: it stays
}
_WAITING: Final = {"lightweight_deletes_sync": 2, "mutations_sync": 2}
AT_ONCE: Final = 500
"""Ids in one statement."""


class Quotes:
    """Settle's `Process` around the sinks of both topics, whose `stored` must be `notice`."""

    def __init__(self, database: Database) -> None:
        self._database, self._objected = database, Objected(database)
        self._owed = Owed(self._look)
        self.behind = self._owed.behind

    def notice(self, stored: Sequence[tuple[Signal | Alert, Record]]) -> None:
        """Words that something stored now names."""
        self._owed.add(one.event_id for said, _ in stored for one in said.evidence if one.kind == SAID)

    async def _look(self, named: set[EventId]) -> None:
        await self.forget(await self._objected.gone(named))

    async def forget(self, events: Collection[EventId]) -> None:
        """Take quotes of these out of both tables. Raises `Transient`, `StatementFailed`."""
        ids = sorted(events)
        for at in range(0, len(ids), AT_ONCE):
            given = {"gone": ids[at : at + AT_ONCE]}
            for table, statements in FORGET.items():
                [(rows,)] = await self._database.read(f"SELECT count() FROM {table} WHERE {_NAMING}", given)
                for sql in statements if rows else ():
                    await self._database.change(sql, given, _WAITING)

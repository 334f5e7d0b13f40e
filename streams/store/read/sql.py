"""Queries of other people: one SELECT over our own tables, at two places of their own, bounded, and ended when nobody
waits for the answer any more.

`readonly = 1` alone holds little in chDB 26.9: `INTO OUTFILE` writes a file, the function `file` and the database
`default` read any, several table functions reach out while a query is only looked at. So `statements` and `guard` let
through what is on their lists, and Landlock (`streams.engine.landlock`) holds the process should they miss something.
"""

import asyncio
import contextlib
import logging
import secrets
import threading
from typing import Any, NamedTuple

import msgspec

from schemas.errors import Refused, Transient
from streams.settings import Store
from streams.store.clickhouse import BUSY, Connection, StatementFailed, open_visitor, open_writer, visitor_settings
from streams.store.database import Database
from streams.store.read.statements import Statement, parse
from streams.store.read.vetting import Ask, catalogue, vet

log = logging.getLogger(__name__)

PLACES = 2
"""Queries at once; each has one thread of the engine (`visitor_settings`), so the store's own always find a core."""

PATIENCE = 2.0
"""Seconds that a further one waits for a place before it is told to come again."""

GRACE = 2.0
"""Seconds over the engine's own limit: it looks at the clock between blocks only."""

KILL_EVERY = 0.5
"""Seconds between attempts: a query that has not begun cannot be killed yet."""

PASSING = BUSY - {159, 241}
"""Too slow and too large are faults of somebody else's query, not of the engine."""


class Busy(Transient):
    """Every place is taken."""


class Answer(msgspec.Struct, frozen=True):
    """The result of a query; `rows` are JSON arrays as the engine wrote them, 64-bit numbers are JSON numbers."""

    columns: list[str]
    types: list[str]
    rows: list[msgspec.Raw]


_NAMES = msgspec.json.Decoder(list[str])

FORM = "JSONCompactEachRowWithNamesAndTypes"
"""A line a row. JSONCompact of 26.9 is no JSON where WITH TOTALS meets an answer without rows."""


class _Asked(NamedTuple):
    """A query in work: every statement of it begins with `mark`, by which it is found and ended."""

    statement: Statement
    mark: str
    over: threading.Event


class Visitors:
    """The places."""

    def __init__(self, store: Store, database: Database) -> None:
        self._seconds, self._name, self._opened = store.sql_seconds, store.database, database.opened
        self._settings = visitor_settings(store)
        self._places = [Connection(f"clickhouse-visitor-{n}", lambda: open_visitor(store)) for n in range(PLACES)]
        self._killer = Connection("clickhouse-killer", lambda: open_writer(store))
        self._free: asyncio.Queue[Connection] = asyncio.Queue()
        for place in self._places:
            self._free.put_nowait(place)
        self._ends: set[asyncio.Task[None]] = set()

    async def ask(self, query: str) -> Answer:
        """Run a query of somebody else's. Raises `Refused` before it runs, `StatementFailed`, `Busy`, `Transient`."""
        asked = _Asked(parse(query), f"/* visitor:{secrets.token_hex(8)} */", threading.Event())
        await self._open()
        place = await self._place()
        work = asyncio.ensure_future(place.run(lambda client: self._run(client, asked), PASSING))
        work.add_done_callback(lambda done: self._leave(place, done))
        try:
            return await asyncio.wait_for(asyncio.shield(work), self._seconds + GRACE)
        except TimeoutError:
            self._end(work, asked)
            raise Refused(f"the query takes more than {self._seconds:g} s") from None
        except asyncio.CancelledError:
            self._end(work, asked)
            raise

    async def _open(self) -> None:
        try:
            await asyncio.wait_for(self._opened(), PATIENCE)
        except TimeoutError:
            raise Transient("ClickHouse is not open yet", retry_after=PATIENCE) from None

    async def _place(self) -> Connection:
        try:
            return await asyncio.wait_for(self._free.get(), PATIENCE)
        except TimeoutError:
            raise Busy(f"{PLACES} queries are in work: try again later", retry_after=PATIENCE) from None

    def _leave(self, place: Connection, done: asyncio.Future[Answer]) -> None:
        self._free.put_nowait(place)
        if not done.cancelled():
            done.exception()  # seen, also when nobody waits any more

    def _end(self, work: asyncio.Future[Answer], asked: _Asked) -> None:
        asked.over.set()
        task = asyncio.ensure_future(self._kill(work, asked.mark))
        self._ends.add(task)
        task.add_done_callback(self._ends.discard)

    async def _kill(self, work: asyncio.Future[Answer], mark: str) -> None:
        """Until it has ended: its place is free only then."""
        while not work.done():
            try:
                await self._killer.run(
                    lambda client: client.query(f"KILL QUERY WHERE startsWith(query, '{mark}') ASYNC").result_rows
                )
            except (Transient, StatementFailed) as fault:  # a server may not let us: its own time limit ends it
                log.warning("a query cannot be ended", extra={"error": str(fault)})
            await asyncio.wait({work}, timeout=KILL_EVERY)

    def _run(self, client: Any, asked: _Asked) -> Answer:
        there = catalogue(asking(client), self._name)
        statement, mark = asked.statement, asked.mark
        vet(asking(client), statement, there, mark)
        if asked.over.is_set():
            raise Refused("nobody waits for the answer")
        names, types, *rows = client.raw_query(f"{mark} {statement.text}", fmt=FORM).split(b"\n")
        return Answer(_NAMES.decode(names), _NAMES.decode(types), [msgspec.Raw(row) for row in rows if row])

    async def close(self) -> None:
        """End what is in work and close every connection."""
        for task in list(self._ends):
            task.cancel()
        for connection in (self._killer, *self._places):
            with contextlib.suppress(RuntimeError):  # closed twice
                await connection.close()


def asking(client: Any) -> Ask:
    return lambda sql: client.raw_query(sql, fmt="TabSeparatedRaw").decode()

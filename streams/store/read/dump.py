"""The tables as they are at a moment, for `leadpulse backup`: only this process may open the embedded store.

    GET /api/backup            the tables with their columns, the migrations, what of Kafka was stored (asked for first)
    GET /api/backup/{table}    its rows, each once: frames of `rows, bytes` (two big-endian 64-bit numbers) and so many
                               bytes of Native, in columns' order; a frame of 0 and 0 is the end, without it all is void

A table is read by one query, so it is one moment of it: an insert is in it whole or not at all. What comes between two
tables is in Kafka, and `leadpulse restore` sets the store back to what is told here first.
"""

import asyncio
import contextlib
import struct
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor

from aiohttp import web

from schemas.errors import Refused
from schemas.stored import BackupContents
from streams.settings import Store
from streams.store.database import Database
from streams.store.door.handles import connect
from streams.store.door.query import of_engine
from streams.store.door.request import quoted
from streams.store.lag import Lag

FRAME = struct.Struct(">QQ")
PARTITION_SECONDS = 30.0
"""A group divides its partitions anew in some seconds."""
SLOWEST_WRITE = 60.0
"""Seconds for one piece: the command writes it to a disk."""

_TABLES = """
SELECT table, groupArray(name) FROM (
    SELECT c.table AS table, c.name AS name FROM system.columns AS c
    JOIN system.tables AS t ON t.database = c.database AND t.name = c.table
    WHERE c.database = currentDatabase() AND t.engine LIKE '%MergeTree'
        AND c.default_kind NOT IN ('MATERIALIZED', 'ALIAS') AND c.table != 'schema_migrations'
    ORDER BY c.table, c.position)
GROUP BY table ORDER BY table"""

_MIGRATIONS = """
SELECT name, argMax(toString(checksum), at) FROM schema_migrations WHERE state = 'applied' GROUP BY name ORDER BY 1"""


class Dumps:
    """Answers one dump at a time: each reads everything there is."""

    def __init__(self, store: Store, database: Database, lag: Lag) -> None:
        self._store, self._database, self._lag = store, database, lag
        self._one, self._thread = asyncio.Lock(), ThreadPoolExecutor(1, thread_name_prefix="backup")

    async def contents(self) -> BackupContents:
        """What the answer to `/api/backup` says. Raises `Refused`, `Transient`, `StatementFailed`."""
        if self._store.backend != "chdb":
            raise Refused("the store is a ClickHouse server: back it up with its own BACKUP")
        # Before the tables: what they have too much comes once more.
        offsets = await self._lag.committed(PARTITION_SECONDS)
        tables = await self._tables()
        return BackupContents(offsets, tables, dict(await self._database.read(_MIGRATIONS)))

    async def _tables(self) -> dict[str, list[str]]:
        rows = await self._database.read(_TABLES)
        return {table: list(columns) for table, columns in rows}

    async def rows(self, request: web.Request, table: str) -> web.StreamResponse:
        """Stream a table. Raises `Refused`; what fails in the middle ends the answer without its last frame."""
        columns = (await self._tables()).get(table) if self._store.backend == "chdb" else None
        if columns is None:
            raise Refused(f"there is no table {table}")
        async with self._one:
            answer = web.StreamResponse(headers={"Content-Type": "application/octet-stream"})
            await answer.prepare(request)
            pieces = _read(self._store, table, columns)
            loop = asyncio.get_running_loop()
            try:
                while piece := await asyncio.shield(loop.run_in_executor(self._thread, next, pieces, None)):
                    async with asyncio.timeout(SLOWEST_WRITE):
                        await answer.write(FRAME.pack(piece[0], len(piece[1])) + piece[1])
                await answer.write(FRAME.pack(0, 0))
                await answer.write_eof()
            finally:
                await asyncio.shield(loop.run_in_executor(self._thread, pieces.close))
        return answer

    async def close(self) -> None:
        """Let go of the engine."""
        self._thread.shutdown(wait=False)


def _read(store: Store, table: str, columns: list[str]) -> Generator[tuple[int, bytes], None, None]:
    """Rows and bytes of each piece; a piece of Native is whole. One thread, so that inserts find a core."""
    named = ", ".join(quoted(column, "`") for column in columns)
    select = f"SELECT {named} FROM {quoted(table, '`')} FINAL"
    with of_engine(), contextlib.closing(connect(store)) as handle:
        handle.query("USE " + quoted(store.database, "`"))
        handle.query("SET max_threads = 1, max_memory_usage = 1073741824, readonly = 1")
        with contextlib.closing(handle.send_query(select, "Native")) as stream:
            while (piece := stream.fetch()) is not None and piece.bytes():
                yield piece.rows_read(), piece.bytes()

"""The store's ClickHouse as the rest of the worker sees it: rows in with a token, rows out, one fault tree."""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from schemas.errors import Transient
from streams.engine.retry import Policy, retry
from streams.settings import Retention, Store
from streams.store.clickhouse import (
    BROKEN,
    Connection,
    StatementFailed,
    open_client,
    prepare,
    reader_settings,
    writer_settings,
)
from streams.store.sinks.gather import Gatherer
from streams.store.sinks.tables import Rows

log = logging.getLogger(__name__)
T = TypeVar("T")

READERS = 2
PING_SECONDS = 15.0
OPENING = Policy(first=0.5, longest=15.0)


def put(client: Any, rows: Rows, token: str) -> None:
    """One insert; a repetition with the same `token` is a no-op."""
    client.insert(
        rows.table.name,
        rows.columns,
        column_names=list(rows.table.columns),
        column_type_names=list(rows.table.columns.values()),
        column_oriented=True,
        settings={"insert_deduplication_token": token},
    )


class Database:
    """The store's ClickHouse: opened and migrated by `keep_open`, then one writer and a few readers."""

    def __init__(self, store: Store, retention: Retention | None = None) -> None:
        self._store, self._retention = store, retention
        self._writer = Connection("clickhouse-writer", lambda: self._client(writer_settings(store)))
        self._readers = [
            Connection(f"clickhouse-reader-{n}", lambda: self._client(reader_settings(store))) for n in range(READERS)
        ]
        self._free: asyncio.Queue[Connection] = asyncio.Queue()
        for reader in self._readers:
            self._free.put_nowait(reader)
        self._gatherer = Gatherer(lambda rows, token: self.insert(rows, token))
        self._opened = asyncio.Event()
        self._answers = False

    def _client(self, settings: dict[str, Any]) -> Any:
        return open_client(self._store, settings, self._store.database)

    async def keep_open(self) -> None:
        """Migrate, warm up, then look every few seconds whether ClickHouse answers. Raises `MigrationError` and
        `StatementFailed` (the chDB folder belongs to another process); waits while a server is away."""
        began = time.monotonic()
        ran = await retry(OPENING, self._open, told=_not_yet)
        self._answers = True
        self._opened.set()
        log.info(
            "ClickHouse open",
            extra={"backend": self._store.backend, "migrated": ran, "seconds": round(time.monotonic() - began, 1)},
        )
        while True:
            await asyncio.sleep(PING_SECONDS)
            try:
                await self.read("SELECT 1")
                self._answers = True
            except (Transient, StatementFailed) as fault:
                self._answers = False
                log.warning("ClickHouse does not answer", extra={"error": str(fault)})

    async def _open(self) -> Any:
        """Migrate and warm up; what was migrated."""
        ran = await asyncio.to_thread(prepare, self._store, retention=self._retention)
        await self._writer.run(lambda client: client.query("SELECT 1").result_rows)
        await self._readers[0].run(lambda client: client.query("SELECT 1").result_rows)
        return ran

    def answers(self) -> bool:
        """Whether ClickHouse answered last time."""
        return self._answers

    async def opened(self) -> None:
        """Wait until the schema is there."""
        await self._opened.wait()

    async def gather(self, rows: Rows, name: str, size: int) -> None:
        """As `insert`, in one insert with what other batches bring meanwhile; `size` is their records' bytes."""
        self._check_open()
        await self._gatherer.store(rows, name, size)

    async def insert(self, rows: Rows, token: str) -> None:
        """Store rows; a repetition with the same `token` is a no-op. Raises `Transient`, `StatementFailed`, and what
        the client raises for a value of the wrong type (ValueError, TypeError, struct.error …)."""
        self._check_open()
        await self._writer.run(lambda client: put(client, rows, token), BROKEN)

    async def forget(self, events: Sequence[tuple[str, int]]) -> None:
        """Delete events (lead, id) and what they promise: they are others'. Returns when no query sees them. Raises as
        `read`."""
        for table in ("promised", "promise_marks", "outcomes", "said", "passages", "events"):
            await self._delete(table, "(lead_id, event_id) IN {gone:Array(Tuple(String, UInt64))}", events)

    async def forget_words(self, meetings: Sequence[tuple[str, str]]) -> None:
        """Delete the words of meetings (lead, recording): they are others'. Returns and raises as `forget`."""
        for table in ("recordings", "transcripts", "said"):
            await self._delete(table, "(lead_id, recording_id) IN {gone:Array(Tuple(String, String))}", meetings)

    async def forget_versions(self, texts: Sequence[tuple[str, str, int]]) -> None:
        """Delete versions of transcripts (lead, recording, version). Returns and raises as `forget`."""
        for table in ("recordings", "transcripts"):
            those = "(lead_id, recording_id, version) IN {gone:Array(Tuple(String, String, UInt32))}"
            await self._delete(table, those, texts)

    async def forget_waiting(self, events: Sequence[int]) -> None:
        """Delete what waits for its client, by event ids. Returns and raises as `forget`."""
        if events:
            await self._delete("unassigned", "event_id IN {gone:Array(UInt64)}", events)

    async def change(self, sql: str, parameters: dict[str, Any] | None = None, settings: Any = None) -> None:
        """Run a statement of our own that writes. Raises as `read`."""
        self._check_open()
        await self._writer.run(lambda client: client.command(sql, parameters, settings=settings), BROKEN)

    async def _delete(self, table: str, those: str, gone: Sequence[Any]) -> None:
        self._check_open()
        await self._writer.run(
            lambda client: client.command(
                f"DELETE FROM {table} WHERE {those}", {"gone": list(gone)}, settings={"lightweight_deletes_sync": 2}
            ),
            BROKEN,
        )

    async def read(self, sql: str, parameters: dict[str, Any] | None = None) -> Sequence[tuple[Any, ...]]:
        """The rows of a query of our own. Raises `Transient`, `StatementFailed`."""
        rows: Sequence[tuple[Any, ...]] = await self.borrow(lambda client: client.query(sql, parameters).result_rows)
        return rows

    async def borrow(self, work: Callable[[Any], T]) -> T:
        """Call `work` with a read-only client in its thread. Raises `Transient`, `StatementFailed`."""
        self._check_open()
        reader = await self._free.get()
        done = asyncio.ensure_future(reader.run(work))
        done.add_done_callback(lambda _: self._leave(reader, done))
        return await asyncio.shield(done)

    def _leave(self, reader: Connection, done: asyncio.Future[Any]) -> None:
        """Only when its thread has ended: who is cancelled does not take the engine's work with him."""
        self._free.put_nowait(reader)
        if not done.cancelled():
            done.exception()  # seen, also when nobody waits any more

    def _check_open(self) -> None:
        if not self._opened.is_set():
            raise Transient("ClickHouse is not open yet", retry_after=0.2)

    async def close(self) -> None:
        """Close every client; the engine lets go of its folder."""
        for connection in (self._writer, *self._readers):
            await connection.close()


def _not_yet(fault: Exception) -> None:
    log.warning("ClickHouse is not there yet", extra={"error": str(fault)})

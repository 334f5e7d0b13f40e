"""Many batches into one insert: an insert costs some ten milliseconds of CPU and an fsync whatever is in it.

Nobody waits for the store, so what comes while an insert is in work, and a moment before it, goes together into the
next one. What is acked is on disk all the same: a batch waits for the insert that holds it.
"""

import asyncio
import hashlib
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from itertools import chain
from typing import Any, NamedTuple

from schemas.errors import Transient
from streams.engine.retry import WORLD, Policy, World, retry
from streams.store.sinks.tables import Rows

log = logging.getLogger(__name__)

Insert = Callable[[Rows, str], Awaitable[None]]

LINGER_SECONDS = 0.05
"""The batches of one fetch come one after the other, within some milliseconds a topic."""

MOST_ROWS, MOST_BYTES = 100_000, 32 << 20
"""An insert is closed when it has so much. What waits behind it is bounded: two batches a partition."""

SAME_SET = Policy(first=0.2, longest=2.0, attempts=4)
"""The same set is tried again in place, for the token knows only it. Then each batch is its settler's to try again,
perhaps in other company: should the insert have gone through after all, the tables' keys make two rows one."""


class Part(NamedTuple):
    """A batch that waits."""

    rows: Rows
    name: str
    size: int
    stored: asyncio.Future[None]


class Gatherer:
    """Puts rows of batches into tables, as few inserts as there can be."""

    def __init__(self, insert: Insert, world: World = WORLD) -> None:
        self._insert, self._world = insert, world
        self._waiting: defaultdict[str, list[Part]] = defaultdict(list)
        self._at_work: dict[str, asyncio.Task[None]] = {}

    async def store(self, rows: Rows, name: str, size: int) -> None:
        """Return when `rows` are in ClickHouse. `name` names exactly these rows, `size` is their records' bytes.

        Raises what the insert raises for these rows; what is wrong with others' rows is not told here.
        """
        part = Part(rows, name, size, asyncio.get_running_loop().create_future())
        table = rows.table.name
        self._waiting[table].append(part)
        if table not in self._at_work:
            self._at_work[table] = asyncio.ensure_future(self._work(table))
        await part.stored

    async def _work(self, table: str) -> None:
        try:
            await self._world.sleep(LINGER_SECONDS)
            while parts := self._next(table):
                await self._together(parts)
        finally:
            del self._at_work[table]

    def _next(self, table: str) -> list[Part]:
        """What goes into the next insert, in the order it came; nothing of who has gone away meanwhile."""
        waiting = [part for part in self._waiting.pop(table, []) if not part.stored.done()]
        rows = size = taken = 0
        for part in waiting:
            rows, size = rows + len(part.rows.columns[0]), size + part.size
            if taken and (rows > MOST_ROWS or size > MOST_BYTES):
                break
            taken += 1
        if taken < len(waiting):
            self._waiting[table] = waiting[taken:]
        return waiting[:taken]

    async def _together(self, parts: Sequence[Part]) -> None:
        """One insert; when it is refused, each alone, so that only the guilty hear of it."""
        try:
            rows, token = merged(parts)
            await retry(SAME_SET, lambda: self._insert(rows, token), world=self._world)
        except Exception as fault:  # noqa: BLE001 — whose fault it is, is told to him
            if len(parts) > 1 and not isinstance(fault, Transient):
                log.info(
                    "insert refused, each batch alone", extra={"batches": len(parts), "error": type(fault).__name__}
                )
                for part in parts:
                    await self._together([part])
                return
            for part in parts:
                if not part.stored.done():
                    part.stored.set_exception(fault)
        else:
            for part in parts:
                if not part.stored.done():
                    part.stored.set_result(None)


def merged(parts: Sequence[Part]) -> tuple[Rows, str]:
    """All rows of one table one after the other, and a token that names exactly this set in this order."""
    if len(parts) == 1:
        return parts[0].rows, parts[0].name
    columns: list[Sequence[Any]] = [
        list(chain(*same)) for same in zip(*(part.rows.columns for part in parts), strict=True)
    ]
    names = hashlib.blake2b("\n".join(part.name for part in parts).encode(), digest_size=16)
    return Rows(parts[0].rows.table, columns), names.hexdigest()

"""What batches owe behind their rows: it is done before they are acked."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Generic, TypeVar

from schemas.errors import Transient
from streams.engine.process import Process
from streams.engine.settle import Batch, Outcome
from streams.store.clickhouse import StatementFailed

T = TypeVar("T")


class Owed(Generic[T]):
    """Settle's `Process` around sinks that `add` what they owe; `work` does some of it, once for all partitions."""

    def __init__(self, work: Callable[[set[T]], Awaitable[None]]) -> None:
        self._work, self._due = work, set[T]()
        self._alone = asyncio.Lock()

    def add(self, due: Iterable[T]) -> None:
        """Something stored owes these."""
        self._due.update(due)

    def behind(self, sink: Process) -> Process:
        """`sink`, and the batch is not acked before what it owes is done. Raises as `work`, but `Transient` for
        `StatementFailed`: no record is to blame, and none of any partition must be a dead letter of it."""

        async def settled(batch: Batch) -> Outcome:
            outcome = await sink(batch)
            async with self._alone:  # also where another batch has taken what this one owes: until it is done
                try:
                    await self._work_off()
                except StatementFailed as fault:
                    raise Transient(str(fault)) from fault
            return outcome

        return settled

    async def _work_off(self) -> None:
        due, self._due = self._due, set()  # what comes meanwhile is owed anew
        try:
            if due:
                await self._work(due)
        except BaseException:
            self._due |= due
            raise

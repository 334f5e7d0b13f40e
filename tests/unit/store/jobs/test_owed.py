"""What batches owe is done once, and no batch is acked before."""

import asyncio

import pytest

from schemas.errors import Transient
from streams.engine.settle import Batch, Outcome
from streams.store.clickhouse import StatementFailed
from streams.store.jobs.owed import Owed

BATCH = Batch("t", 0, 1, [])


async def stored(_batch: Batch) -> Outcome:
    """A sink."""
    return Outcome()


async def test_who_owes_the_same_waits_for_it() -> None:
    """Two partitions; the second finds nothing left to do, and is not acked while the first is at it. What comes
    meanwhile is not lost with what is done."""
    done: list[set[str]] = []
    going, let_go = asyncio.Event(), asyncio.Event()

    async def work(due: set[str]) -> None:
        going.set()
        await let_go.wait()
        done.append(due)

    owed = Owed(work)
    process = owed.behind(stored)
    owed.add(["a", "b"])
    first = asyncio.ensure_future(process(BATCH))
    await going.wait()
    owed.add(["a"])
    second = asyncio.ensure_future(process(BATCH))
    await asyncio.sleep(0.01)
    assert not first.done() and not second.done()
    let_go.set()
    await asyncio.gather(first, second)
    assert done == [{"a", "b"}, {"a"}]
    await process(BATCH)
    assert len(done) == 2, "nothing is nothing"


async def test_what_failed_is_owed_still() -> None:
    """Whoever comes next does it, also where the one that failed was another partition's."""
    done: list[set[str]] = []
    fault: list[Exception] = [RuntimeError("away")]

    async def work(due: set[str]) -> None:
        if fault:
            raise fault.pop()
        done.append(due)

    owed = Owed(work)
    owed.add(["a"])
    with pytest.raises(RuntimeError):
        await owed.behind(stored)(BATCH)
    await owed.behind(stored)(BATCH)
    assert done == [{"a"}]


async def test_a_statement_that_fails_is_no_fault_of_a_record() -> None:
    """The rows of the batch are stored: it waits, or records of all partitions would be dead letters in turn."""
    refusals = [StatementFailed("ClickHouse: no", 62)]

    async def work(_due: set[str]) -> None:
        if refusals:
            raise refusals.pop()

    owed = Owed(work)
    owed.add(["a"])
    with pytest.raises(Transient, match="ClickHouse: no"):
        await owed.behind(stored)(BATCH)
    assert await owed.behind(stored)(BATCH) == Outcome()

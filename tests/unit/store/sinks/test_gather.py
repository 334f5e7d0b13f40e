"""Many batches, one insert; only the guilty hear of a refusal."""

import asyncio
from dataclasses import dataclass, field

import pytest

from schemas.errors import Transient
from streams.engine.retry import World
from streams.store.clickhouse import StatementFailed
from streams.store.sinks import gather
from streams.store.sinks.gather import SAME_SET, Gatherer
from streams.store.sinks.tables import Rows, Table

NUMBERS, WORDS = Table("numbers", {"n": "UInt64"}), Table("words", {"n": "UInt64"})


def rows(*numbers: int, table: Table = NUMBERS) -> Rows:
    """One column of numbers."""
    return Rows(table, [list(numbers)])


@dataclass
class ClickHouse:
    """Keeps inserts; refuses what holds a number in `refused`; `faults` come first; waits while `gate` is closed."""

    inserts: list[tuple[str, list[int], str]] = field(default_factory=list)
    refused: frozenset[int] = frozenset()
    faults: list[Exception] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    tried: list[str] = field(default_factory=list)

    async def insert(self, given: Rows, token: str) -> None:
        """As `Database.insert`."""
        self.tried.append(token)
        await self.gate.wait()
        if self.faults:
            raise self.faults.pop(0)
        if self.refused & set(given.columns[0]):
            raise StatementFailed("no such number", 469)
        self.inserts.append((given.table.name, list(given.columns[0]), token))


def gatherer(house: ClickHouse, *, open_: bool = True) -> Gatherer:
    """A gatherer that waits for nothing but the insert."""
    if open_:
        house.gate.set()

    async def turn(_: float) -> None:
        await asyncio.sleep(0)

    return Gatherer(house.insert, World(sleep=turn))


async def test_batches_that_come_together_are_one_insert() -> None:
    """Twelve partitions of a fetch: their rows in the order they came, each batch told when all is stored."""
    house = ClickHouse()
    one = gatherer(house)
    await asyncio.gather(*(one.store(rows(n, n + 100), f"p{n}", 10) for n in range(12)))
    [(table, numbers, token)] = house.inserts
    assert (table, numbers) == ("numbers", [n for p in range(12) for n in (p, p + 100)])
    assert token not in {f"p{n}" for n in range(12)}


async def test_tables_do_not_wait_for_each_other() -> None:
    """Each table has its own insert, and a batch alone keeps its own token."""
    house = ClickHouse()
    one = gatherer(house)
    await asyncio.gather(one.store(rows(1), "a", 1), one.store(rows(2, table=WORDS), "b", 1))
    assert sorted(house.inserts) == [("numbers", [1], "a"), ("words", [2], "b")]


async def test_what_comes_during_an_insert_goes_into_the_next_one() -> None:
    """While the engine is at it, batches gather; nobody is told before his own rows are in."""
    house = ClickHouse()
    one = gatherer(house, open_=False)
    first = asyncio.ensure_future(one.store(rows(1), "a", 1))
    while not house.tried:
        await asyncio.sleep(0)
    later = [asyncio.ensure_future(one.store(rows(n), f"b{n}", 1)) for n in (2, 3)]
    await asyncio.sleep(0)
    assert not first.done()
    house.gate.set()
    await asyncio.gather(first, *later)
    assert [numbers for _, numbers, _ in house.inserts] == [[1], [2, 3]]


async def test_a_set_is_tried_again_as_it_was() -> None:
    """A passing fault repeats the same rows under the same token: should the first have gone in, it is a no-op."""
    house = ClickHouse(faults=[Transient("away"), Transient("away")])
    one = gatherer(house)
    await asyncio.gather(*(one.store(rows(n), f"p{n}", 1) for n in range(3)))
    assert len(house.tried) == 3
    assert len(set(house.tried)) == 1
    assert [numbers for _, numbers, _ in house.inserts] == [[0, 1, 2]]


async def test_a_long_outage_is_told_to_every_batch() -> None:
    """Then it is each settler's own waiting; a later attempt is stored."""
    house = ClickHouse(faults=[Transient("away")] * int(SAME_SET.attempts))
    one = gatherer(house)
    told = await asyncio.gather(*(one.store(rows(n), f"p{n}", 1) for n in range(3)), return_exceptions=True)
    assert [type(fault) for fault in told] == [Transient] * 3
    await one.store(rows(7), "again", 1)
    assert [numbers for _, numbers, _ in house.inserts] == [[7]]


async def test_only_the_guilty_hear_of_a_refusal() -> None:
    """A row that ClickHouse does not take costs its neighbours nothing: each batch is put in alone."""
    house = ClickHouse(refused=frozenset({2}))
    one = gatherer(house)
    told = await asyncio.gather(*(one.store(rows(n), f"p{n}", 1) for n in range(4)), return_exceptions=True)
    assert [type(fault) for fault in told] == [type(None), type(None), StatementFailed, type(None)]
    assert sorted(numbers for _, numbers, _ in house.inserts) == [[0], [1], [3]]
    assert {token for _, _, token in house.inserts} == {"p0", "p1", "p3"}


async def test_rows_of_another_shape_are_the_fault_of_nobody_else() -> None:
    """Batches that cannot be put side by side are put in one by one."""
    house = ClickHouse()
    one = gatherer(house)
    odd = Rows(NUMBERS, [[1], [2]])
    told = await asyncio.gather(one.store(rows(5), "a", 1), one.store(odd, "b", 1), return_exceptions=True)
    assert list(told) == [None, None]
    assert [token for _, _, token in house.inserts] == ["a", "b"]


async def test_who_has_gone_is_left_out() -> None:
    """A batch whose partition moved away before its insert began is the new owner's to store."""
    house = ClickHouse()
    one = gatherer(house)
    gone = asyncio.ensure_future(one.store(rows(1), "gone", 1))
    stays = asyncio.ensure_future(one.store(rows(2), "stays", 1))
    await asyncio.sleep(0)
    gone.cancel()
    await stays
    assert [numbers for _, numbers, _ in house.inserts] == [[2]]


@pytest.mark.parametrize(("most_rows", "most_bytes"), [(4, 10**9), (10**9, 40)])
async def test_an_insert_has_a_limit(monkeypatch: pytest.MonkeyPatch, most_rows: int, most_bytes: int) -> None:
    """Rows and bytes bound an insert; one batch that is larger by itself goes in alone."""
    monkeypatch.setattr(gather, "MOST_ROWS", most_rows)
    monkeypatch.setattr(gather, "MOST_BYTES", most_bytes)
    house = ClickHouse()
    one = gatherer(house)
    sizes = [2, 2, 2, 9, 1]
    await asyncio.gather(*(one.store(rows(*[n] * size), f"p{n}", size * 10) for n, size in enumerate(sizes)))
    assert [sorted(set(numbers)) for _, numbers, _ in house.inserts] == [[0, 1], [2], [3], [4]]


def test_a_token_names_a_set_in_its_order() -> None:
    """The same batches in another order, or one less, are other rows to the engine."""
    loop = asyncio.new_event_loop()
    parts = [gather.Part(rows(n), f"p{n}", 1, loop.create_future()) for n in range(3)]
    loop.close()
    tokens = {gather.merged(some)[1] for some in (parts, parts[::-1], parts[:2], parts[1:])}
    assert len(tokens) == 4
    assert gather.merged(parts)[1] == gather.merged(list(parts))[1]

"""How much of an origin's records may be bad, counted one by one in their order, and what follows when it is spent.

A record is parked once at most: what was sent again is neither counted nor parked, so that a good record which came
among many bad ones arrives after one pause and not after as many as it takes to count through them.

Everything here is a function of the records alone, of their order and the broker's times: however they are cut into
batches, and whoever reads them, the same ones are parked. No clock, no I/O.
"""

from collections import deque
from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import dataclass, replace
from typing import NamedTuple

from schemas.types import Millis
from streams.engine.process import Batch, Record, sent_again
from streams.settings import Pipeline

Origin = Callable[[bytes | None], str]
"""Who sent a record, by its value; empty where that cannot be told."""


@dataclass(frozen=True, slots=True)
class Limits:
    """`run` bad records in a row, or more than `ratio` of the last `window`, spend a budget (arroyo's DlqLimit).

    Then the origin is parked for `parking_ms`; 0: it is only told.
    """

    run: int = 1000
    ratio: float = 0.5
    window: int = 10_000
    parking_ms: Millis = 0

    @classmethod
    def of(cls, pipeline: Pipeline) -> "Limits":
        """As the settings say."""
        parking_ms = round(pipeline.parking_minutes * 60_000)
        return cls(pipeline.dead_letter_run, pipeline.dead_letter_ratio, pipeline.dead_letter_window, parking_ms)


@dataclass(frozen=True, slots=True)
class Spent:
    """The budget of `origin` was spent by the record at `index` of its batch; `why` in words for ops, `faults` the
    classes of what was wrong.

    `until` is 0 where it is not parked.
    """

    origin: str
    index: int
    why: str
    until: Millis
    faults: list[str]


class Why(NamedTuple):
    """Why a budget is spent, in words, and the classes of all that was wrong."""

    words: str
    faults: list[str]


class Budget:
    """The last records of one origin in one partition. Without a bad one among them it is as good as new."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._clear()

    def _clear(self) -> None:
        self._stretches: deque[list[int]] = deque()  # [records, of them bad: none or all]
        self._seen = self._bad = self._in_a_row = 0
        self._faults: frozenset[str] = frozenset()  # since it was new

    def copy(self) -> "Budget":
        """One that may be spent for a try: `deepcopy` takes 7 ms for a window of good and bad in turn, this 0.6."""
        other = copy(self)
        other._stretches = deque(map(list, self._stretches))
        return other

    @property
    def fresh(self) -> bool:
        """Whether it says no more than a new one."""
        return not self._bad

    def good(self) -> None:
        """Count a record that could be used."""
        self._in_a_row = 0
        if self._bad:
            self._push(0)

    def bad(self, fault: str) -> Why | None:
        """Count a record that could not, with this class of fault; why the budget is spent now, or None. A spent one
        begins anew."""
        self._faults |= {fault}
        self._in_a_row += 1
        self._push(1)
        why = ""
        if self._in_a_row >= self._limits.run:
            why = f"{self._in_a_row} подряд"
        elif self._seen >= self._limits.window and self._bad > self._limits.ratio * self._seen:
            why = f"{self._bad} из последних {self._seen}"
        if not why:
            return None
        spent = Why(why, sorted(self._faults))
        self._clear()
        return spent

    def _push(self, bad: int) -> None:
        last = self._stretches[-1] if self._stretches else None
        if last and bool(last[1]) == bool(bad):
            last[0] += 1
            last[1] += bad
        else:
            self._stretches.append([1, bad])
        self._seen += 1
        self._bad += bad
        if self._seen > self._limits.window:
            self._forget_oldest()

    def _forget_oldest(self) -> None:
        oldest = self._stretches[0]
        self._seen -= 1
        oldest[0] -= 1
        if oldest[1]:
            oldest[1] -= 1
            self._bad -= 1
        if not oldest[0]:
            self._stretches.popleft()
        if not self._bad:
            self._clear()


class Count(NamedTuple):
    """What a batch comes to, before it is entered: the budgets that it spends, in order, and all of them behind it."""

    spent: list[Spent]
    behind: dict[str, Budget]


class Ledger:
    """The budgets and the parked origins of one topic. `origin` is None for topics of our own making: never parked."""

    def __init__(self, limits: Limits, origin: Origin | None = None) -> None:
        self._limits = limits if origin is not None else replace(limits, parking_ms=0)
        self._origin = origin
        self._budgets: dict[tuple[int, str], Budget] = {}
        self._parked: dict[tuple[int, str], Millis] = {}

    def split(self, batch: Batch) -> tuple[Batch, list[tuple[Record, str, Millis]]]:
        """What is to be processed, and what is parked: record, origin, until when."""
        if not any(partition == batch.partition for partition, _ in self._parked):
            return batch, []
        free: list[Record] = []
        parked: list[tuple[Record, str, Millis]] = []
        for record in batch.records:
            origin = self._of(record)
            until = self._parked.get((batch.partition, origin), 0)
            if record.timestamp < until and not sent_again(record):
                parked.append((record, origin, until))
            else:
                free.append(record)
        return replace(batch, records=free), parked

    def count(self, batch: Batch, rejected: Mapping[int, str]) -> Count:
        """What this batch comes to; `rejected`: by offset the class of the fault. Changes nothing."""
        behind = {origin: budget.copy() for origin, budget in self._budgets_of(batch.partition).items()}
        return Count(self._walk(batch, rejected, behind) if rejected or behind else [], behind)

    def enter(self, batch: Batch, count: Count) -> None:
        """A batch that was counted is settled: an origin that spent its budget in it is parked from here on."""
        last = batch.records[-1].timestamp if batch.records else 0
        self._parked = {key: until for key, until in self._parked.items() if key[0] != batch.partition or last < until}
        for origin, budget in count.behind.items():
            if budget.fresh:
                self._budgets.pop((batch.partition, origin), None)
            else:
                self._budgets[batch.partition, origin] = budget
        for one in count.spent:
            if one.until:
                self._parked[batch.partition, one.origin] = one.until

    def _budgets_of(self, partition: int) -> dict[str, Budget]:
        return {origin: budget for (at, origin), budget in self._budgets.items() if at == partition}

    def _walk(self, batch: Batch, rejected: Mapping[int, str], budgets: dict[str, Budget]) -> list[Spent]:
        spent: list[Spent] = []
        for index, record in enumerate(batch.records):
            bad = record.offset in rejected
            if (not bad and not budgets) or sent_again(record):
                continue
            origin = self._of(record)
            budget = budgets.get(origin)
            if budget is None:
                if not bad:
                    continue
                budget = budgets[origin] = Budget(self._limits)
            if not bad:
                budget.good()
            elif why := budget.bad(rejected[record.offset]):
                until = record.timestamp + self._limits.parking_ms if origin and self._limits.parking_ms else 0
                spent.append(Spent(origin, index, why.words, until, why.faults))
        return spent

    def _of(self, record: Record) -> str:
        return self._origin(record.value) if self._origin is not None else ""


def first_parking(batch: Batch, spent: list[Spent]) -> int:
    """Index of the first record that stands behind one which parks its origin; 0 where there is none."""
    at = next((one.index + 1 for one in spent if one.until), 0)
    return at if at < len(batch.records) else 0

"""The dead-letter budget: some bad records are normal, all bad is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import BudgetExceeded
from streams.engine.settle import Budget

batches = st.lists(st.integers(1, 30).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n))), max_size=60)


def test_run_over_batches() -> None:
    """A run of bad records is counted across batches, and one good record ends it."""
    budget = Budget(run=10, ratio=1.0, window=1000)
    budget.spend(9, 9)
    budget.spend(2, 0)
    budget.spend(9, 9)
    with pytest.raises(BudgetExceeded):
        budget.spend(1, 1)


def test_ratio_needs_a_full_window() -> None:
    """A bad start is no bad day: the share is judged when a whole window was seen."""
    budget = Budget(run=1000, ratio=0.5, window=100)
    for _ in range(9):
        budget.spend(10, 9)
    with pytest.raises(BudgetExceeded):
        budget.spend(10, 9)


def test_old_records_leave_the_window() -> None:
    """Bad records of long ago do not count."""
    budget = Budget(run=1000, ratio=0.5, window=100)
    budget.spend(99, 40)
    for _ in range(20):
        budget.spend(10, 0)
    for _ in range(5):
        budget.spend(10, 9)


def test_run_may_begin_in_a_mixed_batch() -> None:
    """The bad records of a mixed batch count as one: where in it they stood is not known."""
    budget = Budget(run=10, ratio=1.0, window=1000)
    budget.spend(5, 4)
    with pytest.raises(BudgetExceeded):
        budget.spend(9, 9)


def test_share_is_that_of_the_last_window_only() -> None:
    """A whole window of newer records pushes the older ones out."""
    budget = Budget(run=1000, ratio=0.5, window=100)
    budget.spend(100, 40)
    with pytest.raises(BudgetExceeded):
        budget.spend(100, 51)


@given(batches)
def test_against_a_plain_count(history: list[tuple[int, int]]) -> None:
    """The ratio is that of the shortest tail of batches that fills the window; memory is bounded by it."""
    run, ratio, window = 50, 0.5, 100
    budget = Budget(run, ratio, window)
    for now in range(1, len(history) + 1):
        tail: list[tuple[int, int]] = []
        for batch in reversed(history[:now]):
            tail.append(batch)
            if sum(records for records, _ in tail) >= window:
                break
        seen, bad = (sum(column) for column in zip(*tail, strict=True))
        row = 0
        for records, rejected in history[:now]:
            row = row + rejected if records == rejected else min(rejected, 1)
        spent = row >= run or (seen >= window and bad / seen > ratio)
        try:
            budget.spend(*history[now - 1])
        except BudgetExceeded:
            assert spent
            return
        assert not spent
        assert len(budget._recent) <= window

"""The dead-letter budget: some bad records are normal, all bad is not. Only the order of the records counts."""

from hypothesis import given
from hypothesis import strategies as st

from streams.engine.budget import Budget, Limits, Why

VERDICTS = st.lists(st.booleans(), max_size=400)


def count(budget: Budget, bad: bool) -> Why | None:
    """Count one record; why the budget is spent by it, if it is."""
    if bad:
        return budget.bad("F")
    budget.good()
    return None


def spend(budget: Budget, verdicts: str) -> list[str]:
    """Count `x` for bad and `.` for good; what was said each time it was spent."""
    return [why.words for verdict in verdicts if (why := count(budget, verdict == "x"))]


def naive(verdicts: list[bool], limits: Limits) -> list[int]:
    """Where the budget is spent, counted anew for every record."""
    spent, since, fresh = [], 0, 0
    for at, bad in enumerate(verdicts):
        if not any(verdicts[max(fresh, at + 1 - limits.window) : at + 1]):
            fresh = at + 1  # without a bad record in the window it is as good as new
        if not bad:
            continue
        seen = verdicts[max(fresh, at + 1 - limits.window) : at + 1]
        run = 0
        while at - run >= since and verdicts[at - run]:
            run += 1
        if run >= limits.run or (len(seen) >= limits.window and sum(seen) > limits.ratio * len(seen)):
            spent.append(at)
            since = fresh = at + 1
    return spent


def test_a_run_is_ended_by_one_good_record() -> None:
    """Bad records in a row spend it, wherever the batches are cut; a good one between them begins a new run."""
    budget = Budget(Limits(run=10, ratio=1.0, window=1000))
    assert spend(budget, "x" * 9 + "." + "x" * 9 + ".") == []
    assert spend(budget, "x" * 10) == ["10 подряд"]


def test_it_says_of_what_it_was_spent() -> None:
    """All that was wrong since it was new; the next time begins anew."""
    budget = Budget(Limits(run=3, ratio=1.0, window=1000))
    told = [budget.bad(fault) for fault in ("B", "A", "B", "C", "C", "C")]
    assert [why.faults for why in told if why] == [["A", "B"], ["C"]]


def test_share_needs_a_full_window() -> None:
    """A bad start is no bad day: the share is judged when a whole window was seen."""
    budget = Budget(Limits(run=1000, ratio=0.5, window=100))
    assert spend(budget, "xx." * 33) == []
    assert spend(budget, "x") == ["67 из последних 100"]


def test_old_records_leave_the_window() -> None:
    """Bad records of long ago do not count."""
    budget = Budget(Limits(run=1000, ratio=0.5, window=100))
    assert spend(budget, "x" * 45 + "." * 95 + "x." * 50) == []


def test_a_spent_budget_begins_anew() -> None:
    """After the pause the origin has as much as at first."""
    budget = Budget(Limits(run=5, ratio=1.0, window=10))
    assert spend(budget, "x" * 15) == ["5 подряд"] * 3
    assert budget.fresh


def test_a_window_without_bad_records_is_as_good_as_new() -> None:
    """So nobody who behaves costs anything to watch."""
    budget = Budget(Limits(run=5, ratio=1.0, window=10))
    spend(budget, "x" + "." * 9)
    assert not budget.fresh
    spend(budget, ".")
    assert budget.fresh


@given(VERDICTS, st.integers(1, 12), st.floats(0.1, 1), st.integers(2, 40))
def test_it_counts_as_the_plain_definition_does(verdicts: list[bool], run: int, ratio: float, window: int) -> None:
    """The stretches that it keeps say the same as looking at every record of the window again."""
    limits = Limits(run, ratio, window)
    budget = Budget(limits)
    spent = [at for at, bad in enumerate(verdicts) if count(budget, bad)]
    assert spent == naive(verdicts, limits)

"""Upper tails against sums made term by term, and in places where a plain 1 - cdf is 0."""

from math import ceil, comb, erfc, isfinite, log10, sqrt

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from processors import tails


@pytest.mark.parametrize("x", [4, 5, 8, 20])
def test_a_tail_is_the_sum_of_its_terms(x: int) -> None:
    """Spread 0.5 is r = 2: P(k) = (k + 1) p^2 q^k with q = mean / (r + mean)."""
    p, q = 0.4, 0.6
    below = sum(comb(k + 1, k) * p**2 * q**k for k in range(x))
    assert tails.counts(x, 3.0, 0.5) == pytest.approx(-log10(1 - below), rel=1e-9)


def test_far_tails_go_on() -> None:
    """Where 1 - cdf is 0 for a float the tail still grows, so a spike of twice the size is seen as one."""
    assert 15 < tails.counts(100, 5.0, 0.1) < tails.counts(200, 5.0, 0.1) < tails.counts(10_000, 5.0, 0.1)


def test_nothing_unusual_up_to_the_mean() -> None:
    """Up to the mean, and with no reservations, s is 0."""
    assert [tails.counts(x, 5.0, 0.1) for x in (0, 3, 5)] == [0.0, 0.0, 0.0]


@given(st.integers(0, 10**7), st.integers(0, 10**6), st.floats(0, 1e6), st.floats(1e-4, 1e3, exclude_min=True))
def test_counts_are_finite_and_grow(x: int, more: int, mean: float, spread: float) -> None:
    """Any count, mean and spread: finite, not negative, and more is never less unusual."""
    s = tails.counts(x, mean, spread)
    assert isfinite(s) and s >= 0
    assert tails.counts(x + more, mean, spread) >= s - 1e-6 * max(1.0, s)


@given(st.integers(0, 3000), st.floats(0, 1e3), st.floats(1e-3, 1e3), st.floats(0.9, 1.1))
@example(40, 5.0, 1.0, 0.99)  # terms of spread 1 fall by the same share each: the series is the tail
def test_only_what_is_below_the_least_is_cut_short(x: int, mean: float, spread: float, share: float) -> None:
    """With `least` s is the same, or it is 0 and was below `least`."""
    s = tails.counts(x, mean, spread)
    found = tails.counts(x, mean, spread, share * s)
    assert found in ((s,) if share <= 1.0 - 1e-9 else (s, 0.0))


@given(st.floats(1.5, 100), st.floats(3, 100), st.floats(0.1, 1.0))
def test_little_is_summed_to_be_below_the_least(times: float, mean: float, spread: float) -> None:
    """Where it is asked (from 1.5 times the mean on), what is well below `least` is seen at once: no sum is made."""
    x = ceil(times * mean)
    s = tails.counts(x, mean, spread)
    assert tails.counts(x, mean, spread, s + 0.5) == 0.0


@pytest.mark.parametrize(
    ("t", "freedom", "p"), [(2.015, 5, 0.05), (3.365, 5, 0.01), (2.764, 10, 0.01), (4.144, 10, 0.001)]
)
def test_student_against_the_printed_table(t: float, freedom: float, p: float) -> None:
    """Quantiles of Student's t as every table prints them."""
    assert tails.student(t, freedom) == pytest.approx(-log10(p), rel=0.01)


@given(st.floats(0.31, 12), st.floats(2, 300))
def test_deviates_turn_student_round(s: float, freedom: float) -> None:
    """The deviate of s has s."""
    assert tails.student(tails.deviates(s, freedom), freedom) == pytest.approx(s, rel=1e-6)


def test_normal_meets_its_far_form() -> None:
    """At 30 deviations the two forms agree, and beyond them it goes on."""
    assert tails.normal(29.999) == pytest.approx(tails.normal(30.001), rel=1e-3)
    assert tails.normal(2.0) == pytest.approx(-log10(0.5 * erfc(sqrt(2.0))))
    assert tails.normal(1e6) > tails.normal(100.0) > 2000


def test_sizes_do_not_overflow() -> None:
    """A threshold beyond all floats is infinite."""
    assert tails.sized(3.0, 2.0, 1e9) == float("inf")
    assert tails.sized(0.0, 1.0, 0.0) == 1.0

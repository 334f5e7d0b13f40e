"""How unlikely: upper tails as s = -log10 P, without underflow, and growing with what is asked for."""

from functools import lru_cache
from math import erfc, exp, inf, lgamma, log, log1p, pi, sqrt
from typing import Final

LN10: Final = log(10.0)

_SMALL: Final = 1e-12
"""Where the continued fraction has converged."""


def counts(x: int, mean: float, spread: float, least: float = 0.0) -> float:
    """-log10 P(X >= x) of a negative binomial with this mean and the variance mean + spread * mean^2; 0 up to the mean,
    and where it is seen at once to be below `least`.

    P(X >= x) is the regularised incomplete beta I_y(x, r) with r = 1 / spread and y = mean / (r + mean) (DLMF 8.17).
    """
    if x <= mean or x <= 0:
        return 0.0
    mean, r = max(mean, 1e-6), 1.0 / spread
    y = mean / (r + mean)
    front = lgamma(x + r) - lgamma(x + 1.0) - lgamma(r) + x * log(y) - r * log1p(mean / r)
    rest = max(r / (r + mean), 1.0 - y * (x + r) / (x + 1.0))  # 1 - the least that a term is of the one before it
    if (log(rest) - front) / LN10 < least:  # P(X >= x) is not less than such a series from P(X = x) = exp(front) on
        return 0.0
    return max(0.0, -(front + log(_fraction(float(x), r, y))) / LN10)


def _fraction(a: float, b: float, y: float) -> float:
    """The continued fraction of the incomplete beta (DLMF 8.17.22), by Lentz' method."""
    c, d = 1.0, 1.0 / _whole(1.0 - (a + b) * y / (a + 1.0))
    value = d
    for m in range(1, 500):
        even = m * (b - m) * y / ((a + 2 * m - 1.0) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * y / ((a + 2 * m) * (a + 2 * m + 1.0))
        for part in (even, odd):
            d = 1.0 / _whole(1.0 + part * d)
            c = _whole(1.0 + part / c)
            value *= c * d
        if abs(c * d - 1.0) < _SMALL:
            break
    return value


def _whole(value: float) -> float:
    """Not zero: Lentz divides by it."""
    return value if abs(value) > 1e-30 else 1e-30


def student(t: float, freedom: float) -> float:
    """-log10 P(T >= t) of Student's t, through Wallace's normal deviate (1959): within 1 % from 5 degrees on."""
    if t <= 0:
        return 0.0
    return normal((8 * freedom + 1) / (8 * freedom + 3) * sqrt(freedom * log1p(t * t / freedom)))


def normal(z: float) -> float:
    """-log10 P(Z >= z) of the normal distribution, for z >= 0."""
    if z < 30.0:
        return -log(0.5 * erfc(z / sqrt(2.0))) / LN10
    return (z * z / 2 + log(z * sqrt(2 * pi))) / LN10  # Mills' ratio: erfc is 0 from 38 on


@lru_cache(4096)
def deviates(s: float, freedom: float) -> float:
    """The t with `student(t, freedom)` = s: found by halving, and remembered: thresholds are few, and
    so are the degrees of freedom, which go by days."""
    low, high = 0.0, 1.0
    while student(high, freedom) < s:
        low, high = high, 2 * high
        if high > 1e9:
            return inf
    for _ in range(40):
        middle = (low + high) / 2
        if student(middle, freedom) < s:
            low = middle
        else:
            high = middle
    return high


def sized(mean: float, deviation: float, t: float) -> float:
    """exp(mean + t * deviation), infinite instead of too large."""
    power = mean + t * deviation
    return exp(power) if power < 700.0 else inf

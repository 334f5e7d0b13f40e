"""Bulk pick and broken reservations on made clients: the evaluation of `bench`, small and seeded.

The figures that count are those of `python -m bench.stock` and `python -m bench.broken` on real series; here a change
that loses the signals, or floods curators, is seen.
"""

import pytest

from bench import broken, stock
from processors.rules import builtin

HOURS = (20,)
"""Of the ticks: an evening a day is enough here, each tick costs the figures of all clients."""


@pytest.mark.parametrize("seed", [11])
def test_emptied_stocks_ring_and_others_do_not(seed: int) -> None:
    """Of twelve emptied stocks at least nine ring before half has left; twelve look-alikes ring hardly ever."""
    clients = stock.world(seed, None, each=12)
    rows = stock.judge(clients, stock.rings(clients, builtin(), HOURS))
    assert sum(row.found for row in rows) >= 9
    assert sum(row.false for row in rows) <= 0.05 * sum(row.months for row in rows)


@pytest.mark.parametrize("seed", [11])
def test_broken_reservations_ring_and_others_do_not(seed: int) -> None:
    """Of six who take back most of what they reserved at least five ring; six look-alikes hardly ever."""
    rows = broken.judge(broken.world(seed, None, each=6), builtin(), HOURS)
    assert sum(row.found for row in rows) >= 5
    assert sum(row.false for row in rows) <= 0.05 * sum(row.months for row in rows)

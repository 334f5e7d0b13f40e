"""What holds for every client: figures are finite, shares lie between 0 and 1, more out is never better."""

from math import isfinite

from hypothesis import given, settings
from hypothesis import strategies as st

from processors import emptying
from processors.context import Context
from processors.day_series import Day, Days
from processors.outflow import SPANS
from processors.rules import builtin
from processors.signals import broken_reservations
from processors.state import LeadState
from processors.stock import Place, Stock
from schemas.alerts import Signal
from tests.unit.processors.signals.warehouse import DAY, Warehouse

CONTEXT = Context(builtin())
PIECES = st.integers(0, 10_000_000) | st.integers(0, 300)
DAYS = st.builds(
    Day,
    reservations=st.integers(0, 50),
    reserved_qty=st.integers(-300, 10_000_000) | st.integers(-50, 300),
    picked_qty=PIECES,
    shipped_qty=PIECES,
    inbound_qty=PIECES,
    cancelled=st.integers(0, 50),
    cancelled_qty=PIECES,
)
HISTORIES = st.dictionaries(st.integers(DAY - 110, DAY), DAYS, max_size=40)
STOCKS = st.builds(
    Stock,
    places=st.dictionaries(st.sampled_from(["", "MSK"]), st.builds(Place, PIECES, st.sampled_from([0, 1]), PIECES)),
    low=st.integers(-10_000_000, 0),
    gap=st.floats(0, 1),
    skus=st.integers(0, 9),
    gone=st.integers(0, 9),
    arrivals=st.integers(0, 3),
    announced=PIECES,
)


@given(HISTORIES, STOCKS)
def test_every_judgement_is_finite(days: dict[int, Day], stock: Stock) -> None:
    """Whatever the history, level, share and figures are numbers within their bounds."""
    state = LeadState(first_day=DAY - 110, days=Days.of(days), stock=stock)
    judged = emptying.judge(state, stock, DAY, CONTEXT)
    assert judged.level in (-1, 0, 1, 2)
    assert 0 <= judged.share <= 1
    assert judged.span.days in SPANS
    assert all(isfinite(figure) for figure in judged.span)
    broken = broken_reservations.judge(state, DAY, CONTEXT.rules.broken, DAY)
    assert broken is None or (0 <= broken.share <= 1 and all(isfinite(figure) for figure in broken))


@given(st.lists(st.integers(0, 400), min_size=2, max_size=6), st.sampled_from(["", "client_withdrawal"]))
@settings(max_examples=30)
def test_more_out_in_a_day_is_never_better(takes: list[int], purpose: str) -> None:
    """Order after order of one day: what was said only gets worse, and its share only grows."""
    client = Warehouse()
    client.ordinary(40, stock=600)
    for qty in takes:
        client.reserve(qty, purpose=purpose)
    signals = [found for found in client.said if isinstance(found, Signal)]
    ranks = [("info", "warning", "critical").index(found.severity) for found in signals]
    assert ranks == sorted(ranks)
    assert [found.score for found in signals] == sorted(found.score for found in signals)


@given(st.integers(1, 3000), st.integers(0, 3000))
@settings(max_examples=30)
def test_withdrawing_more_is_never_better(qty: int, more: int) -> None:
    """The same client takes home more: at least the same severity."""
    ranks = []
    for pieces in (qty, qty + more):
        client = Warehouse()
        client.ordinary(30, stock=3000)
        client.ship(pieces, purpose="client_withdrawal")
        worst = [("info", "warning", "critical").index(f.severity) for f in client.said if isinstance(f, Signal)]
        ranks.append(max(worst, default=-1))
    assert ranks[0] <= ranks[1]

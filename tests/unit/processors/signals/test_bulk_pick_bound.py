"""The cheap bound before bulk pick: it may let pass what is nothing, and never holds back what is something."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from processors import emptying
from tests.unit.processors.signals.warehouse import Warehouse

DAYS = st.lists(
    st.tuples(
        st.sampled_from(["reserve", "pick", "ship", "bring", "count"]),
        st.integers(1, 900),
        st.sampled_from(["", "", "", "mp_supply", "client_withdrawal"]),
    ),
    max_size=12,
)


@settings(max_examples=60, deadline=None)
@given(days=DAYS, stock=st.one_of(st.none(), st.integers(0, 1500)))
def test_nothing_is_held_back(days: list[tuple[str, int, str]], stock: int | None) -> None:
    """Whatever a client with a settled history does then: what the full look finds, the bound lets pass."""
    client = Warehouse()
    for _ in range(40):
        client.reserve(20)
        client.ship(20)
        if client.day % 14 == 0:
            client.bring(280)
        client.day += 1
    if stock is not None:
        client.count(stock, hour=6)
    for kind, qty, purpose in days:
        more: dict[str, Any] = {} if kind in ("bring", "count") else {"purpose": purpose}
        getattr(client, kind)(qty, **more)
        state, rules = client.state, client.context.rules.bulk_pick
        if state.stock is not None and kind not in ("bring", "count"):
            judged = emptying.judge(state, state.stock, client.day, client.context)
            if judged.level > emptying.NONE:
                assert emptying.may_matter(state, state.stock, client.day, rules)
        client.day += 1

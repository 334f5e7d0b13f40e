"""The cheap bound before bulk pick: it may let pass what is nothing, and never holds back what is something."""

from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from processors import emptying
from processors.stock import NEVER_CALM
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


SAME_DAYS = st.lists(
    st.tuples(
        st.sampled_from(["reserve", "reserve", "reserve", "pick", "ship", "bring", "back", "correct", "count"]),
        st.integers(-100, 300),
        st.sampled_from(["", "", "", "mp_supply", "client_withdrawal"]),
        st.sampled_from([0, 0, 0, 0, 0, -1, 1]),
    ),
    max_size=30,
)


@settings(max_examples=60, deadline=None)
@example(events=[("reserve", 10, "", 0), ("count", 150, "", 0), ("reserve", 150, "", 0)], stock=1000)
@example(events=[("reserve", 10, "", 0), ("correct", -600, "", 0), ("reserve", 150, "", 0)], stock=1000)
@example(events=[("reserve", 10, "", 0), ("reserve", 90, "client_withdrawal", 0), ("reserve", 5, "", 0)], stock=1000)
@given(events=SAME_DAYS, stock=st.one_of(st.none(), st.integers(0, 1500)))
def test_a_calm_day_hides_nothing(events: list[tuple[str, int, str, int]], stock: int | None) -> None:
    """Many events of a day, some of them late: the same is found when each of them is looked at."""
    client, looked_at = Warehouse(), Warehouse()
    for one in (client, looked_at):
        one.ordinary(40, stock=stock, a_day=20)
    for kind, qty, purpose, days in events:
        for one in (client, looked_at):
            one.day += max(days, 0)
            if looked_at.state.stock is not None:
                looked_at.state.stock.calm = NEVER_CALM
            more: dict[str, Any] = {"purpose": purpose} if kind in ("reserve", "pick", "ship") else {}
            if kind == "reserve" and qty < 0:
                more["action"] = "cancelled"
            elif kind not in ("reserve", "correct"):
                qty = abs(qty)
            at_its_time = one.day
            one.day += min(days, 0)
            getattr(one, kind)(qty, **more)
            one.day = at_its_time
    assert client.said == looked_at.said


def test_a_busy_day_is_calm() -> None:
    """Of a full shelf orders may leave for a while without a look, and no longer."""
    client = Warehouse()
    client.ordinary(40)
    client.reserve(10)
    assert client.state.stock is not None
    day, pieces = client.state.stock.calm
    assert day == client.day
    assert pieces > 100
    client.reserve(10)
    assert client.state.stock.calm == (day, pieces - 10)
    assert not emptying.is_calm(client.state.stock, 1, day + 1)
    client.pick(1)
    client.reserve(pieces)
    assert client.state.stock.calm == NEVER_CALM

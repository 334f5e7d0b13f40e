"""The cheap bound before bulk pick: it may let pass what is nothing, and never holds back what is something."""

from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from processors import emptying
from processors.context import NO_FLEET, Context
from processors.day_series import add
from processors.state import decode_state, encode_state
from processors.stock import NEVER_CALM
from tests.unit.processors.signals.warehouse import RULES, Warehouse

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
        state = client.state
        if state.stock is not None and kind not in ("bring", "count"):
            judged = emptying.judge(state, state.stock, client.day, client.context)
            if judged.level > emptying.NONE:
                assert emptying.may_matter(state, state.stock, client.day, client.context)
        client.day += 1


TAKEN = st.lists(
    st.tuples(
        st.sampled_from(["reserve", "reserve", "pick", "ship"]),
        st.integers(1, 55),  # per cent of what lies there
        st.sampled_from([0, 0, 1, 1, 2, 3]),  # days later
        st.sampled_from(["", "", "", "", "mp_supply"]),
    ),
    min_size=1,
    max_size=9,
)


@settings(max_examples=200, deadline=None)
@example(taken=[("reserve", 5, 0, "")], stock=1000, a_day=1, known=40, season=1.0)
@example(taken=[("reserve", 22, 1, ""), ("reserve", 10, 1, "")], stock=1000, a_day=3, known=40, season=1.0)
@example(
    taken=[("pick", 14, 1, ""), ("ship", 12, 2, ""), ("reserve", 11, 1, ""), ("reserve", 9, 1, "")],
    stock=900,
    a_day=3,
    known=40,
    season=1.0,
)
@example(taken=[("reserve", 5, 0, "")], stock=None, a_day=5, known=40, season=1.0)
@example(taken=[("reserve", 55, 1, ""), ("reserve", 40, 0, "")], stock=1000, a_day=10, known=27, season=1.0)
@example(taken=[("reserve", 55, 1, ""), ("reserve", 40, 1, "")], stock=1000, a_day=10, known=28, season=1.5)
@given(
    taken=TAKEN,
    stock=st.one_of(st.none(), st.integers(300, 2000)),
    a_day=st.integers(1, 20),
    known=st.sampled_from([20, 26, 27, 28, 40, 40, 40]),
    season=st.sampled_from([1.0, 1.0, 1.3, 2.5]),
)
def test_to_the_last_piece_nothing_is_held_back(
    taken: list[tuple[str, int, int, str]], stock: int | None, a_day: int, known: int, season: float
) -> None:
    """However a stock is being emptied: where the bound sees no need to look, the full look finds nothing, not even
    when as much more is reserved as the bound allows without a look. By the days alone, and by what stands before; of
    young clients, and in a season (which may end while the bound still holds)."""
    client = Warehouse()
    client.ordinary(known, stock=stock, a_day=a_day)
    for kind, percent, days, purpose in taken:
        client.day += days
        client.context = Context(RULES, replace(NO_FLEET, day=client.day, ratios=[season] * 7))
        assert client.state.stock is not None
        have = client.state.stock.have()
        getattr(client, kind)(max(1, have * percent // 100), purpose=purpose)
        for windowed in (False, True):
            state = decode_state(encode_state(client.state))
            assert state.stock is not None
            state.stock.calm = NEVER_CALM
            if windowed:
                emptying.judge(state, state.stock, client.day, client.context)  # makes the window
            else:
                state.stock.window = None
            if not emptying.may_matter(state, state.stock, client.day, client.context):
                day, pieces = state.stock.calm
                more = max(0, pieces - 1) if day == client.day else 0
                add(state.days.reserved_qty, state.place(client.day), more)
                later = Context(RULES) if more else client.context
                judged = emptying.judge(state, state.stock, client.day, later)
                assert judged.level == emptying.NONE, (windowed, pieces, judged)


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
@example(events=[("reserve", 10, "", 0), ("count", 150, "", 0), ("reserve", 38, "", 0)], stock=None)
@example(events=[("reserve", 5, "", 0), ("pick", 20, "", 0), ("reserve", 139, "", 0)], stock=700)
@example(events=[("reserve", 5, "", 0), ("pick", 50, "client_withdrawal", 0), ("reserve", 1, "", 0)], stock=700)
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

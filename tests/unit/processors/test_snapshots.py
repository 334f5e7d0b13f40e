"""What happened between two looks at a warehouse's shelves."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.snapshots import Article, Owner, Snapshot, differences, merged, snapshot_of
from processors.wms_event import Good, judge
from schemas.sources import ClientRef
from schemas.wms import WmsDoc, WmsLine, WmsPayload

T1, T2, T3 = 1_795_000_000_000, 1_795_000_300_000, 1_795_000_600_000
OWNER = Owner(ClientRef("wms_customer", "1066"), "MSK-1")


def snapshot(ts: int = T1, *, complete: bool = True, **articles: tuple[int, int]) -> Snapshot:
    """Stock and reserve by article."""
    return Snapshot(ts, {sku: Article(*pair) for sku, pair in articles.items()}, complete)


def found(before: Snapshot | None, after: Snapshot, owner: Owner = OWNER) -> list[tuple[str, dict[str, int]]]:
    """Types, and pieces by article."""
    return [(one.type, {line.sku: line.qty for line in one.lines}) for one in differences(owner, before, after)]


@pytest.mark.parametrize(
    ("was", "now", "wanted"),
    [
        ((10, 0), (10, 0), []),
        ((10, 0), (10, 4), [("reservation_changed", {"a": 4})]),
        ((10, 4), (10, 1), [("reservation_changed", {"a": -3})]),
        ((10, 4), (6, 0), [("adjustment", {"a": -4})]),
        ((10, 4), (8, 0), [("reservation_changed", {"a": -2}), ("adjustment", {"a": -2})]),
        ((10, 0), (25, 0), [("adjustment", {"a": 15})]),
        ((10, 4), (4, 6), [("reservation_changed", {"a": 2}), ("adjustment", {"a": -6})]),
    ],
)
def test_what_was_served_is_not_taken_back(was: tuple[int, int], now: tuple[int, int], wanted: list[object]) -> None:
    """Reserved, taken back, shipped from the reserve, shipped in part, brought in, shipped and reserved anew."""
    assert found(snapshot(a=was), snapshot(T2, a=now)) == wanted


def test_what_is_raised_and_what_is_released_are_two_events() -> None:
    """Their sum would hide that a client takes back the one and reserves the other."""
    assert found(snapshot(a=(9, 5), b=(9, 0)), snapshot(T2, a=(9, 0), b=(9, 5))) == [
        ("reservation_changed", {"b": 5}),
        ("reservation_changed", {"a": -5}),
    ]


def test_a_warehouse_that_reports_its_flows_is_asked_for_its_reserve_only() -> None:
    """Its shipments are there already."""
    assert found(snapshot(a=(10, 4)), snapshot(T2, a=(3, 6)), OWNER._replace(stock_told=True)) == [
        ("reservation_changed", {"a": 2})
    ]


def test_what_is_left_out_of_a_part_is_unknown_and_of_a_whole_is_gone() -> None:
    """An article that was not looked at before is no news either."""
    assert found(snapshot(a=(5, 0), b=(2, 0)), snapshot(T2, complete=False, a=(4, 0))) == [("adjustment", {"a": -1})]
    assert found(snapshot(a=(5, 0), b=(2, 0)), snapshot(T2, a=(5, 0))) == [("adjustment", {"b": -2})]
    assert found(snapshot(complete=False, a=(5, 0)), snapshot(T2, a=(5, 0), c=(7, 0))) == []
    assert found(snapshot(a=(5, 0)), snapshot(T2, a=(5, 0), c=(7, 0))) == [("adjustment", {"c": 7})]


def test_the_first_and_what_is_not_later_tell_nothing() -> None:
    """A repeat, or one that was overtaken."""
    assert found(None, snapshot(a=(5, 5))) == []
    assert found(snapshot(T2, a=(5, 0)), snapshot(T2, a=(9, 9))) == []
    assert merged(snapshot(T2, a=(5, 0)), snapshot(T1, a=(9, 9))) == snapshot(T2, a=(5, 0))


def test_ids_are_those_of_the_two_snapshots() -> None:
    """The same again after a kill; others for another client, warehouse, time or state."""
    before, after = snapshot(a=(5, 0)), snapshot(T2, a=(5, 3))
    [event] = differences(OWNER, before, after)
    assert differences(OWNER, before, after) == [event]
    others = [
        differences(OWNER._replace(client=ClientRef("wms_customer", "7")), before, after),
        differences(OWNER._replace(warehouse=""), before, after),
        differences(OWNER, before, snapshot(T3, a=(5, 3))),
        differences(OWNER, snapshot(a=(6, 0)), after),
    ]
    assert len({event.id, *(found[0].id for found in others)}) == 5
    assert event.ts == T2 - 1


def test_a_snapshot_is_read_from_the_event_and_kept_as_json() -> None:
    """Several places of an article are one; what is written down is read back."""
    lines = [WmsLine("a", 2, None, 1), WmsLine("a", 3, None, 1), WmsLine("b", 1)]
    event = WmsPayload("1", "stock_snapshot", T1, OWNER.client, WmsDoc("1"), lines, complete=True)
    read = snapshot_of(event, T1)
    assert read == snapshot(a=(5, 2), b=(1, 0))
    assert msgspec.json.decode(msgspec.json.encode(read), type=Snapshot) == read


STATES = st.dictionaries(st.sampled_from("abcd"), st.tuples(st.integers(0, 50), st.integers(0, 50)), max_size=4)


@given(st.lists(st.tuples(STATES, st.booleans()), min_size=2, max_size=6))
def test_the_changes_add_up_to_the_last_state(states: list[tuple[dict[str, tuple[int, int]], bool]]) -> None:
    """From a complete first look on, the sum of adjustments is the stock, every event is one that the gateway takes,
    and no reserve is taken back that goods left for.
    """
    known: Snapshot | None = None
    stock: dict[str, int] = {}
    for number, (articles, complete) in enumerate(states):
        after = Snapshot(T1 + number, {sku: Article(*pair) for sku, pair in articles.items()}, complete or not number)
        if known is None:
            stock = {sku: article.stock for sku, article in after.articles.items()}
        for event in differences(OWNER, known, after):
            assert isinstance(judge(event, T3), Good)
            for line in event.lines:
                if event.type == "adjustment":
                    stock[line.sku] = stock.get(line.sku, 0) + line.qty
        known = merged(known, after)
    assert known is not None
    assert {sku: pieces for sku, pieces in stock.items() if pieces} == {
        sku: article.stock for sku, article in known.articles.items() if article.stock
    }

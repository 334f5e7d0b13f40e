"""Bulk pick against clients whose stock is worked out by hand: 10 pieces a day, 1000 in stock unless it says more."""

import msgspec
import pytest

from processors.context import Context
from processors.state import decode_state, encode_state
from schemas.alerts import Signal
from schemas.events import Fleet
from tests.unit.processors.signals.warehouse import RULES, Warehouse, severities


def settled(stock: int | None = 1000, days: int = 56) -> Warehouse:
    """Eight ordinary weeks; nothing was said in them."""
    client = Warehouse()
    client.ordinary(days, stock=stock)
    assert client.said == []
    return client


def stock_of(client: Warehouse) -> int:
    """Pieces that the fold knows of."""
    assert client.state.stock is not None
    return client.state.stock.have()


def test_everything_reserved_at_once_rings_before_anything_has_left() -> None:
    """The whole stock in one reservation is critical at the reservation, with stock, share and own normal."""
    client = settled()
    stock = stock_of(client)
    (signal,) = client.reserve(stock)
    assert isinstance(signal, Signal)
    assert (signal.severity, signal.value, signal.baseline, signal.score) == ("critical", stock, 10.0, 100.0)
    figures = signal.figures
    assert (figures["stock"], figures["out"], figures["left"], figures["days"]) == (stock, stock, stock, 1)
    assert (figures["share"], figures["usual"], figures["worst"], figures["inbound"]) == (100, 10, 10, 0)
    assert signal.evidence[0].text == f"R, {stock} шт."
    assert stock_of(client) == stock  # nothing left yet


def test_the_same_goods_reserved_picked_and_shipped_count_once() -> None:
    """Half a stock that is reserved, picked and shipped is half a stock, not one and a half."""
    client = settled()
    half = stock_of(client) // 2
    assert client.reserve(half) == client.pick(half) == client.ship(half) == []
    assert stock_of(client) == settled_stock(client) - half


def settled_stock(client: Warehouse) -> int:
    """What the last snapshot said."""
    return settled_levels(client)[-1]


def settled_levels(client: Warehouse) -> list[int]:
    """Pieces of the last snapshot by warehouse."""
    assert client.state.stock is not None
    return [place.pieces for place in client.state.stock.places.values()]


@pytest.mark.parametrize("told", ["reserve", "pick", "ship"])
def test_any_one_of_the_three_is_enough(told: str) -> None:
    """A warehouse that sends only reservations, only picks or only shipments is understood."""
    client = settled()
    assert severities(getattr(client, told)(stock_of(client))) == ["critical"]


def test_three_large_days_ring_before_half_has_left() -> None:
    """A third a day: silent on the first, a warning or worse at the second day's reservation."""
    client = settled()
    third = stock_of(client) // 3
    assert client.reserve(third) == client.ship(third) == []
    client.day += 1
    assert severities(client.reserve(third)) == ["warning"]
    assert stock_of(client) > third


def test_what_came_before_the_emptying_does_not_replace_it() -> None:
    """A client who fills his shelves and empties them from the next day on rings as one who did not fill them."""
    client = settled()
    client.bring(800)
    client.count(stock_of(client), hour=9)
    client.day += 1
    third = stock_of(client) // 3
    client.reserve(third)
    client.ship(third)
    client.day += 1
    assert severities(client.reserve(third)) == ["warning"]


def test_a_fortnight_of_emptying_rings_at_half() -> None:
    """A fourteenth a day beside the usual orders: a warning on the seventh day, more than half is still there."""
    client = settled()
    stock = stock_of(client)
    for n in range(14):
        found = client.reserve(10) + client.reserve(stock // 14)
        if found:
            assert (n, severities(found)) == (5, ["warning"])
            return
        client.ship(10 + stock // 14)
        client.day += 1
    raise AssertionError("nothing was said")


def test_a_large_supply_is_told_without_a_warning() -> None:
    """75 % of the stock in one order may be a marketplace's supply: told (info), and no more when it leaves."""
    client = settled()
    large = stock_of(client) * 3 // 4
    assert severities(client.reserve(large)) == ["info"]
    assert client.ship(large) == []


@pytest.mark.parametrize("purpose", ["mp_supply", "transfer"])
def test_told_supplies_and_transfers_do_not_count(purpose: str) -> None:
    """Goods for a marketplace's warehouse, or another of ours, are no leaving, reserved, picked or shipped."""
    client = settled()
    large = stock_of(client) * 9 // 10
    client.reserve(large, purpose=purpose)
    client.pick(large, purpose=purpose)
    client.ship(large, purpose=purpose)
    client.day += 1
    client.reserve(10)
    assert client.said == []


@pytest.mark.parametrize(("share", "severity"), [(0.09, []), (0.12, ["warning"]), (0.31, ["critical"])])
def test_withdrawal_by_the_client_is_the_plainest_sign(share: float, severity: list[str]) -> None:
    """A tenth that the client takes home is a warning, three tenths are critical, though no order is unusual for it."""
    client = settled()
    qty = int(stock_of(client) * share)
    found = client.reserve(qty, purpose="client_withdrawal")
    assert severities(found) == severity
    assert client.ship(qty, purpose="client_withdrawal") == []  # the same goods
    if found:
        assert isinstance(found[0], Signal)
        assert found[0].figures["withdrawn"] == qty


def test_the_rest_of_an_empty_shelf_is_no_leaving() -> None:
    """A cycle that ends at zero is ordinary: what is taken must be a usual week at least."""
    client = Warehouse()
    client.ordinary(70, stock=140)
    assert client.said == []


def test_a_fortnight_without_anything_new_ends_it() -> None:
    """It is history after 14 days, looked at in the evening, and said once."""
    client = settled()
    client.reserve(stock_of(client))
    client.day += 13
    assert client.evening() == []
    client.day += 1
    assert severities(client.evening()) == ["over"]
    assert client.evening() == []


def test_doubtful_figures_are_never_critical() -> None:
    """Flows and snapshot that disagree by more than 5 % make a warning of half the strength, and the figures say so."""
    client = settled()
    client.count(stock_of(client) * 8 // 10)
    client.day += 1
    (signal,) = client.reserve(stock_of(client))
    assert isinstance(signal, Signal)
    assert (signal.severity, signal.figures["doubtful"], signal.strength) == ("warning", 20.0, 0.5)


def test_without_a_snapshot_the_stock_is_estimated_and_never_critical() -> None:
    """What came in and went out says how much must be there; the figures say that it is an estimate."""
    client = settled(stock=None)
    client.bring(500)
    client.day += 8
    (signal,) = client.reserve(stock_of(client))
    assert isinstance(signal, Signal)
    assert (signal.severity, signal.figures["estimated"], signal.strength) == ("warning", 1.0, 0.5)


def test_what_he_takes_home_of_an_uncertain_stock_is_a_warning() -> None:
    """Nine tenths of it: the pieces are certain, but not of how many they are; of a known stock it is critical."""
    doubtful, estimated, known = settled(), settled(stock=None), settled()
    doubtful.count(stock_of(doubtful) * 8 // 10)
    estimated.bring(500)
    for client in (doubtful, estimated, known):
        client.day += 1
        found = client.reserve(stock_of(client) * 9 // 10, purpose="client_withdrawal")
        assert severities(found) == ["critical" if client is known else "warning"]


def test_without_snapshot_and_inbound_nothing_is_known_of_the_stock() -> None:
    """Reservations and shipments alone say nothing of a stock."""
    client = Warehouse()
    client.ordinary(56, stock=None, every=100)
    client.reserve(3000)
    client.ship(3000)
    assert client.said == []


def test_half_of_the_articles_gone_is_critical() -> None:
    """A warning becomes critical when a complete snapshot shows that half of the articles have nothing left."""
    slow, broad = settled(), settled()
    for client, left in ((slow, [300, 300, 300]), (broad, [900, 0, 0])):
        client.count(900, articles=[300, 300, 300], complete=True)
        client.day += 1
        client.count(900, articles=left, complete=True, hour=1)
        found = []
        for _ in range(6):
            found += client.reserve(80)
            client.ship(80)
            client.day += 1
        assert severities(found)[0] == ("warning" if client is slow else "critical")


def test_a_common_season_raises_what_is_usual() -> None:
    """Twice the worst week in a fleet that sells three times as much is nothing; in a quiet one it is a warning."""
    for ratios, said in (([3.0] * 7, False), ([1.0] * 7, True)):
        client = settled()
        client.count(420, hour=1)
        for _ in range(7):
            fleet = Fleet(event_id="f" * 16, ts=0, day=client.day, ratios=ratios)
            client.context = Context(RULES, fleet)
            client.reserve(30)
            client.ship(30)
            client.day += 1
        assert bool(client.said) is said


def test_new_clients_have_no_normal() -> None:
    """With less than four weeks of history only a withdrawal is seen."""
    client = Warehouse()
    client.ordinary(20)
    assert client.reserve(stock_of(client)) == []
    assert severities(client.reserve(500, purpose="client_withdrawal")) == ["critical"]


def test_a_restart_in_the_middle_changes_nothing() -> None:
    """The state that was written and read says the same as the one in memory."""
    client, other = settled(), settled()
    other.state = decode_state(encode_state(other.state))
    for one in (client, other):
        one.reserve(400)
        one.ship(400)
        one.day += 1
        one.reserve(300)
    assert client.said == other.said != []
    assert len(encode_state(client.state)) < 4096
    assert msgspec.msgpack.encode(client.state.stock) == msgspec.msgpack.encode(other.state.stock)

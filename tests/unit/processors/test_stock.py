"""What lies there, from snapshots and flows: figures worked out by hand."""

from processors.stock import Stock
from tests.unit.processors.signals.warehouse import Warehouse


def stock(client: Warehouse) -> Stock:
    """What the fold remembers."""
    assert client.state.stock is not None
    return client.state.stock


def test_a_snapshot_and_what_moved_since() -> None:
    """Picks and shipments of the same goods count once; inbound, returns and corrections add."""
    client = Warehouse()
    client.count(500, hour=1)
    client.pick(100)
    client.ship(100)
    client.bring(40, hour=21)
    client.back(5, hour=21)
    client.correct(-15, hour=21)
    assert stock(client).have() == 430
    client.bring(70, planned=True)
    assert (stock(client).have(), stock(client).announced) == (430, 70)
    client.bring(50, hour=22)
    assert (stock(client).have(), stock(client).announced) == (480, 20)


def test_flows_from_before_the_snapshot_are_in_it() -> None:
    """A shipment that is told late does not leave twice; an older snapshot does not replace a newer one."""
    client = Warehouse()
    client.count(500, hour=12)
    client.ship(100, hour=11)
    client.count(900, hour=10)
    assert stock(client).have() == 500


def test_goods_picked_before_a_snapshot_and_shipped_after_it_leave_once() -> None:
    """What stands packed at the door is not on the shelf that was counted."""
    client = Warehouse()
    client.count(500, hour=1)
    client.pick(80, hour=19)
    client.count(420, hour=20)
    client.ship(80, hour=21)
    assert (stock(client).have(), stock(client).gap) == (420, 0.0)
    client.ship(20, hour=22)
    assert stock(client).have() == 400


def test_without_a_snapshot_the_lowest_level_is_taken_for_zero() -> None:
    """What went out before anything came in must have been there; from then on the flows say what is left."""
    client = Warehouse()
    client.ship(30)
    assert stock(client).have() == 0
    client.day += 1
    client.bring(100)
    client.ship(60)
    assert stock(client).have() == 40
    client.day += 1
    client.ship(50)
    assert stock(client).have() == 0
    client.day += 1
    client.bring(10)
    assert (stock(client).have(), stock(client).arrivals, stock(client).known) == (10, 2, False)


def test_a_snapshot_of_some_articles_is_a_lower_bound() -> None:
    """It raises an estimate and never lowers one; with no lines its quantity is the whole stock."""
    client = Warehouse()
    client.bring(100)
    client.count(70, articles=[70], hour=9)
    assert stock(client).have() == 100
    client.count(150, articles=[150], hour=10)
    assert (stock(client).have(), stock(client).known) == (150, False)
    client.count(90, hour=11)
    assert (stock(client).have(), stock(client).known) == (90, True)
    client.count(10, articles=[10], hour=12)
    assert stock(client).have() == 90


def test_each_warehouse_is_counted_for_itself() -> None:
    """Snapshots of two warehouses add up, a transfer moves; a snapshot that names none is of all of them."""
    client = Warehouse()
    client.count(300, hour=1, warehouse="MSK")
    client.count(200, hour=1, warehouse="SPB")
    client.ship(100, warehouse="MSK")
    client.bring(100, hour=21, warehouse="SPB")
    assert stock(client).have() == 500
    client.count(190, hour=22, warehouse="MSK")
    assert (stock(client).have(), stock(client).gap) == (490, 0.05)
    client.count(444, hour=23)
    assert stock(client).have() == 444


def test_flows_that_name_no_warehouse_are_of_the_only_one() -> None:
    """They do not add up beside its snapshots for ever."""
    client = Warehouse()
    client.count(300, hour=1, warehouse="MSK")
    for _ in range(3):
        client.ship(50)
        client.count(250, hour=23, warehouse="MSK")
        client.day += 1
    assert stock(client).have() == 250


def test_articles_are_counted_since_goods_came_in() -> None:
    """Of three articles one is gone, then two; new goods begin anew."""
    client = Warehouse()
    for hour, articles in enumerate(([5, 5, 5], [5, 5, 0], [5, 0, 0])):
        client.count(sum(articles), hour=hour, articles=articles, complete=True)
        assert (stock(client).skus, stock(client).gone) == (3, hour)
    client.bring(10)
    client.count(15, articles=[10, 5, 0], complete=True)
    assert (stock(client).skus, stock(client).gone) == (2, 0)


def test_a_client_of_very_many_warehouses_has_a_small_state() -> None:
    """Beyond sixteen the rest is one."""
    client = Warehouse()
    for n in range(40):
        client.bring(10, warehouse=f"W{n}")
    assert (len(stock(client).places), stock(client).have()) == (17, 400)

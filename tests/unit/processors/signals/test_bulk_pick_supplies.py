"""Bulk pick and what comes in: supplies that are announced, that come, and that do not."""

from schemas.alerts import Signal
from tests.unit.processors.signals.test_bulk_pick import settled, stock_of
from tests.unit.processors.signals.warehouse import severities


def test_announced_goods_say_that_he_stays() -> None:
    """When half of what is taken is announced, or has come meanwhile, stock only turns over."""
    announced, came = settled(), settled()
    announced.bring(600, planned=True)
    assert announced.reserve(stock_of(announced)) == []
    came.bring(stock_of(came))
    assert came.reserve(stock_of(came)) == []


def test_what_was_announced_long_ago_and_never_came_says_nothing() -> None:
    """An announcement counts a month."""
    client = settled()
    client.bring(600, planned=True)
    client.ordinary(35, every=100)
    client.bring(1, planned=True)
    assert severities(client.reserve(stock_of(client))) == ["critical"]


def test_a_supply_that_is_later_than_any_before_is_no_excuse() -> None:
    """His supplies come two days after they are announced: on the third day he waits for none. One that comes without
    a word does not end the wait for what is left of the last."""
    in_time, late = settled(), settled()
    for client, days in ((in_time, 2), (late, 3)):
        for _ in range(3):
            client.bring(100, planned=True)
            client.ordinary(2, every=30)
            client.bring(90)
            client.ordinary(9, every=30)
            client.bring(90)
            client.ordinary(1)
        client.bring(900, planned=True)
        client.day += days
    assert in_time.reserve(stock_of(in_time)) == []
    (found,) = late.reserve(stock_of(late))
    assert isinstance(found, Signal)
    assert (found.severity, found.figures["announced"], found.figures["overdue"]) == ("critical", 0, 900)


def test_inbound_ends_it_and_the_next_time_is_said_again() -> None:
    """Half of what was taken comes in: over; the next emptying is a new finding."""
    client = settled()
    stock = stock_of(client)
    client.reserve(stock)
    client.ship(stock)
    client.day += 3
    assert client.bring(stock // 3) == []
    assert severities(client.bring(stock // 3)) == ["over"]
    client.day += 20
    client.bring(2 * stock)
    client.day += 20
    assert severities(client.reserve(stock_of(client))) == ["critical"]

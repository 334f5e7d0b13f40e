"""Broken reservations against clients who reserve 100 pieces a day and take 10 of them back."""

import pytest

from processors.day_series import Day
from processors.signals import broken_reservations
from processors.signals.raising import Cleared, Fresh
from schemas.alerts import Signal
from tests.unit.processors.signals.warehouse import DAY, RULES, Warehouse, severities


def settled(days: int = 60, a_day: int = 100, back: int = 10) -> Warehouse:
    """Two ordinary months; nothing was said in them."""
    client = Warehouse("broken_reservations")
    for _ in range(days):
        client.reserve(a_day)
        if back:
            client.reserve(-back, action="changed", hour=11)
        assert client.evening() == []
        client.day += 1
    return client


def test_thirty_thousand_pieces_taken_back_are_seen() -> None:
    """One large order taken back is told on the next evening, critical, with pieces, share and own normal."""
    client = settled()
    client.reserve(30_000)
    client.day += 1
    assert client.reserve(-30_000, action="cancelled") == []  # it may have moved
    assert client.evening() == []
    client.day += 1
    (signal,) = client.evening()
    assert isinstance(signal, Signal)
    assert (signal.severity, signal.value, signal.unit) == ("critical", 30_000, "pieces")
    assert (signal.figures["documents"], signal.figures["usual_share"], signal.figures["usual"]) == (1, 10.0, 100.0)
    assert signal.lead_id == "7"
    assert signal.evidence[0].text == "за 3\u00a0дня снято 30\u00a0000 шт."
    assert client.evening() == []  # said once


def test_many_documents_are_told_at_once() -> None:
    """Six documents of the week taken back are a warning at the sixth, without waiting for the evening."""
    client = settled(back=0)
    found: list[Signal | Fresh | Cleared] = []
    for n in range(6):
        assert found == []
        found += client.reserve(-90, action="cancelled", hour=12 + n / 10)
    assert severities(found) == ["warning"]
    assert isinstance(found[0], Signal)
    assert found[0].evidence[0].text == "R, снято 90 шт."


@pytest.mark.parametrize("action", ["cancelled", "changed"])
def test_a_reservation_changed_to_less_counts_as_one_cancelled(action: str) -> None:
    """What is taken back is taken back, however the warehouse calls it."""
    client = settled()
    client.reserve(-450, action=action)
    client.day += 1
    assert severities(client.evening()) == ["warning"]


@pytest.mark.parametrize("order", ["cancel first", "new first", "next day"])
@pytest.mark.parametrize("slow", [False, True])
def test_an_order_moved_is_no_loss(order: str, slow: bool) -> None:
    """A large order that is taken back and reserved anew within a day, in either order; in a slow fortnight too, when
    all that he reserves is no more than usual."""
    client = settled()
    pieces = 700
    client.reserve(pieces, doc="A")
    client.day += 3
    if not slow:
        client.reserve(300)
    if order == "new first":
        client.reserve(pieces, hour=10, doc="B")
    assert client.reserve(-pieces, hour=11, doc="A", action="cancelled") == []
    if order == "next day":
        assert client.evening() == []
        client.day += 1
    if order != "new first":
        client.reserve(pieces, hour=12, doc="B")
    for _ in range(3):
        assert client.evening() == []
        client.day += 1
    assert client.said == []


def test_an_order_moved_in_parts_is_no_loss() -> None:
    """It is reserved twice, whatever the parts: so much beyond the usual."""
    client = settled()
    client.reserve(2000, doc="A")
    client.day += 1
    client.reserve(100)
    client.day += 1
    client.reserve(-2000, hour=11, doc="A", action="cancelled")
    for n in range(5):
        client.reserve(500, hour=12 + n, doc=f"B{n}")
    client.day += 1
    assert client.evening() == []


def test_a_large_order_among_many_may_yet_move() -> None:
    """It is no reason to ring at once; the evening of the next day knows whether it was reserved anew."""
    moved, lost = settled(back=0), settled(back=0)
    for client in (moved, lost):
        for n in range(4):
            client.reserve(600 if not n else 60, doc=f"A{n}")
            client.day += 1
        for n in range(7):
            assert client.reserve(-10 if n else -600, hour=12 + n / 10, doc=f"A{n}", action="cancelled") == []
        assert client.evening() == []
        client.day += 1
    moved.reserve(600, doc="B")
    assert moved.evening() == []
    assert severities(lost.evening()) == ["warning"]


def test_ordinary_corrections_say_nothing() -> None:
    """A client who usually takes back a third is not warned of a third, nor of a week with more."""
    client = settled(back=33)
    client.reserve(100)
    client.reserve(-90, action="changed")
    client.day += 1
    assert client.evening() == []
    assert client.said == []


def test_few_pieces_are_a_correction() -> None:
    """Below fifty pieces nothing is broken, whatever the share."""
    client = settled(a_day=5, back=0)
    client.reserve(-40, action="cancelled")
    client.day += 1
    assert client.evening() == []


def test_new_clients_have_no_normal() -> None:
    """With less than four weeks of history nothing is said."""
    client = settled(days=20)
    client.reserve(-900, action="cancelled")
    client.day += 1
    assert client.evening() == []


def test_what_is_reserved_anew_ends_it_and_so_does_a_fortnight() -> None:
    """As much as was taken back, on later days; or fourteen days without anything new."""
    again, quiet = settled(), settled()
    for client in (again, quiet):
        client.reserve(-450, action="cancelled")
        client.day += 1
        assert severities(client.evening()) == ["warning"]
        client.day += 1
    assert again.reserve(300) == []
    assert severities(again.reserve(300)) == ["over"]
    quiet.day += 12
    assert quiet.evening() == []
    quiet.day += 1
    assert severities(quiet.evening()) == ["over"]


def test_more_taken_back_is_never_better() -> None:
    """The severity only rises with the pieces."""
    client = settled()
    last = -1
    day = client.state.days[client.day]
    for pieces in range(0, 1500, 50):
        client.state.days[client.day] = Day(
            reservations=1, reserved_qty=100 - pieces, cancelled=6, cancelled_qty=pieces
        )
        found = broken_reservations.judge(client.state, client.day, RULES.broken, client.day)
        level = found.severity if found else -1
        assert level >= last
        last = level
    assert (day.reservations, last) == (0, 2)
    assert client.day == DAY + 60

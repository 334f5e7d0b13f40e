"""From events to the text: the message of a living alert shows what is true now, however the score has grown."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from alerting.clients import Client
from alerting.foreign import plain
from alerting.render import render
from processors.context import NO_FLEET
from processors.days import DAY_MS, local_day
from processors.signals.raising import MOVED
from schemas.alerts import Alert
from schemas.codec import event_id
from schemas.events import Baseline, DayFigures, Event, Pick, Reservation, StockSnapshot
from tests.unit.alerting.lead_alerts import HOUR_MS, T0
from tests.unit.alerting.test_fold_rings import Line, tick

TODAY = local_day(T0)
MINUTE = 60_000


def base(name: str, number: int, ts: int) -> dict[str, Any]:
    """What every event of the client has."""
    return {"event_id": event_id(name, number), "lead_id": "7", "ts": ts, "source": "wms"}


def past(days: Iterable[DayFigures]) -> Baseline:
    """What the client did before today."""
    figures = sorted(days, key=lambda day: day.day)
    at = T0 - 5 * HOUR_MS
    return Baseline(**base("past", 0, at), first_day=TODAY - 100, last_day=TODAY - 1, days=figures)


def reserves(number: int, qty: int, **fields: Any) -> Reservation:
    """A reservation, 10 minutes after the one before."""
    made: dict[str, Any] = {"doc": f"Р-{number}", "qty": qty} | fields
    return Reservation(**base("r", number, T0 + 10 * MINUTE * number), **made)


def rare(line: Line, every: int = 4, usual: int = 2000) -> None:
    """A client who reserves about so many pieces every few days."""
    days = range(3, 100, every)
    line(past(DayFigures(TODAY - ago, reservations=1, reserved_qty=usual + usual // 20 * (ago % 7)) for ago in days))


def played(line: Line, events: Iterable[Event]) -> list[Alert]:
    """All states of the alerts that come of it."""
    return [alert for event in events for alert in line(event)]


def read(alerts: Sequence[Alert]) -> str:
    """The last state as the curator sees it."""
    return plain(render(alerts[-1], Client("7")).text).replace("\u00a0", " ")


def test_a_spike_shows_what_is_reserved_by_now() -> None:
    """Fifteen documents of 900 pieces are 13 500 pieces, though the score grew by a quarter at 11 700 last."""
    line = Line()
    rare(line)
    alerts = played(line, (reserves(number, 900) for number in range(15)))
    assert sum(alert.rings for alert in alerts) == 1
    assert "15 броней на 13 500 шт." in read(alerts)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 40), st.integers(1, 5000)), min_size=1, max_size=8))
def test_a_critical_day_is_never_far_behind(steps: list[tuple[int, int]]) -> None:
    """However it goes on: by its orders or its pieces, whichever the message tells, it is less than 3 % more by now."""
    line, alert, orders, pieces = Line(), None, 0, 0
    line(past(DayFigures(TODAY - ago, reservations=4, reserved_qty=400 + ago % 9) for ago in range(1, 100)))
    for qty in (qty for times, qty in steps for _ in range(times)):
        orders, pieces = orders + 1, pieces + qty
        event = replace(reserves(orders, qty), ts=T0 + orders * 1000)
        alert = next((found for found in line(event) if found.rule == "reservation_spike"), alert)
        if alert is not None and alert.severity == "critical":
            assert (orders if alert.unit == "reservations" else pieces) < (1 + MOVED) * alert.value


def test_few_large_documents_are_shown_whole_too() -> None:
    """By pieces: 7 200 are a spike, 13 500 came of it."""
    line = Line()
    rare(line, every=12, usual=900)
    alerts = played(line, (reserves(number, qty) for number, qty in enumerate([7200, 2100, 2100, 2100])))
    assert alerts[0].value == 7200
    assert "4 брони на 13 500 шт." in read(alerts)


def test_figures_bear_the_day_they_are_of() -> None:
    """The next day is a spike too, but a smaller one: the message goes on telling of the worst, with its own date."""
    line = Line()
    rare(line)
    alerts = played(line, (reserves(number, 900) for number in range(12)))
    tomorrow = (replace(reserves(20 + n, 900), ts=T0 + DAY_MS + n * MINUTE) for n in range(7))
    alerts += played(line, tomorrow)
    assert "15 ноября: 12 броней на 10 800 шт." in read(alerts)


def test_what_was_taken_back_is_counted_apart() -> None:
    """Cancelled pieces do not lower what was reserved: both are said."""
    events: list[Event] = [reserves(number, 2000) for number in range(20)]
    events += [reserves(20 + number, -2000, doc=f"Р-{number}", action="cancelled") for number in range(15)]
    line = Line()
    rare(line)
    alerts = played(line, events)
    evening = T0 + 8 * HOUR_MS
    line(replace(NO_FLEET, event_id=event_id("fleet"), ts=evening, day=TODAY))
    alerts += line(tick(evening))
    text = read([alert for alert in alerts if alert.rule == "reservation_spike"])
    assert "20 броней на 40 000 шт., снято 15 на 30 000 шт." in text


def test_a_silence_is_as_long_as_it_is_today() -> None:
    """The day after, and the day after that, the message counts on, without a sound."""
    line, states = Line(), dict[str, Alert]()
    line(past(DayFigures(TODAY - ago, reservations=2, reserved_qty=100) for ago in range(1, 100)))
    shown = []
    for day in range(12):
        for alert in line(tick(T0 + 9 * HOUR_MS + day * DAY_MS)):
            states[alert.rule] = alert
        if "order_silence" in states:
            shown.append(states["order_silence"].value)
    assert len(shown) >= 4
    assert all(after > before for before, after in pairwise(shown))


def test_goods_that_leave_are_counted_on() -> None:
    """Each pick that leaves more than a little of the shelf changes the figures."""
    line = Line()
    line(
        past(DayFigures(TODAY - ago, reservations=2, reserved_qty=20, picks=2, picked_qty=20) for ago in range(1, 100))
    )
    line(StockSnapshot(**base("s", 0, T0), doc="S", qty=1000, complete=True))
    picks = [Pick(**base("p", n, T0 + (n + 1) * MINUTE), doc=f"П-{n}", qty=95) for n in range(10)]
    alerts = played(line, picks)
    last = [alert for alert in alerts if alert.rule == "bulk_pick"][-1]
    assert last.value == 950

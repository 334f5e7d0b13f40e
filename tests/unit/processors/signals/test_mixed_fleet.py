"""A whole fleet through the live fold: half closed on Saturdays, a common season, nobody leaves."""

import random
from collections import Counter
from collections.abc import Iterator

import pytest

from alerting.rehearsal import Rehearsal
from processors.days import HOUR_MS, day_start
from processors.rules import builtin
from schemas.alerts import Signal
from schemas.codec import event_id
from schemas.events import Event, Reservation, Tick
from tests.unit.processors.clients import weekday

START, DAYS, CLIENTS = 20_000, 130, 24
WARM = 60
"""Days until everything is known."""

SEASON = range(START + 95, START + 116)
"""Three weeks of twice as much, as before New Year."""


def orders(client: int, day: int, rng: random.Random) -> int:
    """His own rate; half of the clients never on Saturdays, all of them twice as much in the season."""
    if client % 2 and weekday(day) == 5:
        return 0
    rate = 3 + client % 7
    rate *= 2 if day in SEASON else 1
    return sum(rng.random() < rate / 40 for _ in range(40))


def events() -> Iterator[Event]:
    """Seeded: the same on every run."""
    rng = random.Random(10)
    for day in range(START, START + DAYS):
        of_day: list[Event] = [
            Reservation(
                event_id=event_id("r", f"{client} {day} {n}"), lead_id=str(client), ts=at, source="wms", doc="R", qty=10
            )
            for client in range(CLIENTS)
            for n in range(orders(client, day, rng))
            for at in [day_start(day) + rng.randrange(9 * HOUR_MS, 19 * HOUR_MS)]
        ]
        of_day += [Tick(event_id=event_id("t", f"{day} {h}"), ts=day_start(day) + h * HOUR_MS) for h in range(24)]
        yield from sorted(of_day, key=lambda event: event.ts)


@pytest.fixture(scope="module")
def said() -> list[Signal]:
    """All signals of the fleet after the warm-up."""
    rehearsal = Rehearsal(builtin(), ticked=True, curator=lambda lead: "")
    found = [each for each in rehearsal.play((event.ts, event) for event in events()) if isinstance(each, Signal)]
    return [signal for signal in found if signal.ts >= day_start(START + WARM)]


def test_neither_the_saturdays_nor_the_season_ring(said: list[Signal]) -> None:
    """Spike, silence and decline stay below their false alarms per client and month, and none of them in a crowd."""
    months = CLIENTS * (DAYS - WARM) / 30.4
    rules = Counter(signal.rule for signal in said)
    assert rules["reservation_spike"] / months <= 0.10
    assert rules["order_silence"] / months <= 0.05
    assert rules["volume_decline"] / months <= 0.03
    crowds = Counter((signal.rule, (signal.ts - day_start(START)) // (24 * HOUR_MS)) for signal in said)
    assert max(crowds.values(), default=0) <= 3

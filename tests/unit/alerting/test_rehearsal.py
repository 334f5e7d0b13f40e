"""A rehearsal makes for itself what `store` makes in production: hours, and the figures of all clients."""

import gc
import random
from unittest.mock import patch

from msgspec.structs import replace

from alerting.crowd import Crowd, desks
from alerting.rehearsal import Rehearsal, lines, with_hours
from alerting.whole import Whole
from bench import fleet
from processors.days import HOUR_MS, day_start, local_day
from processors.fleet import FleetDays
from processors.rules import builtin
from schemas.alerts import Alert
from schemas.codec import event_id
from schemas.events import Baseline, DayFigures, Event, Fleet, Reservation, Tick
from schemas.topics import DAY_MS
from schemas.types import LocalDay, Millis

FIRST = 20_400
"""A Moscow day in November 2025."""


def shared(_lead: str) -> str:
    """Everybody's clients."""
    return ""


def reservation(lead: int, day: LocalDay, number: int = 0, qty: int = 10, name: str = "R") -> Reservation:
    """Number so and so of a day, from 10 in the morning, two minutes apart."""
    doc = f"{name}-{lead}-{day}-{number}"
    ts = day_start(day) + 10 * HOUR_MS + number * 120_000 + lead
    return Reservation(
        event_id=event_id("wms", doc), lead_id=str(lead), ts=ts, source="wms", doc=doc, qty=qty, action="created"
    )


def fleet_of(events: list[Event]) -> Fleet:
    """What the rehearsal's fold knows of all clients in the end."""
    rehearsal = Rehearsal(builtin(), ticked=False, curator=shared)
    for _ in rehearsal.play((event.ts, event) for event in events):
        pass
    return rehearsal.context.fleet


def usual(clients: int, days: int, seed: int = 1) -> list[Event]:
    """Clients with some reservations on each day, in the order of time."""
    dice = random.Random(seed)
    events = [
        reservation(lead, FIRST + day, number, dice.randint(1, 30))
        for day in range(days)
        for lead in range(1, clients + 1)
        for number in range(dice.randint(1, 4))
    ]
    return sorted(events, key=lambda event: event.ts)


def test_the_figures_are_those_of_the_same_function_over_a_plain_count() -> None:
    """Twelve clients over forty days with repeats and cancellations: the fold's figures are those of counted days."""
    events = usual(12, 40)
    cancelled = reservation(3, FIRST + 38, 9, -25, "C")
    events = sorted([*events, *events[-20:], replace(cancelled, action="cancelled")], key=lambda event: event.ts)
    until = max(event.ts for event in events) + HOUR_MS
    days, seen = FleetDays(), set[str]()
    for event in events:
        if event.event_id not in seen and isinstance(event, Reservation):
            days.add(event.lead_id, local_day(event.ts), int(event.action == "created"), event.qty)
        seen.add(event.event_id)
    counted = days.figures(until - until % HOUR_MS)
    end = reservation(1, FIRST + 39, 0, name="end")
    known = fleet_of([*events, replace(end, ts=until)])
    assert replace(known, fired={}, rung={}) == counted
    assert known.clients == 12


def test_what_was_taken_back_within_the_day_counts_no_more() -> None:
    """A thousand pieces more on an old order, known at one hour and taken back at a later one: the day is nobody's."""
    more = [replace(reservation(1, FIRST + day, qty=10), action="changed") for day in range(5)]
    wild = replace(reservation(1, FIRST + 5, qty=1000), action="changed")
    back = replace(reservation(1, FIRST + 5, number=180, qty=-1000), action="cancelled")
    end = reservation(2, FIRST + 6)
    assert fleet_of([*more, wild, back, end]).size_spread == fleet_of([*more, end]).size_spread == 0.0


def test_who_only_took_back_is_known_since_then() -> None:
    """A day of nothing but a change that was taken back is a day without orders: who is known for four weeks by it has
    a normal, as by `FleetDays.add` of each event."""
    began = [
        replace(reservation(lead, FIRST, number, qty, "M"), action="changed")
        for lead in range(1, 13)
        for number, qty in enumerate((10, -10))
    ]
    events = sorted([*began, *(event for event in usual(12, 40) if event.ts >= day_start(FIRST + 13))], key=_time)
    days = FleetDays()
    for event in events:
        if isinstance(event, Reservation):
            days.add(event.lead_id, local_day(event.ts), int(event.action == "created"), event.qty)
    counted = days.figures(day_start(FIRST + 40))
    known = fleet_of([*events, reservation(1, FIRST + 40, name="end")])
    assert known.weekdays == counted.weekdays != [1.0] * 7


def _time(event: Event) -> Millis:
    return event.ts


def test_a_baseline_is_a_history() -> None:
    """Its days count in the figures, and days before the first of them are days on which the client was not there."""
    history: list[Event] = [
        Baseline(
            event_id=event_id("baseline", lead),
            lead_id=str(lead),
            ts=day_start(FIRST),
            source="store",
            first_day=FIRST - 120,
            last_day=FIRST - 1,
            days=[DayFigures(day, 2, 20) for day in range(FIRST - 60, FIRST - 1)],
        )
        for lead in range(1, 13)
    ]
    days = FleetDays()
    for lead in range(1, 13):
        for day in range(FIRST - 60, FIRST):
            days.put(str(lead), day, 2 * (day < FIRST - 1), 20 * (day < FIRST - 1))
    known = fleet_of([*history, reservation(1, FIRST)])
    assert (known.clients, known.weekdays, known.decline) == (12, *(_of(days, "weekdays", "decline")))


def _of(days: FleetDays, *names: str) -> list[object]:
    fleet = days.figures(day_start(FIRST) + 10 * HOUR_MS)
    return [getattr(fleet, name) for name in names]


def test_figures_that_the_events_bring_are_passed_over() -> None:
    """They were made of other clients and other rules."""
    foreign = Fleet(event_id=event_id("fleet", 1), ts=day_start(FIRST + 30), day=FIRST + 30, clients=900)
    known = fleet_of(sorted([*usual(9, 31), foreign], key=lambda event: event.ts))
    assert known.clients == 9


def test_news_of_many_is_known_at_once() -> None:
    """Clients who all reserve far more than ever between two ticks: the figures are made anew before the hour, and who
    comes after them rings for none of it."""
    calm = usual(12, 60)
    rush = [reservation(lead, FIRST + 60, number, 500, "rush") for number in range(40) for lead in range(1, 13)]
    looks: list[Millis] = []
    real = Whole.look

    def look(self: Whole, now: Millis) -> Fleet:
        looks.append(now)
        return real(self, now)

    with patch.object(Whole, "look", look):
        played = Rehearsal(builtin(), ticked=False, curator=shared).play((event.ts, event) for event in calm + rush)
        told = [one for one in played if isinstance(one, Alert) and one.updated_at >= rush[0].ts]
    assert [now for now in looks if now % HOUR_MS]
    assert "grouped" in {one.held for one in told}


def test_hours_are_made_once() -> None:
    """Also where time stands still, or goes back."""
    begin = day_start(FIRST)
    times = [begin + 5, begin + 5, begin + 2 * HOUR_MS, begin + HOUR_MS, begin + 2 * HOUR_MS + 1]
    events = with_hours((at, replace(reservation(7, FIRST), ts=at)) for at in times)
    assert [at for at, event in events if isinstance(event, Tick)] == [begin, begin + HOUR_MS, begin + 2 * HOUR_MS]


def test_what_is_played_leaves_no_cycles_behind() -> None:
    """So a back-test may do without the collector: of a fleet's weeks, with all kinds of events, alarms among them."""
    played = [(event.ts, event) for event in fleet.Fleet(clients=10, days=60, seed=2).events()]
    curators = desks({event.lead_id for _, event in played if event.lead_id})
    for _ in range(2):  # first what is made once
        rehearsal = Rehearsal(builtin(), ticked=True, curator=lambda lead: curators.get(lead, ""))
        gc.collect()
        gc.disable()
        try:
            told = sum(1 for _ in lines(rehearsal.play(played)))
            left = gc.collect()
        finally:
            gc.enable()
    assert told > 20
    assert left < 10


def alert(lead: int, ts: int, version: int = 1, rings: bool = True) -> Alert:
    """A state of an alert."""
    return Alert(
        alert_id=event_id("alert", lead),
        version=version,
        lead_id=str(lead),
        rule="reservation_spike",
        severity="warning",
        status="open",
        opened_at=ts,
        updated_at=ts,
        value=1,
        baseline=1,
        score=1,
        rings=rings,
    )


def test_a_crowd_counts_clients_of_a_day_and_rings_of_a_week() -> None:
    """A client counts once a rule; what is a day, or a week, old is over."""
    crowd = Crowd()
    for lead in (1, 1, 2):
        crowd.see(alert(lead, 1000), "1")
    crowd.see(alert(3, 2000, version=2), "2")
    crowd.see(alert(4, 2000, rings=False), "2")
    assert crowd.fired(3000, 10) == {"reservation_spike": 0.3}
    assert crowd.rung(3000) == {"1": 3, "2": 1}
    assert crowd.fired(1000 + DAY_MS, 10) == {"reservation_spike": 0.1}
    assert crowd.rung(1000 + 7 * DAY_MS) == {"2": 1}


def test_the_last_verdict_on_an_alert_counts() -> None:
    """Who called it false and then confirmed it has confirmed it; each alert counts once."""
    crowd = Crowd()
    for lead, verdicts in ((1, ("false_alarm", "confirmed")), (2, ("false_alarm",)), (3, ("",))):
        for version, verdict in enumerate(verdicts, 2):
            crowd.see(replace(alert(lead, 1000, version), verdict=verdict), "1")
    assert crowd.verdicts() == {"reservation_spike": (1, 1)}


def test_leads_are_dealt_by_thirty_in_the_order_of_their_numbers() -> None:
    """9 stands before 10: they are numbers."""
    dealt = desks(str(lead) for lead in range(1, 62))
    assert [dealt[lead] for lead in ("1", "9", "30", "31", "61")] == ["1", "1", "1", "2", "3"]

"""A mixed fleet, half of it closed at weekends, in a season that all share: few rings, not one a client."""

from collections.abc import Iterable, Iterator

import pytest
from msgspec.structs import replace

from alerting.bell import LEAVING
from alerting.crowd import desks
from alerting.rehearsal import Line, Rehearsal, lines
from bench.fleet import FIRST_DAY, SALE, SALE_DAYS, Fleet
from processors.days import DAY_MS, hour_start, local_day, local_day_of
from processors.rules import builtin, load
from schemas.codec import event_id
from schemas.events import Event, Reservation
from schemas.types import LocalDay

CLIENTS, DAYS = 40, 120
SETTLED = 60
"""Days after which a client's normal is known."""
SHOCK = 92
"""A Tuesday."""


BEGIN = local_day_of(FIRST_DAY)


def play(fleet: Fleet, events: Iterable[Event]) -> list[Line]:
    """All that a rehearsal says of clients who do not leave."""
    curators = desks(client.lead_id for client in fleet.clients)
    rehearsal = Rehearsal(builtin(), ticked=True, curator=curators.__getitem__)
    told = lines(rehearsal.play((event.ts, event) for event in events))
    return [line for line in told if line.lead_id not in fleet.labels]


def day_of(line: Line) -> LocalDay:
    """Counted from the fleet's first."""
    return local_day(line.ts) - BEGIN


@pytest.mark.parametrize("seed", [1, 2])
def test_a_common_season_is_no_news_of_each(seed: int) -> None:
    """Ten days of 1.9 times as much for all, half of them closed at weekends: a third of them at most is told as a
    spike, no curator beyond his budget; and an ordinary Monday after a closed weekend is nothing.
    """
    fleet, first = Fleet(CLIENTS, DAYS, seed), int(SALE * DAYS)
    told = play(fleet, fleet.events())
    sale = [line for line in told if line.rings and first <= day_of(line) < first + SALE_DAYS]
    assert len({line.lead_id for line in sale if line.rule == "reservation_spike"}) <= CLIENTS / 3
    curators = CLIENTS / 20  # dealt by thirty: the second one has fewer
    assert sum(not line.within for line in sale) <= builtin().alerts.weekly_budget * curators * SALE_DAYS / 7
    before = [line for line in told if line.rings and SETTLED <= day_of(line) < first]
    assert len(before) <= 0.15 * CLIENTS * (first - SETTLED) / 30.4 + 3


def test_what_fires_for_all_at_once_is_one_message() -> None:
    """A day on which everybody reserves seven times as much: the first third rings, all others are told together."""
    fleet, shock = Fleet(CLIENTS, SHOCK + 1, 3), BEGIN + SHOCK
    told = play(fleet, _with_shock(fleet, shock))
    spikes = [line for line in told if day_of(line) == SHOCK and line.rule == "reservation_spike" and line.rings]
    own = {line.lead_id for line in spikes if not line.within}
    together = {line.lead_id for line in spikes if line.within == "reservation_spike"} - own
    share = builtin().alerts.group_share
    assert len(own) <= share * CLIENTS + 1
    assert len(together) >= 3


def _with_shock(fleet: Fleet, shock: LocalDay) -> Iterator[Event]:
    for event in fleet.events():
        yield event
        if isinstance(event, Reservation) and local_day(event.ts) == shock and event.action == "created":
            for number in range(6):
                yield replace(event, event_id=event_id("shock", event.event_id, number))


def test_only_what_may_passes_the_budget() -> None:
    """With two rings a week a curator, everything that rings beyond them is critical or goods on their way out."""
    fleet = Fleet(CLIENTS, DAYS, 2)
    curators = desks(client.lead_id for client in fleet.clients)
    rehearsal = Rehearsal(load("[alerts]\nweekly_budget = 2"), ticked=True, curator=curators.__getitem__)
    rang: dict[str, list[Line]] = {}
    beyond = []
    for line in lines(rehearsal.play((event.ts, event) for event in fleet.events())):
        if not line.rings or line.within:
            continue
        mine, hour = rang.setdefault(curators[line.lead_id], []), hour_start(line.ts)
        if sum(hour - 7 * DAY_MS < before.ts < hour for before in mine) >= 2:
            beyond.append(line)
        mine.append(line)
    assert {line.severity for line in beyond if line.rule not in LEAVING} == {"critical"}
    assert {"warning"} <= {line.severity for mine in rang.values() for line in mine}

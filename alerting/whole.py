"""What all leads of a rehearsal have in common: their days, their alerts, and the figures made of both. Pure.

In production `store` makes these figures from its tables (`streams.store.jobs.fleet`), by the same `FleetDays`.
"""

from collections import defaultdict
from collections.abc import Mapping

from msgspec.structs import replace

from alerting.bell import are_many, is_common
from alerting.crowd import Crowd
from processors.context import NO_FLEET, Desk
from processors.day_series import NOTHING
from processors.days import day_start, local_day
from processors.fleet import FleetDays
from processors.rules.alerts import AlertRules
from processors.state import LeadState
from schemas.alerts import Alert, Rule
from schemas.events import Baseline, DayFigures, Fleet, Reservation
from schemas.types import LeadId, LocalDay, Millis


class Whole:
    """`fleet` are the latest figures; whoever plays the leads gives them to each as soon as they are made anew."""

    def __init__(self, rules: AlertRules, curator: Desk) -> None:
        self.fleet: Fleet = NO_FLEET
        self._rules, self._curator = rules, curator
        self._days, self._crowd = FleetDays(), Crowd()
        self._touched: defaultdict[LocalDay, set[LeadId]] = defaultdict(set)
        self._today: set[LeadId] = set()
        self._since = self._until = 0

    def ordered(self, event: Reservation) -> None:
        """The lead's day has other figures than when they were put here last."""
        if not self._since <= event.ts < self._until:
            day = local_day(event.ts)
            self._since, self._until, self._today = day_start(day), day_start(day + 1), self._touched[day]
        self._today.add(event.lead_id)

    def put(self, leads: Mapping[LeadId, LeadState]) -> None:
        """The days on which leads had orders since the last hour, as the fold knows them: in their order, so that a sum
        of floats is always the same to the last bit."""
        for day, touched in sorted(self._touched.items()):
            known: dict[LeadId, tuple[int, int]] = {}
            for lead_id in sorted(touched):
                days = leads[lead_id].days
                orders, pieces = days.on(days.reservations, day), days.on(days.reserved_qty, day)
                if orders or pieces or days[day] != NOTHING:  # else the event came late, and is not counted
                    known[lead_id] = orders, pieces
            self._days.put_day(day, known)
        self._touched.clear()
        self._until = self._since

    def take(self, baseline: Baseline) -> None:
        """Days that a baseline brings, those without orders too."""
        exact = {figures.day: figures for figures in baseline.days}
        known_from = min(exact, default=baseline.last_day + 1)  # before it he was not there
        for day in range(known_from, baseline.last_day + 1):
            figures = exact.get(day) or DayFigures(day)
            self._days.put(baseline.lead_id, day, figures.reservations, figures.reserved_qty)

    def look(self, now: Millis) -> Fleet:
        """Make the figures anew as of `now` (ms UTC)."""
        fleet = self._days.figures(now, rung=self._crowd.rung(now))
        fired, verdicts = self._crowd.fired(now, fleet.clients), self._crowd.verdicts()
        self.fleet = replace(fleet, fired=fired, verdicts=verdicts)
        return self.fleet

    def see(self, alert: Alert, now: Millis) -> bool:
        """A new state of an alert, in the order of time. Whether it is news of many: then the figures are made at once,
        for one message is to tell it."""
        self._crowd.see(alert, self._curator(alert.lead_id))
        return alert.version == 1 and self._is_news_of_many(alert.rule, now)

    def _is_news_of_many(self, rule: Rule, now: Millis) -> bool:
        if is_common(self.fleet, rule, self._rules):
            return False
        return are_many(self._crowd.fired(now, self.fleet.clients).get(rule, 0.0), self.fleet, self._rules)

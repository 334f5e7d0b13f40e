"""A rehearsal: events that have been, through the very fold of the live line, to see what rules would have said. Pure.

`leadpulse backtest` feeds it from a file, `leadpulse replay` from the store. All leads are one partition here, and a
record's place is its number.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Final, NamedTuple

import msgspec

from alerting.bell import are_many, is_common
from alerting.crowd import Crowd
from alerting.fold import Partition, Result
from processors.context import Context
from processors.days import DAY_MS, HOUR_MS, day_start, hour_start, local_day
from processors.fleet import FleetDays
from processors.rules import Rules
from schemas.alerts import Alert, AlertStatus, Evidence, Held, Rule, Severity, Signal, Unit
from schemas.codec import event_id
from schemas.events import Baseline, DayFigures, Event, Fleet, Reservation, Tick
from schemas.topics import LEAD_EVENTS
from schemas.types import EventId, LeadId, LocalDay, Meta, Millis

_TOPIC = LEAD_EVENTS.name


LONGEST_PAUSE_MS = 400 * DAY_MS
"""Hours are made for so long a pause at most: one event of a wrong year must not take all the years up to it."""


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """What a rehearsal says, one JSON line each: a state of an alert, or a signal (`status` and `alert_id` are empty).

    `rings`: a person gets a message of it, or is told of it by the alert of the rule `within` that rang.
    """

    lead_id: LeadId
    rule: Rule
    severity: Severity
    ts: Millis
    score: float
    signal_id: EventId
    value: float
    baseline: float
    unit: Unit
    rings: bool
    status: AlertStatus | None = None
    alert_id: EventId = ""
    version: int = 0
    held: Held = ""
    within: Rule | str = ""
    figures: dict[str, float] = {}
    evidence: list[Evidence] = []


class _Touched(NamedTuple):
    """Leads with reservations on a local day, which goes from `since` to before `until` (ms UTC)."""

    day: LocalDay
    since: Millis
    until: Millis
    leads: set[LeadId]


_NOBODY: Final = _Touched(0, 0, 0, set())


def _on_the_day_of(ts: Millis) -> _Touched:
    day = local_day(ts)
    return _Touched(day, day_start(day), day_start(day + 1), set())


class Rehearsal:
    """Plays events, all leads in one partition. `ticked`: they bring their ticks; else every full hour is one.

    The figures of all clients are made at each tick from the leads' own days and alerts, as `store` makes them from
    its tables: those of the events' own time (`Fleet`) are passed over. When alerts of one rule open for so many
    clients that one message is to tell them, they are made at once.
    """

    def __init__(self, rules: Rules, *, ticked: bool, curator: Callable[[LeadId], str]) -> None:
        self._fold = Partition({}, rules, curator=curator)
        self._curator = curator
        self._days, self._crowd = FleetDays(), Crowd()
        self._touched: list[_Touched] = []
        self._latest = _NOBODY
        self._next_tick: Millis = 1 << 62 if ticked else -1
        self._offset = 0

    @property
    def context(self) -> Context:
        """The rules, and the latest figures of all clients."""
        return self._fold.context

    def play(self, events: Iterable[tuple[Millis, Event]]) -> Iterator[Result]:
        """The results in their order. Each event comes with its append time (ms UTC), which never falls."""
        for appended, event in events:
            if appended >= self._next_tick:
                yield from self._hours_until(appended)
            self._offset += 1
            if isinstance(event, Tick):
                yield from self._tick(event)
            elif not isinstance(event, Fleet):
                results = self._fold.apply(event, Meta(_TOPIC, 0, self._offset, appended))
                if results:
                    yield from self._seen(results, appended)
                if isinstance(event, Reservation):
                    if not self._latest.since <= event.ts < self._latest.until:
                        self._touched.append(_on_the_day_of(event.ts))
                        self._latest = self._touched[-1]
                    self._latest.leads.add(event.lead_id)
                elif isinstance(event, Baseline):
                    self._take_days(event)

    def _hours_until(self, ts: Millis) -> Iterator[Result]:
        first = hour_start(ts) if self._next_tick < 0 else max(self._next_tick, hour_start(ts - LONGEST_PAUSE_MS))
        for hour in range(first, ts + 1, HOUR_MS):
            self._offset += 1
            yield from self._tick(Tick(event_id=event_id("tick", hour), ts=hour))
            self._next_tick = hour + HOUR_MS

    def _tick(self, tick: Tick) -> Iterator[Result]:
        for day, _, _, leads in self._touched:
            for lead_id in leads:
                if (figures := self._fold.leads[lead_id].days.get(day)) is not None:
                    self._days.put(lead_id, day, figures.reservations, figures.reserved_qty)
        self._touched, self._latest = [], _NOBODY
        self._look_around(tick.ts)
        for _, results, _ in self._fold.tick(tick, Meta(_TOPIC, 0, self._offset, tick.ts)):
            yield from self._seen(results, tick.ts)

    def _take_days(self, baseline: Baseline) -> None:
        exact = {figures.day: figures for figures in baseline.days}
        known_from = min(exact, default=baseline.last_day + 1)  # before it he was not there
        for day in range(known_from, baseline.last_day + 1):
            figures = exact.get(day) or DayFigures(day)
            self._days.put(baseline.lead_id, day, figures.reservations, figures.reserved_qty)

    def _seen(self, results: Iterable[Result], now: Millis) -> Iterator[Result]:
        for result in results:
            if isinstance(result, Alert):
                self._crowd.see(result, self._curator(result.lead_id))
                if result.version == 1 and self._is_news_of_many(result.rule, now):
                    self._look_around(now)
            yield result

    def _is_news_of_many(self, rule: Rule, now: Millis) -> bool:
        fleet, rules = self.context.fleet, self.context.rules.alerts
        if is_common(fleet, rule, rules):
            return False
        return are_many(self._crowd.fired(now, fleet.clients).get(rule, 0.0), fleet, rules)

    def _look_around(self, now: Millis) -> None:
        fleet = self._days.figures(now, rung=self._crowd.rung(now))
        fired, verdicts = self._crowd.fired(now, fleet.clients), self._crowd.verdicts()
        fleet = msgspec.structs.replace(fleet, fired=fired, verdicts=verdicts)
        self._fold.apply(fleet, Meta(_TOPIC, 0, self._offset, now))


def lines(results: Iterable[Result]) -> Iterator[Line]:
    """The results as lines. A state of an alert names the signal that was found last for it; scores are left out."""
    found: dict[tuple[LeadId, Rule], EventId] = {}
    rang: dict[tuple[LeadId, str], bool] = {}
    for result in results:
        match result:
            case Signal():
                found[result.lead_id, result.rule] = result.signal_id
                yield _of_signal(result)
            case Alert():
                key = result.lead_id, result.rule
                told = result.rings
                if result.status == "resolved":
                    rang.pop(key, None)
                elif result.rings:
                    rang[key] = True
                elif result.told is not None and result.told.at == result.updated_at:  # just now, by another message
                    told = result.held == "grouped" or (
                        result.held == "within" and rang.get((result.lead_id, result.within), False)
                    )
                yield _of_alert(result, found.get(key, result.alert_id), told)
            case _:  # scores, and questions to a model
                pass


def _of_signal(signal: Signal) -> Line:
    return Line(
        lead_id=signal.lead_id,
        rule=signal.rule,
        severity=signal.severity,
        ts=signal.ts,
        score=signal.score,
        signal_id=signal.signal_id,
        value=signal.value,
        baseline=signal.baseline,
        unit=signal.unit,
        rings=False,  # only an alert rings
        figures=signal.figures,
        evidence=signal.evidence,
    )


def _of_alert(alert: Alert, signal_id: EventId, rings: bool) -> Line:
    return Line(
        lead_id=alert.lead_id,
        rule=alert.rule,
        severity=alert.severity,
        ts=alert.updated_at,
        score=alert.score,
        signal_id=signal_id,
        value=alert.value,
        baseline=alert.baseline,
        unit=alert.unit,
        rings=rings,
        status=alert.status,
        alert_id=alert.alert_id,
        version=alert.version,
        held=alert.held,
        within=alert.within or (alert.rule if alert.held == "grouped" else ""),
        figures=alert.figures,
        evidence=alert.evidence,
    )

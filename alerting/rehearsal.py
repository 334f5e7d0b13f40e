"""A rehearsal: events that have been, through the very fold of the live line, to see what rules would have said. Pure.

`leadpulse backtest` feeds it from a file, `leadpulse replay` from the store. All leads are one partition here, and a
record's place is its number.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import msgspec

from alerting.fold import Partition, Result
from alerting.whole import Whole
from processors.context import Context, Desk
from processors.days import DAY_MS, HOUR_MS, hour_start
from processors.rules import Rules
from schemas.alerts import Alert, AlertStatus, Evidence, Held, Rule, Severity, Signal, Unit
from schemas.codec import event_id
from schemas.events import Baseline, Event, Fleet, Reservation, Tick
from schemas.topics import LEAD_EVENTS
from schemas.types import EventId, LeadId, Meta, Millis

_TOPIC: Final = LEAD_EVENTS.name

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


def with_hours(events: Iterable[tuple[Millis, Event]]) -> Iterator[tuple[Millis, Event]]:
    """The events, and before each a tick for every full hour that has come since the one before."""
    following: Millis = -1
    for appended, event in events:
        if appended >= following:
            first = hour_start(appended) if following < 0 else max(following, hour_start(appended - LONGEST_PAUSE_MS))
            for hour in range(first, appended + 1, HOUR_MS):
                yield hour, Tick(event_id=event_id("tick", hour), ts=hour)
                following = hour + HOUR_MS
        yield appended, event


class Rehearsal:
    """Plays events. `ticked`: they bring their ticks; else every full hour is one.

    The figures of all clients are made at each tick from the leads' own days and alerts, as `store` makes them from
    its tables: those of the events' own time (`Fleet`) are passed over. When alerts of one rule open for so many
    clients that one message is to tell them, they are made at once.
    """

    def __init__(self, rules: Rules, *, ticked: bool, curator: Desk) -> None:
        self._fold, self._whole = Partition({}, rules, curator=curator), Whole(rules.alerts, curator)
        self._ticked = ticked

    @property
    def context(self) -> Context:
        """The rules, and the latest figures of all clients."""
        return self._fold.context

    def play(self, events: Iterable[tuple[Millis, Event]]) -> Iterator[Result]:
        """The results in their order. Each event comes with its append time (ms UTC), which never falls."""
        apply, ordered = self._fold.apply, self._whole.ordered
        for place, (appended, event) in enumerate(events if self._ticked else with_hours(events), 1):
            if type(event) is Reservation:  # most events; why not `match`: `lead.step`
                ordered(event)
            elif type(event) is Tick:
                yield from self._tick(event, place)
                continue
            elif type(event) is Baseline:
                self._whole.take(event)
            elif type(event) is Fleet:
                continue
            if results := apply(event, Meta(_TOPIC, 0, place, appended)):
                yield from self._seen(results, appended)

    def _tick(self, tick: Tick, place: int) -> Iterator[Result]:
        self._whole.put(self._fold.leads)
        self._know(self._whole.look(tick.ts))
        for _, results, _ in self._fold.tick(tick, Meta(_TOPIC, 0, place, tick.ts)):
            if results:
                yield from self._seen(results, tick.ts)

    def _seen(self, results: Sequence[Result], now: Millis) -> Iterator[Result]:
        for result in results:
            if isinstance(result, Alert) and self._whole.see(result, now):
                self._know(self._whole.look(now))
            yield result

    def _know(self, fleet: Fleet) -> None:
        self._fold.apply(fleet, Meta(_TOPIC, 0, 0, fleet.ts))


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

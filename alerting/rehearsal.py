"""A rehearsal: events that have been, through the very fold of the live line, to see what rules would have said. Pure.

`leadpulse backtest` feeds it from a file, `leadpulse replay` from the store. All leads are one partition here. A
record's place is its number, and its append time the event's own: nothing is late in a rehearsal.
"""

from collections.abc import Iterable, Iterator

import msgspec

from alerting.fold import Partition, Result
from processors.days import HOUR_MS
from processors.rules import Rules
from schemas.alerts import Alert, AlertStatus, Evidence, Held, Rule, Severity, Signal, Unit
from schemas.codec import event_id
from schemas.events import Event, Fleet, Tick
from schemas.scores import Score
from schemas.topics import LEAD_EVENTS
from schemas.types import EventId, LeadId, Meta, Millis


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


def rehearse(events: Iterable[Event], rules: Rules, *, ticked: bool) -> Iterator[Result]:
    """The results in their order. `ticked`: the events bring their ticks; else every full hour in between is one."""
    fold, offset = Partition({}, rules), 0
    next_tick = 1 << 62 if ticked else -1
    topic = LEAD_EVENTS.name
    for event in events:
        if event.ts >= next_tick:
            for ts in range(event.ts - event.ts % HOUR_MS if next_tick < 0 else next_tick, event.ts + 1, HOUR_MS):
                offset += 1
                yield from _tick(fold, Tick(event_id=event_id("tick", ts), ts=ts), offset)
                next_tick = ts + HOUR_MS
        offset += 1
        if isinstance(event, Tick):
            yield from _tick(fold, event, offset)
        elif not isinstance(event, Fleet):  # the figures of these events, not of those that they were once among
            results = fold.apply(event, Meta(topic, 0, offset, event.ts))
            if results:
                yield from results


def _tick(fold: Partition, tick: Tick, offset: int) -> Iterator[Result]:
    for _, results, _ in fold.tick(tick, Meta(LEAD_EVENTS.name, 0, offset, tick.ts)):
        yield from results


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
                elif result.held == "within":
                    told = rang.get((result.lead_id, result.within), False)
                elif result.held == "grouped":
                    told = True
                yield _of_alert(result, found.get(key, result.alert_id), told)
            case Score():
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

"""What every signal does when it finds something: it rises, it grows, or it is over.

`state.raised` remembers per rule how far it has risen, so that the same finding is said once.
"""

from collections.abc import Sequence
from typing import NamedTuple

from processors.state import LeadState, Raised
from schemas.alerts import SEVERITIES, Alert, Rule, Severity, Signal, Unit
from schemas.types import Millis

GROWN = 1.25
"""A finding that goes on is said again when its size has grown by a quarter, so that its message shows the figures of
now. What rings of it is for `alerting.policy` to say. Steps by a share are few: from 10 to 100 it is 10."""


class Cleared(NamedTuple):
    """A rule's finding is over: its clear condition holds, or it was `moved`: what it rests on is another client's.
    `value` in the unit of its signals.
    """

    rule: Rule
    ts: Millis
    value: float = 0.0
    moved: bool = False


class Withdrawn(NamedTuple):
    """Events that were another client's: no living alert shows them any more. `deleted`: nor does one that is over."""

    events: frozenset[str]
    deleted: bool = False


class Fresh(NamedTuple):
    """A finding that is no news, with figures that its message does not show yet: people read what is true now. It
    is no signal, rings nobody, and what has rung is measured as before."""

    signal: Signal


MOVED = 0.03
"""How far a figure may have moved before its message is changed: at most 24 changes while it doubles."""


def behind(state: LeadState, rule: Rule, value: float, score: float, unit: Unit) -> bool:
    """Whether the message of a living alert shows a smaller finding than the one of now. What has become smaller
    again stays as it was at its worst."""
    alert = state.alerts.get(rule)
    if alert is None or alert.status == "resolved" or score < alert.score:
        return False
    return alert.unit != unit or abs(value - alert.value) >= MOVED * max(abs(alert.value), 1.0)


def heard(state: LeadState, rule: Rule, severity: Severity, score: float, strength: float, ts: Millis) -> bool:
    """Whether a finding is no news; it is remembered then. A spike that goes on is found again by each event: who asks
    here first need not make a signal for it."""
    last = state.raised.get(rule)
    if last is None or last.level < SEVERITIES.index(severity) or score >= GROWN * last.score:
        return False
    last.at = max(last.at, ts)
    last.strength = max(last.strength, strength)
    return True


def rise(state: LeadState, signal: Signal) -> Sequence[Signal | Fresh]:
    """The signal, when its level is above what was raised, or its score has grown since; and it is remembered."""
    if heard(state, signal.rule, signal.severity, signal.score, signal.strength, signal.ts):
        return (Fresh(signal),) if behind(state, signal.rule, signal.value, signal.score, signal.unit) else ()
    level = SEVERITIES.index(signal.severity)
    last = state.raised.get(signal.rule)
    if last is None:
        last = state.raised[signal.rule] = Raised()
    fresh = last.level < 0
    last.at = max(last.at, signal.ts)
    if fresh:
        last.since = signal.ts
    last.level, last.score = max(level, last.level), signal.score
    last.worst = last.level
    last.strength = signal.strength if fresh else max(last.strength, signal.strength)
    last.value, last.baseline = float(signal.value), float(signal.baseline)  # as they are after a restart
    last.event_id = signal.evidence[0].event_id if signal.evidence else ""
    return (signal,)


def look(state: LeadState, signal: Signal) -> Sequence[Signal | Fresh]:
    """As `rise`, for what is found by looking back: what is no news leaves no trace, so nothing has to be written
    unless a message shows other figures. A look is once a day, so here every difference counts."""
    last = state.raised.get(signal.rule)
    known = last is not None and last.level >= SEVERITIES.index(signal.severity)
    if known and last is not None and signal.score < GROWN * last.score:
        return (Fresh(signal),) if _differs(state.alerts.get(signal.rule), signal) else ()
    return rise(state, signal)


def _differs(alert: Alert | None, signal: Signal) -> bool:
    if alert is None or alert.status == "resolved" or signal.score < alert.score:
        return False
    return (alert.value, alert.baseline, alert.figures) != (signal.value, signal.baseline, signal.figures)


def clear(state: LeadState, rule: Rule, ts: Millis, value: float = 0.0) -> Sequence[Cleared]:
    """That the rule is over, when it was raised. Its last time stays for the score's half-life."""
    last = state.raised.get(rule)
    if last is None or last.level < 0:
        return ()
    last.level, last.over = -1, ts
    return (Cleared(rule, ts, value),)

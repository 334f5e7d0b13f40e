"""What every signal does when it finds something: it rises, it grows, or it is over.

`state.raised` remembers per rule how far it has risen, so that the same finding is said once.
"""

from collections.abc import Sequence
from typing import NamedTuple

from processors.state import LeadState, Raised
from schemas.alerts import SEVERITIES, Rule, Severity, Signal
from schemas.types import Millis

GROWN = 1.25
"""A finding that goes on is said again when its size has grown by a quarter, so that its message shows the figures of
now. What rings of it is for `alerting.policy` to say. Steps by a share are few: from 10 to 100 it is 10."""


class Cleared(NamedTuple):
    """A rule's finding is over: its clear condition holds. `value` in the unit of its signals."""

    rule: Rule
    ts: Millis
    value: float = 0.0


def heard(state: LeadState, rule: Rule, severity: Severity, score: float, strength: float, ts: Millis) -> bool:
    """Whether a finding is no news; it is remembered then. A spike that goes on is found again by each event: who asks
    here first need not make a signal for it."""
    last = state.raised.get(rule)
    if last is None or last.level < SEVERITIES.index(severity) or score >= GROWN * last.score:
        return False
    last.at = max(last.at, ts)
    last.strength = max(last.strength, strength)
    return True


def rise(state: LeadState, signal: Signal) -> Sequence[Signal]:
    """The signal, when its level is above what was raised, or its score has grown since; and it is remembered."""
    if heard(state, signal.rule, signal.severity, signal.score, signal.strength, signal.ts):
        return ()
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


def look(state: LeadState, signal: Signal) -> Sequence[Signal]:
    """As `rise`, for what is found by looking back: what is no news leaves no trace, so nothing has to be written."""
    last = state.raised.get(signal.rule)
    known = last is not None and last.level >= SEVERITIES.index(signal.severity)
    if known and last is not None and signal.score < GROWN * last.score:
        return ()
    return rise(state, signal)


def clear(state: LeadState, rule: Rule, ts: Millis, value: float = 0.0) -> Sequence[Cleared]:
    """That the rule is over, when it was raised. Its last time stays for the score's half-life."""
    last = state.raised.get(rule)
    if last is None or last.level < 0:
        return ()
    last.level, last.over = -1, ts
    return (Cleared(rule, ts, value),)

"""One lead's alerts, as the tests of the policy make them."""

from typing import Any, Literal

from msgspec.structs import replace

from alerting import policy
from alerting.bell import Moment
from processors.context import NO_FLEET
from processors.rules import builtin
from schemas.alerts import Alert, Evidence, Rule, Severity, Signal
from schemas.codec import event_id
from schemas.events import AlertAction, Author, Fleet

T0 = 1_700_038_800_000
"""2023-11-15 12:00 in Moscow: people are awake."""
HOUR_MS = 3_600_000
Press = Literal["seen", "snooze_1d", "snooze_7d", "false_alarm", "confirmed"]


def signal(
    number: int, ts: int = T0, severity: Severity = "warning", rule: Rule = "leaving_phrase", score: float = 80.0
) -> Signal:
    """A signal of the event `number`."""
    return Signal(
        signal_id=event_id("signal", rule, number),
        lead_id="7",
        rule=rule,
        severity=severity,
        ts=ts,
        window_start=ts,
        value=score,
        baseline=0.0,
        score=score,
        evidence=[Evidence(f"{number:016x}", ts, "message", f"слова {number}")],
    )


def press(alert: Alert, action: Press, ts: int = T0) -> AlertAction:
    """A button press under `alert`."""
    return AlertAction(
        event_id=event_id("press", action, ts),
        lead_id="7",
        ts=ts,
        source="telegram",
        alert_id=alert.alert_id,
        action=action,
        actor=Author("42", "Анна", client=False),
        callback_id="cb",
    )


def moment(now: int = T0, fleet: Fleet = NO_FLEET, curator: str = "", muted_until: int = 0, source: str = "") -> Moment:
    """An hour of a quiet afternoon: nothing known of other clients."""
    return Moment(now, builtin().alerts, fleet, curator, muted_until, source)


def fleet(**changes: object) -> Fleet:
    """Figures of all clients."""
    return replace(NO_FLEET, **changes)


def decide(alerts: dict[Rule, Alert], found: Signal, now: int = 0, **changes: Any) -> Alert | None:
    """What becomes of the signal's own alert when it comes at `now`, else at its own time."""
    changed = policy.decide(alerts, found, moment(now or found.ts, **changes))
    return changed[0] if changed else None


def expire(alerts: dict[Rule, Alert], now: int, **changes: Any) -> list[Alert]:
    """What the hour `now` changes."""
    return list(policy.expire(alerts, moment(now, **changes)))


def opened(severity: Severity = "warning", ts: int = T0) -> tuple[dict[Rule, Alert], Alert]:
    """A lead with one open alert."""
    alerts: dict[Rule, Alert] = {}
    alert = decide(alerts, signal(0, ts, severity))
    assert alert is not None
    return alerts, alert


def act(alerts: dict[Rule, Alert], action: AlertAction) -> Alert:
    """Press, and the alert that came of it."""
    (alert,) = policy.act(alerts, action)
    return alert

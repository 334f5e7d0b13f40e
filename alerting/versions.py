"""The next version of an alert. Nothing here decides: `alerting.policy` says which it is."""

from msgspec.structs import replace

from schemas.alerts import Alert, AlertStatus, Evidence, Signal, Told
from schemas.codec import event_id
from schemas.types import Millis

MOST_EVIDENCE = 5


def opened(signal: Signal, now: Millis, told: Told | None) -> Alert:
    """A new alert, silent yet. `told` is what the rule was told of before."""
    return Alert(
        alert_id=event_id("alert", signal.rule, signal.signal_id),
        version=1,
        lead_id=signal.lead_id,
        rule=signal.rule,
        severity=signal.severity,
        status="open",
        opened_at=signal.ts,
        updated_at=signal.ts,
        value=signal.value,
        baseline=signal.baseline,
        score=signal.score,
        unit=signal.unit,
        evidence=signal.evidence[:MOST_EVIDENCE],
        figures=signal.figures,
        told=told,
        renewed_at=now,
    )


def moved(alert: Alert, status: AlertStatus, now: Millis) -> Alert:
    """In another status, or in the same at another time. What was to ring later is to ring no more."""
    return replace(
        alert,
        version=alert.version + 1,
        status=status,
        updated_at=max(alert.updated_at, now),
        snoozed_until=0,
        rings=False,
        ring_at=0,
        press=None,
    )


def shown(alert: Alert, evidence: list[Evidence], now: Millis) -> Alert:
    """With more evidence, the newest at the end; the oldest gives way."""
    return replace(
        alert,
        version=alert.version + 1,
        updated_at=max(alert.updated_at, now),
        evidence=[*alert.evidence, *evidence][-MOST_EVIDENCE:],
        rings=False,
        press=None,
    )


def measured(alert: Alert, signal: Signal) -> Alert:
    """With the figures of the signal, and what shows them."""
    return replace(
        shown(alert, fresh(alert, signal.evidence), signal.ts),
        value=signal.value,
        baseline=signal.baseline,
        score=signal.score,
        unit=signal.unit,
        figures=signal.figures,
    )


def fresh(alert: Alert, evidence: list[Evidence]) -> list[Evidence]:
    """What of it the alert does not show yet."""
    return [item for item in evidence if item not in alert.evidence]

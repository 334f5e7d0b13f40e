"""What becomes of a signal: pure functions from the lead's alerts (one a rule) to the next state of one of them.

    no alert ──signal──► open ──seen, confirmed──► acknowledged ──14 days──► resolved
                          │ ▲                                                 ▲
                  snooze  ▼ │ time is up, or higher severity                  │ false alarm
                        snoozed ──────────────────────────────────────────────┘

One alert per (lead, rule). While it lives, a signal only adds evidence, or raises the severity (which opens it again).
After it is resolved, the rule keeps quiet for 24 h unless it gets worse (research/domain.md 4.3, alert hygiene).
A press under a resolved alert is answered and changes nothing, except that "confirmed" takes a false alarm back.
"""

from collections.abc import Iterator, MutableMapping

from msgspec.structs import replace

from processors.signals.raising import Cleared
from schemas.alerts import SEVERITIES, Alert, AlertStatus, Press, Rule, Signal
from schemas.codec import event_id
from schemas.events import AlertAction
from schemas.topics import DAY_MS
from schemas.types import Millis

COOL_DOWN_MS = DAY_MS
FORGET_MS = 14 * DAY_MS
MOST_EVIDENCE = 5
GROWN = 2.0
"""A signal whose score is so many times the alert's replaces its figures, without opening it again."""

NEVER = 1 << 62

SNOOZE_MS = {"snooze_1d": DAY_MS, "snooze_7d": 7 * DAY_MS}

Alerts = MutableMapping[Rule, Alert]


def decide(alerts: Alerts, signal: Signal) -> Alert | None:
    """Put a signal to the lead's alerts; the changed alert, or None when nothing changes for a person."""
    last = alerts.get(signal.rule)
    if last is None:
        return _keep(alerts, _opened(signal))
    rises = SEVERITIES.index(signal.severity) > SEVERITIES.index(last.severity)
    if last.status == "resolved":
        quiet = signal.ts - last.updated_at < COOL_DOWN_MS and not rises
        return None if quiet else _keep(alerts, _opened(signal))
    worse = rises or signal.score >= GROWN * last.score
    fresh = [e for e in signal.evidence if e not in last.evidence]
    if not worse and (not fresh or len(last.evidence) >= MOST_EVIDENCE):
        return None
    changed = replace(
        last,
        version=last.version + 1,
        severity=signal.severity if rises else last.severity,
        status="open" if rises else last.status,
        updated_at=max(last.updated_at, signal.ts),
        value=signal.value if worse else last.value,
        baseline=signal.baseline if worse else last.baseline,
        score=max(signal.score, last.score),
        unit=signal.unit if worse else last.unit,
        evidence=(last.evidence + fresh)[-MOST_EVIDENCE:],  # what raised it must be seen
        snoozed_until=0 if rises else last.snoozed_until,
        rings=rises,
        press=None,
    )
    return _keep(alerts, changed)


def act(alerts: Alerts, action: AlertAction) -> Alert | None:
    """A curator pressed a button; None when the alert is not the lead's last one of its rule."""
    last = next((alert for alert in alerts.values() if alert.alert_id == action.alert_id), None)
    if last is None:
        return None
    actor = action.actor.name or action.actor.id
    press = Press(action.action, actor, action.callback_id)
    if last.status == "resolved" and action.action != "confirmed":  # "confirmed" takes a false alarm back
        return _keep(alerts, replace(last, version=last.version + 1, rings=False, press=press))
    status: AlertStatus = "acknowledged"
    snoozed_until, verdict = 0, last.verdict
    if action.action in SNOOZE_MS:
        status, snoozed_until = "snoozed", action.ts + SNOOZE_MS[action.action]
    elif action.action == "false_alarm":
        status, verdict = "resolved", "false_alarm"
    elif action.action == "confirmed":
        verdict = "confirmed"
    changed = replace(
        last,
        version=last.version + 1,
        status=status,
        updated_at=max(last.updated_at, action.ts),
        acknowledged_by=actor,
        verdict=verdict,
        snoozed_until=snoozed_until,
        rings=False,
        press=press,
    )
    return _keep(alerts, changed)


def expire(alerts: Alerts, now: Millis) -> Iterator[Alert]:
    """What an hour passing changes: snoozes that are up, alerts that nobody touched for two weeks."""
    for alert in list(alerts.values()):
        if alert.status == "snoozed" and now >= alert.snoozed_until:
            yield _keep(alerts, _moved(alert, "open", now))
        elif alert.status != "resolved" and now - alert.updated_at >= FORGET_MS:
            yield _keep(alerts, _moved(alert, "resolved", now))


def clear(alerts: Alerts, cleared: Cleared) -> Alert | None:
    """The rule's finding is over: its alert is resolved, and the next rise rings."""
    last = alerts.get(cleared.rule)
    if last is None or last.status == "resolved":
        return None
    return _keep(alerts, _moved(last, "resolved", cleared.ts))


def due(alerts: Alerts) -> Millis:
    """When an hour passing changes something at the earliest; `NEVER` without living alerts."""
    return min(map(_due, alerts.values()), default=NEVER)


def _due(alert: Alert) -> Millis:
    if alert.status == "resolved":
        return NEVER
    return alert.snoozed_until if alert.status == "snoozed" else alert.updated_at + FORGET_MS


def _opened(signal: Signal) -> Alert:
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
        rings=signal.severity != "info",  # a note is for the card and the score
    )


def _moved(alert: Alert, status: AlertStatus, now: Millis) -> Alert:
    return replace(
        alert,
        version=alert.version + 1,
        status=status,
        updated_at=now,
        snoozed_until=0,
        rings=status == "open",
        press=None,
    )


def _keep(alerts: Alerts, alert: Alert) -> Alert:
    alerts[alert.rule] = alert
    return alert

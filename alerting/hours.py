"""When an hour passing changes something about a lead's alerts. Pure."""

from collections.abc import Mapping

from alerting.bell import NEVER, is_quiet
from processors.days import DAY_MS, HOUR_MS, next_hour
from processors.rules.alerts import AlertRules
from schemas.alerts import Alert, Rule
from schemas.types import Millis

FORGET_MS = 14 * DAY_MS


def due(alerts: Mapping[Rule, Alert], rules: AlertRules, muted_until: Millis) -> Millis:
    """At the earliest; `NEVER` without living alerts."""
    return min((_due(alert, rules, muted_until) for alert in alerts.values()), default=NEVER)


def _due(alert: Alert, rules: AlertRules, muted_until: Millis) -> Millis:
    if alert.status == "resolved":
        return NEVER
    if alert.status == "snoozed":
        return alert.snoozed_until
    return min(end(alert), alert.ring_at or NEVER, escalates_at(alert, rules, muted_until))


def end(alert: Alert) -> Millis:
    """When it is over of itself. (An alert of before `renewed_at` has only the time of its last change.)"""
    return (alert.renewed_at or alert.updated_at) + FORGET_MS


def escalates_at(alert: Alert, rules: AlertRules, muted_until: Millis) -> Millis:
    """When the head is told of an alert that rang as critical and that nobody touched; never by night, nor while the
    lead is muted, which for one who has left has no end (`NEVER`)."""
    told = alert.told
    if alert.escalated or alert.status != "open" or not alert.rung or told is None or told.severity != "critical":
        return NEVER
    at = max(told.at + round(rules.escalate_hours * HOUR_MS), muted_until)
    return next_hour(at, rules.quiet_until) if is_quiet(at, rules) else at

"""What becomes of a signal: pure functions from the lead's alerts (one a rule) to the next state of one of them.

    no alert ──signal──► open ──seen, confirmed──► acknowledged ──14 days──► resolved ──cleared, risen again──► open
                          │ ▲                          │ ▲                      ▲
                          │ │ time is up, or worse     │ └── seen, confirmed    │ cleared, false alarm, 14 days
                  snooze  ▼ │                  snooze  ▼                        │
                        snoozed ────────────────────────────────────────────────┘

One alert per (lead, rule) lives at a time. News of it rings, unless `alerting.bell` holds it; held news that may ring
later (`ring_at`) is put to the bell again when its hour has come, if it is still news. News is: it opens, its severity
rises, its size is `grown` times that of the last ring, a snooze ends. Everything else only changes the message.

A rule that was told of rings no second time at the same severity within the cool-down, whatever happens between; what
is over and rises again within it goes on as the same alert. Two weeks after an alert rose, or a person pressed, it is
over. Figures that a person called a false alarm, or that outlast the two weeks, are told again when they are worse, or
have been back to normal. A press under a resolved alert is answered and changes nothing, except that "confirmed" takes
a false alarm back.
"""

from collections.abc import Iterator, MutableMapping, Sequence

from msgspec.structs import replace

from alerting.bell import COMMON, Moment, cool_until, hold
from alerting.hours import end, escalates_at
from alerting.versions import MOST_EVIDENCE, fresh, measured, moved, opened, shown
from processors.days import DAY_MS, HOUR_MS
from processors.signals.combined_risk import RULE as COMBINED
from processors.signals.raising import Cleared, Withdrawn
from schemas.alerts import SEVERITIES, Alert, AlertStatus, Press, Rule, Signal, Told
from schemas.events import AlertAction
from schemas.types import EventId, Millis

SNOOZE_MS = {"snooze_1d": DAY_MS, "snooze_7d": 7 * DAY_MS}

Alerts = MutableMapping[Rule, Alert]


def decide(alerts: Alerts, signal: Signal, moment: Moment) -> Sequence[Alert]:
    """Put a signal to the lead's alerts: what changes for a person, the rule's own alert first."""
    last = alerts.get(signal.rule)
    if last is None:
        return _kept(alerts, _news(alerts, opened(signal, moment.now, None), moment), moment)
    changed = (_risen_again if last.status == "resolved" else _going_on)(alerts, last, signal, moment)
    return () if changed is None else _kept(alerts, changed, moment)


def refresh(alerts: Alerts, signal: Signal) -> Sequence[Alert]:
    """The message of a living alert shows the figures of now. What has rung, or is to ring, is measured as before."""
    last = alerts.get(signal.rule)
    if last is None or last.status == "resolved":
        return ()
    alerts[last.rule] = changed = replace(measured(last, signal), score=last.score)
    return (changed,)


def living(alerts: Alerts, rule: Rule) -> EventId:
    """The id of the rule's alert that is not over; empty without one."""
    alert = alerts.get(rule)
    return "" if alert is None or alert.status == "resolved" else alert.alert_id


def clear(alerts: Alerts, cleared: Cleared) -> Sequence[Alert]:
    """The rule's finding is over: its alert is resolved, or was before; what comes then is another finding."""
    last = alerts.get(cleared.rule)
    if last is None or (last.status == "resolved" and last.cleared):
        return ()
    ended = replace(moved(last, "resolved", cleared.ts), cleared=True, moved=cleared.moved)
    if cleared.moved:  # all that it showed is gone
        ended = replace(ended, evidence=[])
    alerts[last.rule] = ended
    return (ended,)


def withdraw(alerts: Alerts, withdrawn: Withdrawn, now: Millis) -> Iterator[Alert]:
    """Alerts show nothing of events that are another client's, or erased; of one that is over nothing is told anew, but
    where they are deleted: its message must not quote them. When it ended stays: by that time it is told, and a false
    alarm is believed."""
    for rule, alert in sorted(alerts.items()):
        kept = [evidence for evidence in alert.evidence if evidence.event_id not in withdrawn.events]
        if len(kept) == len(alert.evidence):
            continue
        if alert.status == "resolved" and not withdrawn.deleted:
            alerts[rule] = replace(alert, evidence=kept)
            continue
        at = alert.updated_at if alert.status == "resolved" else now
        alerts[rule] = changed = replace(shown(alert, [], at), evidence=kept)
        yield changed


def act(alerts: Alerts, action: AlertAction) -> Sequence[Alert]:
    """A curator pressed a button; nothing when the alert is not the lead's last one of its rule."""
    last = next((alert for alert in alerts.values() if alert.alert_id == action.alert_id), None)
    if last is None:
        return ()
    actor = action.actor.name or action.actor.id
    press = Press(action.action, actor, action.callback_id)
    if last.status == "resolved" and action.action != "confirmed":  # "confirmed" takes a false alarm back
        alerts[last.rule] = answered = replace(last, version=last.version + 1, rings=False, press=press)
        return (answered,)
    status: AlertStatus = "acknowledged"
    snoozed_until, verdict = 0, last.verdict
    if action.action in SNOOZE_MS:
        status, snoozed_until = "snoozed", action.ts + SNOOZE_MS[action.action]
    elif action.action == "false_alarm":
        status, verdict = "resolved", "false_alarm"
    elif action.action == "confirmed":
        verdict = "confirmed"
    alerts[last.rule] = changed = replace(
        moved(last, status, action.ts),
        acknowledged_by=actor,
        verdict=verdict,
        snoozed_until=snoozed_until,
        renewed_at=max(last.updated_at, action.ts),
        cleared=False,
        moved=False,
        held="",
        press=press,
    )
    return (changed,)


def expire(alerts: Alerts, moment: Moment) -> Iterator[Alert]:
    """What an hour passing changes: snoozes that are up, news whose hour has come, alerts that nobody touched."""
    now = moment.now
    for alert in sorted(alerts.values(), key=_parts_last):
        changed = None
        if alert.status == "resolved":
            continue
        if alert.status == "snoozed":
            if now >= alert.snoozed_until:
                changed = _news(alerts, replace(moved(alert, "open", now), renewed_at=now), moment)
        elif now >= end(alert):
            changed = moved(alert, "resolved", now)
        elif _may_ring(alert, moment):
            changed = _news(alerts, moved(alert, alert.status, now), moment)
        elif now >= escalates_at(alert, moment.rules, moment.muted_until):
            changed = replace(moved(alert, alert.status, now), escalated=True, ring_at=alert.ring_at)
        if changed is not None:
            yield from _kept(alerts, changed, moment)


def close(alerts: Alerts, now: Millis) -> Iterator[Alert]:
    """He had left and is there again: what was found in the meantime is over, and no risk."""
    for rule, alert in sorted(alerts.items()):
        if alert.status != "resolved":
            alerts[rule] = changed = moved(alert, "resolved", now)
            yield changed


def _may_ring(alert: Alert, moment: Moment) -> bool:
    """Whether what kept its news silent is over."""
    match alert.held:
        case "left":
            return not moment.left
        case "muted":
            return alert.ring_at > 0 and moment.now >= min(alert.ring_at, moment.muted_until)
        case _:
            return 0 < alert.ring_at <= moment.now


def _parts_last(alert: Alert) -> bool:
    """Were they first, they would ring and then be told once more together."""
    return alert.rule != COMBINED


def _risen_again(alerts: Alerts, last: Alert, signal: Signal, moment: Moment) -> Alert | None:
    """After the end. Where it may ring it is a new alert; within the cool-down the same one goes on."""
    rules, now = moment.rules, moment.now
    worse = _rises(last, signal) or (last.told is not None and signal.score >= rules.grown * last.told.score)
    judged = last.verdict == "false_alarm" and now < last.updated_at + round(rules.cool_down_hours * HOUR_MS)
    same = last.rule in COMMON and not last.cleared  # figures that never came back to normal; words are new each time
    if (judged or same) and not worse:
        return None  # a person has said what he thinks of just this, or has heard of it for two weeks
    fresh_alert = opened(signal, now, last.told)
    if cool_until(last.told, signal.severity, rules) <= now and fresh_alert.alert_id != last.alert_id:
        return _news(alerts, fresh_alert, moment)
    changed = replace(
        measured(last, signal),
        severity=signal.severity,
        status="open",
        acknowledged_by="",
        verdict="",
        renewed_at=now,
        cleared=False,
        moved=False,
    )
    return _news(alerts, changed, moment)


def _going_on(alerts: Alerts, last: Alert, signal: Signal, moment: Moment) -> Alert | None:
    """While it lives: worse, larger, or more of the same."""
    if _rises(last, signal):
        changed = replace(measured(last, signal), severity=signal.severity, status="open", snoozed_until=0)
        return _news(alerts, replace(changed, renewed_at=moment.now), moment)
    if signal.score <= last.score:
        more = fresh(last, signal.evidence) if len(last.evidence) < MOST_EVIDENCE else []
        return shown(last, more, signal.ts) if more else None
    changed = measured(last, signal)
    size = last.told.score if last.told is not None else last.score
    if signal.score < moment.rules.grown * size or last.status == "snoozed":
        return changed  # who snoozed it has asked not to be rung for more of the same
    return _news(alerts, replace(changed, renewed_at=moment.now), moment)


def _news(alerts: Alerts, alert: Alert, moment: Moment) -> Alert:
    """The alert as it rings, or as it is held."""
    held = hold(alerts, alert, moment)
    told = Told(moment.now, alert.severity, alert.score)
    if not held.held:
        return replace(alert, status="open", rings=True, held="", ring_at=0, within="", told=told, rung=alert.rung + 1)
    elsewhere = held.held in ("within", "grouped")  # people hear of it by another message
    return replace(alert, **held._asdict(), told=told if elsewhere else alert.told)


def _kept(alerts: Alerts, changed: Alert, moment: Moment) -> Sequence[Alert]:
    """Remember it. An alert that is to be told by the combined one is shown there."""
    alerts[changed.rule] = changed
    combined = alerts.get(COMBINED)
    if changed.held != "within" or combined is None or changed.told is None or changed.told.at != moment.now:
        return (changed,)
    more = fresh(combined, changed.evidence)
    if not more:
        return (changed,)
    alerts[COMBINED] = told = shown(combined, more, moment.now)
    return changed, told


def _rises(last: Alert, signal: Signal) -> bool:
    return SEVERITIES.index(signal.severity) > SEVERITIES.index(last.severity)

"""What no sequence of signals, presses and hours may break."""

from collections.abc import Sequence
from typing import NamedTuple, get_args

from hypothesis import given
from hypothesis import strategies as st

from alerting import policy
from schemas.alerts import SEVERITIES, Alert, Rule, Severity
from schemas.topics import DAY_MS
from tests.unit.alerting.test_policy import HOUR_MS, T0, Press, press, signal


class Step(NamedTuple):
    """What happens after `passed` ms: a signal of a severity that is `late` hours old, a press, or else an hour."""

    passed: int
    signal: Severity | None = None
    late: int = 0
    press: Press | None = None


class Change(NamedTuple):
    """A transition of the rule's alert, and what caused it."""

    step: Step
    before: Alert | None
    after: Alert


pauses = st.sampled_from([0, HOUR_MS, DAY_MS, 8 * DAY_MS, 15 * DAY_MS])
steps = st.lists(
    st.builds(Step, pauses, st.sampled_from(SEVERITIES), st.integers(0, 12), st.none())
    | st.builds(Step, pauses, st.none(), st.just(0), st.none() | st.sampled_from(get_args(Press))),
    max_size=40,
)


def changes(history: Sequence[Step]) -> list[Change]:
    """Every transition of one rule of one lead."""
    alerts: dict[Rule, Alert] = {}
    now, found = T0, []
    for number, step in enumerate(history):
        now += step.passed
        before = alerts.get("leaving_phrase")
        made: list[Alert | None] = []
        if step.signal is not None:
            made.append(policy.decide(alerts, signal(number, now - step.late * HOUR_MS, step.signal)))
        elif step.press is None:
            made.extend(policy.expire(alerts, now))
        elif before is not None:
            made.append(policy.act(alerts, press(before, step.press, now)))
        for alert in made:
            if alert is not None:
                assert alerts["leaving_phrase"] == alert
                found.append(Change(step, before, alert))
                before = alert
    return found


@given(steps)
def test_versions_are_unique_and_grow_by_one(history: Sequence[Step]) -> None:
    """No two alerts share (alert id, version); an alert's versions are 1, 2, 3 …; its times never go back."""
    seen: dict[str, Alert] = {}
    for _, _, alert in changes(history):
        last = seen.get(alert.alert_id)
        assert alert.version == (1 if last is None else last.version + 1)
        if last is not None:
            assert alert.updated_at >= last.updated_at
            assert alert.opened_at == last.opened_at
            assert SEVERITIES.index(alert.severity) >= SEVERITIES.index(last.severity)
        assert len(alert.evidence) <= policy.MOST_EVIDENCE
        seen[alert.alert_id] = alert


@given(steps)
def test_acknowledged_never_silently_reverts(history: Sequence[Step]) -> None:
    """What a curator has seen opens again only by a higher severity, or at the end of his own snooze."""
    for step, before, after in changes(history):
        if before is None or after.status != "open" or before.status == "open" or before.alert_id != after.alert_id:
            continue
        higher = SEVERITIES.index(after.severity) > SEVERITIES.index(before.severity)
        assert (step.signal is not None and higher) or (
            step.press is None and before.status == "snoozed" and after.updated_at >= before.snoozed_until
        )


@given(steps)
def test_a_live_alert_is_never_replaced(history: Sequence[Step]) -> None:
    """A new alert begins where there was none, or a day after the last one was resolved, or when it gets worse."""
    for _, before, after in changes(history):
        if before is not None and before.alert_id != after.alert_id:
            assert before.status == "resolved"
            worse = SEVERITIES.index(after.severity) > SEVERITIES.index(before.severity)
            assert worse or after.opened_at - before.updated_at >= policy.COOL_DOWN_MS


@given(steps)
def test_only_a_snoozed_alert_has_an_end_of_snooze(history: Sequence[Step]) -> None:
    """The end of a snooze is there exactly while the alert is snoozed."""
    for _, _, alert in changes(history):
        assert (alert.status == "snoozed") == (alert.snoozed_until > 0)


@given(steps)
def test_press_is_told_only_by_the_version_it_made(history: Sequence[Step]) -> None:
    """A version tells of a press exactly when a press made it, so a callback is answered once."""
    for step, _, alert in changes(history):
        assert (alert.press is not None) == (step.press is not None)

"""What becomes of a signal: every arrow of the drawing in `alerting.policy`."""

import pytest

from alerting import hours, policy
from alerting.versions import MOST_EVIDENCE
from schemas.alerts import Told
from schemas.topics import DAY_MS
from tests.unit.alerting.lead_alerts import T0, Press, act, decide, expire, opened, press, signal


def test_first_signal_opens() -> None:
    """An alert begins open, at version 1, with what the signal said, and rings."""
    alerts, alert = opened()
    assert (alert.version, alert.status, alert.severity, alert.opened_at) == (1, "open", "warning", T0)
    assert (alert.rings, alert.rung, alert.told) == (True, 1, Told(T0, "warning", 80.0))
    assert alerts == {"leaving_phrase": alert}


@pytest.mark.parametrize(
    ("action", "status", "until", "verdict"),
    [
        ("seen", "acknowledged", 0, ""),
        ("confirmed", "acknowledged", 0, "confirmed"),
        ("false_alarm", "resolved", 0, "false_alarm"),
        ("snooze_1d", "snoozed", T0 + DAY_MS, ""),
        ("snooze_7d", "snoozed", T0 + 7 * DAY_MS, ""),
    ],
)
def test_buttons(action: Press, status: str, until: int, verdict: str) -> None:
    """Each button leads to its state, and says who pressed it and what is to be answered."""
    alerts, alert = opened()
    after = act(alerts, press(alert, action))
    assert (after.status, after.snoozed_until, after.verdict) == (status, until, verdict)
    assert (after.acknowledged_by, after.version) == ("Анна", 2)
    assert after.press is not None
    assert (after.press.action, after.press.callback_id) == (action, "cb")


def test_press_under_an_unknown_alert_is_nothing() -> None:
    """A press under an alert that is not the lead's last one of its rule changes nothing."""
    alerts, alert = opened()
    stranger = press(alert, "seen")
    assert policy.act({}, stranger) == ()
    assert alerts["leaving_phrase"] == alert


def test_same_severity_adds_evidence_only() -> None:
    """A second finding of the same weight leaves the status, whatever it is, and keeps who acknowledged it."""
    outcomes: tuple[tuple[Press, str], ...] = (("seen", "acknowledged"), ("snooze_7d", "snoozed"))
    for action, status in outcomes:
        alerts, alert = opened()
        act(alerts, press(alert, action))
        after = decide(alerts, signal(1, T0 + 1))
        assert after is not None
        assert (after.status, after.acknowledged_by, len(after.evidence)) == (status, "Анна", 2)
        assert after.press is None


def test_same_signal_twice_is_nothing() -> None:
    """What is already told as evidence makes no new version."""
    alerts, _ = opened()
    assert decide(alerts, signal(0)) is None


def test_higher_severity_opens_again() -> None:
    """An acknowledged or snoozed warning that becomes critical is open, with the figures of the worse signal."""
    actions: tuple[Press, ...] = ("seen", "snooze_7d", "confirmed")
    for action in actions:
        alerts, alert = opened()
        act(alerts, press(alert, action))
        worse = signal(1, T0 + 1, "critical")
        after = decide(alerts, worse)
        assert after is not None
        assert (after.status, after.severity, after.value, after.snoozed_until) == ("open", "critical", worse.value, 0)
        assert after.alert_id == alert.alert_id


def test_lower_severity_does_not_lower() -> None:
    """A warning on top of a critical alert leaves it critical, with the critical figures."""
    alerts, alert = opened("critical")
    after = decide(alerts, signal(1, T0 + 1))
    assert after is not None
    assert (after.severity, after.value) == ("critical", alert.value)


def test_evidence_is_bounded_and_then_quiet() -> None:
    """After five pieces of evidence more of the same makes no new version, unless it is larger."""
    alerts, _ = opened()
    changes = [decide(alerts, signal(n, T0 + n)) for n in range(1, 9)]
    assert [change is not None for change in changes] == [True] * 4 + [False] * 4
    assert len(alerts["leaving_phrase"].evidence) == MOST_EVIDENCE
    larger = decide(alerts, signal(9, T0 + 9, score=81.0))
    assert larger is not None
    assert (larger.value, larger.rings, larger.evidence[-1].text) == (81.0, False, "слова 9")


def test_what_raised_the_severity_is_shown() -> None:
    """An alert full of evidence that becomes critical shows the words that made it so."""
    alerts, _ = opened()
    for n in range(1, 9):
        decide(alerts, signal(n, T0 + n))
    worse = signal(9, T0 + 9, "critical")
    after = decide(alerts, worse)
    assert after is not None
    assert worse.evidence[0] in after.evidence
    assert len(after.evidence) == MOST_EVIDENCE


def test_rules_have_their_own_alerts() -> None:
    """A spike and a phrase of one lead do not meet."""
    alerts, phrase = opened()
    spike = decide(alerts, signal(0, rule="reservation_spike"))
    assert spike is not None
    assert spike.alert_id != phrase.alert_id
    assert len(alerts) == 2


def test_press_under_a_resolved_alert() -> None:
    """It is answered and changes nothing, but "confirmed" takes a false alarm back."""
    alerts, alert = opened()
    act(alerts, press(alert, "false_alarm"))
    seen = act(alerts, press(alert, "seen"))
    assert (seen.status, seen.verdict, seen.version) == ("resolved", "false_alarm", 3)
    assert seen.press is not None
    confirmed = act(alerts, press(alert, "confirmed"))
    assert (confirmed.status, confirmed.verdict) == ("acknowledged", "confirmed")


@pytest.mark.parametrize(("passed", "status"), [(DAY_MS - 1, "snoozed"), (DAY_MS, "open")])
def test_snooze_ends(passed: int, status: str) -> None:
    """A snoozed alert opens when its time is up, not before."""
    alerts, alert = opened()
    act(alerts, press(alert, "snooze_1d"))
    changed = expire(alerts, T0 + passed)
    assert alerts["leaving_phrase"].status == status
    assert [change.version for change in changed] == ([3] if status == "open" else [])


@pytest.mark.parametrize("action", [None, "seen"])
def test_two_weeks_untouched_resolve(action: Press | None) -> None:
    """Open or acknowledged, an alert that nobody touched for 14 days is over."""
    alerts, alert = opened()
    if action is not None:
        act(alerts, press(alert, action))
    assert expire(alerts, T0 + hours.FORGET_MS - 1) == []
    (gone,) = expire(alerts, T0 + hours.FORGET_MS)
    assert gone.status == "resolved"
    assert expire(alerts, T0 + 2 * hours.FORGET_MS) == []


def test_a_repeat_keeps_no_alert_alive() -> None:
    """The two weeks run from the rise: more of the same day by day does not put their end off."""
    alerts, _ = opened()
    for day in range(1, 14):
        decide(alerts, signal(day, T0 + day * DAY_MS))
    (gone,) = expire(alerts, T0 + hours.FORGET_MS)
    assert (gone.status, gone.cleared) == ("resolved", False)

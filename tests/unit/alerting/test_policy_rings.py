"""Which changes of an alert make a sound, and which wait."""

import pytest
from msgspec.structs import replace

from alerting import hours, policy
from alerting.bell import LOOKED
from processors.rules import builtin
from processors.signals.raising import Cleared
from schemas.alerts import Alert, Rule, Told
from schemas.topics import DAY_MS
from tests.unit.alerting.lead_alerts import HOUR_MS, T0, act, decide, expire, opened, press, signal


@pytest.mark.parametrize(("after", "opens"), [(DAY_MS - 1, False), (DAY_MS, True)])
def test_a_false_alarm_is_kept_quiet_for_a_day(after: int, opens: bool) -> None:
    """A rule says nothing for 24 h after a person called it false, to the millisecond; then begins a new alert."""
    alerts, alert = opened()
    act(alerts, press(alert, "false_alarm"))
    fresh = decide(alerts, signal(1, T0 + after, alert.severity))
    assert (fresh is not None) is opens
    if fresh is not None:
        assert (fresh.version, fresh.status, fresh.rings) == (1, "open", True)
        assert fresh.alert_id != alert.alert_id


def test_what_rings() -> None:
    """A new alert, a higher severity and the end of a snooze ring; evidence and presses only change the message."""
    alerts, alert = opened()
    more = decide(alerts, signal(1, T0 + 1))
    worse = decide(alerts, signal(2, T0 + 2, "critical"))
    snoozed = act(alerts, press(alert, "snooze_1d", T0 + 3))
    (reopened,) = expire(alerts, T0 + 3 + DAY_MS)
    assert more is not None
    assert worse is not None
    assert [a.rings for a in (alert, more, worse, snoozed, reopened)] == [True, False, True, False, True]
    assert [a.rung for a in (alert, more, worse, snoozed, reopened)] == [1, 1, 2, 2, 3]


def test_what_is_cleared_rings_when_it_rises_again() -> None:
    """Over, and the message says so; a day after the ring the next rise is a new alert that rings."""
    alerts, alert = opened()
    (over,) = policy.clear(alerts, Cleared("leaving_phrase", T0 + HOUR_MS))
    assert (over.status, over.cleared, over.rings, over.version) == ("resolved", True, False, 2)
    assert policy.clear(alerts, Cleared("leaving_phrase", T0 + HOUR_MS)) == ()
    again = decide(alerts, signal(1, T0 + DAY_MS))
    assert again is not None
    assert (again.rings, again.version, again.alert_id != alert.alert_id) == (True, 1, True)


def test_what_comes_and_goes_does_not_ring_each_time() -> None:
    """Cleared and risen again within a day it is the same alert, silent; it rings a day after the ring if it stays."""
    alerts, alert = opened()
    policy.clear(alerts, Cleared("leaving_phrase", T0 + HOUR_MS))
    again = decide(alerts, signal(1, T0 + 2 * HOUR_MS))
    assert again is not None
    assert (again.alert_id, again.status, again.rings, again.held) == (alert.alert_id, "open", False, "cooling")
    assert (again.cleared, again.ring_at) == (False, T0 + DAY_MS)
    assert hours.due(alerts, builtin().alerts, 0) == T0 + DAY_MS
    assert expire(alerts, T0 + DAY_MS - 1) == []
    (rung,) = expire(alerts, T0 + DAY_MS)
    assert (rung.rings, rung.held, rung.ring_at) == (True, "", 0)


def test_twice_the_size_behind_an_acknowledged_alert_rings_after_the_cool_down() -> None:
    """A spike that doubles while the first was seen shows its figures at once, and rings when the day is over."""
    alerts, alert = opened()
    act(alerts, press(alert, "seen"))
    larger = decide(alerts, signal(1, T0 + HOUR_MS, score=160.0))
    assert larger is not None
    assert (larger.status, larger.value, larger.rings, larger.held) == ("acknowledged", 160.0, False, "cooling")
    (rung,) = expire(alerts, T0 + DAY_MS)
    assert (rung.status, rung.rings, rung.told) == ("open", True, Told(T0 + DAY_MS, "warning", 160.0))
    at_once = decide(alerts, signal(2, T0 + 3 * DAY_MS, score=320.0))
    assert at_once is not None
    assert at_once.rings


def test_figures_that_were_judged_are_silent_until_they_are_worse_or_new() -> None:
    """A silence that was called a false alarm is not told again as it goes on, day by day; twice the size is, and so is
    the next one after it was over. The same holds for one that outlasted its two weeks."""
    for end in ("false_alarm", "two weeks"):
        for then, score, rings in (("goes on", 100.0, False), ("grows", 160.0, True), ("is over", 80.0, True)):
            alerts: dict[Rule, Alert] = {}
            alert = decide(alerts, signal(0, rule="order_silence"))
            assert alert is not None
            if end == "false_alarm":
                act(alerts, press(alert, "false_alarm", T0 + HOUR_MS))
            else:
                expire(alerts, T0 + hours.FORGET_MS)
            if then == "is over":
                policy.clear(alerts, Cleared("order_silence", T0 + 15 * DAY_MS))
            after = decide(alerts, signal(1, T0 + 16 * DAY_MS, rule="order_silence", score=score))
            assert (after is not None and after.rings) is rings, (end, then)


def test_a_press_takes_back_what_was_to_ring() -> None:
    """Who has seen the larger figures is not rung for them again."""
    alerts, alert = opened()
    act(alerts, press(alert, "seen"))
    decide(alerts, signal(1, T0 + HOUR_MS, score=160.0))
    seen = act(alerts, press(alert, "seen", T0 + 2 * HOUR_MS))
    assert (seen.held, seen.ring_at) == ("", 0)
    assert expire(alerts, T0 + DAY_MS) == []


def test_more_of_the_same_while_snoozed_stays_silent() -> None:
    """Twice the size shows its figures and waits for the end of the snooze."""
    alerts, alert = opened()
    act(alerts, press(alert, "snooze_7d"))
    larger = decide(alerts, signal(1, T0 + 2 * DAY_MS, score=200.0))
    assert larger is not None
    assert (larger.status, larger.value, larger.rings, larger.ring_at) == ("snoozed", 200.0, False, 0)


def test_worse_is_said_in_the_cool_down_too() -> None:
    """A false alarm of a warning does not mute the critical signal that follows it."""
    alerts, alert = opened()
    act(alerts, press(alert, "false_alarm"))
    fresh = decide(alerts, signal(1, T0 + 1, "critical"))
    assert fresh is not None
    assert (fresh.version, fresh.status, fresh.severity) == (1, "open", "critical")


def test_what_nobody_looks_at_goes_to_the_head_once() -> None:
    """A critical alert that rang and was not touched for 24 h is escalated, without another ring; a warning is not."""
    alerts, _ = opened("critical")
    assert hours.due(alerts, builtin().alerts, 0) == T0 + DAY_MS
    assert expire(alerts, T0 + DAY_MS - 1) == []
    (told,) = expire(alerts, T0 + DAY_MS)
    assert (told.escalated, told.rings, told.status) == (True, False, "open")
    assert expire(alerts, T0 + 2 * DAY_MS) == []
    assert expire(opened("warning")[0], T0 + 2 * DAY_MS) == []
    seen, alert = opened("critical")
    act(seen, press(alert, "seen", T0 + HOUR_MS))
    assert expire(seen, T0 + 2 * DAY_MS) == []


def test_the_head_sleeps_too() -> None:
    """What rang at three in the night goes to the head at nine of the morning after the next night."""
    alerts, _ = opened("critical", T0 + 15 * HOUR_MS)
    assert expire(alerts, T0 + 39 * HOUR_MS) == []
    assert hours.due(alerts, builtin().alerts, 0) == T0 + 45 * HOUR_MS
    (told,) = expire(alerts, T0 + 45 * HOUR_MS)
    assert told.escalated


def test_what_turns_critical_a_day_after_it_rang_still_rings() -> None:
    """The hour in which the figures of all clients are waited for is not the head's: he hears a day after a ring."""
    alerts: dict[Rule, Alert] = {}
    decide(alerts, signal(0, T0, "warning", "order_silence"))
    evening = T0 + 2 * DAY_MS
    risen = decide(alerts, signal(1, evening, "critical", "order_silence"), source=LOOKED)
    assert risen is not None
    assert (risen.held, risen.ring_at) == ("gathering", evening + HOUR_MS)
    assert expire(alerts, evening) == []
    (rung,) = expire(alerts, evening + HOUR_MS)
    assert (rung.rings, rung.escalated) == (True, False)
    (told,) = expire(alerts, evening + HOUR_MS + DAY_MS)
    assert told.escalated


def test_new_figures_leave_the_bell_alone() -> None:
    """A message that waits for the morning shows what is true by then; what it is measured by, and when, stays."""
    alerts: dict[Rule, Alert] = {}
    held = decide(alerts, signal(1, T0 + 11 * HOUR_MS))
    assert held is not None and held.held == "night"
    grown = replace(signal(2, T0 + 12 * HOUR_MS, score=300.0), figures={"orders": 9.0})
    (fresh,) = policy.refresh(alerts, grown)
    assert (fresh.value, fresh.figures, len(fresh.evidence), fresh.rings) == (300.0, {"orders": 9.0}, 2, False)
    assert (fresh.held, fresh.ring_at, fresh.score, fresh.told) == (held.held, held.ring_at, held.score, held.told)
    alerts[held.rule] = replace(fresh, status="resolved")
    assert policy.refresh(alerts, grown) == ()
    assert policy.refresh({}, grown) == ()

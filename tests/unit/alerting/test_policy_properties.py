"""What no sequence of signals, presses and hours may break."""

from collections.abc import Sequence
from typing import NamedTuple, get_args

from hypothesis import given
from hypothesis import strategies as st

from alerting import policy
from alerting.bell import LOOKED, NEVER, is_quiet
from alerting.hours import due
from alerting.versions import MOST_EVIDENCE
from processors.rules import builtin
from processors.signals.combined_risk import RULE as COMBINED
from processors.signals.raising import Cleared
from schemas.alerts import SEVERITIES, Alert, Rule, Severity
from schemas.events import Fleet
from schemas.topics import DAY_MS
from tests.unit.alerting.lead_alerts import HOUR_MS, T0, Press, fleet, moment, press, signal

RULE: Rule = "leaving_phrase"
RULES: tuple[Rule, ...] = (RULE, "reservation_spike", COMBINED)
FLEETS = (
    fleet(),
    fleet(rung={"": 10}),
    fleet(sources={"wms:a": T0}),
    fleet(clients=9, fired={"reservation_spike": 0.5}),
)


class Step(NamedTuple):
    """What happens after `passed` ms: a signal that is `late` hours old, a press, the rule is over, or else an hour."""

    passed: int
    rule: Rule
    signal: Severity | None = None
    late: int = 0
    score: float = 80.0
    press: Press | None = None
    over: bool = False
    muted: int = 0
    fleet: Fleet = FLEETS[0]
    source: str = ""


class Change(NamedTuple):
    """A transition of a rule's alert, when it was made, and what caused it."""

    step: Step
    now: int
    before: Alert | None
    after: Alert


pauses = st.sampled_from([0, HOUR_MS, 5 * HOUR_MS, DAY_MS, 8 * DAY_MS, 15 * DAY_MS])
rules = st.sampled_from(RULES)
mutes = st.sampled_from([0, 0, 0, T0 + 5 * DAY_MS])
scores = st.sampled_from([20.0, 80.0, 170.0, 400.0])
fleets = st.sampled_from(FLEETS)
sources = st.sampled_from(["wms:a", LOOKED])
severities = st.sampled_from(SEVERITIES)
found = st.tuples(
    pauses, rules, severities, st.integers(0, 12), scores, st.none(), st.just(False), mutes, fleets, sources
)
hours = st.tuples(pauses, rules, st.none(), st.just(0), st.just(0.0), st.none(), st.booleans(), mutes, fleets)
presses = st.tuples(pauses, rules, st.none(), st.just(0), st.just(0.0), st.sampled_from(get_args(Press)))
steps = st.lists((found | hours | presses).map(lambda made: Step(*made)), max_size=25)


def changes(history: Sequence[Step]) -> list[Change]:
    """Every transition of the alerts of one lead."""
    alerts: dict[Rule, Alert] = {}
    now, made = T0, []
    for number, step in enumerate(history):
        now += step.passed
        before = dict(alerts)
        at = moment(now, muted_until=step.muted, fleet=step.fleet, source=step.source)
        after: Sequence[Alert] = ()
        if step.signal is not None:
            at_once = signal(number, now - step.late * HOUR_MS, step.signal, step.rule, step.score)
            after = policy.decide(alerts, at_once, at)
        elif step.over:
            after = policy.clear(alerts, Cleared(step.rule, now))
        elif step.press is None:
            after = list(policy.expire(alerts, at))
        elif step.rule in alerts:
            after = policy.act(alerts, press(alerts[step.rule], step.press, now))
        for alert in after:
            made.append(Change(step, now, before.get(alert.rule), alert))
            before[alert.rule] = alert
        assert before == alerts
        assert due(alerts, builtin().alerts, 0) > 0
    return made


def rank(severity: Severity) -> int:
    """Its place in the rising order."""
    return SEVERITIES.index(severity)


@given(steps)
def test_versions_are_unique_and_grow_by_one(history: Sequence[Step]) -> None:
    """No two alerts share (alert id, version); an alert's versions are 1, 2, 3 …; its times never go back."""
    seen: dict[str, Alert] = {}
    for *_, alert in changes(history):
        last = seen.get(alert.alert_id)
        assert alert.version == (1 if last is None else last.version + 1)
        if last is not None:
            assert alert.updated_at >= last.updated_at
            assert alert.opened_at == last.opened_at
            risen = last.status == "resolved" or rank(alert.severity) >= rank(last.severity)
            assert risen, "a living alert only gets worse"
        assert len(alert.evidence) <= MOST_EVIDENCE
        seen[alert.alert_id] = alert


@given(steps)
def test_never_rings_twice_at_one_severity_within_the_cool_down(history: Sequence[Step]) -> None:
    """Whatever opens, clears, grows, is snoozed or acknowledged in between."""
    rung: dict[tuple[Rule, Severity], int] = {}
    for _, now, _, alert in changes(history):
        if alert.rings:
            assert now - rung.get((alert.rule, alert.severity), -DAY_MS) >= DAY_MS
            rung[alert.rule, alert.severity] = now


@given(steps)
def test_nothing_rings_against_a_reason(history: Sequence[Step]) -> None:
    """No warning by night or over the budget, nothing muted or of a new source, nothing held; and only open alerts."""
    for step, now, _, alert in changes(history):
        if not alert.rings:
            continue
        assert (alert.status, alert.held, alert.ring_at, alert.within) == ("open", "", 0, "")
        assert now >= step.muted
        assert alert.severity == "critical" or not (is_quiet(now, builtin().alerts) or step.fleet.rung)
        assert not step.fleet.sources or now >= T0 + 14 * DAY_MS or alert.rule == COMBINED
        assert alert.rule != "reservation_spike" or not step.fleet.fired
        assert step.source != LOOKED or alert.rule == RULE, "figures that a look finds wait for those of all clients"


@given(steps)
def test_rings_only_for_news(history: Sequence[Step]) -> None:
    """A new alert, a higher severity, twice the size of the last ring, the end of a snooze, or held news whose time is
    up; a press never rings."""
    for step, now, before, after in changes(history):
        if not after.rings or before is None or before.alert_id != after.alert_id:
            continue
        assert step.press is None
        told = before.told
        grown = told is None or after.score >= 2 * told.score
        waited = before.ring_at > 0 and (now >= before.ring_at or before.held == "muted")
        assert rank(after.severity) > rank(before.severity) or grown or waited or now >= before.snoozed_until > 0


@given(steps)
def test_what_was_cleared_rings_again(history: Sequence[Step]) -> None:
    """After any history, an alert that is over and rises a day later, awake and unmuted, rings."""
    alerts: dict[Rule, Alert] = {}
    last = T0
    for _, now, _, alert in changes(history):
        alerts[alert.rule], last = alert, now
    noon = T0 + (1 + (last - T0 + DAY_MS) // DAY_MS) * DAY_MS
    policy.clear(alerts, Cleared(RULE, noon - DAY_MS))
    alerts.pop(COMBINED, None)
    before = alerts.get(RULE)
    if before is not None and before.verdict == "false_alarm" and noon - before.updated_at < DAY_MS:
        return
    assert policy.decide(alerts, signal(99, noon), moment(noon))[0].rings


@given(steps)
def test_acknowledged_never_silently_reverts(history: Sequence[Step]) -> None:
    """What a curator has seen opens again only by news, or at the end of his own snooze."""
    for _, now, before, after in changes(history):
        if before is None or after.status != "open" or before.alert_id != after.alert_id:
            continue
        if before.status == "acknowledged":
            assert after.rings or rank(after.severity) > rank(before.severity)
        if before.status == "snoozed":
            assert now >= before.snoozed_until or rank(after.severity) > rank(before.severity)


@given(steps)
def test_only_a_snoozed_alert_has_an_end_of_snooze(history: Sequence[Step]) -> None:
    """The end of a snooze is there exactly while the alert is snoozed; what is over waits for no ring."""
    for *_, alert in changes(history):
        assert (alert.status == "snoozed") == (alert.snoozed_until > 0)
        assert alert.status != "resolved" or alert.ring_at == 0


@given(steps)
def test_press_is_told_only_by_the_version_it_made(history: Sequence[Step]) -> None:
    """A version tells of a press exactly when a press made it, so a callback is answered once."""
    for step, _, _, alert in changes(history):
        assert (alert.press is not None) == (step.press is not None)


@given(steps)
def test_everything_ends(history: Sequence[Step]) -> None:
    """Left alone, every alert is over after its snooze and two weeks, and then no hour is due any more."""
    alerts: dict[Rule, Alert] = {}
    last = T0
    for _, now, _, alert in changes(history):
        alerts[alert.rule], last = alert, now
    for day in range(1, 45):
        list(policy.expire(alerts, moment(last + day * DAY_MS)))
    assert all(alert.status == "resolved" for alert in alerts.values())
    assert due(alerts, builtin().alerts, 0) == NEVER

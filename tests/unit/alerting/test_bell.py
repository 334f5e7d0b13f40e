"""Why news stays silent: each reason of `alerting.bell`, and what becomes of what waits."""

import pytest

from alerting import hours, policy
from alerting.bell import LOOKED, is_quiet
from processors.context import NO_FLEET
from processors.rules import builtin, load
from processors.signals.raising import Cleared
from schemas.alerts import Alert, Rule, Severity
from schemas.topics import DAY_MS
from tests.unit.alerting.lead_alerts import HOUR_MS, T0, decide, expire, fleet, moment, opened, press, signal
from tests.zones import VLADIVOSTOK, living_in

NIGHT, MORNING = T0 + 9 * HOUR_MS, T0 + 21 * HOUR_MS
"""21:00 and 9:00 in Moscow."""


@pytest.mark.parametrize(("hours", "quiet"), [(8, False), (9, True), (12, True), (20, True), (21, False), (0, False)])
def test_night_is_from_21_to_9_in_moscow(hours: int, quiet: bool) -> None:
    """The borders to the hour; the same hour for both ends is no night at all."""
    assert is_quiet(T0 + hours * HOUR_MS, builtin().alerts) is quiet
    assert not is_quiet(T0 + hours * HOUR_MS, load("[alerts]\nquiet_from = 0\nquiet_until = 0").alerts)


def test_the_night_is_the_installation_s() -> None:
    """16:00 in Moscow is 23:00 in Vladivostok: a warning waits there for nine o'clock of Vladivostok."""
    afternoon = T0 + 4 * HOUR_MS
    assert opened(ts=afternoon)[1].rings
    with living_in(VLADIVOSTOK):
        alert = opened(ts=afternoon)[1]
        assert (alert.rings, alert.held, alert.ring_at) == (False, "night", afternoon + 10 * HOUR_MS)


def test_a_warning_of_the_night_rings_in_the_morning() -> None:
    """It waits for nine o'clock and then rings once; a critical one rings at once."""
    alerts, alert = opened(ts=NIGHT)
    assert (alert.rings, alert.held, alert.ring_at) == (False, "night", MORNING)
    assert hours.due(alerts, builtin().alerts, 0) == MORNING
    assert expire(alerts, MORNING - 1) == []
    (rung,) = expire(alerts, MORNING)
    assert (rung.rings, rung.held, rung.rung) == (True, "", 1)
    assert expire(alerts, MORNING + HOUR_MS) == []
    assert opened("critical", NIGHT)[1].rings


def test_a_note_never_rings_until_it_is_more() -> None:
    """`info` is for the card; the warning that it turns into rings."""
    alerts, note = opened("info")
    assert (note.rings, note.held, note.ring_at) == (False, "info", 0)
    assert expire(alerts, T0 + 2 * DAY_MS) == []
    worse = decide(alerts, signal(1, T0 + HOUR_MS))
    assert worse is not None
    assert (worse.rings, worse.held) == (True, "")


def test_what_is_over_before_the_morning_never_rings() -> None:
    """A warning that clears in the night, or that a person has answered, is silent in the morning."""
    alerts, _ = opened(ts=NIGHT)
    (over,) = policy.clear(alerts, Cleared("leaving_phrase", NIGHT + HOUR_MS))
    assert (over.held, over.ring_at) == ("night", 0)
    assert expire(alerts, MORNING) == []
    alerts, alert = opened(ts=NIGHT)
    policy.act(alerts, press(alert, "seen", NIGHT + HOUR_MS))
    assert expire(alerts, MORNING) == []


def test_a_night_warning_that_turns_critical_rings_in_the_night() -> None:
    """Worse is said at once, and not again in the morning."""
    alerts, _ = opened(ts=NIGHT)
    worse = decide(alerts, signal(1, NIGHT + HOUR_MS, "critical"))
    assert worse is not None
    assert (worse.rings, worse.held, worse.ring_at) == (True, "", 0)
    assert expire(alerts, MORNING) == []


@pytest.mark.parametrize("severity", ["warning", "critical"])
def test_a_muted_lead_rings_when_the_mute_is_over(severity: Severity) -> None:
    """Not even critically before; what is still news then rings once, and nothing is escalated meanwhile."""
    until = T0 + 3 * DAY_MS
    alerts: dict[Rule, Alert] = {}
    alert = decide(alerts, signal(0, severity=severity), muted_until=until)
    assert alert is not None
    assert (alert.rings, alert.held, alert.ring_at) == (False, "muted", until)
    assert expire(alerts, T0 + 2 * DAY_MS, muted_until=until) == []
    (rung,) = expire(alerts, until, muted_until=until)
    assert rung.rings


def test_taking_a_mute_back_lets_what_waits_ring() -> None:
    """The next hour sees that nothing is muted any more."""
    alerts: dict[Rule, Alert] = {}
    decide(alerts, signal(0), muted_until=T0 + 30 * DAY_MS)
    (rung,) = expire(alerts, T0 + HOUR_MS, muted_until=0)
    assert rung.rings


def test_the_first_days_of_a_source_are_in_the_report_only() -> None:
    """Fourteen days to the millisecond, by the source of the event; what it found then never rings of itself."""
    for age, held in ((14 * DAY_MS - 1, "shadow"), (14 * DAY_MS, "")):
        alerts: dict[Rule, Alert] = {}
        known = fleet(sources={"telegram:bot": T0 - age, "wms:main": 0})
        alert = decide(alerts, signal(0, severity="critical"), fleet=known, source="telegram:bot")
        assert alert is not None
        assert (alert.held, alert.ring_at, alert.rings) == (held, 0, not held)
        assert expire(alerts, T0 + 5 * DAY_MS, fleet=known) == [] or not held
    known = fleet(sources={"wms:main": T0 - DAY_MS, "telegram:bot": 0})
    silent = decide({}, signal(0, rule="order_silence"), fleet=known)
    spoken = decide({}, signal(0), fleet=known, source="telegram:other")
    assert silent is not None
    assert spoken is not None
    assert (silent.held, spoken.held) == ("shadow", "")


def test_a_full_week_holds_warnings_and_not_what_is_critical() -> None:
    """The budget is each curator's own."""
    full = fleet(rung={"11": 10, "12": 9})
    for curator, severity, held in (("11", "warning", "budget"), ("12", "warning", ""), ("11", "critical", "")):
        alert = decide({}, signal(0, severity=severity), fleet=full, curator=curator)  # type: ignore[arg-type]
        assert alert is not None
        assert (alert.held, alert.rings) == (held, not held)


@pytest.mark.parametrize("rule", ["bulk_pick", "broken_reservations"])
def test_goods_on_their_way_out_are_told_however_full_the_week_is(rule: Rule) -> None:
    """With the evening's report half of them would be gone; by night they wait as every warning does."""
    full = fleet(rung={"11": 10})
    alert = decide({}, signal(0, rule=rule), fleet=full, curator="11")
    night = decide({}, signal(0, NIGHT, rule=rule), fleet=full, curator="11")
    assert alert is not None
    assert night is not None
    assert (alert.held, alert.rings) == ("", True)
    assert (night.held, night.ring_at) == ("night", MORNING)


def test_what_many_clients_show_is_told_once() -> None:
    """More than 30 % of at least eight clients: held, and told by the common message; words are each client's own."""
    many = fleet(clients=20, fired={"reservation_spike": 0.34, "leaving_phrase": 0.34})
    alerts: dict[Rule, Alert] = {}
    spike = decide(alerts, signal(0, rule="reservation_spike", severity="critical"), fleet=many)
    assert spike is not None
    assert (spike.held, spike.within, spike.rings, spike.rung) == ("grouped", "reservation_spike", False, 0)
    assert spike.told is not None
    after = decide(alerts, signal(1, T0 + HOUR_MS, rule="reservation_spike", severity="critical", score=81.0))
    assert after is not None
    assert not after.rings
    for other in (fleet(clients=7, fired={"reservation_spike": 0.9}), fleet(clients=20, fired=many.fired | {"x": 1.0})):
        rule: Rule = "reservation_spike" if other.clients == 7 else "leaving_phrase"
        alone = decide({}, signal(0, rule=rule), fleet=other)
        assert alone is not None
        assert alone.rings


def test_what_a_look_finds_waits_for_the_figures_of_all() -> None:
    """An evening's look finds a source's failure for all clients within a second: an hour later it is known to be
    common, and nobody is rung one by one. What is one client's own rings then. An event's finding waits for nothing."""
    evening, later = T0 + 7 * HOUR_MS, T0 + 8 * HOUR_MS
    many, few = fleet(clients=20, fired={"order_silence": 0.95}), fleet(clients=20, fired={"order_silence": 0.1})
    for known, held in ((many, "grouped"), (few, "")):
        alerts: dict[Rule, Alert] = {}
        alert = decide(alerts, signal(0, evening, "critical", "order_silence"), source=LOOKED)
        assert alert is not None
        assert (alert.rings, alert.held, alert.ring_at) == (False, "gathering", later)
        (after,) = expire(alerts, later, fleet=known)
        assert (after.held, after.rings) == (held, not held)
    for rule, source in (("leaving_phrase", LOOKED), ("reservation_spike", "wms:main")):
        at_once = decide({}, signal(0, evening, rule=rule), source=source)  # type: ignore[arg-type]
        assert at_once is not None
        assert at_once.rings


def test_the_combined_alert_tells_its_parts_for_twelve_hours() -> None:
    """They keep their state, are silent even when critical, and their words stand in the combined message."""
    alerts: dict[Rule, Alert] = {}
    combined = decide(alerts, signal(0, rule="combined_risk", severity="critical"))
    assert combined is not None
    assert combined.rings
    part, told = policy.decide(alerts, signal(1, T0 + HOUR_MS, "critical"), moment(T0 + HOUR_MS))
    assert (part.held, part.within, part.rings, part.status) == ("within", "combined_risk", False, "open")
    assert (told.rule, told.version, told.rings) == ("combined_risk", 2, False)
    assert told.evidence[-1] == part.evidence[0]
    later = decide(alerts, signal(2, T0 + 12 * HOUR_MS, rule="order_silence", severity="critical"))
    assert later is not None
    assert later.rings


@pytest.mark.parametrize(("severity", "rings"), [("warning", False), ("critical", True)])
def test_a_combined_warning_tells_what_made_it(severity: Severity, rings: bool) -> None:
    """What rises with it is no second message, but for what is worse than it."""
    alerts: dict[Rule, Alert] = {}
    decide(alerts, signal(0, rule="combined_risk"))
    part = decide(alerts, signal(1, severity=severity))
    assert part is not None
    assert (part.rings, part.within) == (rings, "" if rings else "combined_risk")
    assert (alerts["combined_risk"].evidence[-1] == part.evidence[0]) is not rings


def test_one_that_is_held_tells_nothing() -> None:
    """A combined warning that the week's budget holds leaves the rest its own ring."""
    alerts: dict[Rule, Alert] = {}
    full = fleet(rung={"11": 10})
    combined = decide(alerts, signal(0, rule="combined_risk"), fleet=full, curator="11")
    assert combined is not None
    assert combined.held == "budget"
    goods = decide(alerts, signal(1, rule="bulk_pick"), fleet=full, curator="11")
    assert goods is not None
    assert goods.rings


def test_a_combined_warning_tells_nothing_later() -> None:
    """Only a critical one that rang does; parts that rang before it stay as they are."""
    alerts, before = opened()
    decide(alerts, signal(0, rule="combined_risk"))
    part = decide(alerts, signal(1, T0 + HOUR_MS, rule="order_silence"))
    assert part is not None
    assert part.rings
    assert alerts["leaving_phrase"] == before
    muted: dict[Rule, Alert] = {}
    decide(muted, signal(0, rule="combined_risk", severity="critical"), muted_until=T0 + 1)
    alone = decide(muted, signal(1, T0 + 1))
    assert alone is not None
    assert alone.rings


def test_after_a_mute_the_combined_alert_speaks_for_its_parts() -> None:
    """Both waited: one ring."""
    alerts: dict[Rule, Alert] = {}
    decide(alerts, signal(0, severity="critical"), muted_until=T0 + DAY_MS)
    decide(alerts, signal(0, rule="combined_risk", severity="critical"), muted_until=T0 + DAY_MS)
    changed = expire(alerts, T0 + DAY_MS)
    assert [(alert.rule, alert.rings) for alert in changed][:2] == [("combined_risk", True), ("leaving_phrase", False)]
    assert alerts["leaving_phrase"].within == "combined_risk"


def test_nothing_known_of_others_holds_nothing() -> None:
    """Before the first figures there is no shadow, no budget and no group."""
    alert = decide({}, signal(0, rule="reservation_spike"), fleet=NO_FLEET, source="wms:new")
    assert alert is not None
    assert alert.rings


def test_a_rule_that_people_call_false_is_in_the_report_only() -> None:
    """Ten verdicts, fewer than a quarter right: not even what is critical rings, nor later; other rules do."""
    doubted = fleet(verdicts={"reservation_spike": (0, 10)})
    for rule, held in (("reservation_spike", "doubted"), ("bulk_pick", "")):
        alert = decide({}, signal(0, rule=rule, severity="critical"), fleet=doubted)  # type: ignore[arg-type]
        assert alert is not None
        assert (alert.held, alert.ring_at, alert.rings) == (held, 0, not held)

"""The client's score: what it is made of, when it is said, when its level ends."""

from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest

from alerting.texts import TEXTS
from processors import score
from processors.context import NO_FLEET, Context
from processors.day_series import Day, Days
from processors.days import DAY_MS, day_start
from processors.rules import builtin
from processors.russian.plural import DAYS, decimal, measure
from processors.signals.raising import Cleared
from processors.state import LeadState, Raised
from schemas.alerts import Alert, Rule, Signal
from schemas.scores import Score

CONTEXT = Context(builtin())
RULES = builtin().score
RULES_OF_ALERTS = builtin().alerts
NOW = day_start(20_003) + 20 * 3_600_000
"""The evening of a Monday in October 2024."""


def raised(level: int = 2, age: float = 0.0, strength: float = 1.0, over: float | None = None) -> Raised:
    """A finding of `age` days ago; `over` days ago it ended."""
    at = round(NOW - age * DAY_MS)
    ended = 0 if over is None else round(NOW - over * DAY_MS)
    return Raised(level if over is None else -1, at, at, strength, 1.0, 6.0, 2.0, "00000000000000aa", ended, level)


def points(found: dict[Rule, Raised], context: Context = CONTEXT, now: int = NOW) -> float:
    """The points of a client of whom only these findings are known."""
    return score.risk(*score.weigh(LeadState(raised=found), now, context))


def said(state: LeadState, now: int = NOW, found: Sequence[object] = ()) -> tuple[list[Score], list[object]]:
    """The scores said, and what else."""
    told = score.look(state, "7", now, CONTEXT, found)
    return [t for t in told if isinstance(t, Score)], [t for t in told if not isinstance(t, Score)]


def test_one_critical_is_its_weight_and_two_are_more_than_each() -> None:
    """Noisy-OR: 60 alone, 55 alone, 82 together; the order in which they were found is irrelevant."""
    leaving, bulk = {"leaving_phrase": raised()}, {"bulk_pick": raised()}
    assert points(leaving) == 60.0  # type: ignore[arg-type]
    assert points(bulk) == 55.0  # type: ignore[arg-type]
    assert points(leaving | bulk) == points(bulk | leaving) == 82.0  # type: ignore[arg-type]


@pytest.mark.parametrize("rule", RULES.weights)
def test_one_warning_alone_is_never_yellow(rule: Rule) -> None:
    """Neither while it is raised nor when it is over; only a client who is rare or new is near enough to yellow."""
    assert points({rule: raised(level=1)}) < RULES.yellow
    assert points({rule: raised(level=1, over=0.0)}) < RULES.yellow
    assert points({rule: raised(level=0)}) <= points({rule: raised(level=1)})


def test_two_warnings_of_weight_are_yellow() -> None:
    """Silence and broken reservations: 25.2 and 14.7 points make 36.2."""
    assert points({"order_silence": raised(level=1), "broken_reservations": raised(level=1)}) == pytest.approx(
        36.2, 0.01
    )


def test_what_was_said_halves_and_what_is_red_does_not() -> None:
    """A phrase by its half-life of 21 days from when it was found; silence from its end, by a day."""
    assert points({"leaving_phrase": raised(age=21)}) == 30.0
    assert points({"order_silence": raised(age=40)}) == 60.0
    assert points({"volume_decline": raised(age=40, over=0)}) == 10.0
    assert points({"volume_decline": raised(age=40, over=1)}) == 5.0
    assert points({"order_silence": raised(age=40, over=0)}) == 25.2


@pytest.mark.parametrize("rule", ["leaving_phrase", "order_silence"])
def test_a_false_alarm_counts_nothing_until_it_is_found_anew(rule: Rule) -> None:
    """What a person has called wrong for this client is no part of his score, neither as a finding nor as a reading."""
    alert = Alert(
        alert_id="00000000000000a1",
        version=2,
        lead_id="7",
        rule=rule,
        severity="critical",
        status="resolved",
        opened_at=NOW,
        updated_at=NOW + 5,
        value=1,
        baseline=0,
        score=90,
        verdict="false_alarm",
    )
    days = Days.of({day: Day(reservations=3) for day in range(19_940, 20_000)})
    state = LeadState(days=days, first_day=19_940, raised={rule: raised()}, alerts={rule: alert})
    assert rule not in [part.rule for part in score.weigh(state, NOW, CONTEXT)[1]]
    state.raised[rule].at = NOW + 6
    assert rule in [part.rule for part in score.weigh(state, NOW + 6, CONTEXT)[1]]


def test_verdicts_of_all_clients_move_the_weight() -> None:
    """Thirty false alarms of a rule halve what it counts; the record keeps the weight as it was used."""
    fleet = msgspec.structs.replace(NO_FLEET, verdicts={"leaving_phrase": (0, 30)})
    context = Context(builtin(), fleet)
    assert points({"leaving_phrase": raised()}, context) == 30.0
    [part] = score.weigh(LeadState(raised={"leaving_phrase": raised()}), NOW, context)[1]
    assert part.weight == 0.3


def test_a_score_is_said_when_it_moved_by_a_point() -> None:
    """And not again before; versions count, and every record explains itself."""
    state = LeadState(raised={"competitor_phrase": raised()})
    [first], _ = said(state)
    before = msgspec.msgpack.encode(state.scored)
    assert said(state) == ([], [])
    assert said(state, NOW + DAY_MS // 3) == ([], [])
    assert msgspec.msgpack.encode(state.scored) == before
    [second], _ = said(state, NOW + 2 * DAY_MS)
    assert (first.version, second.version) == (1, 2)
    assert first.score_id != second.score_id
    for record in (first, second):
        kept = 1 - record.background / 100
        for part in record.parts:
            alone = part.weight * part.strength * 2 ** (-part.age_days / part.half_life_days)
            assert part.points == pytest.approx(100 * alone, abs=0.05)
            kept *= 1 - part.points / 100
        assert record.points == pytest.approx(100 * (1 - kept), abs=0.01)


def test_a_late_event_makes_no_score_of_the_past() -> None:
    """The time of the scores of a lead only grows."""
    state = LeadState(raised={"leaving_phrase": raised()})
    [first], _ = said(state)
    state.raised["bulk_pick"] = raised()
    [second], _ = said(state, NOW - DAY_MS)
    assert second.ts == first.ts
    assert second.score_id != first.score_id


def test_the_level_rises_at_once_and_ends_step_by_step() -> None:
    """Red at 60; below 45 for three days: yellow; below 20 for three more: green, and the combined alert is over."""
    state = LeadState(raised={"leaving_phrase": raised(), "legal_phrase": raised()})
    [first], [signal] = said(state)
    assert (first.level, first.points) == ("red", 78.0)
    assert isinstance(signal, Signal)
    assert (signal.rule, signal.severity, signal.unit) == ("combined_risk", "critical", "points")
    levels, over = [], []
    for day in range(1, 80):
        scores, rest = said(state, NOW + day * DAY_MS)
        levels += [(day, record.level, record.points) for record in scores]
        over += [(day, item) for item in rest]
    yellow = next(day for day, level, _ in levels if level == "yellow")
    green = next(day for day, level, _ in levels if level == "green")
    below_red = next(day for day, _, value in levels if value < RULES.red_below)
    below_yellow = next(day for day, _, value in levels if value < RULES.yellow_below)
    assert yellow == below_red + RULES.calm_days
    assert green == below_yellow + RULES.calm_days
    [(day, cleared)] = over
    assert day == green
    assert isinstance(cleared, Cleared)
    assert cleared.rule == "combined_risk"
    for rule in ("leaving_phrase", "legal_phrase"):
        state.raised[rule] = Raised(2, NOW, NOW + 80 * DAY_MS, 1.0, worst=2)
    _, again = said(state, NOW + 80 * DAY_MS)
    assert [getattr(item, "severity", "") for item in again] == ["critical"]


def test_a_dip_of_a_day_ends_no_level() -> None:
    """Above the mark again, the three days begin anew."""
    state = LeadState(raised={"order_silence": raised(), "volume_decline": raised()})
    assert said(state)[0][0].level == "red"
    for day, strength in ((1, 0.1), (3, 0.9), (4, 0.1), (6, 0.1)):
        for finding in state.raised.values():
            finding.strength = strength if finding is not state.raised.get("combined_risk") else 1.0
        said(state, NOW + day * DAY_MS)
        assert state.scored.level == 2
    said(state, NOW + 7 * DAY_MS)
    assert state.scored.level == 1


def test_the_page_about_the_score_tells_the_weights_as_they_are() -> None:
    """A row a rule: what one warning and one critical finding make, and how fast they fade; the levels too."""
    page = (Path(__file__).parents[3] / "docs" / "score.md").read_text()
    for rule, weight in RULES.weights.items():
        fades = measure(weight.half_life_days, DAYS) if weight.half_life_days else "пока длится"
        most = decimal(100 * weight.weight * RULES.warning_most), decimal(100 * weight.weight)
        row = f"| {TEXTS[rule].title} | {most[0]} | {most[1]} | {fades} |"
        assert row.replace("\u00a0", " ") in page
    assert f"| жёлтый | с {RULES.yellow:g} баллов | ниже {RULES.yellow_below:g} баллов три дня подряд |" in page
    assert f"| красный | с {RULES.red:g} баллов | ниже {RULES.red_below:g} баллов три дня подряд" in page
    assert RULES.calm_days == 3


def test_a_day_is_read_from_its_evening_on() -> None:
    """At five o'clock a day without orders is not over yet; from the first lead's evening hour it counts."""
    state = LeadState(days=Days.of({day: Day(reservations=3) for day in range(19_950, 20_000)}), first_day=19_950)
    evening = RULES_OF_ALERTS.evening_hour - RULES_OF_ALERTS.evening_hours + 1
    ends = [day_start(20_001) + hour * 3_600_000 for hour in (evening - 1, evening)]
    [before], [after] = [score.weigh(state, now, CONTEXT)[1] for now in ends]
    assert (before.value, after.value) == (1.0, 2.0)


def test_of_finding_and_reading_the_stronger_counts() -> None:
    """Of a decline; of silence the reading alone while it is red, and what fades once it is over."""
    days = Days.of({day: Day(reservations=3) for day in range(19_900, 20_000)})
    silent = LeadState(days=days, first_day=19_900, raised={"order_silence": raised()})
    [read] = score.weigh(silent, NOW, CONTEXT)[1]
    assert (read.rule, read.value, read.half_life_days) == ("order_silence", 4.0, 0.0)
    assert 20.0 < read.points < 60.0
    silent.raised["order_silence"] = raised(over=0.0)
    silent.days[20_003] = Day(reservations=1)
    [faded] = score.weigh(silent, NOW, CONTEXT)[1]
    assert (faded.points, faded.half_life_days) == (25.2, RULES.fade_days)
    assert faded.points < read.points
    fallen = LeadState(
        days=Days.of({d: Day(reservations=9 if d < 19_976 else 3) for d in range(19_880, 20_004)}), first_day=19_880
    )
    [reading] = score.weigh(fallen, NOW, CONTEXT)[1]
    fallen.raised["volume_decline"] = raised()
    [finding] = score.weigh(fallen, NOW, CONTEXT)[1]
    assert (reading.half_life_days, finding.half_life_days) == (0.0, RULES.fade_days)
    assert finding.points == 10.0 > reading.points

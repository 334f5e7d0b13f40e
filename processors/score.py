"""The risk that a client leaves, 0..100 points: what all rules say together. One strong red is not averaged away.

    points = 100 (1 - (1 - background) * prod(1 - w_i * r_i * 2^(-age_i / h_i)))      (noisy-OR, research/domain.md 4.3)

`w` is the rule's weight, moved by people's verdicts (`processors.feedback`); `r` its strength 0..1: what was raised, or
what the days read now, whichever is more; `h` its half-life. A rule without one counts fully while it is red, and
halves each `fade_days` after it is over. A warning counts at most `warning_most`: with the heaviest weight that is 25
points, and yellow begins at 30, so one warning alone makes no level; two signs do, or one critical finding, or a
warning on a client who is rare or new (the background, at most 15 points, ranks those who order seldom).

A level rises at once and ends one step at a time, after `calm_days` below its lower mark.
"""

from collections.abc import Sequence
from math import prod
from operator import attrgetter
from typing import Final, TypeAlias

from processors import feedback, readings
from processors.context import Context
from processors.days import DAY_MS, day_since
from processors.readings import Reading
from processors.rules.score import ScoreRules, Weight
from processors.signals import combined_risk
from processors.signals.raising import Cleared, Fresh
from processors.state import LeadState, Raised
from schemas.alerts import Rule, Signal
from schemas.codec import event_id
from schemas.scores import LEVELS, Part, Score
from schemas.types import LeadId, Millis

LEAST_POINTS = 0.05
"""A part of less is not written down."""

READ: Final = frozenset({"order_silence"})
"""While they are red the days say the same as the finding, day by day and without its step: the reading stands for it.
(With both, AUC falls: `bench/score.py`. A decline's finding knows more: it holds until the volume is back.) What fades
when it is over is a warning at most, so that an order after a silence raises nothing."""

_points = attrgetter("points")

Said: TypeAlias = Score | Signal | Fresh | Cleared


def look(
    state: LeadState, lead_id: LeadId, now: Millis, context: Context, found: Sequence[object] = ()
) -> Sequence[Said]:
    """The score, if it is another than was said last, and what that means for the alert of the whole risk.

    `now` is ms UTC; `found` is what rules have just found, for its words. Nothing said means nothing changed.
    """
    rules, last = context.rules.score, state.scored
    now = max(now, last.at)
    background, parts = weigh(state, now, context)
    points = risk(background, parts)
    level, calm_since = _level(last.level, last.calm_since, points, now, rules)
    still = abs(points - last.points) < rules.moved
    if still and level == last.level and (calm_since > 0) == (last.calm_since > 0):
        return ()
    before = last.points
    last.version, last.at, last.points = last.version + 1, now, points
    last.level, last.calm_since = level, calm_since
    score = Score(
        score_id=event_id("score", lead_id, str(now), str(last.version)),
        lead_id=lead_id,
        version=last.version,
        ts=now,
        points=points,
        level=LEVELS[level],
        background=background,
        parts=parts,
    )
    return (score, *combined_risk.find(state, score, before, _findings(state, parts), rules, found))


def weigh(state: LeadState, now: Millis, context: Context) -> tuple[float, list[Part]]:
    """The background's points, and every part that counts, the heaviest first."""
    rules, fleet = context.rules.score, context.fleet
    through = day_since(now, context.rules.alerts.evening_from)
    background = round(rules.background * readings.rarity(state, through, rules), 2)
    read = {reading.rule: reading for reading in readings.read(state, through, context)}
    if not read and not state.raised:  # most clients, each evening
        return background, []
    parts = []
    for rule in {**state.raised, **read}:
        weight, raised, reading = rules.weights.get(rule), state.raised.get(rule), read.get(rule)
        if weight is None:
            continue
        if raised is not None and _is_judged(state, rule, raised):
            reading = None if raised.level >= 0 else reading  # of what a person has judged the days say the same
            raised = None
        if rule in READ and reading is not None and raised is not None and raised.level >= 0:
            raised = None
        if raised is None and reading is None:
            continue
        trusted = min(1.0, weight.weight * feedback.trust(rule, fleet.verdicts, rules.feedback))
        said = [_raised(rule, raised, trusted, weight, now, rules)] if raised is not None else []
        said += [_read(reading, trusted)] if reading is not None else []
        part = max(said, key=_points)
        if part.points >= LEAST_POINTS:
            parts.append(part)
    return background, sorted(parts, key=_heaviest)


def _heaviest(part: Part) -> tuple[float, Rule]:
    return -part.points, part.rule


def risk(background: float, parts: Sequence[Part]) -> float:
    """0..100 points of a background (points) and parts together."""
    return round(100.0 - (100.0 - background) * prod(1.0 - part.points / 100.0 for part in parts), 2)


def _findings(state: LeadState, parts: Sequence[Part]) -> Sequence[Part]:
    """The parts that a rule has said and that stand: what is only read below the alarm, or is over, is no news."""
    known = ((part, state.raised.get(part.rule)) for part in parts)
    return [part for part, raised in known if raised and raised.level >= 0 and not _is_judged(state, part.rule, raised)]


def _is_judged(state: LeadState, rule: Rule, raised: Raised) -> bool:
    """Whether a person has called just this finding a false alarm: one that was found anew since is another."""
    alert = state.alerts.get(rule)
    return alert is not None and alert.verdict == "false_alarm" and raised.at <= alert.updated_at


def _raised(rule: Rule, raised: Raised, trusted: float, weight: Weight, now: Millis, rules: ScoreRules) -> Part:
    """What a finding still counts."""
    half_life = weight.half_life_days or rules.fade_days
    since = raised.at if weight.half_life_days else raised.over if raised.level < 0 else now
    age = float(max(0, now - since) // DAY_MS)  # whole days: on its first day a finding counts whole
    level = raised.level if raised.level >= 0 else raised.worst
    most = {0: rules.info_most, 2: 1.0}.get(level, rules.warning_most)
    if rule in READ and raised.level < 0:
        most = min(most, rules.warning_most)
    strength = min(max(raised.strength, 0.0), most)
    return Part(
        rule=rule,
        points=round(100.0 * trusted * strength * 2.0 ** (-age / half_life), 2),
        strength=round(strength, 4),
        weight=round(trusted, 4),
        age_days=age,
        half_life_days=half_life,
        value=raised.value,
        baseline=raised.baseline,
        event_id=raised.event_id,
    )


def _read(reading: Reading, trusted: float) -> Part:
    """What the days say now."""
    return Part(
        rule=reading.rule,
        points=round(100.0 * trusted * reading.strength, 2),
        strength=round(reading.strength, 4),
        weight=round(trusted, 4),
        age_days=0.0,
        half_life_days=0.0,
        value=round(reading.value, 2),
        baseline=round(reading.baseline, 2),
    )


def _level(level: int, calm_since: Millis, points: float, now: Millis, rules: ScoreRules) -> tuple[int, Millis]:
    """The level, and since when the points are below its end (0: they are not)."""
    reached = 2 if points >= rules.red else 1 if points >= rules.yellow else 0
    if reached >= level:
        return reached, 0
    if points >= (rules.red_below if level == 2 else rules.yellow_below):
        return level, 0
    if not calm_since:
        return level, now
    if now - calm_since < rules.calm_days * DAY_MS:
        return level, calm_since
    return _level(level - 1, 0, points, now, rules)

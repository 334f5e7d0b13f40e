"""The alert of the whole risk: several things point the same way (`processors.score` says how much they make together).

It opens when a level begins and two findings make it, each of `together` points and more: of one finding alone its own
alert tells, in better words. A note in the words of another finding is none of its own ("we go to another warehouse"
is of leaving, and may be of a competitor). Warning at yellow, critical at red; it stays critical until the client is
green, for a step back is seen in the score.
"""

from collections.abc import Sequence
from typing import Final

from processors.rules.score import ScoreRules
from processors.signals.phrases import RULES as PHRASES
from processors.signals.raising import Cleared, Fresh, clear, rise
from processors.state import LeadState
from schemas.alerts import Evidence, Rule, Severity, Signal
from schemas.codec import event_id
from schemas.scores import LEVELS, Part, Score
from schemas.types import Millis

RULE: Final[Rule] = "combined_risk"

TOP = 3
"""Parts that it tells of, the heaviest."""

LEAST_FINDINGS = 2

WORDS: Final = frozenset(PHRASES.values())

SEVERITY: dict[int, Severity] = {1: "warning", 2: "critical"}
"""At yellow and at red."""


def find(
    state: LeadState, score: Score, before: float, findings: Sequence[Part], rules: ScoreRules, found: Sequence[object]
) -> Sequence[Signal | Fresh | Cleared]:
    """What a score that is said now means. `before` are the points that were said last, `findings` the parts of it that
    a rule has raised, `found` what rules have just found, for its words. "Before" stays what was before it opened.
    """
    level, last = LEVELS.index(score.level), state.raised.get(RULE)
    if level == 0:
        return clear(state, RULE, score.ts, score.points)
    if last is None or last.level < 0:
        together = _apart(state, [part for part in findings if part.points >= rules.together])
        opens = len(together) >= LEAST_FINDINGS and score.points >= rules.yellow  # a level that only lasts is no news
        return rise(state, _signal(state, score, before, found)) if opens else ()
    return rise(state, _signal(state, score, last.baseline, found))


def _apart(state: LeadState, findings: Sequence[Part]) -> Sequence[Part]:
    """The findings without notes of words in which something worse was found."""
    notes = {part.rule for part in findings if part.rule in WORDS and state.raised[part.rule].level == 0}
    told = {part.event_id for part in findings if part.rule not in notes}
    return [part for part in findings if part.rule not in notes or part.event_id not in told]


def _signal(state: LeadState, score: Score, before: float, found: Sequence[object]) -> Signal:
    top = score.parts[:TOP]
    measured = [part for part in top if part.baseline > 0]
    evidence = [item for part in top for item in _evidence(state, part, score.ts, found)]
    return Signal(
        signal_id=event_id(RULE, score.score_id),
        lead_id=score.lead_id,
        rule=RULE,
        severity=SEVERITY[LEVELS.index(score.level)],
        ts=score.ts,
        window_start=min((item.ts for item in evidence), default=score.ts),
        value=score.points,
        baseline=before,
        score=score.points,
        strength=min(1.0, score.points / 100.0),
        unit="points",
        figures={"points": score.points, "background": score.background}
        | {part.rule: part.points for part in top}
        | {f"{part.rule}_value": round(part.value, 2) for part in measured}
        | {f"{part.rule}_usual": round(part.baseline, 2) for part in measured},
        evidence=evidence,
    )


def _evidence(state: LeadState, part: Part, now: Millis, found: Sequence[object]) -> Sequence[Evidence]:
    """What shows a part: the first that its rule has just found, or what its alert shows, or at least the event."""
    for finding in found:
        if isinstance(finding, Signal) and finding.rule == part.rule and finding.evidence:
            return finding.evidence[:1]
    alert = state.alerts.get(part.rule)
    if alert is not None and alert.evidence and alert.status != "resolved":
        return alert.evidence[-1:]
    if not part.event_id:
        return ()
    raised = state.raised.get(part.rule)
    return (Evidence(part.event_id, raised.at if raised is not None else now, "part"),)

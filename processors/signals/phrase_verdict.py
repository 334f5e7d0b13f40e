"""What a model says of a doubtful match (`phrases`): its yes is a warning, its no takes the note back."""

from collections.abc import Sequence

from processors.context import Context
from processors.days import local_day
from processors.signals.heard import is_news
from processors.signals.phrases import NEWER_TRANSCRIPT_DAYS, RULES
from processors.signals.raising import Cleared, clear, rise
from processors.state import LeadState
from schemas.alerts import Signal
from schemas.codec import event_id
from schemas.minutes import PhraseVerdict


def find(state: LeadState, event: PhraseVerdict, context: Context) -> Sequence[Signal | Cleared]:
    """Its yes is a warning, never more: it has no rule but its word."""
    if event.rule not in RULES.values():
        return ()
    if not event.meant:
        raised = state.raised.get(event.rule)
        only_this = raised is not None and raised.level == 0 and raised.event_id == event.about
        return clear(state, event.rule, event.ts) if only_this else ()
    if not event.evidence:  # a yes that shows no words is none
        return ()
    if not is_news(state, event.rule, event.key, local_day(event.ts) + NEWER_TRANSCRIPT_DAYS, "warning"):
        return ()
    signal = Signal(
        signal_id=event_id("signal", event.rule, event.about, "verdict"),
        lead_id=event.lead_id,
        rule=event.rule,
        severity="warning",
        ts=event.ts,
        window_start=event.ts,
        value=1.0,
        baseline=0.0,
        score=context.rules.words.at_once,
        strength=context.rules.words.hedged_strength,
        unit="words",
        figures={"model": 1.0},
        evidence=event.evidence,
    )
    rise(state, signal)
    return (signal,)

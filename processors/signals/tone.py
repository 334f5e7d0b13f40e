"""Tone: two talks in a row that a model found bad. A day's chat (`ChatSummary`) and a meeting are talks.

Only a model's word counts: a lexicon ranks little better than chance (research/signals.md 6: AUC 0.56-0.60), so minutes
by rules (`OFFLINE`) say nothing of it here. Warning, never more; cleared by a talk that is not bad.
"""

from collections.abc import Sequence

from processors.context import Context
from processors.signals.heard import ref_of
from processors.signals.raising import Cleared, Fresh, clear, rise
from processors.state import LeadState
from schemas.alerts import Evidence, Signal
from schemas.codec import event_id
from schemas.minutes import OFFLINE, ChatSummary, MeetingMinutes, Minutes, Tone

BAD: Tone = "плохой"

KEPT = 6
"""Talks remembered: enough to know a new version of one of them."""


def find(state: LeadState, event: ChatSummary | MeetingMinutes, context: Context) -> Sequence[Signal | Fresh | Cleared]:
    """The signal when this talk and the one before were bad. A later version of a talk replaces the former one."""
    minutes = event.minutes
    if minutes.engine == OFFLINE:
        return ()
    talk = event.recording_id if isinstance(event, MeetingMinutes) else event.day
    tones = dict(state.tones) | {talk: minutes.tone == BAD}  # a talk that is known keeps its place
    state.tones = list(tones.items())[-KEPT:]
    row = float(_row(state.tones))
    if not row:
        return clear(state, "tone", event.ts)
    if row < context.rules.words.bad_talks:
        return ()
    signal = Signal(
        signal_id=event_id("signal", "tone", event.event_id),
        lead_id=event.lead_id,
        rule="tone",
        severity="warning",
        ts=event.ts,
        window_start=event.ts,
        value=float(row),
        baseline=0.0,
        score=float(row),
        strength=context.rules.words.warning_strength,
        unit="talks",
        figures={"bad": row},
        evidence=_evidence(event, minutes),
    )
    return rise(state, signal)


def _row(tones: Sequence[tuple[str, bool]]) -> int:
    row = 0
    for _, bad in reversed(tones):
        if not bad:
            break
        row += 1
    return row


def _evidence(event: ChatSummary | MeetingMinutes, minutes: Minutes) -> list[Evidence]:
    """What was complained of, in the client's words, else the summary."""
    kind = "meeting" if isinstance(event, MeetingMinutes) else "chat"
    quotes = [point.quote for point in (*minutes.conflicts, *minutes.pains)[:2]] or [minutes.summary[:300]]
    return [Evidence(event.event_id, event.ts, kind, quote, ref=ref_of(event)) for quote in quotes]

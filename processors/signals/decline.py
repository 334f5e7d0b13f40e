"""Volume decline: the client orders ever less.

ratio = (orders a day of the last 28) / (of the 56 before) over the fleet's median of the same where that has fallen, so
that a season that all share is no decline, nor is it one that others grow (decision 129); holidays of those who keep
his week are left out (`processors.volume`, decision 133). Warning at 0.55, critical at 0.25, over at 0.8 (the
hysteresis); from 30 orders in the 56 days and 112 days since he is known. A client who is silent altogether has that
alert instead (`silence`). Source: research/signals.md 4; the 56 days instead of 84 are measured (decision 40).
"""

from collections.abc import Sequence

from processors.context import Context
from processors.days import day_start, local_day
from processors.signals.raising import Cleared, Fresh, clear, look
from processors.state import LeadState
from processors.volume import BEFORE, RECENT, a_day, left_out
from schemas.alerts import Evidence, Rule, Signal
from schemas.codec import event_id
from schemas.events import Fleet
from schemas.types import LeadId, Millis

RULE: Rule = "volume_decline"

NOTHING_LEFT = 0.01
"""Ratio below which the score grows no more."""


def season(fleet: Fleet) -> float:
    """What of a client's fall is everybody's: the fleet's ratio, 1 where the fleet has grown."""
    return min(fleet.decline, 1.0) if fleet.decline > 0.0 else 1.0


def evening(state: LeadState, lead_id: LeadId, now: Millis, context: Context) -> Sequence[Signal | Fresh | Cleared]:
    """The day that ends: how much is left of what there was."""
    rules, today = context.rules.decline, local_day(now)
    if state.first_day is None or today - state.first_day < max(rules.min_days, RECENT + BEFORE):
        return ()
    middle = today - RECENT + 1
    days = state.days
    if days.total(days.reservations, middle - BEFORE, middle) < rules.min_orders:
        return clear(state, RULE, now)
    without = left_out(state, today, context)
    recent, before = a_day(days, middle, today + 1, without), a_day(days, middle - BEFORE, middle, without)
    if recent is None or not before:  # holidays nearly throughout
        return ()
    own = recent / before
    ratio = own / season(context.fleet)
    if ratio >= rules.clear:
        return clear(state, RULE, now, round(ratio, 3))
    silence = state.raised.get("order_silence")
    if ratio > rules.warning or (silence is not None and silence.level >= 0):
        return ()
    figures = {"ratio": round(own, 3), "fleet": context.fleet.decline, "days": float(RECENT)}
    if off := sum(middle <= day <= today for day in without):
        figures["off"] = float(off)
    return look(
        state,
        Signal(
            signal_id=event_id("signal", RULE, lead_id, str(today)),
            lead_id=lead_id,
            rule=RULE,
            severity="critical" if ratio <= rules.critical else "warning",
            ts=now,
            window_start=day_start(middle),
            value=round(recent, 2),
            baseline=round(before, 2),
            score=round(rules.warning / max(ratio, NOTHING_LEFT), 3),
            strength=round(min(1.0, max(0.0, 1.0 - ratio)), 3),
            unit="reservations",
            figures=figures,
            evidence=[Evidence("", day_start(middle), "days")],
        ),
    )

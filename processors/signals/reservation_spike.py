"""Reservation spike: the client reserves far more today than is normal for him.

Stock that is reserved all at once is often stock that is about to be taken away. It is judged at each reservation:

- by count, with 10 active days of 84 and more: s = -log10 P(X >= x) + 0.2 z. P is of a negative binomial about his
  ordinary day (`processors.usual`) times F^share, F the fleet's factor of the day; z are the deviations above the plain
  mean of four weeks: where weekday or season promise too little by chance, z is low, too. Within the day what the fleet
  has done so far, or did yesterday, may only raise the expectation, and what is not plain (`at_once`) waits for the
  evening, which knows the fleet's day; from the first evening hour on each reservation is judged by the evening's mark.
- by pieces, from 4 active days on: s = -log10 P of Student's t on ln(pieces of the day) among his active days
  (research/signals.md 2, "sparse"); for clients who order on many days only the outrageous counts.

The score is s over the warning's s. It is over after two evenings with s below the clear mark; for a rare buyer after
seven, so that two orders of one restocking are one alert. Measured: docs/detectors.md.
"""

from collections.abc import Sequence
from math import ceil, sqrt

from processors.context import Context
from processors.day_series import Day
from processors.days import day_start, local_day
from processors.russian.plural import RESERVATIONS, count, whole
from processors.signals.raising import GROWN, MOVED, Cleared, Fresh, behind, clear, heard, look, rise
from processors.signals.spike_bound import NEVER, day_is_known, is_quiet, may_matter, more_is_nothing, quiet_for
from processors.signals.spike_day import Both, Size, by_both, largest
from processors.state import LeadState
from processors.usual import factor, pieces, sizes
from schemas.alerts import SEVERITIES, Alert, Evidence, Rule, Signal, Unit
from schemas.codec import event_id
from schemas.events import Reservation
from schemas.types import EventId, LeadId, LocalDay, Millis

RULE: Rule = "reservation_spike"

MORE = 1.0 + MOVED
"""What the orders or pieces of a critical day must grow to, to be asked again, where its score cannot have grown by a
quarter before: less changes no message."""

ROUNDED = 0.001
"""A quarter of a score that is said with three digits."""


def find(state: LeadState, event: Reservation, today: LocalDay, context: Context) -> Sequence[Signal | Fresh]:
    """A signal when the event makes `today` (its own day) a spike, or a greater one.

    What happened before midnight may arrive after it, and is still judged by its day; once the next day has raised
    something, that day's late events say nothing new.
    """
    if is_quiet(state, event, today, context):
        return ()  # the shortest way for the most events
    state.quiet.day = NEVER  # what is looked at is not counted
    orders, size = state.days.on(state.days.reservations, today), pieces(state, today)
    if state.spike[0] == today and _is_old_news(state, orders, size, event.ts):
        return ()
    if not may_matter(state, orders, size, event.ts, today, context):
        state.quiet = quiet_for(state, orders, size, event.ts, today, context)
        return ()
    last = state.raised.get(RULE)
    if last is not None and local_day(last.at) > today:
        return ()
    if size >= context.rules.sparse.min_pieces:
        state.sizes = sizes(state, today, context)
    common, known = factor(context.fleet, today), day_is_known(event.ts, today, context)
    rush = max(1.0, common, factor(context.fleet, today - 1))  # a season of yesterday goes on before today shows it
    both = by_both(state, today, context, common if known else rush, context.rules.spike.warning)
    found = largest(both)
    mark = 1.0 if known else context.rules.spike.at_once / context.rules.spike.warning
    if found is None or (found.unit == "reservations" and found.score < mark):
        if not known and (more := more_is_nothing(state, orders, today, context, mark)):
            state.quiet = quiet_for(state, orders, size, event.ts, today, context, orders + more)
        return ()
    severity, score, strength = found.said()
    told = heard(state, RULE, severity, score, strength, event.ts)
    news: Sequence[Signal | Fresh] = ()
    if not told or behind(state, RULE, found.value, score, found.unit):
        said = Evidence(event.event_id, event.ts, "reservation", f"{event.doc}, {whole(event.qty)} шт.")
        number = event_id("signal", RULE, event.event_id)
        signal = _signal(found, state.days[today], event.lead_id, event.ts, common, said, number)
        news = (Fresh(signal),) if told else rise(state, signal)
    if found.critical:
        shown = None if news else state.alerts.get(RULE)
        state.spike = today, *_until_news(orders, size, both, GROWN * state.raised[RULE].score - ROUNDED, shown)
    return news


def evening(state: LeadState, lead_id: LeadId, now: Millis, context: Context) -> Sequence[Signal | Fresh | Cleared]:
    """The day that ends, held against the fleet's day; or that a spike is over."""
    today = local_day(now)
    common = factor(context.fleet, today)
    if day_is_known(now, today, context):
        found = largest(by_both(state, today, context, common, context.rules.spike.warning))
        if found is not None:
            number, figures = event_id("signal", RULE, f"{lead_id} {today}"), state.days[today]
            day = f"{count(figures.reservations, RESERVATIONS)} на {whole(pieces(state, today))} шт."
            said = Evidence(number, now, "day", day)
            return look(state, _signal(found, figures, lead_id, now, common, said, number))
    last = state.raised.get(RULE)
    if last is None or last.level < 0:
        return ()
    rare = not sizes(state, today, context).dense
    calm = context.rules.sparse.clear_evenings if rare else context.rules.spike.clear_evenings
    evenings = range(today - calm + 1, today + 1)
    if local_day(last.at) >= evenings.start or any(_stands_out(state, day, context) for day in evenings):
        return ()
    return clear(state, RULE, now, float(state.days.on(state.days.reservations, today)))


def _is_old_news(state: LeadState, orders: int, size: int, ts: Millis) -> bool:
    """Whether the critical day has not grown enough since it was looked at to say more."""
    _, more_orders, larger = state.spike
    last = state.raised.get(RULE)
    if orders >= more_orders or size >= larger or last is None:
        return False
    if last.level < SEVERITIES.index("critical"):
        return False
    last.at = max(last.at, ts)
    return True


def _until_news(orders: int, size: int, both: Both, score: float, shown: Alert | None) -> tuple[int, float]:
    """Orders and pieces of a critical day from which there may be more to say: its message (`shown`, where it is not
    of this look) would have other figures, or the score reaches the one given.

    s grows at most with the square of the orders above the expected ones, or of the logarithm of the pieces over the
    typical. (What it has of the plain look may come faster: that is told when the rest of the orders are there. A score
    below 1 may be less than it is.)
    """
    more, larger = _moved(orders, "reservations", shown), _moved(size, "pieces", shown)
    by_count, by_pieces = both
    if by_count is not None:
        more = min(more, by_count.usual + (orders - by_count.usual) * sqrt(score / max(by_count.score, 1.0)))
    if by_pieces is not None:
        larger = min(larger, by_pieces.usual * (size / by_pieces.usual) ** sqrt(score / max(by_pieces.score, 1.0)))
    return ceil(more), larger


def _moved(now: int, unit: Unit, shown: Alert | None) -> float:
    """What a figure must grow to, for its message to be changed: from what it shows, if that is a bit less by now."""
    if shown is not None and shown.unit == unit and shown.value <= now < MORE * shown.value:
        return MORE * shown.value
    return MORE * now


def _stands_out(state: LeadState, day: LocalDay, context: Context) -> bool:
    """Whether the day is not yet below the clear mark."""
    rules, common = context.rules.spike, factor(context.fleet, day)
    both = by_both(state, day, context, common, rules.clear)
    below = rules.clear / rules.warning
    return any(size is not None and size.score >= below for size in both)


def _signal(
    found: Size, day: Day, lead_id: LeadId, ts: Millis, common: float, said: Evidence, number: EventId
) -> Signal:
    severity, score, strength = found.said()
    return Signal(
        signal_id=number,
        lead_id=lead_id,
        rule=RULE,
        severity=severity,
        ts=ts,
        window_start=day_start(local_day(ts)),
        value=float(found.value),
        baseline=round(found.usual, 2),
        score=score,
        strength=strength,
        unit=found.unit,
        figures={
            "fleet": common,
            "ratio": round(found.value / max(found.usual, 0.01), 2),
            "day": float(local_day(ts)),
            "orders": float(day.reservations),
            "pieces": float(day.reserved_qty + day.cancelled_qty),
            "cancelled": float(day.cancelled),
            "cancelled_pieces": float(day.cancelled_qty),
        },
        evidence=[said],
    )

"""Bulk pick: the client's stock leaves at once, or faster than it ever did, and nothing comes in its place.

D_N = pieces reserved, picked or shipped over N days / (pieces that lie there + pieces moved off the shelves in them)
(after research/domain.md 4.3; measured by `bench.stock`). A reservation of everything counts before anything has left.

- large (info): D_1 ≥ 0.6, at least a usual week, more than on any of 84 days. A marketplace's supply looks the same.
- warning: D_1 ≥ 0.9; or D_3 ≥ 0.45 and 1.2 × the client's own worst 3 days, not all in one order; or D_7 ≥ 0.47 and
  1.2 × his own worst week with large days trimmed; or ≥ 10 % of the stock withdrawn by the client himself.
- critical: ≥ 30 % withdrawn, or a warning with D ≥ 0.8, ≤ 3 days to zero at this pace, or half of the articles gone.
- none of it (but withdrawal) when half of what was taken came in meanwhile or is announced (and not later than any
  supply before); goods with the purpose of a marketplace's supply or a transfer do not count. A common season (the
  fleet's F > 1) raises what is usual.
- over: half of what was taken came in since, or 14 days without anything new.

Minimum data: 28 days; a snapshot, or goods that came in twice: then the stock is the sum of the flows above their
lowest level (a usual fortnight at least) and the thresholds against the client's own worst are 1.2 times as high.
Estimated stock, or a snapshot that disagrees with the flows by more than 5 %, never makes a critical signal.
"""

from collections.abc import Sequence
from typing import Final

from processors.context import Context
from processors.days import DAY_MS, day_start, local_day
from processors.emptying import NONE, Judged, is_calm, judge, may_matter
from processors.rules.stock import BulkPickRules
from processors.russian.plural import whole
from processors.signals.raising import Cleared, Fresh, clear, rise
from processors.state import LeadState
from processors.stock import NEVER_CALM, Flow, Stock, move, tell
from schemas.alerts import SEVERITIES, Evidence, Signal
from schemas.codec import event_id
from schemas.events import Inbound, Pick, Reservation, Shipment
from schemas.types import LocalDay, Millis

TAKEN: Final = (Pick, Shipment)
"""Flows that take goods from the shelves."""


def reserved(state: LeadState, event: Reservation, today: LocalDay, context: Context) -> Sequence[Signal | Fresh]:
    """What a reservation means, after its figures stand in `state.days`."""
    stock = state.stock
    if stock is None:
        stock = state.stock = Stock()
    if not event.purpose and (not stock.places or is_calm(stock, event.qty, today)):
        return ()  # the shortest way for the most events
    stock.calm = NEVER_CALM
    return _taken(state, stock, event, today, context)


def moved(state: LeadState, event: Flow, today: LocalDay, context: Context) -> Sequence[Signal | Fresh | Cleared]:
    """The same of what moves the stock."""
    stock = state.stock
    if stock is None:
        stock = state.stock = Stock()
    if _moves_calmly(stock, event, today):
        return ()
    stock.calm = NEVER_CALM
    if isinstance(event, TAKEN):
        return _taken(state, stock, event, today, context)
    if type(event) is Inbound:
        stock.window = None
        return _replaced(state, event.ts, context.rules.bulk_pick)
    return ()


def evening(state: LeadState, now: Millis, context: Context) -> Sequence[Cleared]:
    """After a fortnight without anything new it is history."""
    raised = state.raised.get("bulk_pick")
    if raised is None or raised.level == NONE or now - raised.at < context.rules.bulk_pick.clear_days * DAY_MS:
        return ()
    return clear(state, "bulk_pick", now)


def _moves_calmly(stock: Stock, event: Flow, today: LocalDay) -> bool:
    """Move the stock. Whether that needs no look: what is taken counts against the calm, and so does what is gone."""
    if isinstance(event, TAKEN):
        move(stock, event, today)
        return not event.purpose and is_calm(stock, abs(event.qty), today)
    known, have = stock.known, stock.have()
    move(stock, event, today)
    if type(event) is Inbound or stock.known != known:
        return False
    return is_calm(stock, max(0, have - stock.have()), today)


def _taken(
    state: LeadState, stock: Stock, event: Reservation | Pick | Shipment, today: LocalDay, context: Context
) -> Sequence[Signal | Fresh]:
    """Whether so much was taken with it that it is to be told."""
    tell(stock, event, today)
    if event.qty <= 0 or not may_matter(state, stock, today, context):
        return ()
    judged = judge(state, stock, today, context)
    return rise(state, _signal(stock, event, judged, context.rules.bulk_pick)) if judged.level > NONE else ()


def _replaced(state: LeadState, ts: Millis, rules: BulkPickRules) -> Sequence[Cleared]:
    """Whether goods came in for half of what was taken since it was raised."""
    raised = state.raised.get("bulk_pick")
    if raised is None or raised.level == NONE:
        return ()
    since = local_day(raised.since)
    came = state.days.since(state.days.inbound_qty, since)
    return clear(state, "bulk_pick", ts, came) if came >= rules.cleared * raised.value else ()


def _signal(stock: Stock, event: Reservation | Pick | Shipment, judged: Judged, rules: BulkPickRules) -> Signal:
    level, span, share, withdrawn = judged
    have, expected = stock.have(), stock.expected(local_day(event.ts))
    firm = stock.firm(rules.doubtful)
    out = span.withdrawn if withdrawn else span.taken
    strength = min(1.0, share + 0.5) if withdrawn else share
    figures = {
        "days": float(span.days),
        "stock": float(have + span.moved),
        "out": float(out),
        "left": float(have),
        "share": round(100 * share, 1),
        "inbound": float(span.inbound),
        "announced": float(expected),
        "withdrawn": float(span.withdrawn),
        "usual": round(span.usual, 1),
        "worst": float(span.worst),
    }
    if stock.announced > expected:
        figures["overdue"] = float(stock.announced)
    if span.moved:
        figures["days_to_zero"] = round(have * span.days / span.moved, 1)
    if stock.skus:
        figures |= {"skus": float(stock.skus), "gone": float(stock.gone)}
    if not stock.known:
        figures["estimated"] = 1.0
    elif not firm:
        figures["doubtful"] = round(100 * stock.gap, 1)
    return Signal(
        signal_id=event_id("signal", "bulk_pick", event.event_id),
        lead_id=event.lead_id,
        rule="bulk_pick",
        severity=SEVERITIES[level],
        ts=event.ts,
        window_start=day_start(local_day(event.ts) - span.days + 1),
        value=float(out),
        baseline=round(span.usual, 1),
        score=round(100 * share, 1),
        strength=round(strength if firm else strength / 2, 3),
        unit="pieces",
        figures=figures,
        evidence=[Evidence(event.event_id, event.ts, _kind(event), f"{event.doc}, {whole(event.qty)} шт.")],
    )


def _kind(event: Reservation | Pick | Shipment) -> str:
    match event:
        case Reservation():
            return "reservation"
        case Pick():
            return "pick"
        case Shipment():
            return "shipment"

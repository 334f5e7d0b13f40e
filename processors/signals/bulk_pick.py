"""Bulk pick: the client's stock leaves at once, or faster than it ever did, and nothing comes in its place.

D_N = pieces reserved, picked or shipped over N days / (pieces that lie there + pieces moved off the shelves in them)
(after research/domain.md 4.3; measured by `bench.stock`). A reservation of everything counts before anything has left.

- large (info): D_1 ≥ 0.6, at least a usual week, more than on any of 84 days. A marketplace's supply looks the same.
- warning: D_1 ≥ 0.9; or D_3 ≥ 0.45 and 1.2 × the client's own worst 3 days, not all in one order; or D_7 ≥ 0.47 and
  1.2 × his own worst week with large days trimmed; or ≥ 10 % of the stock withdrawn by the client himself.
- critical: ≥ 30 % withdrawn, or a warning with D ≥ 0.8, ≤ 3 days to zero at this pace, or half of the articles gone.
- none of it (but withdrawal) when half of what was taken came in meanwhile or is announced; goods with the purpose of a
  marketplace's supply or a transfer do not count. A common season (the fleet's F > 1) raises what is usual.
- over: half of what was taken came in since, or 14 days without anything new.

Minimum data: 28 days; a snapshot, or goods that came in twice: then the stock is the sum of the flows above their
lowest level (a usual fortnight at least) and the thresholds against the client's own worst are 1.2 times as high.
Estimated stock, or a snapshot that disagrees with the flows by more than 5 %, never makes a critical signal.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from processors.context import Context
from processors.days import DAY_MS, day_start, local_day
from processors.outflow import HISTORY_DAYS, SPANS, Span, Window, spans, window
from processors.rules.stock import BulkPickRules
from processors.signals.raising import Cleared, clear, rise
from processors.state import Day, LeadState
from processors.stock import Flow, Stock, move, tell
from schemas.alerts import SEVERITIES, Evidence, Signal
from schemas.codec import event_id
from schemas.events import Fleet, Inbound, Pick, Reservation, Shipment
from schemas.types import LocalDay, Millis

OUT: Final = (Reservation, Pick, Shipment)
"""What takes goods from the stock."""

INFO, WARNING, CRITICAL = range(len(SEVERITIES))
NONE: Final = -1

_DAY, _THREE, _WEEK, _FORTNIGHT = range(len(SPANS))


class Judged(NamedTuple):
    """How bad it is (index of SEVERITIES, -1: not at all), by which span, and what share of the stock it took (of
    what the client withdrew himself, where that is the reason)."""

    level: int
    span: Span
    share: float
    withdrawn: bool = False


def find(state: LeadState, event: Reservation | Flow, today: LocalDay, context: Context) -> Sequence[Signal | Cleared]:
    """What the event means, after its figures stand in `state.days`."""
    stock = state.stock
    if stock is None:
        stock = state.stock = Stock()
    if not isinstance(event, Reservation):
        move(stock, event, today)
    elif not stock.places and not event.purpose:  # nothing is known of the stock: the shortest way for the most events
        return ()
    if isinstance(event, Inbound):
        stock.window = None
        return _replaced(state, event.ts, context.rules.bulk_pick)
    if not isinstance(event, OUT):
        return ()
    tell(stock, event, today)
    if event.qty <= 0:
        return ()
    if not _may_matter(state, stock, today, context.rules.bulk_pick):
        return ()
    judged = judge(state, stock, today, context)
    return rise(state, _signal(stock, event, judged, context.rules.bulk_pick)) if judged.level > NONE else ()


def evening(state: LeadState, now: Millis, context: Context) -> Sequence[Cleared]:
    """After a fortnight without anything new it is history."""
    raised = state.raised.get("bulk_pick")
    if raised is None or raised.level == NONE or now - raised.at < context.rules.bulk_pick.clear_days * DAY_MS:
        return ()
    return clear(state, "bulk_pick", now)


def _may_matter(state: LeadState, stock: Stock, today: LocalDay, rules: BulkPickRules) -> bool:
    """Whether `judge` could find anything: a cheap upper bound of the shares it compares, for almost no event matters.

    Goods with a harmless purpose only lower a share, so they are left out; so is what a stock is taken for at least.
    """
    if stock.told and any(any(told.withdrawn) for told in stock.told.values()):
        return True
    if stock.arrivals < 2 and not stock.known:
        return False
    have, days = stock.have(), state.days
    day = today if stock.window is None else max(today, stock.window.day)
    reserved = picked = shipped = 0
    bounds = rules.large, None, rules.share_3_days, None, None, None, rules.share_week
    for back, bound in enumerate(bounds):
        figures = days.get(day - back)
        if figures is not None:
            reserved += figures.reserved_qty
            picked += figures.picked_qty
            shipped += figures.shipped_qty
        if bound is not None:
            moved = max(picked, shipped, 0)
            taken = max(reserved, moved)
            if taken / max(1, have + moved, taken) >= bound:
                return True
    return False


def judge(state: LeadState, stock: Stock, today: LocalDay, context: Context) -> Judged:
    """The worst that today's figures say so far. More pieces out never make it better."""
    rules = context.rules.bulk_pick
    known = stock.known
    before = _window(state, stock, today)
    figures = state.days.get(before.day) or Day()
    now = figures.reserved_qty, figures.picked_qty, figures.shipped_qty
    looked = spans(before, stock.told, now, figures.inbound_qty)
    have = stock.have() if known else max(stock.have(), int(rules.cover_days * before.mean))
    shares = [min(1.0, span.taken / max(1, have + span.moved, span.taken)) for span in looked]
    best = _withdrawn(looked, have, rules)
    if not known and stock.arrivals < 2:  # nothing is known of the stock
        return best._replace(level=NONE)
    if before.days < rules.min_days:
        return best
    rarer = _season(context.fleet, today) * (1.0 if known else rules.estimated)
    least = max(rules.min_stock, rules.least_days * before.mean)
    for n in (_DAY, _THREE, _WEEK):
        span, share = looked[n], shares[n]
        level = _level(n, span, share, rarer, rules) if span.taken >= least else NONE
        if level == NONE or stock.announced + span.inbound >= rules.replaced * span.taken:
            continue
        if level == WARNING and known and stock.gap <= rules.doubtful and _grave(stock, have, looked, share, rules):
            level = CRITICAL
        if level > best.level:
            best = Judged(level, span, share)
    return best


def _level(n: int, span: Span, share: float, rarer: float, rules: BulkPickRules) -> int:
    if n == _DAY:
        if span.taken < rarer * span.worst or share < rules.large:
            return NONE
        return WARNING if share >= rules.at_once else INFO
    if n == _THREE:
        spread = span.biggest < rules.one_order_3_days * span.taken
        unusual = span.taken >= rules.unusual * rarer * span.worst
        return WARNING if share >= rules.share_3_days and spread and unusual else NONE
    spread = span.biggest < rules.one_order_week * span.taken
    unusual = span.run >= rules.unusual * rarer * span.worst_run
    return WARNING if share >= rules.share_week and spread and unusual else NONE


def _grave(stock: Stock, have: int, looked: Sequence[Span], share: float, rules: BulkPickRules) -> bool:
    pace = looked[_THREE].moved / looked[_THREE].days
    return (
        share >= rules.critical
        or have <= rules.critical_days_left * pace
        or (stock.skus > 0 and stock.gone >= rules.critical_gone * stock.skus)
    )


def _withdrawn(looked: Sequence[Span], have: int, rules: BulkPickRules) -> Judged:
    """By the span in which the client himself took the largest share."""
    shares = [span.withdrawn / max(1, have + span.moved, span.withdrawn) for span in looked]
    n = max(range(len(looked)), key=lambda n: shares[n])
    level = NONE
    if looked[n].withdrawn >= rules.min_stock and shares[n] >= rules.withdrawal_warning:
        level = CRITICAL if shares[n] >= rules.withdrawal_critical else WARNING
    return Judged(level, looked[n], shares[n], withdrawn=True)


def _season(fleet: Fleet, today: LocalDay) -> float:
    """The fleet's factor of the last week when it is a season; a quiet fleet makes nobody suspicious."""
    last = [ratio for ratio in fleet.ratios[-7:] if ratio > 1.0] if 0 <= today - fleet.day <= 1 else []
    return sum(last) / len(last) if last else 1.0


def _window(state: LeadState, stock: Stock, today: LocalDay) -> Window:
    """What stands before today, made once a day; an event of a former day makes it anew."""
    if stock.window is not None and stock.window.day == today:
        return stock.window
    day = max(today, stock.window.day) if stock.window is not None else today
    days = []
    for one in range(day - HISTORY_DAYS - SPANS[-1] + 1, day):
        figures = state.days.get(one)
        days.append(
            (figures.reserved_qty, figures.picked_qty, figures.shipped_qty, figures.inbound_qty)
            if figures
            else (0, 0, 0, 0)
        )
    known_days = day - state.first_day if state.first_day is not None else 0
    stock.window = window(day, known_days, days)
    return stock.window


def _replaced(state: LeadState, ts: Millis, rules: BulkPickRules) -> Sequence[Cleared]:
    """Whether goods came in for half of what was taken since it was raised."""
    raised = state.raised.get("bulk_pick")
    if raised is None or raised.level == NONE:
        return ()
    since = local_day(raised.since)
    came = sum(figures.inbound_qty for day, figures in state.days.items() if day >= since)
    return clear(state, "bulk_pick", ts, came) if came >= rules.cleared * raised.value else ()


def _signal(stock: Stock, event: Reservation | Pick | Shipment, judged: Judged, rules: BulkPickRules) -> Signal:
    level, span, share, withdrawn = judged
    have = stock.have()
    firm = stock.known and stock.gap <= rules.doubtful
    out = span.withdrawn if withdrawn else span.taken
    strength = min(1.0, share + 0.5) if withdrawn else share
    figures = {
        "days": float(span.days),
        "stock": float(have + span.moved),
        "out": float(out),
        "left": float(have),
        "share": round(100 * share, 1),
        "inbound": float(span.inbound),
        "announced": float(stock.announced),
        "withdrawn": float(span.withdrawn),
        "usual": round(span.usual, 1),
        "worst": float(span.worst),
    }
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
        evidence=[Evidence(event.event_id, event.ts, _kind(event), f"{event.doc}: {event.qty} шт.")],
    )


def _kind(event: Reservation | Pick | Shipment) -> str:
    match event:
        case Reservation():
            return "reservation"
        case Pick():
            return "pick"
        case Shipment():
            return "shipment"

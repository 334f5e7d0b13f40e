"""Broken reservations: the client takes back much of what he reserved.

C = pieces taken back (cancelled, or changed to less) in 3 or 7 days; share = C / pieces reserved in 5 or 8 days, before
anything was taken back (measured by `bench.broken`).

- warning: share ≥ 0.33 and three times the client's own of 84 days; C at least half a usual day of reserved pieces,
  and his own worst span (less of it when he reserves less than he did).
- critical: share ≥ 0.8, and at least a usual week.
- A moved order is no loss (`processors.moves`: the same goods under another number). The new one may come a day later,
  so few documents are judged on the evening of the next day; many at once, but without the largest, which may yet move.
  An order that is moved in other parts is reserved twice: what was reserved in 14 days beyond the usual is twice C.
- over: as much reserved anew as was taken back, or 14 days without anything new.

Minimum data: 28 days, 50 pieces. No public data hold cancellations (research/signals.md): the thresholds come from our
own simulation.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from processors.context import Context
from processors.days import DAY_MS, day_start, local_day
from processors.moves import NEXT_DAYS, remember, sort_out
from processors.rules.stock import BrokenRules
from processors.russian.plural import DAYS, count, whole
from processors.signals.raising import Cleared, Fresh, clear, rise
from processors.state import LeadState
from schemas.alerts import SEVERITIES, Evidence, Signal
from schemas.codec import event_id
from schemas.events import Reservation
from schemas.types import LeadId, LocalDay, Millis

SPANS: Final = ((3, 5), (7, 8))
"""Days in which pieces are taken back, and those in which they were reserved."""

BEFORE_DAYS: Final = 14
"""Days in which the original of a moved order is looked for."""

HISTORY_DAYS: Final = 84
LEAST_PACE: Final = 0.3
"""A client who reserves less than he did takes back less in an ordinary week; so much less at most."""


class Broken(NamedTuple):
    """What was taken back in `days` up to today: pieces, documents, share of what was reserved; the client's own share
    and usual pieces a day."""

    severity: int
    days: int
    pieces: int
    documents: int
    share: float
    reserved: int
    own_share: float
    usual: float


def find(state: LeadState, event: Reservation, today: LocalDay, context: Context) -> Sequence[Signal | Fresh | Cleared]:
    """What the event means, after its figures stand in `state.days`."""
    rules, qty = context.rules.broken, event.qty
    if not -rules.min_pieces < qty < rules.min_pieces:
        remember(state.large, event, rules.min_pieces)
    if qty > 0:  # the shortest way for the most events
        return _reserved_anew(state, event.ts, rules) if "broken_reservations" in state.raised else ()
    if event.qty == 0:
        return ()
    days = state.days
    if days.total(days.cancelled, today - SPANS[-1][0] + 1, today + 1) < rules.documents:
        return ()  # the evening judges them
    found = judge(state, today, rules, today - NEXT_DAYS)
    if found is None or found.documents < rules.documents:
        return ()
    evidence = Evidence(event.event_id, event.ts, "reservation", f"{event.doc}, снято {whole(-event.qty)} шт.")
    return rise(state, _signal(event.lead_id, event_id("signal", "broken", event.event_id), event.ts, found, evidence))


def evening(state: LeadState, lead_id: LeadId, now: Millis, context: Context) -> Sequence[Signal | Fresh | Cleared]:
    """A day after pieces were taken back: whether they were reserved anew. After a fortnight it is history."""
    rules, today = context.rules.broken, local_day(now)
    raised = state.raised.get("broken_reservations")
    if raised is not None and raised.level >= 0 and now - raised.at >= rules.clear_days * DAY_MS:
        return clear(state, "broken_reservations", now)
    if state.days.on(state.days.cancelled_qty, today - 1) <= 0:
        return ()
    found = judge(state, today, rules, today - NEXT_DAYS + 1)
    if found is None or (raised is not None and raised.level >= found.severity):
        return ()
    number = event_id("signal", "broken", lead_id, str(today))
    day = f"за {count(found.days, DAYS)} снято {whole(found.pieces)} шт."
    return rise(state, _signal(lead_id, number, now, found, Evidence(number, now, "day", day)))


def judge(state: LeadState, today: LocalDay, rules: BrokenRules, waits: LocalDay) -> Broken | None:
    """The worst span up to today. Pieces taken back on it never make it better. The largest order taken back on the day
    `waits` or later is left out while it may yet be reserved anew."""
    days, since = state.days, today - BEFORE_DAYS + 1
    if state.first_day is None or today - state.first_day < rules.min_days:
        return None
    known = min(HISTORY_DAYS, since - state.first_day)
    if known <= 0 or days.total(days.cancelled_qty, today - SPANS[-1][0] + 1, today + 1) < rules.min_pieces:
        return None
    back, gross, documents = _without_moved(state, since, today, waits)
    if all(sum(back[-span:]) < rules.warning * sum(gross[-before:]) for span, before in SPANS):
        return None  # the most: his history is not asked for
    past = days.between(days.cancelled_qty, since - known, since)
    made = days.total(days.reserved_qty, since - known, since) + sum(past)
    own_share = sum(past) / max(1, made)
    usual = made / known
    beyond = sum(gross) - len(gross) * usual  # reserved in the fortnight beyond what is usual
    pace = min(1.0, max(LEAST_PACE, sum(gross) / max(1.0, len(gross) * usual)))
    worst: Broken | None = None
    for span, before in SPANS:
        pieces, reserved = sum(back[-span:]), sum(gross[-before:])
        share = min(1.0, pieces / max(1, reserved))
        if pieces < max(rules.min_pieces, rules.least_days * usual):
            continue
        if beyond >= rules.moved * pieces:
            continue
        if share < max(rules.warning, min(rules.critical, rules.unusual * own_share)):
            continue
        if pieces < rules.worst * pace * _most(past, span):
            continue
        critical = share >= rules.critical and pieces >= rules.critical_days * usual
        found = Broken(1 + critical, span, pieces, sum(documents[-span:]), share, reserved, own_share, usual)
        if worst is None or found.severity > worst.severity:
            worst = found
    return worst


def _without_moved(
    state: LeadState, since: LocalDay, today: LocalDay, waits: LocalDay
) -> tuple[list[int], list[int], list[int]]:
    """Of each day from `since` on: pieces taken back, pieces reserved, documents taken back; a moved order once
    reserved and never taken back, the largest that waits not yet taken back."""
    days, until = state.days, today + 1
    back = days.between(days.cancelled_qty, since, until)
    net = days.between(days.reserved_qty, since, until)
    gross = [max(0, left + taken) for left, taken in zip(net, back, strict=True)]
    documents = days.between(days.cancelled, since, until)
    moved, lost = sort_out(state.large)
    for move in moved:
        if 0 <= (n := move.back - since) < len(back):
            back[n], documents[n] = max(0, back[n] - move.pieces), max(0, documents[n] - 1)
        if 0 <= (n := move.anew - since) < len(gross):
            gross[n] = max(0, gross[n] - move.pieces)
    waiting = min((old for old in lost if local_day(old.at) >= waits), default=None)
    if waiting is not None and (n := local_day(waiting.at) - since) < len(back):
        back[n] = max(0, back[n] + waiting.pieces)
    return back, gross, documents


def _most(back: Sequence[int], span: int) -> int:
    most = last = 0
    for n, pieces in enumerate(back):
        last += pieces - (back[n - span] if n >= span else 0)
        most = max(most, last)
    return most


def _reserved_anew(state: LeadState, ts: Millis, rules: BrokenRules) -> Sequence[Cleared]:
    raised = state.raised.get("broken_reservations")
    if raised is None or raised.level < 0:
        return ()
    days, after = state.days, local_day(raised.since) + 1
    anew = days.since(days.reserved_qty, after) + days.since(days.cancelled_qty, after)
    return clear(state, "broken_reservations", ts, anew) if anew >= rules.cleared * raised.value else ()


def _signal(lead_id: LeadId, number: str, ts: Millis, found: Broken, evidence: Evidence) -> Signal:
    return Signal(
        signal_id=number,
        lead_id=lead_id,
        rule="broken_reservations",
        severity=SEVERITIES[found.severity],
        ts=ts,
        window_start=day_start(local_day(ts) - found.days + 1),
        value=float(found.pieces),
        baseline=round(found.own_share * found.usual * found.days, 1),
        score=round(100 * found.share, 1),
        strength=round(found.share, 3),
        unit="pieces",
        figures={
            "days": float(found.days),
            "cancelled": float(found.pieces),
            "documents": float(found.documents),
            "reserved": float(found.reserved),
            "share": round(100 * found.share, 1),
            "usual_share": round(100 * found.own_share, 1),
            "usual": round(found.usual, 1),
        },
        evidence=[evidence],
    )

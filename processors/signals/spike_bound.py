"""The cheap bound before a spike: whether a day is above the ordinary at all, and how much more leaves it ordinary.

Almost no reservation makes a spike, so almost none is judged (`reservation_spike`): an ordinary day is left alone for
so many orders and pieces (`Quiet`), which are counted down.
"""

from math import ceil

from processors.context import Context
from processors.days import HOUR_MS, at_local, day_start
from processors.signals.spike_day import NOT_BELOW, by_count
from processors.state import LeadState, Quiet
from processors.usual import kept_sizes, sizes, usual
from schemas.events import Reservation
from schemas.types import LocalDay, Millis

NEVER: LocalDay = 0
"""`Quiet.day` where each reservation is looked at."""

MANY = 1 << 53
"""More than anybody reserves."""


def is_quiet(state: LeadState, event: Reservation, today: LocalDay, context: Context) -> bool:
    """Whether so many orders and pieces more need no look (`may_matter`); they are counted."""
    quiet = state.quiet
    if quiet.day != today or event.ts >= quiet.until or context.fleet.day > today:
        return False
    if event.action == "created":
        quiet.orders -= 1
    if event.qty > 0:
        quiet.pieces -= event.qty
    return quiet.orders > 0 and quiet.pieces > 0


def may_matter(state: LeadState, orders: int, size: int, ts: Millis, today: LocalDay, context: Context) -> bool:
    """Whether the day is above the ordinary at all: asked of every reservation, so the normal is kept in the state."""
    if orders >= context.rules.spike.min_today:
        normal = state.usual = usual(state, today, context)
        # the fleet's factor is never so low as to make less a spike, and before the evening it only raises the expected
        if 0 < normal.mean < orders and (orders >= NOT_BELOW * normal.mean or day_is_known(ts, today, context)):
            return True
    if size < context.rules.sparse.min_pieces:
        return False
    kept = state.sizes = sizes(state, today, context)
    return 0 < kept.least <= size


def quiet_for(
    state: LeadState, orders: int, size: int, ts: Millis, today: LocalDay, context: Context, nothing: int = 0
) -> Quiet:
    """What is left until the day may matter, where it does not yet: until the evening, and then for the day. `nothing`:
    so many orders are known to be no spike."""
    rules, normal, kept = context.rules, state.usual, kept_sizes(state, today)
    most_orders, most_pieces, known = rules.spike.min_today, rules.sparse.min_pieces, day_is_known(ts, today, context)
    if normal is not None and normal.day == today:
        spike = int(normal.mean) + 1 if known else ceil(NOT_BELOW * normal.mean)
        most_orders = max(most_orders, spike) if normal.mean > 0 else MANY
    if kept is not None:
        most_pieces = max(most_pieces, kept.least) if kept.least > 0 else MANY
    most_orders = max(most_orders, nothing + 1)
    until = day_start(today + 1) if known else at_local(today, rules.alerts.evening_from * HOUR_MS)
    return Quiet(today, until, most_orders - orders, most_pieces - size)


def more_is_nothing(state: LeadState, orders: int, day: LocalDay, context: Context, mark: float) -> int:
    """So many orders more stay below the mark of a day that is not yet, whatever the fleet does until the evening: its
    factor only raises what is expected. 0: it is close."""
    for more in (orders, orders // 2, orders // 4):
        size = by_count(state, day, orders + more, context, 1.0, context.rules.spike.warning)
        if size is None or size.score < mark:
            return more
    return 0


def day_is_known(ts: Millis, today: LocalDay, context: Context) -> bool:
    """Whether the factor of the day is that of a whole day: from its evening on, by figures of the last hour."""
    fleet, evening_from = context.fleet, at_local(today, context.rules.alerts.evening_from * HOUR_MS)
    return fleet.day > today or (fleet.day == today and ts >= evening_from and fleet.ts >= ts - HOUR_MS)

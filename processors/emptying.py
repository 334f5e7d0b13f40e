"""How far a client's stock is being emptied, and how bad that is: what `processors.signals.bulk_pick` tells of."""

from collections.abc import Sequence
from math import inf
from typing import Final, NamedTuple

from processors.context import Context
from processors.day_series import Days
from processors.outflow import HISTORY_DAYS, SPANS, Moved, Span, Window, spans, window
from processors.rules.stock import BulkPickRules
from processors.state import LeadState
from processors.stock import Stock
from schemas.alerts import SEVERITIES
from schemas.fleet import Fleet
from schemas.types import LocalDay

INFO, WARNING, CRITICAL = range(len(SEVERITIES))
NONE: Final = -1

ANY: Final = 1 << 53
"""As many pieces as one likes."""

_DAY, _THREE, _WEEK, _FORTNIGHT = range(len(SPANS))


class Judged(NamedTuple):
    """How bad it is (index of SEVERITIES, -1: not at all), by which span, and what share of the stock it took (of
    what the client withdrew himself, where that is the reason)."""

    level: int
    span: Span
    share: float
    withdrawn: bool = False


def judge(state: LeadState, stock: Stock, today: LocalDay, context: Context) -> Judged:
    """The worst that today's figures say so far. More pieces out never make it better."""
    rules = context.rules.bulk_pick
    known, firm = stock.known, stock.firm(rules.doubtful)
    before = _window(state, stock, today)
    days = state.days
    looked = spans(before, stock.told, _moved(days, before.day), days.on(days.inbound_qty, before.day))
    expected = stock.expected(today)
    have = stock.have() if known else max(stock.have(), int(rules.cover_days * before.mean))
    shares = [min(1.0, span.taken / max(1, have + span.moved, span.taken)) for span in looked]
    best = _withdrawn(looked, have, firm, rules)
    if not known and stock.arrivals < 2:  # nothing is known of the stock
        return best._replace(level=NONE)
    if before.days < rules.min_days:
        return best
    rarer = _season(context.fleet, today) * (1.0 if known else rules.estimated)
    least = max(rules.min_stock, rules.least_days * before.mean)
    for n in (_DAY, _THREE, _WEEK):
        span, share = looked[n], shares[n]
        level = _level(n, span, share, rarer, rules) if span.taken >= least else NONE
        if level == NONE or expected + span.inbound >= rules.replaced * span.taken:
            continue
        if level == WARNING and firm and _grave(stock, have, looked, share, rules):
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


def _withdrawn(looked: Sequence[Span], have: int, firm: bool, rules: BulkPickRules) -> Judged:
    """By the span in which the client himself took the largest share. Of a stock that is not `firm` a share is never
    critical: the pieces are certain, of how many they are is not."""
    shares = [span.withdrawn / max(1, have + span.moved, span.withdrawn) for span in looked]
    n = max(range(len(looked)), key=lambda n: shares[n])
    level = NONE
    if looked[n].withdrawn >= rules.min_stock and shares[n] >= rules.withdrawal_warning:
        level = CRITICAL if firm and shares[n] >= rules.withdrawal_critical else WARNING
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
    days, since = state.days, day - HISTORY_DAYS - SPANS[-1] + 1
    reserved, picked, shipped, inbound = (
        days.between(series, since, day)
        for series in (days.reserved_qty, days.picked_qty, days.shipped_qty, days.inbound_qty)
    )
    stock.window = window(day, _known_days(state, day), (reserved, picked, shipped), inbound)
    return stock.window


def _known_days(state: LeadState, day: LocalDay) -> int:
    return day - state.first_day if state.first_day is not None else 0


def _moved(days: Days, day: LocalDay) -> Moved:
    return days.on(days.reserved_qty, day), days.on(days.picked_qty, day), days.on(days.shipped_qty, day)


def is_calm(stock: Stock, qty: int, today: LocalDay) -> bool:
    """Whether so many pieces may be reserved without a look (`may_matter`); they are counted. What is taken back only
    lowers the shares."""
    day, pieces = stock.calm
    if day != today or qty >= pieces:
        return False
    if qty > 0:
        stock.calm = day, pieces - qty
    return True


def may_matter(state: LeadState, stock: Stock, today: LocalDay, context: Context) -> bool:
    """Whether `judge` could find anything: a cheap upper bound of what it compares, for almost no event matters. If
    not, `stock.calm` says how long, but where only a season makes it usual, which may end within the day.

    Goods with a harmless purpose only lower a share, so they are left out; so is what a stock is taken for at least.
    """
    if stock.told and any(any(told.withdrawn) for told in stock.told.values()):
        return True
    known, before, rules = stock.known, stock.window, context.rules.bulk_pick
    day = today if before is None else max(today, before.day)
    # too little is known of the stock, or of the client
    if (stock.arrivals < 2 and not known) or _known_days(state, day) < rules.min_days:
        stock.calm = today, ANY
        return False
    have, spare = stock.have(), 0
    if before is None or before.day != today:
        spare = int(_spare_by_days(state.days, have, day, rules))
        before = _window(state, stock, today) if spare <= 0 and day == today else None
    if before is None:
        may = spare <= 0
    else:
        now, rarer = _moved(state.days, today), 1.0 if known else rules.estimated
        spare = int(_spare_by_window(before, now, have, rarer, rules))
        may = spare <= 0
        if may and (season := _season(context.fleet, today)) > 1.0:
            may = int(_spare_by_window(before, now, have, season * rarer, rules)) <= 0
    if spare > 0:
        stock.calm = today, spare
    return may


def _spare_by_window(before: Window, now: Moved, have: int, rarer: float, rules: BulkPickRules) -> float:
    """Pieces that may yet be reserved today, by what stands before it where it was asked for already: the shares, and
    his own worst."""
    least = max(rules.min_stock, rules.least_days * before.mean)
    run = before.run[_WEEK] + min(max(now[before.flow], 0), before.cap)
    spare = inf
    for n, bound in ((_DAY, rules.large), (_THREE, rules.share_3_days), (_WEEK, rules.share_week)):
        reserved, picked, shipped, _ = before.sums[n]
        moved = max(picked + now[1], shipped + now[2], 0)
        taken = max(reserved + now[0], moved)
        so_far, most = (run, rules.unusual * before.worst_run[n]) if n == _WEEK else (taken, before.worst[n])
        least_share = bound * max(1, have + moved, taken)
        spare = min(spare, max(max(least, least_share) - taken, rarer * most - so_far))
    return spare


def _spare_by_days(days: Days, have: int, today: LocalDay, rules: BulkPickRules) -> float:
    """The same by the last days' figures alone: the shares."""
    least, spare = rules.min_stock, inf
    for bound, reserved, picked, shipped in zip(
        (rules.large, rules.share_3_days, rules.share_week),
        _lately(days, days.reserved_qty, today),
        _lately(days, days.picked_qty, today),
        _lately(days, days.shipped_qty, today),
        strict=True,
    ):
        moved = max(picked, shipped, 0)
        taken = max(reserved, moved)
        spare = min(spare, max(bound * max(1, have + moved, taken), least) - taken)
    return spare


def _lately(days: Days, series: list[int], today: LocalDay) -> tuple[int, int, int]:
    """The sums of the first three of SPANS."""
    if not series:
        return 0, 0, 0
    week = days.between(series, today - SPANS[_WEEK] + 1, today + 1)
    return week[-1], sum(week[-SPANS[_THREE] :]), sum(week)

"""Silence: orders, chat, calls, meetings and answers that do not come ("long stretches of silence").

Each channel is held against its own rhythm (`processors.rhythm`): warning from P < 0.03 and three working days,
critical from P < 0.001 and five (orders only); with a mean gap above ten days, or few gaps, from max(45 d, 1.5 x the
longest gap). The channels of talk need P < 0.005 and never are critical: people talk less regularly than they order.
An answer is late by the same formula over the hours that his last ones took (P < 0.0005), without the holidays of those
who keep his week. Each is over with the first event of its channel.

A client who is silent in everything has one alert: while his orders are silent, the other channels only make it
stronger (a tenth each) and are told in its figures; of chat and answers the chat speaks. Today counts
from the first evening hour on.
"""

from bisect import bisect_right
from collections.abc import Sequence
from math import log10
from typing import Final, NamedTuple

from processors.context import Context
from processors.day_series import Days
from processors.days import DAY_MS, HOUR_MS, day_since, day_start, local_day
from processors.rhythm import Silence, is_short, silence, surprise
from processors.rules.volume import SilenceRules
from processors.signals.heard import ref_of
from processors.signals.raising import Cleared, Fresh, clear, look
from processors.state import Last, LeadState, Talk
from processors.volume import holidays
from schemas.alerts import Evidence, Rule, Severity, Signal
from schemas.codec import event_id
from schemas.events import Event, Message
from schemas.types import LeadId, LocalDay, Millis

ORDERS: Final = "order_silence"
CHAT: Final = "chat_silence"
CALLS: Final = "call_silence"
MEETINGS: Final = "meeting_silence"
ANSWERS: Final = "reply_silence"
TALK: Final[tuple[Rule, ...]] = (CHAT, ANSWERS, CALLS, MEETINGS)

ORDERED_KEPT: Final = 12
"""Days with orders that are remembered beyond those with figures: a rare buyer's gaps."""

WAITS_KEPT: Final = 30
"""Answers of the client whose hours are remembered."""

EACH_CHANNEL: Final = 0.1
"""What each other silent channel adds to the strength of silent orders."""


class _Found(NamedTuple):
    rule: Rule
    size: float
    working_days: int
    value: float
    baseline: float
    since: Millis
    figures: dict[str, float]


def heard(state: LeadState, rule: Rule, event: Event, ref: str = "") -> Sequence[Cleared]:
    """The channel's silence is over: something came. `ref`: where its source has it (`heard.ref_of`)."""
    _remember(state, rule, event, ref)
    return clear(state, rule, event.ts) if rule in state.raised else ()


def wrote(state: LeadState, event: Message) -> Sequence[Cleared]:
    """The client wrote: what we had asked is answered."""
    talk, ts = state.talk, event.ts
    if talk is not None and talk.asked:
        talk.waits = [*talk.waits[1 - WAITS_KEPT :], round(max(0, ts - talk.asked) / HOUR_MS, 2)]
        talk.asked, talk.messages = 0, 0
    return (*heard(state, CHAT, event, ref_of(event)), *clear(state, ANSWERS, ts))


def asked(state: LeadState, event: Message) -> None:
    """One of us wrote: the first message since his last one waits for an answer."""
    talk = state.talk
    if talk is None:
        talk = state.talk = Talk()
    if not talk.asked:
        talk.asked = event.ts
        _remember(state, ANSWERS, event, ref_of(event))
    talk.messages += 1


def _remember(state: LeadState, rule: Rule, event: Event, ref: str) -> None:
    last, ts = state.last.get(rule), event.ts
    if last is None or ts >= last.ts:
        state.last[rule] = Last(ts, event.event_id, ref)


def outlived(state: LeadState, ordered: Sequence[LocalDay]) -> None:
    """Days with orders that go out of the state are remembered as days."""
    if ordered:
        state.ordered = sorted({*state.ordered, *ordered})[-ORDERED_KEPT:]


def evening(state: LeadState, lead_id: LeadId, now: Millis, context: Context) -> Sequence[Signal | Fresh | Cleared]:
    """The day that ends: which channels are silent for an unusually long time."""
    rules = context.rules.silence
    today = day_since(now, context.rules.alerts.evening_from)
    silent = _silent(state, today, now, context)
    if not silent:  # most clients, most evenings
        return [*clear(state, ANSWERS, now)]
    found = {each.rule: each for each in silent}
    orders = found.pop(ORDERS, None)
    results: list[Signal | Fresh | Cleared] = []
    if orders is not None:
        for rule in TALK:
            results += clear(state, rule, now)
        marks = rules.warning_probability, rules.critical_probability
        others = {f"{rule.removesuffix('_silence')}_days": each.figures["days"] for rule, each in found.items()}
        return [*results, *_say(state, lead_id, now, orders, marks, others, context)]
    for rule in TALK:
        marks = (rules.answer_probability if rule == ANSWERS else rules.other_probability), 0.0
        if rule in found and not (rule == ANSWERS and CHAT in found):
            results += _say(state, lead_id, now, found[rule], marks, {}, context)
        elif rule == ANSWERS:
            results += clear(state, rule, now)
    return results


def _silent(state: LeadState, today: LocalDay, now: Millis, context: Context) -> Sequence[_Found]:
    """The channels that are silent beyond the mark of a warning."""
    rules = context.rules.silence
    found = []
    known = state.first_day is not None and today - state.first_day >= rules.min_days  # else `silence` says nothing
    for rule, there in _still(state, today, rules) if known else ():
        mark = _mark(rule, rules)
        quiet = silence(there, today, context.rests, rules, mark)
        if quiet is not None and quiet.size >= mark and quiet.working_days >= rules.warning_days:
            found.append(_of_days(rule, quiet))
    waits = _late_answer(state, now, context)
    return [*found, waits] if waits is not None else found


def _mark(rule: Rule, rules: SilenceRules) -> float:
    """-log10 P of a warning."""
    return -log10(rules.warning_probability if rule == ORDERS else rules.other_probability)


def _still(state: LeadState, today: LocalDay, rules: SilenceRules) -> Sequence[tuple[Rule, Sequence[LocalDay]]]:
    """The channels that may be silent for unusually long, each with the days on which there was something, in order.

    Asked of every lead each evening: where something came lately, or seldom enough, the days are not gathered.
    """
    days, since = state.days, today - rules.warning_days + 1
    channels: list[tuple[Rule, Sequence[LocalDay]]] = []
    if not days.total(days.reservations, since, today + 1):
        channels.append((ORDERS, state.order_days() or _goods_days(days)))
    talk: Sequence[tuple[Rule, list[int]]] = ((CHAT, days.messages), (CALLS, days.calls), (MEETINGS, days.meetings))
    for rule, told in talk:
        if told and not days.total(told, since, today + 1):
            times, last = days.seen(told, today)
            if not is_short(times, today - last, rules, _mark(rule, rules)):
                channels.append((rule, days.with_any(told)))
    if not channels:  # most clients, most evenings
        return channels
    known = ((rule, there[: bisect_right(there, today)]) for rule, there in channels)
    return [(rule, there) for rule, there in known if there and today - there[-1] >= rules.warning_days]


def _goods_days(days: Days) -> Sequence[LocalDay]:
    """Of whom no order is known: the days on which his goods went."""
    return sorted({*days.with_any(days.picks), *days.with_any(days.shipped_qty)})


def _of_days(rule: Rule, quiet: Silence) -> _Found:
    figures = {
        "days": float(quiet.days),
        "working_days": float(quiet.working_days),
        "usual_gap": round(quiet.usual_gap, 2),
        "longest_gap": float(quiet.longest_gap),
    }
    usual = round(quiet.usual_gap, 2)
    return _Found(rule, quiet.size, quiet.working_days, quiet.value, usual, day_start(quiet.last), figures)


def _late_answer(state: LeadState, now: Millis, context: Context) -> _Found | None:
    """What we asked, when it waits for an unusually long time. Holidays are no days of it."""
    rules, talk = context.rules.silence, state.talk
    if talk is None or not talk.asked or len(talk.waits) < rules.min_waits:
        return None
    days = (now - talk.asked) / DAY_MS
    if not (size := _lateness(days, talk, rules)):
        return None
    asked, today = local_day(talk.asked), local_day(now)
    idle = sum(asked < day <= today for day in holidays(state, today, context))
    if idle and not (size := _lateness(days - idle, talk, rules)):
        return None
    usual = sum(talk.waits) / len(talk.waits)
    figures = {"days": float(int(days)), "messages": float(talk.messages), "usual_hours": round(usual, 1)}
    return _Found(ANSWERS, size, int(days), int(days), round(usual / 24, 2), talk.asked, figures)


def _lateness(days: float, talk: Talk, rules: SilenceRules) -> float:
    """-log10 P of so many days; 0 below the mark of a warning."""
    if days < rules.warning_days:
        return 0.0
    size = surprise(days, [hours / 24 for hours in talk.waits])
    return size if size >= -log10(rules.answer_probability) else 0.0


def _say(
    state: LeadState,
    lead_id: LeadId,
    now: Millis,
    found: _Found,
    marks: tuple[float, float],
    others: dict[str, float],
    context: Context,
) -> Sequence[Signal | Fresh]:
    warning, critical = marks
    far = critical > 0 and found.size >= -log10(critical)
    severity: Severity = "critical" if far and found.working_days >= context.rules.silence.critical_days else "warning"
    score = found.size / -log10(warning)
    return look(
        state,
        Signal(
            signal_id=event_id("signal", found.rule, lead_id, str(local_day(now))),
            lead_id=lead_id,
            rule=found.rule,
            severity=severity,
            ts=now,
            window_start=found.since,
            value=float(found.value),
            baseline=found.baseline,
            score=round(score, 3),
            strength=round(min(1.0, score / 2 + EACH_CHANNEL * len(others)), 3),
            unit="days",
            figures=found.figures | others,
            evidence=[_evidence(state.last.get(found.rule), found.since)],
        ),
    )


def _evidence(last: Last | None, since: Millis) -> Evidence:
    """What came last, where it was seen; of what was imported since only the day is known."""
    if last is None or local_day(last.ts) != local_day(since):
        return Evidence("", since, "last")
    return Evidence(last.event_id, last.ts, "last", ref=last.ref)

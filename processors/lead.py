"""The fold: what is remembered of a lead, and how one event changes it.

Everything here is deterministic: time comes in events (`Tick`, and the broker's append time in `Meta`), history comes
as `Baseline`. Replaying a record is a no-op (the fence `applied`), and so is the same event sent twice (`ids`).
"""

from collections.abc import Sequence
from typing import TypeAlias, TypeVar

from msgspec.structs import astuple, replace

from processors import outcomes, seen
from processors.context import Context
from processors.day_series import add
from processors.days import DAY_MS, HOUR_MS, local_day
from processors.rules import builtin
from processors.signals import (
    broken_reservations,
    bulk_pick,
    decline,
    phrase_verdict,
    phrases,
    reservation_spike,
    silence,
    tone,
)
from processors.signals.raising import Cleared, Fresh, Withdrawn
from processors.state import DAYS_KEPT, LeadState, Quiet
from processors.stock import NEVER_CALM, WITHDRAWAL
from processors.unlearn import unlearn
from schemas.alerts import Signal
from schemas.events import (
    Adjustment,
    AlertAction,
    AlertsMuted,
    Baseline,
    Call,
    CallTranscribed,
    ChatSummary,
    ClientOutcome,
    Event,
    EventsMoved,
    Inbound,
    Mail,
    MeetingMinutes,
    MeetingRecorded,
    MeetingSaid,
    MeetingTranscribed,
    Message,
    MessageEdited,
    PhraseVerdict,
    Pick,
    Reservation,
    Return,
    Shipment,
    StockSnapshot,
)
from schemas.minutes import PhraseQuestion
from schemas.types import LeadId, LocalDay, Meta, Millis

LATE_MS = DAY_MS
"""Older events are only stored; the next baseline brings them in (design, rule 6)."""

LATE_TRANSCRIPT_MS = 7 * DAY_MS
"""A meeting's time is its start, and its words may wait for days in the queue of recordings: they are still news."""

OF_MEETINGS = (MeetingTranscribed, MeetingMinutes, PhraseVerdict, CallTranscribed)
"""Events that bear the time of a meeting, or of words in it."""

Finding: TypeAlias = Signal | Fresh | Cleared | Withdrawn | AlertAction | PhraseQuestion
"""What an event means for alerts: a rule found something, has new figures or is over; a button; a model is asked."""

NOTHING: tuple[Finding, ...] = ()

Key = TypeVar("Key", str, int)


def step(state: LeadState, event: Event, meta: Meta, context: Context | None = None) -> Sequence[Finding]:
    """Fold one event into the lead's state (in place) and return what it means for the lead's alerts.

    Without a context the built-in rules hold, and nothing is known of other clients.
    """
    if meta.offset <= state.applied:
        return NOTHING
    state.applied = meta.offset
    if type(event) is Baseline:  # `isinstance` asks the metaclass of a struct: 80 ns for each that an event is not
        _come_to(state, meta.ts)
        _replace_days(state, event, local_day(meta.ts))
        return NOTHING
    if event.backfill or not seen.remember(state, event.event_id, meta.ts):
        return NOTHING
    _come_to(state, meta.ts)
    if type(event) is EventsMoved:
        return unlearn(state, event, meta.ts)
    if state.gone and _is_gone(state, event):
        return NOTHING
    if type(event) is ClientOutcome:  # also one that comes late, with a lead that was merged into this
        outcomes.take(state, event)
        return NOTHING
    if meta.ts - event.ts > LATE_MS and not (
        isinstance(event, OF_MEETINGS) and meta.ts - event.ts <= LATE_TRANSCRIPT_MS
    ):
        return NOTHING  # one that came late is remembered too: its repeat may have another time
    if event.ts > meta.ts:  # a clock that runs ahead must not write into tomorrow, nor mute or snooze a rule for years
        event = replace(event, ts=meta.ts)
    context = context or Context(builtin())
    today, days = local_day(event.ts), state.days
    if type(event) is Reservation:  # most events: a `case` makes a set, a list and a tuple, for no fields too
        return _reserved(state, event, today, context)
    match event:  # the frequent ones first: 80 ns for each that an event is not
        case Message(author=author):
            if not author.client:
                add(days.answers, state.place(today), 1)
                phrases.know_staff(state, author.name)
                silence.asked(state, event)
                return NOTHING
            add(days.messages, state.place(today), 1)
            return [*silence.wrote(state, event), *phrases.in_message(state, event, context)]
        case Pick():
            place = state.place(today)
            add(days.picks, place, 1)
            add(days.picked_qty, place, event.qty)
            if event.purpose == WITHDRAWAL:
                add(days.withdrawn_qty, place, event.qty)
            return bulk_pick.moved(state, event, today, context)
        case Shipment():
            add(days.shipped_qty, state.place(today), event.qty)
            return bulk_pick.moved(state, event, today, context)
        case StockSnapshot() | Return() | Adjustment():
            return bulk_pick.moved(state, event, today, context)
        case Inbound():
            add(days.planned_qty if event.planned else days.inbound_qty, state.place(today), event.qty)
            return bulk_pick.moved(state, event, today, context)
        case Call():
            add(days.calls, state.place(today), 1)
            return [*silence.heard(state, silence.CALLS, event), *phrases.in_call(state, event, context)]
        case MessageEdited(author=author) if author.client:
            return phrases.in_message(state, event, context)
        case CallTranscribed():
            return phrases.in_call(state, event, context)
        case Mail():
            return phrases.in_mail(state, event, context)
        case AlertAction():
            return (event,)
        case AlertsMuted():
            state.muted_until = event.until
        case MeetingRecorded():
            add(days.meetings, state.place(today), 1)
            return silence.heard(state, silence.MEETINGS, event, event.recording_id)
        case MeetingSaid():
            return phrases.while_it_goes_on(state, event, context)
        case MeetingTranscribed():
            return phrases.in_meeting(state, event, context)
        case PhraseVerdict():
            return phrase_verdict.find(state, event, context)
        case ChatSummary() | MeetingMinutes():
            return tone.find(state, event, context)
    return NOTHING


def _reserved(state: LeadState, event: Reservation, today: LocalDay, context: Context) -> Sequence[Finding]:
    days, place = state.days, state.place(today)
    add(days.reserved_qty, place, event.qty)
    over: Sequence[Cleared] = ()
    if event.action == "created":
        add(days.reservations, place, 1)
        over = silence.heard(state, silence.ORDERS, event)
    elif event.qty < 0:
        add(days.cancelled, place, 1)
        add(days.cancelled_qty, place, -event.qty)
    return [
        *over,
        *reservation_spike.find(state, event, today, context),
        *bulk_pick.reserved(state, event, today, context),
        *broken_reservations.find(state, event, today, context),
    ]


def _is_gone(state: LeadState, event: Event) -> bool:
    """Words that were deleted, read again, or what a model says of them."""
    of = event.about if isinstance(event, PhraseVerdict) else event.event_id
    return int(of, 16) in state.gone


def evening(state: LeadState, now: Millis, context: Context, lead_id: LeadId = "") -> Sequence[Finding]:
    """Look back at the day that ends: what is not there can only be seen by looking.

    `now` is the hour for it, whenever the tick comes that brings it. Nothing found means that nothing was changed: a
    lead that is looked at again after a restart says nothing twice.
    """
    return [
        *reservation_spike.evening(state, lead_id, now, context),
        *silence.evening(state, lead_id, now, context),
        *decline.evening(state, lead_id, now, context),
        *bulk_pick.evening(state, now, context),
        *broken_reservations.evening(state, lead_id, now, context),
        *phrases.over(state, now, context),
    ]


def _come_to(state: LeadState, now: Millis) -> None:
    """Time has come to `now`, and what it made stale goes: once a day, for the record is written anyhow."""
    ahead = now - state.at
    if ahead <= 0:
        return
    if now % DAY_MS < ahead:  # it is another day (UTC)
        prune(state, now)
    state.at = now


def unburden(state: LeadState, now: Millis) -> bool:
    """Drop the chunks of ids that a lead left when it was busy, each of them a record. Whether there were any.

    All else that is stale waits for the lead's next event (`step`): a lead that nothing touched writes no state.
    """
    return state.sealed is not None and bool(state.sealed.hours) and prune(state, now)


def prune(state: LeadState, now: Millis) -> bool:
    """Drop days and ids that no rule looks at any more. Whether anything was dropped."""
    today = local_day(now)
    oldest = today - DAYS_KEPT
    days = state.days
    stale = days.first < oldest and days.length > 0
    if stale:
        silence.outlived(state, [day for day in days.with_any(days.reservations) if day < oldest])
        days.forget(oldest)
    return any([seen.forget(state, now // HOUR_MS), stale, _drop(state.spoken, today), _drop(state.gone, today)])


def _drop(kept: dict[Key, LocalDay], today: LocalDay) -> bool:
    """What was to be kept until a day before today. Whether there was any."""
    over = [key for key, until in kept.items() if until < today] if kept else ()
    for key in over:
        del kept[key]
    return bool(over)


def _replace_days(state: LeadState, baseline: Baseline, today: LocalDay) -> None:
    state.usual = state.sizes = None
    state.quiet = Quiet()
    state.days.clear(baseline.first_day, baseline.last_day + 1)
    oldest, latest = today - DAYS_KEPT, today + DAYS_KEPT  # days of a mad clock must not make the series endless
    state.days.put({day: figures for day, *figures in map(astuple, baseline.days) if oldest <= day <= latest})
    silence.outlived(state, [figures.day for figures in baseline.days if figures.day < oldest and figures.reservations])
    known = [figures.day for figures in baseline.days]
    if known and (state.first_day is None or min(known) < state.first_day):
        state.first_day = min(known)
    if state.stock is not None:
        state.stock.window, state.stock.calm = None, NEVER_CALM

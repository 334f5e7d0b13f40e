"""What a lead forgets of events that stood in its history by a wrong link. Pure.

Counted is subtracted, seen is unseen, so that an event that comes back is folded as if for the first time; what only
rests on them is over. A lead that was merged with another forgets all.
"""

from collections.abc import Iterable, Sequence

from msgspec.structs import astuple

from processors import moves
from processors.day_series import NOTHING, Day
from processors.days import local_day
from processors.signals.raising import Cleared, Withdrawn
from processors.state import LeadState, Quiet
from processors.stock import WITHDRAWAL
from schemas.alerts import Rule
from schemas.codec import event_id
from schemas.events import (
    Call,
    CallTranscribed,
    ChatSummary,
    DayFigures,
    Event,
    EventsMoved,
    Inbound,
    Mail,
    MeetingMinutes,
    MeetingRecorded,
    MeetingTranscribed,
    Message,
    MessageEdited,
    MovedEvent,
    Pick,
    Reservation,
    Shipment,
    WmsEvent,
)
from schemas.types import LeadId, LocalDay, Millis

GONE_DAYS = 8
"""So long a verdict on what was said may come (`lead.LATE_TRANSCRIPT_MS`), and a day."""


def moved_from(
    lead: LeadId,
    rows: Sequence[tuple[Event, Millis, bool]],
    first: LocalDay,
    *,
    whole: bool = False,
    deleted: bool = False,
) -> EventsMoved:
    """What to tell the lead that lost `rows`: events, when they were appended, and whether they came live. Days before
    `first` are counted anew anyway. Told twice it is the same event; once they have come back and go again, another."""
    what = "events deleted" if deleted else "events moved"  # one of them is no repeat of the other
    ids = event_id(what, lead, *(f"{event.event_id} {stored}" for event, stored, _ in rows))
    moved = []
    for event, stored, live in rows:
        day = local_day(min(event.ts, stored))
        figures = figures_of(event, day) if live and day >= first else None
        moved.append(MovedEvent(event.event_id, event.ts, key_of(event), figures, isinstance(event, WmsEvent)))
    at = max(stored for _, stored, _ in rows)
    return EventsMoved(event_id=ids, lead_id=lead, ts=at, source="store", events=moved, whole=whole, deleted=deleted)


def figures_of(event: Event, day: LocalDay) -> DayFigures | None:
    """What `processors.lead.step` counts of a live event."""
    match event:
        case Reservation(action="created"):
            return DayFigures(day, reservations=1, reserved_qty=event.qty)
        case Reservation():
            back = max(0, -event.qty)
            return DayFigures(day, reserved_qty=event.qty, cancelled=int(back > 0), cancelled_qty=back)
        case Pick():
            withdrawn = event.qty if event.purpose == WITHDRAWAL else 0
            return DayFigures(day, picks=1, picked_qty=event.qty, withdrawn_qty=withdrawn)
        case Shipment():
            return DayFigures(day, shipped_qty=event.qty)
        case Inbound(planned=True):
            return DayFigures(day, planned_qty=event.qty)
        case Inbound():
            return DayFigures(day, inbound_qty=event.qty)
        case Call():
            return DayFigures(day, calls=1)
        case MeetingRecorded():
            return DayFigures(day, meetings=1)
        case Message():
            return DayFigures(day, messages=int(event.author.client), answers=int(not event.author.client))
        case _:
            return None


def key_of(event: Event) -> str:
    """By what the rules remember that it was said, or which order it was."""
    match event:
        case Message() | MessageEdited():
            return f"{event.chat_id}:{event.message_id}"
        case MeetingTranscribed() | MeetingMinutes():
            return event.recording_id
        case Call() | CallTranscribed():
            return event.call_id
        case Mail():
            return event.mail_id
        case ChatSummary():
            return event.day
        case Reservation():
            return event.doc
        case _:
            return ""


def unlearn(state: LeadState, event: EventsMoved, now: Millis) -> Sequence[Cleared | Withdrawn]:
    """Forget them (`state` is changed in place); which alerts are over, and which only show less."""
    gone = frozenset(moved.event_id for moved in event.events)
    over = [rule for rule in _standing(state) if event.whole or _rests_on(state, rule, gone)]
    if event.whole:
        gone |= {evidence.event_id for alert in state.alerts.values() for evidence in alert.evidence}
        _forget_all(state, int(event.event_id, 16))
    else:
        for rule in over:
            state.raised.pop(rule, None)
        _subtract(state, event.events)
        _forget(state, event.events, gone)
    if event.deleted:
        until = local_day(now) + GONE_DAYS
        state.gone |= {int(moved.event_id, 16): until for moved in event.events}
    return [*(Cleared(rule, now, moved=True) for rule in over), Withdrawn(gone, event.deleted)]


def _standing(state: LeadState) -> list[Rule]:
    raised = {rule for rule, last in state.raised.items() if last.level >= 0}
    return sorted(raised | {rule for rule, alert in state.alerts.items() if alert.status != "resolved"})


def _rests_on(state: LeadState, rule: Rule, gone: frozenset[str]) -> bool:
    alert, raised = state.alerts.get(rule), state.raised.get(rule)
    shown = [] if alert is None else [evidence.event_id for evidence in alert.evidence]
    return gone.issuperset(shown) if shown else raised is not None and raised.event_id in gone


def _subtract(state: LeadState, events: Iterable[MovedEvent]) -> None:
    for moved in events:
        if moved.figures is not None and (day := state.days[moved.figures.day]) != NOTHING:
            of_each = zip(Day.__struct_fields__, astuple(day), astuple(moved.figures)[1:], strict=True)
            left = (_left(name, have, less) for name, have, less in of_each)
            state.days[moved.figures.day] = Day(*left)


def _left(name: str, have: int, less: int) -> int:
    """Pieces may be below zero, for some are taken back; counts may not, where a baseline has left the event out."""
    return have - less if name.endswith("_qty") else max(0, have - less)


def _forget(state: LeadState, events: Sequence[MovedEvent], gone: frozenset[str]) -> None:
    ids, keys = {int(id_, 16) for id_ in gone}, {moved.key for moved in events if moved.key}
    times = {moved.ts for moved in events}
    state.ids = {id_: hour for id_, hour in state.ids.items() if id_ not in ids}
    if state.sealed is not None:
        state.sealed.discard(ids)
    state.spoken = {said: day for said, day in state.spoken.items() if said.split(" ", 2)[-1] not in keys}
    state.notes = {
        rule: kept
        for rule, notes in state.notes.items()
        if (kept := [note for note in notes if note.event_id not in gone])
    }
    state.last = {rule: last for rule, last in state.last.items() if last.event_id not in gone}
    state.tones = [(talk, bad) for talk, bad in state.tones if talk not in keys]
    state.large = moves.without(state.large, {(moved.key, moved.ts) for moved in events})
    if state.became is not None and state.became.event_id in gone:
        state.became = None
    if state.talk is not None and state.talk.asked in times:
        state.talk.asked = state.talk.messages = 0
    state.usual = state.sizes = None
    state.quiet = Quiet()
    state.spike = LeadState().spike
    if any(moved.goods for moved in events):
        state.stock = None  # the next snapshot tells it anew


def _forget_all(state: LeadState, own: int) -> None:
    if state.sealed is not None:
        state.sealed.forget(1 << 62)
    kept = LeadState(
        applied=state.applied,
        ids={id_: hour for id_, hour in state.ids.items() if id_ == own},
        alerts=state.alerts,
        sealed=state.sealed,
        muted_until=state.muted_until,
        scored=state.scored,
        at=state.at,
        gone=state.gone,
    )
    for name in LeadState.__struct_fields__:
        setattr(state, name, getattr(kept, name))

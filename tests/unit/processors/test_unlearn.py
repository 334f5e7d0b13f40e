"""Events that were another lead's: what is counted, said and shown of them is undone, and nothing else."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import astuple, replace

from alerting.clients import Client
from alerting.fold import Partition
from alerting.render import render
from processors.days import local_day
from processors.lead import LATE_MS, step
from processors.rules import builtin
from processors.sealed import CHUNK
from processors.state import LeadState, decode_state, encode_state
from processors.unlearn import moved_from
from schemas import events as ev
from schemas.alerts import Alert
from schemas.codec import event_id
from schemas.events import Author, Event, EventsMoved, Message, Reservation
from schemas.types import Meta
from tests.unit.store.samples import event_of

DAY = 86_400_000
NOW = 1_795_240_800_000
"""2026-11-21 09:00 Moscow time."""
COUNTED: tuple[type[Event], ...] = (
    ev.Reservation,
    ev.Pick,
    ev.Shipment,
    ev.Inbound,
    ev.Call,
    ev.MeetingRecorded,
    ev.Message,
)


def said(number: int, text: str, **fields: Any) -> Message:
    """A client's message."""
    told = {
        "event_id": event_id("said", number),
        "ts": NOW - DAY // 2 + number,
        "text": text,
        "message_id": str(number),
    }
    return replace(event_of(Message), author=Author("5", "Пётр"), **told | fields)


def fold(state: LeadState, *events: Event, first: int = 0) -> list[Any]:
    """Live events, one after the other; what they mean."""
    return [one for n, event in enumerate(events) for one in step(state, event, Meta("t", 0, first + n, NOW))]


def left(*events: Event, whole: bool = False) -> EventsMoved:
    """What the store tells the lead that lost them."""
    rows = [(event, NOW, NOW - event.ts <= LATE_MS) for event in events]
    return moved_from("12345", rows, local_day(NOW - LATE_MS), whole=whole)


def test_a_word_on_another_client_is_forgotten() -> None:
    """That he has left was said of the lead by a wrong link: it goes, and only it."""
    word = replace(event_of(ev.ClientOutcome), outcome="left", ts=NOW - 5)
    other = replace(word, event_id=event_id("other"))
    state = LeadState()
    fold(state, word, left(other))
    assert state.left
    fold(state, left(word), first=9)
    assert state.became is None


@st.composite
def counted(draw: st.DrawFn) -> Event:
    """An event of a day that no baseline has counted yet."""
    type_ = draw(st.sampled_from(COUNTED))
    ts = NOW - draw(st.integers(0, DAY))
    fields: dict[str, Any] = {"ts": ts, "event_id": event_id("one", draw(st.integers(0, 1 << 40)))}
    if type_ is Reservation:
        fields |= {"qty": draw(st.integers(-500, 500)), "action": draw(st.sampled_from(["created", "cancelled"]))}
    if type_ is ev.Inbound:
        fields |= {"planned": draw(st.booleans())}
    return replace(event_of(type_), **fields)


@given(st.lists(counted(), max_size=12, unique_by=lambda one: one.event_id), st.data())
def test_what_moved_is_as_if_it_had_never_come(events: list[Event], data: st.DataObject) -> None:
    """Figures and ids are those of what stays; and once it comes back, those of all."""
    gone = [event for event in events if data.draw(st.booleans())]
    kept = [event for event in events if event not in gone]
    state, never, all_ = LeadState(), LeadState(), LeadState()
    fold(state, *events)
    fold(never, *kept)
    fold(all_, *kept, *gone)
    if not gone:
        return
    moved = left(*gone)
    fold(state, moved, first=100)
    state.ids.pop(int(moved.event_id, 16))
    assert _figures(state) == _figures(never)
    assert set(state.ids) == set(never.ids)
    fold(state, *gone, first=200)
    assert _figures(state) == _figures(all_)
    assert set(state.ids) == set(all_.ids)


def test_counts_never_fall_below_zero() -> None:
    """Exact figures without the event have come in between: a day with less than none is no day with orders."""
    order = replace(event_of(Reservation), ts=NOW, qty=5)
    call = replace(event_of(ev.Call), ts=NOW)
    state, today = LeadState(), local_day(NOW)
    fold(state, order)
    exact = replace(event_of(ev.Baseline), first_day=today, last_day=today, days=[ev.DayFigures(today, calls=2)])
    fold(state, exact, left(order, call), first=5)
    assert (state.days[today].reservations, state.days[today].calls, state.order_days()) == (0, 1, [])


def _figures(state: LeadState) -> dict[int, tuple[int, ...]]:
    return {day: astuple(figures) for day, figures in state.days.told().items()}


def test_ids_in_a_sealed_chunk_are_forgotten_too() -> None:
    """Of a busy lead: an event that comes back is counted again, and the chunk is written anew."""
    booked = [replace(event_of(Reservation), event_id=event_id("b", n), qty=1, ts=NOW) for n in range(CHUNK + 10)]
    state = LeadState()
    fold(state, *booked)
    assert state.sealed is not None
    state.sealed.fresh.clear()
    fold(state, left(booked[0]), first=2000)
    assert state.sealed.fresh == [0]
    before = state.days[local_day(NOW)].reserved_qty
    fold(state, booked[0], first=3000)
    assert state.days[local_day(NOW)].reserved_qty == before + 1
    decode_state(encode_state(state))


def rung(*events: Event) -> tuple[Partition, list[Alert]]:
    """A partition that folded these."""
    partition = Partition({}, builtin())
    return partition, alerts_of(partition, *events)


def alerts_of(partition: Partition, *events: Event, first: int = 0) -> list[Alert]:
    """What it says of alerts as it folds these."""
    return [
        alert
        for n, event in enumerate(events)
        for alert in partition.apply(event, Meta("t", 0, first + n, NOW))
        if isinstance(alert, Alert)
    ]


LEAVING = "Мы уходим к другому складу, расторгаем договор"


def test_an_alert_that_rests_on_it_is_over() -> None:
    """It is resolved and cleared, its words are news again when they come back, and then it rings."""
    leaving = said(1, LEAVING)
    partition, alerts = rung(leaving, said(2, "спасибо"))
    assert [alert.rule for alert in alerts if alert.rings] == ["leaving_phrase"]
    over = alerts_of(partition, left(leaving), first=10)
    state = partition.leads["12345"]
    assert {(alert.status, alert.cleared) for alert in over if alert.rule == "leaving_phrase"} == {("resolved", True)}
    assert "leaving_phrase" not in state.raised
    [closed] = [alert for alert in over if alert.rule == "leaving_phrase"]
    message = render(closed, Client("12345")).text
    assert "повод удалён или относится к другому клиенту" in message
    assert "другому складу" not in message, "whose words they are"
    assert "другому складу" in render(alerts[0], Client("12345")).text
    assert not any(alert.status != "resolved" for alert in state.alerts.values())
    assert not alerts_of(partition, left(leaving), first=11), "told twice, it is the same"
    again = alerts_of(partition, leaving, first=12)
    assert "leaving_phrase" in {alert.rule for alert in again if alert.status == "open"}


def test_an_alert_that_has_more_to_show_goes_on_without_it() -> None:
    """Nobody reads another client's words under this one's name."""
    one, two = said(1, LEAVING), said(2, "мы расторгаем договор с вами и увозим товар", message_id="2")
    partition, _ = rung(one, two)
    alerts_of(partition, left(one), first=10)
    alert = partition.leads["12345"].alerts["leaving_phrase"]
    assert alert.status == "open"
    assert {evidence.event_id for evidence in alert.evidence} == {two.event_id}


def test_a_merged_lead_forgets_all() -> None:
    """No alert stands, nothing will be silent; whether it was muted is a person's word and stays."""
    partition, _ = rung(said(1, LEAVING), *(replace(event_of(Reservation), event_id=event_id("b", 1), ts=NOW),))
    state = partition.leads["12345"]
    state.muted_until = NOW + DAY
    over = alerts_of(partition, left(said(1, LEAVING), whole=True), first=10)
    assert {alert.status for alert in over} == {"resolved"}
    assert (state.days.told(), state.raised, state.spoken, state.last, state.ordered) == ({}, {}, {}, {}, [])
    assert (state.muted_until, state.applied) == (NOW + DAY, 10)
    assert alerts_of(partition, said(1, LEAVING), first=11), "and it may come back"


def test_an_erased_client_leaves_no_word_in_his_state() -> None:
    """An erasure names no event: the words of his alerts go all the same, of those that are over, too."""
    partition, _ = rung(said(1, LEAVING))
    erased = EventsMoved(event_id=event_id("erased"), lead_id="12345", ts=NOW, source="erase", events=[], whole=True)
    over = alerts_of(partition, erased, first=10)
    assert [alert.status for alert in over] == ["resolved"]
    state = partition.leads["12345"]
    assert [alert.evidence for alert in state.alerts.values()] == [[]]
    assert LEAVING.encode() not in encode_state(state)


def test_a_closed_alert_loses_the_words_of_an_event_that_goes() -> None:
    """Without telling anybody anew."""
    leaving = said(1, LEAVING)
    partition, [alert] = rung(leaving)
    state = partition.leads["12345"]
    state.alerts[alert.rule] = replace(state.alerts[alert.rule], status="resolved")
    state.raised.clear()
    assert alerts_of(partition, left(leaving), first=10) == []
    assert partition.leads["12345"].alerts[alert.rule].evidence == []

"""What holds for every log: replays, restarts, duplicates and other leads change nothing; figures are a plain count."""

from collections import Counter
from collections.abc import Sequence
from random import Random
from typing import Any, Literal

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from processors import lead
from processors.day_series import NOTHING, Day
from processors.days import DAY_MS, HOUR_MS, local_day
from processors.state import LeadState, decode_state, encode_state
from schemas.events import (
    AlertAction,
    Baseline,
    DayFigures,
    Event,
    Inbound,
    Message,
    Note,
    Pick,
    Reservation,
    Shipment,
)
from tests.unit.processors.folding import CLIENT, DAY, NOON, STAFF, Entry, fold

ACTIONS: tuple[Literal["created", "changed", "cancelled"], ...] = ("created", "changed", "cancelled")


@st.composite
def logs(draw: st.DrawFn, longest: int = 40) -> list[Entry]:
    """A log of one lead: append times grow; ids repeat; some events are late, early, backfill or without effect."""
    now, log = NOON, []
    for _ in range(draw(st.integers(0, longest))):
        now += draw(st.integers(0, 3 * HOUR_MS))
        log.append(Entry(draw(events(now)), now))
    return log


@st.composite
def events(draw: st.DrawFn, now: int) -> Event:
    """Any event the fold looks at, and one it does not."""
    number = draw(st.integers(1, 30))
    base: dict[str, Any] = {
        "event_id": f"{number:016x}",
        "lead_id": "7",
        "ts": now - draw(st.sampled_from([0, 1, HOUR_MS, 23 * HOUR_MS, DAY_MS, DAY_MS + 1, 3 * DAY_MS, -HOUR_MS])),
        "source": "test",
        "backfill": draw(st.sampled_from([False, False, False, True])),
    }
    qty = draw(st.integers(-50, 200))
    made = draw(st.integers(0, 8))
    match made:
        case 0 | 1:
            action = draw(st.sampled_from(ACTIONS))
            return Reservation(**base, doc="R", qty=qty, action=action)
        case 2:
            return Pick(**base, doc="P", qty=qty)
        case 3:
            return Shipment(**base, doc="S", qty=qty)
        case 4:
            return Inbound(**base, doc="I", qty=qty, planned=draw(st.booleans()))
        case 5:
            author = draw(st.sampled_from([CLIENT, STAFF]))
            text = draw(st.sampled_from(["спасибо", "мы уходим к конкуренту"]))
            return Message(**base, chat_id="1", message_id="1", author=author, text=text)
        case 6:
            return AlertAction(**base, alert_id="0" * 16, action="seen", actor=STAFF)
        case 7:
            last = DAY + draw(st.integers(-3, 2))
            listed = draw(st.lists(st.integers(last - 40, last), unique=True, max_size=10))
            days = [DayFigures(day, *draw(st.tuples(*[st.integers(0, 9)] * 7))) for day in sorted(listed)]
            return Baseline(**base, first_day=last - 40, last_day=last, days=days)
        case _:
            return Note(**base, note_id="1", author=CLIENT, text="мы уходим к конкуренту")


@given(logs(), st.integers(0, 40))
def test_replayed_suffix_changes_nothing(log: list[Entry], start: int) -> None:
    """Whatever part of the end of the partition comes again, nothing is found and the state stays byte for byte."""
    state = LeadState()
    fold(state, enumerate(log))
    before = encode_state(state)
    assert fold(state, list(enumerate(log))[start:]) == []
    assert encode_state(state) == before


@given(logs(), st.sets(st.integers(0, 40)))
def test_batches_and_restarts_do_not_matter(log: list[Entry], cuts: set[int]) -> None:
    """Folding with the state written and read back at any places gives the same state and the same findings."""
    whole, parts = LeadState(), LeadState()
    expected = fold(whole, enumerate(log))
    found: list[lead.Finding] = []
    for offset, entry in enumerate(log):
        if offset in cuts:
            parts = decode_state(encode_state(parts))
        found += fold(parts, [(offset, entry)])
    assert found == expected
    assert encode_state(parts) == encode_state(whole)


@given(logs(20), logs(20), st.randoms(use_true_random=False))
def test_order_of_different_leads_does_not_matter(first: list[Entry], second: list[Entry], random: Random) -> None:
    """However two leads' events are shuffled into one partition, each comes to the state it has alone."""
    turns = [0] * len(first) + [1] * len(second)
    random.shuffle(turns)
    sources, states = (iter(first), iter(second)), (LeadState(), LeadState())
    found: tuple[list[lead.Finding], list[lead.Finding]] = ([], [])
    for offset, turn in enumerate(turns):
        found[turn].extend(fold(states[turn], [(offset, next(sources[turn]))]))
    for log, state, findings in zip((first, second), states, found, strict=True):
        alone = LeadState()
        assert findings == fold(alone, enumerate(log))
        assert _but_fence(state) == _but_fence(alone)


@given(logs(), st.data())
def test_duplicates_within_a_day_change_nothing(log: list[Entry], data: st.DataObject) -> None:
    """An event that comes once more within 24 h of its first coming changes nothing and says nothing."""
    once = [entry for entry in log if not isinstance(entry.event, Baseline)]
    twice = list(once)
    for entry in data.draw(st.lists(st.sampled_from(once), max_size=10)) if once else ():
        after = twice.index(entry) + 1
        until = max(i for i, other in enumerate(twice) if other.appended - entry.appended <= DAY_MS)
        at = data.draw(st.integers(after, until + 1))
        twice.insert(at, Entry(entry.event, twice[at - 1].appended))
    plain, repeated = LeadState(), LeadState()
    assert fold(repeated, enumerate(twice)) == fold(plain, enumerate(once))
    assert _but_fence(repeated) == _but_fence(plain)


@given(logs(60))
def test_figures_equal_a_plain_count(log: list[Entry]) -> None:
    """The days in the state are what counting by hand over the accepted events gives."""
    state = LeadState()
    fold(state, enumerate(log))
    assert state.days.told() == _count(log)


def _count(log: Sequence[Entry]) -> dict[int, Day]:
    days: dict[int, Counter[str]] = {}
    arrived: dict[str, int] = {}
    for event, appended in log:
        if isinstance(event, Baseline):
            days = {day: figures for day, figures in days.items() if not event.first_day <= day <= event.last_day}
            days |= {figures.day: Counter(msgspec.structs.asdict(figures)) for figures in event.days}
            continue
        if event.backfill or event.event_id in arrived:
            continue
        arrived[event.event_id] = appended
        if event.ts < appended - DAY_MS:
            continue
        day = days.setdefault(local_day(min(event.ts, appended)), Counter())
        match event:
            case Reservation():
                day["reservations"] += event.action == "created"
                day["reserved_qty"] += event.qty
                if event.action != "created" and event.qty < 0:
                    day["cancelled"] += 1
                    day["cancelled_qty"] -= event.qty
            case Pick():
                day["picks"] += 1
                day["picked_qty"] += event.qty
            case Shipment():
                day["shipped_qty"] += event.qty
            case Inbound():
                day["planned_qty" if event.planned else "inbound_qty"] += event.qty
            case Message():
                day["messages" if event.author.client else "answers"] += 1
    counted = {day: Day(*[figures[name] for name in Day.__struct_fields__]) for day, figures in days.items()}
    return {day: counted[day] for day in sorted(counted) if counted[day] != NOTHING}


def _but_fence(state: LeadState) -> bytes:
    return encode_state(msgspec.structs.replace(state, applied=-1))

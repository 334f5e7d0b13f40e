"""The record of `lead.state`: what is written is what is read."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.day_series import Day, Days, add
from processors.state import LeadState, decode_state, encode_state
from schemas.alerts import SEVERITIES, Alert, Evidence, Press

ids = st.integers(0, 2**64 - 1)
millis = st.integers(0, 4_102_444_800_000)
figures = st.tuples(*[st.integers(-(10**9), 10**9)] * 7).map(lambda values: Day(*values))
alerts = st.builds(
    Alert,
    alert_id=ids.map("{:016x}".format),
    version=st.integers(1, 1000),
    lead_id=st.integers(0, 10**12 - 1).map(str),
    rule=st.sampled_from(["reservation_spike", "leaving_phrase"]),
    severity=st.sampled_from(SEVERITIES),
    status=st.sampled_from(["open", "acknowledged", "snoozed", "resolved"]),
    opened_at=millis,
    updated_at=millis,
    value=st.floats(allow_nan=False, allow_infinity=False),
    baseline=st.floats(allow_nan=False, allow_infinity=False),
    score=st.floats(allow_nan=False, allow_infinity=False),
    evidence=st.lists(st.builds(Evidence, st.text(), millis, st.text(), st.text(), st.none() | millis), max_size=5),
    acknowledged_by=st.text(),
    snoozed_until=millis,
    verdict=st.sampled_from(["", "confirmed", "false_alarm"]),
    press=st.none() | st.builds(Press, st.text(), st.text(), st.text()),
)
states = st.builds(
    LeadState,
    applied=st.integers(-1, 2**63 - 1),
    first_day=st.none() | st.integers(0, 40_000),
    days=st.dictionaries(st.integers(20_000, 20_120), figures, max_size=5).map(Days.of),
    ids=st.dictionaries(ids, st.integers(0, 2**31), max_size=20),
    spike=st.tuples(st.integers(0, 40_000), st.integers(-1, 2), st.floats(0, 1e6)),
    alerts=st.dictionaries(st.sampled_from(["reservation_spike", "leaving_phrase"]), alerts),
    spoken=st.dictionaries(st.text(), st.integers(0, 40_000), max_size=5),
)


@given(states)
def test_round_trip(state: LeadState) -> None:
    """Reading what was written gives the same state, ids of 64 bits and all, and the order of the ids too."""
    again = decode_state(encode_state(state))
    assert again == state
    assert list(again.ids) == list(state.ids)
    assert encode_state(again) == encode_state(state)


near = st.integers(0, 60)


@given(st.dictionaries(near, st.integers(0, 3)), st.sets(near, max_size=12), near)
def test_days_with_orders_are_counted_as_they_are_gathered(orders: dict[int, int], older: set[int], until: int) -> None:
    """Those that the series has no more among them; of one day known twice, once."""
    days = Days.of({day: Day(reservations=count) for day, count in orders.items()})
    state = LeadState(days=days, ordered=sorted(older))
    there = [day for day in state.order_days() if day <= until]
    count, first = state.ordered_until(until)
    assert (count, [first] if count else []) == (len(there), there[:1])


def test_states_share_nothing() -> None:
    """Two new leads do not write into one another's days, ids or alerts."""
    one, two = LeadState(), LeadState()
    one.days[5] = Day(picks=1)
    one.ids[1] = 1
    assert two == LeadState()


def test_day_keeps_the_first_day() -> None:
    """A day is made once; the first day only moves back."""
    state = LeadState()
    add(state.days.picks, state.place(7), 1)
    add(state.days.picks, state.place(9), 1)
    add(state.days.picks, state.place(7), 1)
    assert (state.days[7].picks, state.first_day) == (2, 7)
    state.place(3)
    assert state.first_day == 3


def test_shorter_record_of_an_older_version_is_read() -> None:
    """Fields are added at the end: a record without the last ones gets their defaults."""
    old = msgspec.msgpack.encode([41, 100, {100: [1, 2]}])
    assert decode_state(old) == LeadState(applied=41, first_day=100, days=Days.of({100: Day(1, 2)}))


FOREIGN = [{"applied": 1}, [41, 100, {100: 5}], [41, 100, {"day": [1]}], [41, 100, {100: ["1"]}], [41, 100, []] * 9]


@pytest.mark.parametrize("record", [b"", b"{}", encode_state(LeadState())[:-1], *map(msgspec.msgpack.encode, FOREIGN)])
def test_foreign_record_is_told(record: bytes) -> None:
    """What is not ours raises the one error that the loader expects."""
    with pytest.raises(msgspec.DecodeError):
        decode_state(record)

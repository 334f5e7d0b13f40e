"""A rolling upgrade: records of `lead.state` that former versions wrote are taken up by this one where they stopped.

`tests/data/lead_state_of_before.jsonl` has one record a version, folded by that version's own code (its commit is in
`code`): thirty days of two reservations, then 40 of 3 pieces at noon, then "we are leaving". A version that changes
what is written adds its line; no line goes away while such a state may stand in somebody's Kafka.
"""

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from processors import lead
from processors.days import HOUR_MS, day_start
from processors.state import LeadState, decode_state, encode_state
from schemas.events import Reservation
from schemas.types import Meta

BEFORE = [
    json.loads(line)
    for line in (Path(__file__).parents[2] / "data" / "lead_state_of_before.jsonl").read_text().splitlines()
]
DAY = 20_000
NOON = day_start(DAY) + 12 * HOUR_MS


@pytest.fixture(params=BEFORE, ids=lambda record: str(record["code"]))
def state(request: pytest.FixtureRequest) -> LeadState:
    """As a worker of this version loads it."""
    record: dict[str, Any] = request.param
    found = decode_state(base64.b64decode(record["value"]))
    assert found.applied == record["applied"] == 41
    return found


def take(state: LeadState, number: int, offset: int) -> None:
    """A reservation of three pieces with this id."""
    ts = NOON + number * 1000
    event = Reservation(event_id=f"{number:016x}", lead_id="7", ts=ts, source="wms", doc=f"R{number}", qty=3)
    lead.step(state, event, Meta("lead.events", 0, offset, ts))


def test_figures_are_kept(state: LeadState) -> None:
    """Every day of before and the one in work."""
    assert state.orders(range(DAY - 30, DAY)) == [2] * 30
    assert (state.days[DAY].reservations, state.days[DAY].reserved_qty) == (40, 120)


def test_it_goes_on_where_it_stopped(state: LeadState) -> None:
    """A record below the fence and a known id above it change nothing; a new one counts."""
    take(state, 3, offset=3)
    take(state, 3, offset=42)
    assert state.days[DAY].reservations == 40
    take(state, 90, offset=43)
    assert state.days[DAY].reservations == 41


def test_what_this_version_writes_is_the_same_state(state: LeadState) -> None:
    """The first batch after the upgrade writes it anew: nothing is lost on the way."""
    take(state, 91, offset=42)
    assert decode_state(encode_state(state)) == state

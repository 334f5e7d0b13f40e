"""A day that is no spike yet is left alone for so many orders and pieces: what is said is the same as if each were
looked at."""

from typing import Literal, NamedTuple

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from processors import lead
from processors.day_series import Day, Days
from processors.days import HOUR_MS, day_start
from processors.state import LeadState, Quiet
from schemas.events import Reservation
from schemas.types import LocalDay, Meta
from tests.unit.processors.clients import TODAY, at, context


class Step(NamedTuple):
    """So many alike reservations, `later` hours after those before, of `ago` hours before they came. `common`: the
    fleet's factor of the day so far, where it comes anew.
    """

    times: int
    qty: int = 10
    action: Literal["created", "changed", "cancelled"] = "created"
    later: int = 0
    ago: int = 0
    common: float | None = None


STEPS = st.lists(
    st.builds(
        Step,
        st.sampled_from([1, 1, 2, 5, 9]),
        st.one_of(st.integers(-60, 60), st.integers(0, 2500)),
        st.sampled_from(["created", "created", "created", "changed", "cancelled"]),
        st.sampled_from([0, 0, 0, 0, 1, 3, 9]),
        st.sampled_from([0, 0, 0, 0, 0, 0, 4, 20]),
        st.sampled_from([None, None, None, 0.8, 1.0, 1.6]),
    ),
    max_size=12,
)
REGULAR, RARE = [4] * 7, [0, 0, 0, 0, 0, 0, 1]


@settings(max_examples=150, deadline=None)
@example(past=REGULAR, steps=[Step(1)] * 19)
@example(past=REGULAR, steps=[Step(1), Step(14, common=1.0), Step(1, later=9, common=1.0)])
@example(past=REGULAR, steps=[Step(2), Step(11, later=10, common=1.0), Step(3, ago=10)])
@example(past=REGULAR, steps=[Step(5), Step(4, later=16, common=1.0), Step(6, ago=16)])
@example(past=REGULAR, steps=[Step(1, later=9, common=1.0), Step(1), Step(12)])
@example(past=REGULAR, steps=[Step(8), Step(30)])  # above the ordinary, and no spike for long
@example(past=REGULAR, steps=[Step(10, common=1.6), Step(1, later=1, common=1.0), Step(30)])  # the season ends at noon
@example(past=REGULAR, steps=[Step(8), Step(4, later=9, common=0.8), Step(4)])
@example(past=RARE, steps=[Step(1, 5), Step(1, 900)])
@example(past=RARE, steps=[Step(1, 5), Step(1, 900, "changed")])
@given(past=st.lists(st.integers(0, 9), min_size=7, max_size=7), steps=STEPS)
def test_a_quiet_day_hides_nothing(past: list[int], steps: list[Step]) -> None:
    """By orders and by pieces, by day and in the evening, of events that come late, while the fleet's day grows."""
    days = {day: Day(past[day % 7], 50 * past[day % 7]) for day in range(TODAY - 100, TODAY) if past[day % 7]}
    compare(days, steps)


@pytest.mark.parametrize(
    "steps",
    [
        [Step(139, 1), Step(1, 1, later=11, common=0.7)],  # the evening knows that all others rest
        [Step(90, 1, later=11, common=0.7), Step(50, 1)],  # and goes on knowing it
        [Step(139, 1), Step(1, 1, later=16, ago=15, common=0.7)],  # so does the next day
        [Step(130, 1), Step(19, 1, later=11, common=1.0), Step(1, 1, ago=10)],  # what is looked at is counted, too
    ],
)
def test_a_day_above_a_quiet_fleet_is_asked(steps: list[Step]) -> None:
    """A hundred a day, with hardly any spread: fewer than one and a half of the ordinary may be a spike."""
    days = {day: Day(100, 1000) for day in range(TODAY - 100, TODAY)}
    assert compare(days, steps, "[spike]\nleast_spread = 0.001\n") > 0


def compare(days: dict[LocalDay, Day], steps: list[Step], rules: str = "") -> int:
    """How many findings there are, the same with and without looking at each."""
    left_alone, looked_at = (LeadState(first_day=TODAY - 100, days=Days.of(days)) for _ in range(2))
    now, around, number, said = at(TODAY, 9), context(rules, ratios=[1.0] * 85, ts=at(TODAY, 8)), 0, 0
    for step in steps:
        now += step.later * HOUR_MS
        if step.common is not None:
            tomorrow = now >= day_start(TODAY + 1)
            ratios = [1.0] * (84 - tomorrow) + [step.common] * (1 + tomorrow)
            around = context(rules, ratios=ratios, ts=now, day=TODAY + tomorrow)
        for _ in range(step.times):
            number += 1
            event = Reservation(
                event_id=f"{number:016x}",
                lead_id="7",
                ts=now - step.ago * HOUR_MS,
                source="wms",
                doc=f"R{number}",
                qty=abs(step.qty) if step.action == "created" else step.qty,
                action=step.action,
            )
            meta = Meta("lead.events", 0, number, now)
            looked_at.quiet = Quiet()
            found = lead.step(left_alone, event, meta, around)
            assert found == lead.step(looked_at, event, meta, around)
            said += len(found)
    return said

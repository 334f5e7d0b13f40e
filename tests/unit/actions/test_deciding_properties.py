"""Wherever the process of commands ends: each call is made once, and each change is told."""

from typing import Final

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from schemas.commands import Begun, Result
from schemas.topics import COMMAND_EVENTS, LEAD_EVENTS
from tests.unit.actions.house import Cut, House
from tests.unit.processors.commands.office import NOON, NOTE, REPLY, TASK

OUTCOMES: Final = "done", "failed", "unknown"
FORGED = (Begun(command_id="0" * 16, at=NOON), *(Result(command_id="0" * 16, at=NOON, outcome=one) for one in OUTCOMES))
"""Said by who makes no calls."""
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("propose"), st.sampled_from((NOTE, TASK, REPLY)), st.integers(0, 3)),
        st.tuples(st.sampled_from(("approve", "press", "refuse")), st.integers(0, 5)),
        st.tuples(st.just("wait"), st.sampled_from((1, 60, 5 * 3600))),
        st.tuples(st.just("deliver")),
        st.tuples(st.just("settle"), st.integers(1, 4)),
        st.tuples(st.just("cut"), st.integers(0, 8)),
        st.tuples(st.just("restart")),
        st.tuples(st.just("reset")),
        st.tuples(st.just("delete")),
        st.tuples(
            st.just("forge"), st.integers(0, 5), st.sampled_from(FORGED), st.sampled_from(("-", "web", "nobody"))
        ),
    ),
    max_size=40,
)


@settings(max_examples=150)
@given(STEPS)
async def test_wherever_it_ends_each_call_is_made_once_and_all_is_told(steps: list[tuple]) -> None:  # type: ignore[type-arg]
    """Processes that end anywhere, batches cut anyhow, offsets at zero, the copy deleted, somebody who says what became
    of calls that he has not made: the copy is the fold of the log, each change was told, and every call was made
    once."""
    house = House()
    ids: list[str] = []
    for step in steps:
        match step:
            case ("propose", (name, params), number):
                ids.append(house.propose(name, {**params, "text": f"текст {number}"}))
            case ("approve" | "press" | "refuse" as how, number) if ids:
                id_ = ids[number % len(ids)]
                if id_ in house.straight():
                    getattr(house, how)(id_)
            case ("forge", number, said, by) if ids:
                house.say(replace(said, command_id=ids[number % len(ids)]), by=by)
            case ("wait", seconds):
                house.wait(seconds * 1000)
            case ("deliver",):
                house.deliver()
            case ("settle", most):
                await house.settle(most)
            case ("cut", after):
                house.cut_after = after
                try:
                    await house.settle(3)
                except Cut:
                    house.restart()
                house.cut_after = None
            case ("restart",):
                house.restart()
            case ("reset",):
                house.restart()
                house.acked = 0
            case ("delete",):
                house.restart()
                house.states.records.clear()
    house.say(Begun(command_id="f" * 16, at=house.now))
    while house.acked < len(house.log.records):
        await house.settle(2)
        house.deliver()

    straight = house.straight()
    assert house.kept() == straight
    told = {(one["command_id"], one["standing"].get("number", 1)) for one in house.values(COMMAND_EVENTS.name)}
    assert told >= {(id_, number) for id_, one in straight.items() for number in range(1, one.number + 1)}
    by_id = {one["change_id"]: one for one in house.values(COMMAND_EVENTS.name)}
    assert all(by_id[one["change_id"]] == one for one in house.values(COMMAND_EVENTS.name)), "a repeat is the same"
    events = {one["event_id"]: one for one in house.values(LEAD_EVENTS.name)}
    assert all(events[one["event_id"]] == one for one in house.values(LEAD_EVENTS.name))
    ran = {id_ for id_, one in straight.items() if one.state in ("running", "done") and one.effect != "inward"}
    assert house.calls == dict.fromkeys(ran, 1)
    assert {one["command_id"] for one in events.values() if one["type"] == "command_changed"} <= straight.keys()

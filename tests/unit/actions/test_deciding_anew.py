"""The log of commands read anew, by another process or from zero: nothing is told twice, its copy is mended."""

import pytest

from schemas.commands import Begun, Result
from schemas.topics import COMMAND_EVENTS
from tests.unit.actions.house import House
from tests.unit.processors.commands.office import HOUR, NOTE, REPLY, TASK, command


async def test_who_takes_the_log_over_knows_what_was_decided() -> None:
    """A new process folds in silence what was settled, and goes on behind it."""
    house = House()
    id_ = house.propose(*TASK)
    await house.settle()
    house.restart()
    house.press(id_)
    await house.settle()
    assert house.changes() == [("", "asking"), ("asking", "approved"), ("approved", "running")]
    assert len(house.handed()) == 1


async def test_what_somebody_has_begun_is_not_handed_over() -> None:
    """The log is read to its end first: behind the approval stands that the call was begun."""
    house = House()
    id_ = house.propose(*REPLY)
    house.approve(id_)
    house.say(Begun(command_id=id_, at=house.now))
    await house.settle(most=2)
    assert house.straight()[id_].state == "running" and not house.handed()


@pytest.mark.parametrize("said", ["begun", "done"])
@pytest.mark.parametrize("by", ["-", "web"])
async def test_what_another_says_of_a_call_keeps_nothing_back(said: str, by: str) -> None:
    """Written behind the approval, or before it: the command is handed over and made once, and a replay from zero,
    without the copy, makes none."""
    house = House()
    id_ = house.propose(*REPLY)
    word = Begun(command_id=id_, at=1) if said == "begun" else Result(command_id=id_, at=1, outcome="done")
    house.say(word, by=by)
    house.approve(id_)
    house.say(word, by=by)
    await house.settle(most=3)
    house.restart()
    await house.settle()
    house.deliver()
    await house.settle()
    assert house.calls == {id_: 1} and house.kept()[id_].state == "done"
    stood, given = house.kept(), len(house.handed())
    house.restart()
    house.acked = 0
    house.states.records.clear()
    await house.settle()
    house.deliver()
    assert (house.kept(), len(house.handed()), house.calls) == (stood, given, {id_: 1})


async def test_what_nobody_has_begun_is_handed_over_again() -> None:
    """By who takes the log over; who makes the calls makes it once. What may not be done any more is not."""
    house = House()
    id_ = house.propose(*REPLY)
    house.approve(id_)
    await house.settle()
    house.restart()
    house.wait(1000)
    await house.settle()
    assert [one.command_id for one in house.handed()] == [id_, id_] and len({*map(str, house.handed())}) == 1
    house.deliver()
    assert house.calls == {id_: 1}

    late = House()
    late.approve(late.propose(*REPLY))
    await late.settle()
    late.restart()
    late.wait(5 * HOUR)
    await late.settle()
    assert len(late.handed()) == 1


async def test_a_replay_from_zero_tells_nothing_twice() -> None:
    """What `command.state` holds was sent; offsets at zero change nothing."""
    house = House()
    id_, _asked, running = house.propose(*REPLY), house.propose(*NOTE), house.propose(*TASK)
    house.approve(id_)
    await house.settle()
    house.deliver()
    house.press(running)
    await house.settle()
    sent = {name: len(topic.records) for name, topic in house.topics.items()}
    house.restart()
    house.acked = 0
    for _ in range(10):
        await house.settle(most=1)
    assert {name: len(topic.records) for name, topic in house.topics.items()} == sent


async def test_the_log_comes_back_from_another_process() -> None:
    """What that one has decided meanwhile is known, nothing of it is said again."""
    house = House()
    id_ = house.propose(*REPLY)
    await house.settle()
    first = house.deciding
    house.restart()
    house.approve(id_)
    await house.settle()
    house.deliver()
    await house.settle()
    told = house.changes()
    house.deciding, house.generation = first, house.generation + 1
    house.approve(id_)
    await house.settle()
    assert house.changes() == told and house.kept()[id_].state == "done" and len(house.handed()) == 1


async def test_without_its_copy_the_log_says_the_same() -> None:
    """`command.state` deleted, offsets at zero: the same states, the same changes by their ids, no call."""
    house = House()
    done, asked, refused = house.propose(*REPLY), house.propose(*NOTE), house.propose(*TASK)
    house.approve(done)
    house.refuse(refused)
    await house.settle()
    house.deliver()
    await house.settle()
    before, told = house.kept(), {one["change_id"] for one in house.values(COMMAND_EVENTS.name)}
    house.states.records.clear()
    house.restart()
    house.acked = 0
    await house.settle(most=3)
    house.deliver()
    await house.settle()
    assert house.kept() == before and before[asked].state == "asking"
    assert {one["change_id"] for one in house.values(COMMAND_EVENTS.name)} == told
    assert house.calls == {done: 1}


async def test_the_copy_is_mended() -> None:
    """What is missing in it, wrong, or nowhere else is written anew once the log was read to its end."""
    house = House()
    first, second = house.propose(*NOTE), house.propose(*TASK)
    await house.settle()
    right = house.kept()
    table = house.states.table()
    stranger = command("note.add", {"text": "чужое"}).command_id
    house.states.records.clear()
    house.states.add(second.encode(), table[second].replace("Поставить".encode(), "Переставить".encode()))
    house.states.add(stranger.encode(), table[first].replace(first.encode(), stranger.encode()))
    house.restart()
    house.wait(1000)
    await house.settle()
    assert house.kept() == right and first in right
    before = len(house.states.records)
    house.wait(1000)
    await house.settle()
    assert len(house.states.records) == before, "once"

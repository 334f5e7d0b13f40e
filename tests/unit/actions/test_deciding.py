"""The log of commands decided: what is sent of each record, and what is told of it."""

import dataclasses
from typing import Any

import pytest
from msgspec.structs import replace

from processors.privacy.erasing import begun
from schemas.commands import Trigger
from schemas.erasures import Erasure, Standing, Unsaid
from schemas.privacy import Consent
from schemas.topics import COMMAND_DEFS, COMMAND_STATE, LEAD_EVENTS
from streams.engine import metrics
from tests.unit.actions.house import House
from tests.unit.processors.commands.office import DAY, LEAD, NOTE, REPLY, TASK


async def test_a_command_that_leaves_the_house() -> None:
    """Asked, signed, handed over once, done: each change is told, stands in the client's history, and is kept."""
    house = House()
    id_ = house.propose(*REPLY)
    await house.settle()
    house.approve(id_)
    await house.settle()
    house.deliver()
    await house.settle()
    ways = [("", "asking"), ("asking", "approved"), ("approved", "running"), ("running", "done")]
    assert house.changes() == ways
    assert house.history() == [("command_changed", after) for _, after in ways]
    assert [(one.command_id, one.handler, one.to, one.text) for one in house.handed()] == [
        (id_, "telegram.send", "chat:-100777", "Добрый день!")
    ]
    assert house.kept() == house.straight() and house.kept()[id_].state == "done"
    first, *_ = house.values(LEAD_EVENTS.name)
    assert (first["words"], first["title"], first["source"]) == ("Добрый день!", "Написать клиенту в чат", "commands")


async def test_what_changes_our_own_history_is_an_event_of_it() -> None:
    """Nothing is handed over: the note is there with an id that follows from the command."""
    house = House()
    id_ = house.propose(*NOTE)
    house.press(id_)
    await house.settle()
    note = next(one for one in house.values(LEAD_EVENTS.name) if one["type"] == "note")
    assert (note["text"], note["lead_id"]) == ("Позвонить «Ромашке»", "1003") and not house.handed()
    first = house.history()
    house.topics[COMMAND_STATE.name].records.clear()
    house.restart()
    house.acked = 0
    await house.settle()
    again = [one for one in house.values(LEAD_EVENTS.name) if one["type"] == "note"]
    assert again == [note, note] and house.history() == first * 2, "the same events, which their ids make one"


async def test_what_nobody_was_asked_about_is_not_in_the_history() -> None:
    """Too unsure, or wrong: who looks after commands is told, the client's history is not."""
    house = House()
    house.propose(*NOTE, confidence_percent=10)
    house.propose("note.add", {"text": ""})
    await house.settle()
    assert [after for _, after in house.changes()] == ["dropped", "rejected"]
    assert not house.history()


async def test_words_have_to_be_attested_from_the_upgrade_on() -> None:
    """Who first asks for it writes down where the log stood: what is in it counts as it was written, now and whenever
    it is read again; a word that nobody attested afterwards counts for nothing, and is counted."""
    house = House()
    house.world = dataclasses.replace(house.world, words_since=None)
    old, new = house.propose(*NOTE), house.propose(*TASK)
    refused = before = metrics.COMMAND_WORDS_REFUSED._value.get()
    house.refuse(old, by="-")
    await house.settle()
    [since] = [one["since"] for one in house.values(COMMAND_DEFS.name)]
    house.world = dataclasses.replace(house.world, words_since=since)
    for _ in range(2):
        house.refuse(new, by="-")
        await house.settle()
        assert [house.kept()[id_].state for id_ in (old, new)] == ["refused", "asking"]
        assert metrics.COMMAND_WORDS_REFUSED._value.get() == (refused := refused + 1)
        house.restart()
    house.refuse(new)
    await house.settle()
    assert house.kept()[new].state == "refused" and refused == before + 2
    assert len(house.values(COMMAND_DEFS.name)) == 1


async def test_a_record_that_cannot_be_read_is_a_dead_letter() -> None:
    """And stops none behind it, now and when the log is read again."""
    house = House()
    house.log.add(b"k", b"{", house.now)
    id_ = house.propose(*NOTE)
    outcome = await house.deciding(_batch(house, 0, 2))
    assert [record.offset for record, _ in outcome.rejected] == [0]
    house.restart()
    house.acked = 1
    await house.settle()
    assert house.kept()[id_].state == "asking"


HER = Consent(person_id="a" * 16, name="Ольга Рублёва", leads=[LEAD], at=1, by="x")
ASKED = Erasure(erasure_id="e" * 16, lead_id=LEAD, reason="отзыв", requested_by="Ольга", requested_at=1, confirmed_at=2)
NAMES_HER = ("task.bitrix", {"title": "Позвонить Ольге Рублёвой", "responsible_id": 7})


@pytest.mark.parametrize(("whom", "what"), [("client", TASK), ("named", NAMES_HER), ("quoted", TASK), ("unsaid", TASK)])
async def test_nothing_is_said_of_who_was_erased(whom: str, what: tuple[str, dict[str, Any]]) -> None:
    """A client, one of his people whom a command names or was found to quote, or who objected: the log still
    has the words, and neither who goes on nor who reads it anew says or does anything of it. What is proposed
    later is."""
    house = House()
    id_ = house.propose(*what)
    await house.settle()
    if whom == "client":
        house.denied.apply(begun(ASKED, "Анна", house.now))
    elif whom == "unsaid":
        house.denied.unsay(Unsaid(command_id=id_, at=house.now))
    else:
        stood = Standing(person=HER, commands=[id_] if whom == "quoted" else [])
        house.denied.apply(begun(replace(ASKED, person=HER.person_id), "Анна", house.now, standing=stood))
    house.states.add(id_.encode(), None, house.now)
    told, stated = len(house.values(LEAD_EVENTS.name)), len(house.states.records)
    for fresh in (False, True):
        if fresh:
            house.restart()
        house.press(id_)
        house.wait(1000)
        await house.settle()
    assert len(house.values(LEAD_EVENTS.name)) == told and not house.handed()
    assert {record.value for record in house.states.records[stated:]} <= {None}
    house.states.add(id_.encode(), house.states.records[0].value, house.now)  # as one who knew of it too late wrote it
    house.restart()
    house.wait(1000)
    await house.settle()
    assert id_ not in house.kept()
    later = house.propose("note.add", {"text": "Ольга Рублёва просит акт"}, trigger=Trigger(kind="person", id="9"))
    await house.settle()
    assert (later in house.kept()) is (whom != "client")


async def test_an_answer_that_does_not_count_is_told_where_people_are_asked() -> None:
    """And is no event of the client."""
    house = House()
    id_ = house.propose(*REPLY)
    house.approve(id_, "pavel")
    await house.settle()
    assert house.changes() == [("", "asking"), ("asking", "asking")] and house.kept()[id_].why
    assert house.history() == [("command_changed", "asking")]


async def test_what_has_long_ended_leaves() -> None:
    """After 90 days a command that is over has a tombstone; what still waits stays."""
    house = House()
    over, asked = house.propose(*NOTE), house.propose(*TASK, expires_at=house.now + DAY)
    house.press(over)
    await house.settle()
    house.wait(91 * DAY)
    await house.settle()
    assert house.kept().keys() == {asked} and house.states.records[-1].value is None
    assert house.kept()[asked].state == "expired"


async def test_an_answer_that_was_not_sent_is_given_again() -> None:
    """What the process remembers of it is forgotten with it."""
    house = House()
    id_ = house.propose(*NOTE)
    first = await house.deciding(_batch(house, 0, 1))
    house.deciding.discard(0)
    second = await house.deciding(_batch(house, 0, 1))
    assert first.outputs and first.outputs == second.outputs and first.state == second.state
    assert not (await house.deciding(_batch(house, 0, 1))).outputs, "delivered again after it was sent"
    assert id_ in house.straight()


async def test_what_waits_is_known() -> None:
    """Nothing before the log was read; something asked or put off does, nothing else."""
    house = House()
    assert house.deciding.waits() is None and house.deciding.offset == -1
    id_ = house.propose(*TASK)
    await house.settle()
    assert house.deciding.waits() is True and house.deciding.offset == 0
    house.refuse(id_)
    await house.settle()
    assert house.deciding.waits() is False


def _batch(house: House, first: int, behind: int):  # type: ignore[no-untyped-def]
    from streams.engine.process import Batch

    return Batch("commands", 0, house.generation, house.log.records[first:behind])

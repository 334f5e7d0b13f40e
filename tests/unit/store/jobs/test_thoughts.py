"""What the assistant proposed, said and remembers loses words that were deleted. On real chDB, whichever came first."""

from itertools import permutations
from typing import Any

import pytest
from msgspec.structs import replace

from processors.commands import canon
from processors.promises import promise_id
from schemas import events as ev
from schemas.assistant import AssistantSaid
from schemas.commands import CommandChange, Standing, Trigger
from schemas.errors import Transient
from schemas.topics import ASSISTANT_MEMORY, COMMAND_STATE, ERASURES
from streams.store.database import Database
from tests.unit.processors.commands.office import command
from tests.unit.processors.tracks.test_entry import ENTRY
from tests.unit.store.jobs.house import ANNA, BORIS, DELETED, OBJECTS, House, said
from tests.unit.store.jobs.test_quotes import minutes
from tests.unit.store.records import NOW
from tests.unit.store.samples import event_of

LEAVES = "мы уходим к другому складу"
MINUTE = NOW // 60_000


def proposed(text: str, kind: Any, of: str, words: str = "", **more: Any) -> CommandChange:
    """A command as it was first told of."""
    given: dict[str, Any] = {"lead_id": "7", "trigger": Trigger(kind=kind, id=of, words=words)} | more
    made = command("note.add", {"text": text}, **given)
    body = canon.encoded(made)
    standing = Standing(
        command_id=made.command_id, body=body.decode(), digest=canon.digest(body), state="asking", at=NOW
    )
    return CommandChange(
        change_id=made.command_id, command_id=made.command_id, lead_id=made.lead_id, name=made.name, at=NOW, before="",
        standing=standing,
    )  # fmt: skip


def line(number: int, text: str, of: CommandChange | None = None, lead: str = "7") -> AssistantSaid:
    about = of.command_id if of is not None else ""
    return AssistantSaid(said_id=f"s{number}", to="web/olga", text=text, at=NOW, lead_id=lead, command_id=about)


async def left(house: House) -> set[str]:
    rows = await house.database.read("SELECT lower(leftPad(hex(command_id), 16, '0')) FROM command_events FINAL")
    return {id_ for (id_,) in rows}


BY_EVENT = proposed("1", "event", ANNA.event_id, ANNA.text)
BY_ALERT = proposed("2", "alert", "a1", ANNA.text, evidence=[ANNA.event_id, BORIS.event_id])
BY_MINUTE = proposed("3", "meeting", f"m1/{MINUTE}", f"имя a: {ANNA.text}\nимя b: {BORIS.text}")
EDITED = proposed("4", "person", "web/olga/1", supersedes=BY_EVENT.command_id)
GOING = [BY_EVENT, BY_ALERT, BY_MINUTE, EDITED]
STAYING = [
    proposed("5", "event", BORIS.event_id, BORIS.text),
    proposed("6", "alert", "a2", BORIS.text, evidence=[BORIS.event_id, ANNA.event_id]),
    proposed("7", "alert", "a3", evidence=[ANNA.event_id]),
    proposed("8", "meeting", f"m1/{MINUTE + 7}", "имя b: что-то ещё"),
]


@pytest.mark.parametrize("order", list(permutations(["words", "objection", "commands"])))
async def test_a_command_goes_with_the_words_that_it_quotes(database: Database, order: list[str]) -> None:
    """By what it names: an event, the first of its evidence, a minute of the meeting; an edit of it goes with it. One
    that quotes somebody else, or nobody, stays. It is denied from then on, and its state and what was corrected in it
    are forgotten."""
    house = House(database)
    for one in order:
        if one == "commands":
            await house.proposes(*GOING, *STAYING)
        else:
            await house.hears(*([ANNA, BORIS] if one == "words" else [OBJECTS]))
    assert await left(house) == {one.command_id for one in STAYING}
    assert [house.denied.command(one.standing) for one in GOING + STAYING] == [True] * 4 + [False] * 4
    ids = {one.command_id for one in GOING}
    told = {(output.topic, output.key.decode(), output.value) for output in house.outputs if output.key}
    assert {key for topic, key, value in told if topic == COMMAND_STATE.name and value is None} == ids
    forgotten = {key for topic, key, value in told if topic == ASSISTANT_MEMORY.name and value is None}
    assert forgotten == {f"lead/7/{id_}-correction" for id_ in ids}
    assert {key for topic, key, _ in told if topic == ERASURES.name} == {f"unsaid/{id_}" for id_ in ids}


async def test_a_model_is_known_by_the_words(database: Database) -> None:
    """Between quotes, or in a line behind who said them; nobody else's, and no other client's."""
    house = House(database)
    quoting = proposed(f"Клиент сказал: «{LEAVES}», позвонить", "alert", "a1", "другое")
    shown = proposed("позвонить", "alert", "a4", f"{LEAVES.capitalize()}.")
    refused = proposed("напомнить", "person", "web/olga/2", LEAVES)
    refused = replace(refused, standing=replace(refused.standing, state="refused", why=f"он сказал: {LEAVES}"))
    other, elsewhere = proposed("о складе", "alert", "a2"), proposed(f"«{LEAVES}»", "alert", "a3", lead_id="8")
    await house.proposes(quoting, shown, refused, other, elsewhere)
    await house.answers_staff(
        line(1, f"Предлагаю: «{LEAVES}»"), line(2, "Готово"), line(3, f"«{LEAVES}»", lead="8"), line(4, "да", quoting)
    )
    await house.hears(replace(ANNA, text=f"Ну, {LEAVES}, наверное"), BORIS)
    await house.hears(OBJECTS)
    assert await left(house) == {other.command_id, elsewhere.command_id}
    assert await database.read("SELECT line_id FROM assistant_lines ORDER BY 1") == [("s2",), ("s3",)]
    forgotten = {output.key for output in house.outputs if output.topic == ASSISTANT_MEMORY.name}
    assert f"lead/7/{refused.command_id}-refusal".encode() in forgotten
    assert f"lead/7/{quoting.command_id}-refusal".encode() not in forgotten


async def test_what_is_read_again_goes_again(database: Database) -> None:
    """A command whose words nobody knows any more, a line about it, what the client's history tells of it: by id."""
    house = House(database)
    quoting = proposed(f"«{LEAVES}»", "alert", "a1")
    told = replace(
        event_of(ev.CommandChanged), event_id=f"{0x31:016x}", lead_id="7", command_id=quoting.command_id, ts=NOW
    )
    rounds: list[list[ev.Event]] = [[replace(ANNA, text=LEAVES), OBJECTS], []]
    for words in rounds:
        await house.proposes(quoting)
        await house.answers_staff(line(1, "Предлагаю заметку", quoting))
        await house.hears(told)
        await house.hears(*words)
        assert await left(house) == set()
        assert await database.read("SELECT count() FROM assistant_lines") == [(0,)]
        assert await house.stand("command_changed") == []


KEPT, GONE = promise_id(ENTRY, "вернём короба"), promise_id(ENTRY, "пришлю счёт")


async def test_a_promise_that_no_minutes_have(database: Database) -> None:
    """A reminder of it goes; of one that other minutes of the meeting have, too, it stays."""
    house = House(database)
    gone, kept = proposed("1", "promise", GONE, "пришлю счёт"), proposed("2", "promise", KEPT, "вернём короба")
    mixed = minutes(0x10, ENTRY, 11, "пришлю счёт", "вернём короба", heard_in=("aa",))
    await house.hears(mixed, minutes(0x11, ENTRY, 1, "вернём короба"))
    await house.proposes(gone, kept)
    await house.hears(DELETED)
    assert await left(house) == {kept.command_id}


async def test_it_is_told_before_the_rows_go(database: Database) -> None:
    """A kill in between owes the same: the words are there still, and all is found again."""
    house = House(database)
    await house.proposes(BY_EVENT)
    await house.hears(ANNA, BORIS)
    house.sent.fault = Transient("broker away")
    with pytest.raises(Transient):
        await house.hears(OBJECTS)
    assert await left(house) == {BY_EVENT.command_id} and await house.stand() == ["1", "2"]
    house.sent.clear()
    await house.hears(OBJECTS)
    assert await left(house) == set() and await house.stand() == ["2"]


async def test_what_a_former_version_let_stand(database: Database) -> None:
    """Is found by the look at a start and once a day."""
    house = House(database)
    await house.hears(ANNA, BORIS)
    await house.hears(OBJECTS)
    house.thoughts.changes = lambda stored: None  # type: ignore[method-assign]
    await house.proposes(*GOING, *STAYING)
    assert len(await left(house)) == 8
    await house.unheard.look()
    assert await left(house) == {one.command_id for one in STAYING}


async def test_others_words_of_another_meeting_stay(database: Database) -> None:
    """The same minute of another client's meeting is another one."""
    house = House(database)
    elsewhere = proposed("9", "meeting", f"m9/{MINUTE}", "имя c: слово c", lead_id="8")
    await house.hears(ANNA, replace(said(5, "c", meeting_id="m9"), lead_id="8"))
    await house.hears(OBJECTS)
    await house.proposes(elsewhere)
    await house.unheard.look()
    assert await left(house) == {elsewhere.command_id}

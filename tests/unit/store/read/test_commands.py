"""Commands and talks with the assistant in the store, on real chDB: rows, what the API tells, the time line."""

from typing import Any

import msgspec

from processors.identity import Identities
from schemas.assistant import AssistantAsked, AssistantSaid
from schemas.codec import Codec, event_id
from schemas.command_changed import CommandChanged
from schemas.commands import Command, CommandChange, Standing, State, Trigger
from streams.store.database import Database
from streams.store.read.commands import history, lines, standing
from streams.store.read.hits import Where
from streams.store.read.pages.places import place_of
from streams.store.read.pages.sight import Sight
from streams.store.read.pages.timeline import timeline_of
from streams.store.read.search import search
from streams.store.sinks.commands import asked_rows, command_rows, said_rows
from streams.store.sinks.sink import Sink
from tests.unit.store import fakes
from tests.unit.store.records import NOW, batch

LEAD, OTHER = "12345", "777"
CHANGE: Codec[CommandChange] = Codec(CommandChange)
ASKED: Codec[AssistantAsked] = Codec(AssistantAsked)
SAID: Codec[AssistantSaid] = Codec(AssistantSaid)


def change(
    number: int, state: State, command: str = "00000000000000a1", lead: str = LEAD, **more: Any
) -> CommandChange:
    """The `number`th change of a command, `number` minutes after now."""
    signed = Command(
        command_id=command,
        name="telegram.reply",
        version=1,
        lead_id=lead,
        params={"text": "Проверили недостачу"},
        trigger=Trigger(kind="event", id="1", words="где наши 80 коробок?", client=True),
        confidence_percent=82,
        proposed_at=NOW,
        expires_at=NOW + 3_600_000,
        proposer="agent/glm",
    )
    at = NOW + number * 60_000
    body = msgspec.json.encode(signed).decode()
    stands = Standing(
        command_id=command, body=body, digest="d" * 64, state=state, at=at, number=number, title="Написать клиенту",
        effect="outward", **more,
    )  # fmt: skip
    return CommandChange(
        change_id=f"{command}:{number}", command_id=command, lead_id=lead, name=signed.name, at=at, before="",
        standing=stands,
    )  # fmt: skip


async def stored(database: Database, changes: list[CommandChange]) -> None:
    """Each twice: a repeat says nothing new."""
    values = [CHANGE.encode(one) for one in changes for _ in range(2)]
    await Sink(database, CHANGE, command_rows)(batch("command.events", values))


async def test_a_command_stands_as_its_newest_change_says(database: Database) -> None:
    """By state and by client, the one that moved last first; its history is all of it in order."""
    await stored(
        database,
        [
            change(1, "asking"),
            change(2, "approved", by="Мария", how="passkey"),
            change(3, "done", what="сообщение 881"),
            change(1, "asking", "00000000000000a2"),
            change(4, "refused", "00000000000000a3", OTHER, why="рано"),
        ],
    )
    everything = await standing(database, [], "", 10)
    assert [one.standing.command_id[-2:] for one in everything.commands] == ["a3", "a1", "a2"]
    assert not everything.more
    [mine] = (await standing(database, [LEAD], "done", 10)).commands
    assert (mine.standing.what, mine.standing.state, mine.confidence_percent) == ("сообщение 881", "done", 82)
    assert msgspec.json.decode(mine.standing.body, type=Command).params == {"text": "Проверили недостачу"}
    assert (await standing(database, [LEAD], "refused", 10)).commands == []
    cut = await standing(database, [], "", 2)
    assert (len(cut.commands), cut.more) == (2, True)
    told = await history(database, "00000000000000a1")
    assert told is not None
    assert [(step.state, step.by) for step in told.steps] == [("asking", ""), ("approved", "Мария"), ("done", "")]
    assert told.command == mine
    assert await history(database, "00000000000000ff") is None


async def test_a_talk_with_the_assistant(database: Database) -> None:
    """Both sides in one order, of one person or about one client; a question with its options."""
    asked = AssistantAsked(asked_id="q1", who="web/u1", name="Мария", text="задача", via="page", at=NOW, lead_id=LEAD)
    said = AssistantSaid(
        said_id="s1", to="web/u1", text="Кому?", at=NOW + 5, of="q1", question=True, options=["мне", "Олегу"],
        lead_id=LEAD,
    )  # fmt: skip
    pressed = AssistantAsked(
        asked_id="q2", who="web/u1", name="Мария", text="мне", via="page", at=NOW + 9, answers="s1", choice=0
    )
    others = AssistantAsked(asked_id="q3", who="tg:5", name="Олег", text="привет", via="telegram", at=NOW + 1)
    for _ in range(2):
        await Sink(database, ASKED, asked_rows)(batch("assistant.asked", map(ASKED.encode, (asked, pressed, others))))
        await Sink(database, SAID, said_rows)(batch("assistant.said", [SAID.encode(said)]))
    mine = (await lines(database, "web/u1", [], 0, 10)).lines
    assert [(one.side, one.text) for one in mine] == [("asked", "мне"), ("said", "Кому?"), ("asked", "задача")]
    assert (mine[1].options, mine[1].question, mine[0].choice, mine[0].of) == (["мне", "Олегу"], True, 0, "s1")
    assert [one.line_id for one in (await lines(database, "", [LEAD], 0, 10)).lines] == ["s1", "q1"]
    assert [one.line_id for one in (await lines(database, "web/u1", [], NOW + 5, 1)).lines] == ["q1"]


def changed(number: int, state: State, command: str = "00000000000000a1") -> CommandChanged:
    """An event of the client's history."""
    return CommandChanged(
        event_id=event_id("command", command, number),
        lead_id=LEAD,
        ts=NOW + number,
        source="commands",
        command_id=command,
        name="telegram.reply",
        title="Написать клиенту",
        state=state,
        words="Проверили недостачу",
        by="Мария" if number > 1 else "помощник",
        what="сообщение 881" if state == "done" else "",
    )


async def test_the_time_line_has_one_row_a_command(database: Database) -> None:
    """With its newest state, where its newest change stands; the search and the answers find what was done, and only
    that."""
    open_one = "00000000000000a2"
    await fakes.Feed(database)(
        [changed(1, "asking"), changed(2, "approved"), changed(7, "done"), changed(3, "asking", open_one)]
    )
    page = await timeline_of(Sight(database, LEAD), frozenset(("command", "other")), place_of(""), 0)
    assert [(row.ref[-2:], row.direction, row.ts - NOW) for row in page.rows] == [
        ("a1", "done", 7),
        ("a2", "asking", 3),
    ]
    assert page.rows[0].fields["what"] == "сообщение 881"
    after = await timeline_of(Sight(database, LEAD), frozenset(("command",)), place_of(page.rows[0].place), 0)
    assert [row.ref[-2:] for row in after.rows] == ["a2"]
    found = await search(database, "недостачу", Where(LEAD), 10, "", Identities())
    assert [(one.kind, one.speaker) for one in found.found] == [("command_changed", "Мария")]
    rows = await database.read("SELECT kind, text, speaker FROM passages FINAL WHERE lead_id = '12345'")
    assert rows == [("command", "Написать клиенту: Проверили недостачу", "Мария")]

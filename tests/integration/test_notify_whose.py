"""From a group that nobody has linked to its client by a button, and a curator who tells the bot who he is."""

import asyncio
import json
import re
from typing import Any

import msgspec

from schemas.reports import AskedName, Bearer
from schemas.sources import Identity
from schemas.topics import IDENTITIES, LEAD_EVENTS, REPORTS, TELEGRAM
from streams.engine.clock import wall_clock
from tests.fakes.telegram import Message
from tests.installation import until
from tests.integration.notify_line import CURATOR, WAIT, Line
from tests.unit.alerting.reports import FULL_REPORT

CHAT = -1001234
ANNA = {"id": CURATOR, "first_name": "Анна"}
OLGA = {"id": 700, "first_name": "Оля"}


def leadpulse(line: Line, *words: str) -> str:
    """A command as a person calls it."""
    done = line.installation.command(*words, **line.environ)
    assert done.returncode == 0, done.stderr
    return done.stdout


async def update(line: Line, number: int, **what: Any) -> None:
    """What the gateway would put on `source.telegram`."""
    record = msgspec.json.encode({"source": "bot", "payload": {"update_id": number} | what})
    await line.installation.produce(TELEGRAM, [(str(CHAT), record)])


def said(number: int, chat: dict[str, Any], who: dict[str, Any], text: str) -> dict[str, Any]:
    """A message of now."""
    return {"message_id": number, "date": wall_clock() // 1000, "chat": chat, "from": who, "text": text}


def under(message: Message) -> dict[str, Any]:
    """The message that Telegram shows with a press."""
    chat = {"id": message.chat, "type": "group"}
    return {"message": {"message_id": message.message_id, "date": 1, "chat": chat, "text": message.text}}


async def sent(line: Line, text: str, chat: int) -> Message:
    """The message with this text, once it stands in the chat."""

    def found() -> list[Message]:
        return [one for one in line.telegram.messages.values() if text in one.text and one.chat == chat]

    async def there() -> bool:
        return bool(found())

    await until(there, WAIT, f"{text!r} in {chat}")
    return found()[0]


OTHER = AskedName("12345", "rec-1", 1_795_165_391_000, "Олег", [Bearer("b24_user:5", "Олег Ли", "staff")])
NAME = AskedName("12345", "rec-1", 1_795_165_391_000, "Аня", [Bearer("b24_contact:77", "Анна Ким", "client")])


async def is_told_who_that_was(line: Line) -> None:
    """Behind the report the client's own curator is asked; her press is a record on `identities`. What was answered on
    the page loses its buttons, too."""
    report = msgspec.structs.replace(FULL_REPORT, names=[NAME, OTHER])
    await line.installation.produce(REPORTS, [(report.report_id, msgspec.json.encode(report))])
    question = await sent(line, "Кто это на встрече: «Аня»", 700)
    query = {"id": "q2", "from": OLGA, "data": question.buttons[0]["callback_data"]} | under(question)
    await update(line, 4, callback_query=query)

    async def answered() -> bool:
        return "«Аня» — Анна Ким, со стороны клиента" in question.text and not question.buttons

    await until(answered, WAIT, "the question says who that was, and has no buttons")
    told = {record.key: record.value for record in await line.installation.read(IDENTITIES)}
    word = msgspec.json.decode(told["participant:12345/Аня".encode()] or b"", type=Identity)
    assert (word.name, word.side, word.person, word.confirmed_by) == (
        "Анна Ким",
        "client",
        "b24_contact:77",
        "Ольга Петрова",
    )
    other = await sent(line, "Кто это на встрече: «Олег»", 700)
    assert other.buttons and "Ответ: Ольга Петрова" in question.text
    word = Identity(
        "participant", "12345/Олег", confirmed_by="Анна", confirmed_at=wall_clock(), name="Олег Ли", side="staff"
    )
    await line.installation.produce(IDENTITIES, [("participant:12345/Олег", msgspec.json.encode(word))])

    async def on_the_page() -> bool:
        return "«Олег» — Олег Ли, наш сотрудник" in other.text and not other.buttons

    await until(on_the_page, WAIT, "the question says what was answered on the page")
    assert "встреча" in question.text, "and the pressed one stands as the press left it"


async def test_a_button_links_and_a_code_makes_a_curator(line: Line) -> None:
    """The question with the client's name, the waiting words in his history, and his alerts to his own curator, who
    then tells who somebody in a meeting was."""
    words = ("client", "set", "12345", "--name", "ООО «Ромашка»", "--responsible", "Ольга Петрова")
    await asyncio.to_thread(leadpulse, line, *words)
    invitation = await asyncio.to_thread(leadpulse, line, "curator", "invite", "Ольга Петрова")
    line.installation.worker("pipeline", line.environ | {"LEADPULSE_METRICS__PIPELINE": "0"})
    process = line.start()
    group = {"id": CHAT, "type": "supergroup", "title": "Romashka × склад"}
    await update(line, 1, message=said(1, group, {"id": 5, "first_name": "Пётр"}, "где наш товар"))
    question = await sent(line, "Чей это чат", CURATOR)
    assert "Romashka × склад" in question.text
    [button] = question.buttons
    assert button["text"] == "12345 ООО «Ромашка»"
    query = {"id": "q", "from": ANNA, "data": button["callback_data"]} | under(question)
    await update(line, 2, callback_query=query)
    told = "Чат «Romashka × склад» привязан к клиенту 12345 (ООО «Ромашка»)"
    await sent(line, f"{told}.", CURATOR)

    async def without_buttons() -> bool:
        return told in question.text and not question.buttons

    await until(without_buttons, WAIT, "the question says whose the chat is, and has no buttons")

    async def in_history() -> bool:
        return b"12345" in {record.key for record in await line.installation.read(LEAD_EVENTS)}

    await until(in_history, WAIT, "what was said stands in the client's history")
    [code] = re.findall(r"/start ([a-z0-9]{16})", invitation)
    line.telegram.chats.add(700)  # who writes to a bot can be written to
    await update(line, 3, message=said(9, {"id": 700, "type": "private"}, OLGA, f"/start {code}"))
    await sent(line, "Здравствуйте, Ольга Петрова", 700)
    alert = line.alert()
    await line.publish(alert)
    assert (await line.shown(alert)).chat == 700
    await is_told_who_that_was(line)
    assert json.loads(await asyncio.to_thread(leadpulse, line, "curator", "list", "--json"))[0]["clients"] == 1
    assert await line.end(process) == 0

"""The bot's answers: from the store when it is there, in plain words when it is not."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec
from aiohttp import web

from alerting import replies
from alerting.clients import Client
from schemas.bot import BotCommand, Question, Risks
from streams.notify.commands import WAITING, Commands
from streams.settings import Store
from tests.ports import free_port
from tests.unit.alerting.test_replies import FULL, MUTE
from tests.unit.notify.shelf import Shelf, told


def command(name: str, **fields: object) -> BotCommand:
    """Asked in the chat -1009."""
    return BotCommand(command_id="0" * 16, chat_id="-1009", command=name, ts=1, **fields)  # type: ignore[arg-type]


@asynccontextmanager
async def store(**answers: object) -> AsyncIterator[Store]:
    """A store that knows the token and answers paths (by their last part)."""

    async def answer(request: web.Request) -> web.Response:
        assert request.headers["Authorization"] == "Bearer word"
        return web.Response(body=msgspec.json.encode(answers[request.path.rsplit("/", 1)[1]]))

    app = web.Application()
    app.router.add_get("/api/{rest:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield Store(api_port=port, api_token="word")
    finally:
        await runner.cleanup()


async def test_each_command_has_its_answer_in_the_chat_where_it_stood() -> None:
    """From the store; two in a row are two messages."""
    shelf = Shelf()
    asked = [command("risk", lead_id="12345"), command("top"), command("silent"), command("help"), MUTE]
    async with store(risk=FULL, top=Risks([FULL]), silent=Risks()) as settings:
        await told(Commands(shelf, settings, Client), *asked)  # type: ignore[arg-type]
    texts = [wish.message.text for wish in shelf.wishes]
    assert texts == [
        replies.risk(FULL, Client("12345")),
        replies.top(Risks([FULL]), Client),
        replies.silent(Risks(), Client),
        replies.HELP,
        replies.muted(MUTE, Client),
    ]
    assert {wish.to for wish in shelf.wishes} == {"chat:-1009", "chat:1"}
    assert all(wish.rings for wish in shelf.wishes)
    assert len({wish.key for wish in shelf.wishes}) == len(asked)


async def test_whose_chat_it_is_is_not_answered_before_the_client() -> None:
    """`/link` stood in his chat: the answer goes where his alerts go, also where no number was told."""
    shelf = Shelf()
    asked = [command("link", lead_id="12345"), command("link", fault="no_lead")]
    await told(Commands(shelf, Store(), Client), *asked)  # type: ignore[arg-type]
    assert [wish.to for wish in shelf.wishes] == ["lead:12345", "shared"]


async def test_who_pressed_whose_chat_it_is_is_answered() -> None:
    """At the button at once, and with the client's name where his alerts go."""
    shelf, pressed = Shelf(), list[tuple[str, str]]()
    asked = [
        command("link", lead_id="12345", callback_id="q1"),
        command("link", lead_id="12345", callback_id="q2", before="777", fault="taken"),
    ]
    for who in (Client, lambda lead: Client(lead, "ООО «Ромашка»")):
        await told(Commands(shelf, Store(), who, lambda *one: pressed.append(one)), *asked)  # type: ignore[arg-type]
    taken = ("q2", "Чат уже привязан")
    named = ("q1", "Чат привязан к клиенту 12345 (ООО «Ромашка»)")
    assert pressed == [("q1", "Чат привязан к клиенту 12345"), taken, named, taken]
    assert "уже принадлежит клиенту 777" in shelf.wishes[1].message.text


async def test_the_answered_question_is_changed_where_it_stands() -> None:
    """It was sent under another key by whoever has the other partition: the wish says where."""
    shelf = Shelf()
    asked = Question(-1009, 7, "❔ Чей это чат «Ромашка»?\n\nПохожие клиенты — на кнопках.")
    await told(Commands(shelf, Store(), Client), command("link", lead_id="12345", callback_id="q1", question=asked))  # type: ignore[arg-type]
    [answer, changed] = shelf.wishes
    assert (answer.to, answer.stands, changed.stands) == ("lead:12345", None, (-1009, 7))
    assert "Чат «Ромашка» привязан" in changed.message.text
    assert not changed.message.buttons


async def test_a_press_under_a_command_is_answered_at_the_button() -> None:
    """And says nothing more there; of the assistant's question the answer stands below it."""
    shelf, pressed = Shelf(), list[tuple[str, str]]()
    question = Question(7, 9, "Какой клиент?\nРомашка или Лютик?")
    asked = [
        command("command_yes", callback_id="q1", digest="0" * 20, question=question),
        command("command_no", callback_id="q2", digest="0" * 20, question=question),
        msgspec.structs.replace(command("chosen", callback_id="q3", question=question), name="<Лютик>"),
    ]
    await told(Commands(shelf, Store(), Client, lambda *one: pressed.append(one)), *asked)  # type: ignore[arg-type]
    assert [id_ for id_, text in pressed if text] == ["q1", "q2", "q3"]
    [wish] = shelf.wishes
    assert wish.message.text == "Какой клиент?\nРомашка или Лютик?\n\nОтвет: &lt;Лютик&gt;"
    assert (wish.stands, wish.message.buttons) == ((7, 9), ())


async def test_a_store_that_is_away_is_said() -> None:
    """The person does not wait for it, and the commands behind are answered."""
    shelf = Shelf()
    away = Store(api_port=free_port(), api_token="word")
    await told(Commands(shelf, away, Client), command("top"), command("risk", fault="no_lead"))  # type: ignore[arg-type]
    assert [wish.message.text for wish in shelf.wishes] == [
        replies.UNKNOWN_NOW,
        "Укажите номер клиента, например: /risk 12345",
    ]


async def test_answers_do_not_fill_the_outbox() -> None:
    """It keeps a key for ever, so a chat has a few of them."""
    shelf = Shelf()
    away = Store(api_port=free_port(), api_token="word")
    await told(Commands(shelf, away, Client), *[command("help")] * 50)  # type: ignore[arg-type]
    assert len({wish.key for wish in shelf.wishes}) == WAITING
    assert [wish.version for wish in shelf.wishes] == sorted({wish.version for wish in shelf.wishes})

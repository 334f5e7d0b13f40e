"""The ask for a signature: whom it is asked of, what it shows, how it follows the command; the assistant's words."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from msgspec.structs import replace

from alerting.clients import Client
from schemas.assistant import AssistantSaid
from schemas.bot import BotCommand, Question
from schemas.callback import encode_choice, encode_command
from schemas.topics import ASSISTANT_SAID
from streams.engine.process import Batch
from streams.notify.commands import Commands
from streams.notify.handed.said import WAITING, Said
from streams.notify.telegram.shelf import Place
from streams.settings import Store
from tests.fakes.telegram import FakeTelegram, Message
from tests.unit.notify.handed.asking import ANNA, BORIS, PAGE, PLACE, SHARED, House, records_of
from tests.unit.notify.handed.commands import change, command, standing
from tests.unit.notify.handed.memory import NOW
from tests.unit.notify.telegram.post import TOKEN

DAY = 24 * 3_600_000


@pytest_asyncio.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    """Two people of ours and the shared chat."""
    async with FakeTelegram(TOKEN, {ANNA, BORIS, SHARED}) as running:
        yield running


@pytest_asyncio.fixture
async def house(telegram: FakeTelegram) -> AsyncIterator[House]:
    """Empty."""
    house = House(telegram)
    yield house
    await house.post.api.close()


async def test_the_curator_is_asked_with_all_that_he_signs(house: House) -> None:
    """What, about whom, the whole text, why, who said what, until when; two buttons of exactly this digest."""
    now = standing(command())
    await house.tell(change(now))
    [message] = house.of(ANNA)
    for words in (
        "Поставить задачу в Битрикс24", "1003 (Ромашка)", "Позвонить клиенту", "Спросить\nо <поставках>",
        "Клиент говорит об уходе.", "«Мы, наверное, уйдём» — Пётр", "помощник, по правилу, уверенность 85",
        "Ждёт подписи до",
    ):  # fmt: skip
        assert words in message.text, words
    assert [(b["text"], b["callback_data"]) for b in message.buttons] == [
        ("Подписать", encode_command(now.digest, "yes")),
        ("Отказать", encode_command(now.digest, "no")),
    ]
    await house.tell(change(now))
    assert len(house.telegram.messages) == 1, "a repeat says nothing new"


@pytest.mark.parametrize(
    ("state", "fields", "words"),
    [
        ("approved", {"by": "Иванова"}, "Подпись: Иванова"),
        ("approved", {"by": "Иванова", "due_at": 4_000_000_000_000}, "Начнётся "),
        ("done", {"by": "Иванова", "what": "задача 77"}, "задача 77"),
        ("failed", {"by": "Иванова", "why": "портал отказал"}, "Не выполнена, "),
        ("unknown", {"by": "Иванова", "why": "связь прервалась"}, "Неизвестно, выполнена ли"),
        ("refused", {"by": "Иванова", "why": "сделаю сам"}, "Отказ: Иванова"),
        ("expired", {}, "Срок вышел"),
        ("superseded", {}, "Заменена"),
    ],
)
async def test_its_message_follows_the_command(
    house: House, state: str, fields: dict[str, str | int], words: str
) -> None:
    """It loses its buttons and says what became of it, in place."""
    of = command()
    await house.tell(change(standing(of)))
    await house.tell(change(standing(of, state, 2, **fields), "asking"))  # type: ignore[arg-type]
    [message] = house.of(ANNA)
    assert words in message.text and message.buttons == [] and len(message.edits) == 1
    assert all(value in message.text for value in fields.values() if isinstance(value, str))


async def test_an_answer_that_does_not_count_is_told(house: House) -> None:
    """It still waits."""
    of = command()
    await house.tell(change(standing(of)), change(standing(of, number=2, why="нет прав"), "asking"))
    [message] = house.of(ANNA)
    assert "Ответ не засчитан: нет прав" in message.text and len(message.buttons) == 2


REPLY = {"text": "Добрый день!", "chat_id": "-100"}


async def test_what_leaves_the_house_is_signed_on_the_page(house: House) -> None:
    """A button opens it there, and none signs; so is what words with orders made somebody propose."""
    outward = command("telegram.reply", params=REPLY)
    ordered = command(number=2, trigger=replace(command().trigger, orders=True))
    await house.tell(change(standing(outward)), change(standing(ordered)))
    for message, of in zip(house.of(ANNA), (outward, ordered), strict=True):
        assert message.buttons[0] == {"text": "Открыть и подписать", "url": f"{PAGE}/commands/{of.command_id}"}
        assert len(message.buttons) == 2 and "ключом устройства" in message.text
    assert "Добрый день!" in house.of(ANNA)[0].text and "чат Ромашка (-100)" in house.of(ANNA)[0].text
    titled = command("telegram.reply", number=3, params=REPLY | {"chat_id": "-100777"})
    await house.tell(change(standing(titled)))
    assert "Кому: чат «Ромашка × склад», Ромашка (-100777)" in house.of(ANNA)[2].text


@pytest.mark.parametrize("page", ["", "https://leadpulse"])
async def test_a_page_that_telegram_cannot_open_is_no_button(telegram: FakeTelegram, page: str) -> None:
    """Without an address outside, or with one of an inner network, it is told in words where to sign."""
    house = House(telegram, page=page)
    await house.tell(change(standing(command("telegram.reply", params=REPLY))))
    [message] = house.of(ANNA)
    assert [button["text"] for button in message.buttons] == ["Отказать"] and "ключом устройства" in message.text
    await house.post.api.close()


async def test_a_text_that_is_too_long_for_a_message_is_not_signed_by_a_button(house: House) -> None:
    """Nobody signs what he has not seen whole."""
    long = command(params={"title": "Позвонить", "text": "я " * 2000})
    await house.tell(change(standing(long)))
    [message] = house.of(ANNA)
    assert "Подписать" not in [button["text"] for button in message.buttons]
    assert "весь он на странице" in message.text


async def test_who_spoke_to_the_assistant_is_asked_and_who_is_on_the_page_is_not(house: House) -> None:
    """A client without a curator's own chat is asked about in the shared one; a command about nobody, too."""
    await house.tell(
        change(standing(command(asked_by=f"tg:{BORIS}"))),
        change(standing(command(number=2, asked_by="anna"))),
        change(standing(command(number=3, proposer="web/anna"))),
        change(standing(command(number=4, lead_id="555"))),
        change(standing(command("report.send", "", 5, params={}))),
    )
    assert [len(house.of(chat)) for chat in (ANNA, BORIS, SHARED)] == [0, 1, 2]


async def test_what_runs_by_itself_or_is_over_is_not_asked(house: House) -> None:
    """Nor what a late reader finds when its time has passed."""
    house.now = NOW + DAY
    await house.tell(
        change(standing(command(), "approved")),
        change(standing(command(number=2), "dropped")),
        change(standing(command(number=3))),
    )
    assert house.telegram.messages == {}


async def test_ten_asks_a_day_and_the_rest_is_on_the_page(telegram: FakeTelegram) -> None:
    """Told once, also over a restart; one client has half of them; others have their own count, who asked himself has
    none; tomorrow is another."""
    house = House(telegram, most=2)
    first = [
        change(standing(command(lead_id=lead, number=n))) for n, lead in enumerate(("1003", "1003", "1004", "1004"))
    ]
    await house.tell(*first[:2])
    house.process()
    await house.tell(*first[2:], change(standing(command(lead_id="888", number=9))))
    texts = [message.text for message in house.of(ANNA)]
    assert (
        len(texts) == 4
        and sum("Сегодня здесь уже 2\u00a0вопроса о командах. Остальные ждут" in text for text in texts) == 1
    )
    assert sum("1\u00a0вопрос о командах клиента 1003 (Ромашка). Остальные о нём ждут" in text for text in texts) == 1
    assert len(house.of(BORIS)) == 1
    await house.tell(change(standing(command(number=10, asked_by=f"tg:{ANNA}"))))
    assert len(house.of(ANNA)) == 5
    await house.tell(change(standing(command(number=2), "refused", 2, by="Иванова"), "asking"))
    assert len(house.of(ANNA)) == 5, "what was not asked here has no message"
    await house.tell(change(standing(command(number=11, expires_at=NOW + 3 * DAY))), at=NOW + DAY)
    assert len(house.of(ANNA)) == 6
    await house.post.api.close()


async def pressed(house: House, message: Message, digest: str, name: str) -> None:
    """As `bot.commands` tells of a press."""
    commands = Commands(house.post.shelf, Store(), Client, lambda _, __: None, house.shows.pressed)
    said = BotCommand(
        command_id="0" * 16,
        chat_id=str(message.chat),
        command=name,  # type: ignore[arg-type]
        ts=NOW,
        callback_id="q",
        digest=digest[:20],
        question=Question(message.chat, message.message_id, message.text),
    )
    house.offset += 1
    await commands(Batch(PLACE.topic, 0, 1, records_of([said], house.offset)))
    await house.sent()


async def test_a_refusal_asks_why_and_can_be_taken_back(house: House) -> None:
    """The same message, whole, with the reasons under it; of one that is decided by now nothing is changed."""
    now = standing(command())
    await house.tell(change(now))
    [message] = house.of(ANNA)
    before = message.text
    await pressed(house, message, now.digest, "command_no")
    assert [button["callback_data"][-2:] for button in message.buttons] == ["n1", "n2", "n3", "n0"]
    await pressed(house, message, now.digest, "command_back")
    assert [button["text"] for button in message.buttons] == ["Подписать", "Отказать"]
    assert message.text == before
    await house.tell(change(standing(command(), "refused", 2, by="Иванова", why="не нужно"), "asking"))
    await pressed(house, message, now.digest, "command_no")
    assert message.buttons == [] and "Отказ: Иванова" in message.text


async def test_the_assistant_answers_where_it_was_spoken_to(house: House) -> None:
    """Options are buttons; who spoke on the page reads it there; the outbox does not fill up."""
    place = Place(ASSISTANT_SAID.name, 0)
    lines = [
        AssistantSaid(said_id="a1", to="tg:7", text="Какой <клиент>?\nИх два", at=NOW, chat_id=ANNA, question=True,
                      options=["Ромашка", "Лютик"]),
        AssistantSaid(said_id="a2", to="web/anna", text="Готово", at=NOW),
    ]  # fmt: skip
    house.post.sender._places = lambda: {place}
    await Said(house.post.shelf)(Batch(place.topic, 0, 1, records_of(lines)))
    await house.sent()
    [message] = house.telegram.messages.values()
    assert (message.chat, message.text) == (ANNA, "Какой <клиент>?\nИх два")
    assert [b["callback_data"] for b in message.buttons] == [encode_choice("a1", 0), encode_choice("a1", 1)]
    await Said(house.post.shelf)(Batch(place.topic, 0, 1, records_of(lines[:1] * 3 * WAITING, 2)))
    assert sum(1 for _ in house.post.shelf.under(place, "said:")) == WAITING

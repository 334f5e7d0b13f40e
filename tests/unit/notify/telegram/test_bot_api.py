"""The Bot API client against the fake server: what each answer means for the message, and no token in any error."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from alerting.render import Button
from schemas.errors import LeadpulseError, Refused, Transient
from streams.clients.bot_calls import ChatClosed
from streams.engine.remote import Uncertain
from streams.notify.telegram.bot_api import BotApi
from streams.settings import Telegram
from tests.fakes.telegram import FakeTelegram, Fault
from tests.fakes.telegram_answers import CLOSED

CHAT = 7
BUTTONS = ((Button("Принято", "a:1:00000000000000a1:k"),),)


@pytest_asyncio.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    """A fake with one private chat and one group."""
    async with FakeTelegram("123:secret", {CHAT, -5}) as running:
        yield running


@pytest_asyncio.fixture
async def api(telegram: FakeTelegram) -> AsyncIterator[BotApi]:
    """The client, with a short patience."""
    client = BotApi(Telegram(api=telegram.url, token="123:secret", timeout=0.5))
    yield client
    await client.close()


async def test_send_edit_answer(telegram: FakeTelegram, api: BotApi) -> None:
    """A message is sent, changed, changed to the same again, and its button's press answered."""
    sent = await api.send(CHAT, "<b>a</b> &lt;", BUTTONS)
    await api.edit(*sent, "b", BUTTONS)
    await api.edit(*sent, "b", BUTTONS)
    await api.answer(telegram.press(sent.message_id, "Принято", {"id": 9, "name": "Анна"}), "Принято")
    message = telegram.messages[sent.message_id]
    assert (message.text, message.edits) == ("b", ["a <"])
    assert [answer["text"] for answer in telegram.answers] == ["Принято"]
    assert api.reachable


async def test_deleted_message_needs_no_edit(telegram: FakeTelegram, api: BotApi) -> None:
    """A curator who deletes the message is no fault."""
    sent = await api.send(CHAT, "a", ())
    del telegram.messages[sent.message_id]
    await api.edit(*sent, "b", ())


@pytest.mark.parametrize(
    ("kind", "error", "retry_after"),
    [
        ("429", Transient, 3),
        ("401", Transient, 60),
        ("403", ChatClosed, 60),
        ("500", Uncertain, None),
        ("500_after", Uncertain, None),
        ("drop", Uncertain, None),
        ("drop_after", Uncertain, None),
        ("hang", Uncertain, None),
        ("hang_after", Uncertain, None),
    ],
)
async def test_meaning_of_a_failure(
    telegram: FakeTelegram, api: BotApi, kind: str, error: type[LeadpulseError], retry_after: float | None
) -> None:
    """Definite no, no for good, or nobody knows; the token is in none of the errors."""
    telegram.faults.append(Fault(kind, retry_after=3))
    with pytest.raises(LeadpulseError) as caught:
        await api.send(CHAT, "a", ())
    assert type(caught.value) is error
    assert getattr(caught.value, "retry_after", None) == retry_after
    assert "secret" not in f"{caught.value!r} {caught.value.__cause__!r}"
    assert len(telegram.messages) == (1 if kind.endswith("_after") else 0)


async def test_nobody_listens() -> None:
    """A refused connection surely did nothing: no doubt."""
    client = BotApi(Telegram(api="http://127.0.0.1:9", token="123:secret"))
    with pytest.raises(Transient) as caught:
        await client.send(CHAT, "a", ())
    await client.close()
    assert type(caught.value) is Transient
    assert "secret" not in repr(caught.value)


async def test_wrong_token_gives_no_message_up(telegram: FakeTelegram) -> None:
    """401 is a fault of the settings: the message waits for a person."""
    client = BotApi(Telegram(api=telegram.url, token="1:wrong"))
    with pytest.raises(Transient):
        await client.send(CHAT, "a", ())
    await client.close()
    assert not client.reachable


async def test_bad_text_and_unknown_chat_are_refused(telegram: FakeTelegram, api: BotApi) -> None:
    """400 is no for good where it is about the message, and for a person to mend where it is about the chat."""
    for text in ("<x>", "a" * 4097, ""):
        with pytest.raises(Refused):
            await api.send(CHAT, text, ())
    with pytest.raises(ChatClosed, match="chat not found"):
        await api.send(99, "a", ())
    assert not telegram.messages


@pytest.mark.parametrize("why", CLOSED)
async def test_a_closed_chat_is_no_fault_of_the_message(telegram: FakeTelegram, api: BotApi, why: str) -> None:
    """Removed, deleted, no rights, a closed topic, words that nobody has read yet: sending and editing both wait."""
    sent = await api.send(CHAT, "a", ())
    telegram.closed[CHAT] = why
    for call in (lambda: api.send(CHAT, "b", ()), lambda: api.edit(*sent, "b", ())):
        with pytest.raises(ChatClosed) as caught:
            await call()
        assert caught.value.retry_after == 60
    del telegram.closed[CHAT]
    await api.edit(*sent, "b", ())
    assert [message.text for message in telegram.messages.values()] == ["b"]


async def test_group_that_became_a_supergroup_is_followed(telegram: FakeTelegram, api: BotApi) -> None:
    """The message goes to the new id, and the next one goes there at once."""
    telegram.chats.add(-100_5)
    telegram.faults.append(Fault("migrate", chat=-5, to_chat=-100_5, times=9))
    assert (await api.send(-5, "a", ())).chat == -100_5
    assert (await api.send(-5, "b", ())).chat == -100_5
    assert telegram.calls["sendMessage"] == 3


async def test_fake_keeps_the_limits(telegram: FakeTelegram, api: BotApi) -> None:
    """Whoever writes too fast gets 429 with the time to wait: the limiter's tests mean something."""
    with pytest.raises(Transient) as caught:
        for _ in range(10):
            await api.send(CHAT, "a", ())
    assert caught.value.retry_after
    assert len(telegram.messages) == 5

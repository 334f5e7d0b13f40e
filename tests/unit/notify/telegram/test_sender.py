"""The sender on the real shelf: what waits, for how long, and what is told of it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from functools import partial
from types import SimpleNamespace

import pytest
import pytest_asyncio

from alerting.outbox import Item
from schemas.topics import DEAD_LETTERS, OUTBOX
from streams.engine.dead_letters import Numbered, OpenLetters, again, answer
from streams.notify.telegram.shelf import ITEM
from streams.settings import Kafka
from tests.fakes.telegram import FakeTelegram, Fault
from tests.fakes.telegram_answers import CLOSED
from tests.unit.notify.telegram.post import PLACE, TOKEN, TS, Post, Topic

ANNA, BORIS, GROUP, UPGRADED = 7, 8, -5, -1_000_000_000_005
CURATORS = {"12345": ANNA, "888": BORIS, "555": GROUP}
ONLY = ("only", "chat_closed", "-5 7 8")
WAIT = 20.0


@pytest_asyncio.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    """Two curators' private chats and a group."""
    async with FakeTelegram(TOKEN, {ANNA, BORIS, GROUP}) as running:
        yield running


@pytest_asyncio.fixture
async def post(telegram: FakeTelegram) -> AsyncIterator[Post]:
    """A running sender."""
    post = Post(telegram, Topic(), curators=CURATORS)
    running = asyncio.create_task(post.sender.run())
    yield post
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await post.api.close()


async def until(happened: Callable[[], object]) -> None:
    """Wait for it, generously."""
    async with asyncio.timeout(WAIT):
        while not happened():
            await asyncio.sleep(0.01)


async def runs(post: Post, happened: Callable[[], object]) -> None:
    """A worker that starts on this outbox and is killed once it has happened."""
    post.shelf._patience = 0.0  # no former owner is slow
    await post.shelf.open([PLACE], 1)
    await post.shelf.settle_doubts([PLACE])
    running = asyncio.create_task(post.sender.run())
    await until(happened)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await post.api.close()


def texts(telegram: FakeTelegram, chat: int) -> list[str]:
    """What stands in a chat."""
    return [message.text for message in telegram.messages.values() if message.chat == chat]


@pytest.mark.parametrize("why", CLOSED)
async def test_a_closed_chat_holds_its_own_messages_only(telegram: FakeTelegram, post: Post, why: str) -> None:
    """They wait at a person's pace, are told of once and once when it is over, and all come, in order; others go on."""
    telegram.closed[ANNA] = why
    await post.want("a", "lead:12345", text="первая")
    await post.want("b", "lead:12345", text="вторая")
    await post.want("c", "lead:888", text="другому")
    await until(lambda: texts(telegram, BORIS) and len(post.pauses) > 3)
    assert texts(telegram, ANNA) == [] and set(post.pauses) == {60.0}
    assert set(post.told) == {ONLY, ("begins", "chat_closed", "7"), ("ends", "chat_closed", "8")}
    assert post.sender.closed() == "бот не может писать в чат 7"
    del telegram.closed[ANNA]
    await until(lambda: len(texts(telegram, ANNA)) == 2)
    await until(lambda: post.sender.closed() is True)
    assert texts(telegram, ANNA) == ["первая", "вторая"]
    assert ("ends", "chat_closed", "7") in post.told
    assert post.topic.of(DEAD_LETTERS.name) == []


async def test_a_change_of_a_message_waits_as_well(telegram: FakeTelegram, post: Post) -> None:
    """The bot was removed after it had written: what becomes of the alert is shown when it is back."""
    await post.want("a", "lead:12345", text="тревога")
    await until(lambda: texts(telegram, ANNA))
    telegram.closed[ANNA] = "kicked"
    await post.want("a", "lead:12345", 2, "тревога: принято", rings=False)
    await until(lambda: post.pauses)
    del telegram.closed[ANNA]
    await until(lambda: texts(telegram, ANNA) == ["тревога: принято"])


async def test_a_refused_message_is_a_dead_letter_and_its_chat_goes_on(telegram: FakeTelegram, post: Post) -> None:
    """The chat takes messages: so this one is at fault."""
    telegram.faults.append(Fault("400", method="sendMessage", chat=ANNA))
    await post.want("a", "lead:12345", text="первая")
    await post.want("b", "lead:12345", text="вторая")
    await until(lambda: texts(telegram, ANNA) == ["вторая"])
    assert len(post.topic.of(DEAD_LETTERS.name)) == 1
    assert set(post.told) == {ONLY, ("ends", "chat_closed", "7")}


async def test_what_is_put_back_and_refused_again_is_another_letter(telegram: FakeTelegram) -> None:
    """It says what was wrong before and who put it back. A kill behind the letter writes the same one again; once
    Telegram takes the message it stands in the chat, and nothing is left to say."""
    topic = Topic()

    async def refused() -> Numbered:
        telegram.faults.append(Fault("400", method="sendMessage", chat=ANNA))
        post = Post(telegram, topic, curators=CURATORS)
        known = len(topic.of(DEAD_LETTERS.name))
        await runs(post, lambda: len(topic.of(DEAD_LETTERS.name)) > known and post.item("a").failed)
        letters = OpenLetters()
        for number, output in enumerate(topic.of(DEAD_LETTERS.name)):
            letters.add(SimpleNamespace(value=output.value, offset=number, timestamp=number))
        (one,) = letters.select()
        return one

    await Post(telegram, topic).want("a", "lead:12345", text="первая")
    one = await refused()
    await topic.send([await again(Kafka(), one, "anna", 7000), answer(one.letter, "replayed", "anna", 7000)])
    two = await refused()
    assert [(attempt.number, attempt.by) for attempt in two.history] == [(one.number, "anna")]
    last = max(n for n, output in enumerate(topic.records) if output.topic == OUTBOX.name)
    del topic.records[last]  # killed behind the letter
    assert (await refused()).number == two.number
    await topic.send([await again(Kafka(), two, "bob", 9000), answer(two.letter, "replayed", "bob", 9000)])
    taken = Post(telegram, topic, curators=CURATORS)
    await runs(taken, lambda: taken.item("a").sent)
    assert (len(texts(telegram, ANNA)), taken.item("a").before) == (1, ())


async def test_a_group_that_becomes_a_supergroup_gets_what_it_is_owed(telegram: FakeTelegram, post: Post) -> None:
    """News of before and after stand in the new chat, each once."""
    await post.want("a", "lead:555", text="до")
    await until(lambda: texts(telegram, GROUP) == ["до"])
    telegram.upgrade(GROUP, UPGRADED)
    await post.want("b", "lead:555", text="после")
    await post.want("a", "lead:555", 2, "до: снова", rings=True)
    await until(lambda: len(texts(telegram, UPGRADED)) == 2)
    assert sorted(texts(telegram, UPGRADED)) == ["до: снова", "после"]


def has_sent(post: Post, version: int) -> bool:
    return post.item("a").sent == version


async def test_what_a_message_waits_for_stands_in_the_outbox(telegram: FakeTelegram, post: Post) -> None:
    """Telegram's reason and its time, of a new message and of a change; gone once it is delivered."""
    for version, method in ((1, "sendMessage"), (2, "editMessageText")):
        telegram.faults.append(Fault("429", method=method, retry_after=12))
        await post.want("a", "lead:12345", version, f"тревога {version}", rings=False)
        await until(partial(has_sent, post, version))
        items = [ITEM.decode(output.value) for output in post.topic.of(OUTBOX.name)]
        waiting = [one for one in items if isinstance(one, Item) and one.waits and one.version == version]
        assert [(one.retry_at, one.calling, "429" in one.waits) for one in waiting] == [(TS + 12_000, False, True)]
    assert (post.item("a").waits, post.item("a").retry_at) == ("", 0)


@pytest.mark.parametrize("fault", [Fault("429", times=2, retry_after=3), Fault("500", times=2), Fault("drop", times=2)])
async def test_a_press_is_answered_when_telegram_has_a_moment(telegram: FakeTelegram, post: Post, fault: Fault) -> None:
    """429 names the pause; an answer that may have come twice does no harm."""
    await post.want("a", "lead:12345", text="тревога")
    await until(lambda: texts(telegram, ANNA))
    telegram.messages[1].buttons = [{"text": "Принято", "callback_data": "a:1"}]
    fault.method = "answerCallbackQuery"
    telegram.faults.append(fault)
    post.sender.answer(telegram.press(1, "Принято", {"id": 9}), "Принято")
    await until(lambda: telegram.answers)
    assert [answer["text"] for answer in telegram.answers] == ["Принято"]
    if fault.kind == "429":
        assert post.pauses == [3.0, 3.0]


async def test_an_old_press_is_given_up_at_once(telegram: FakeTelegram, post: Post) -> None:
    """Nothing can be done about it."""
    post.sender.answer("1", "Принято")
    await until(lambda: telegram.calls["answerCallbackQuery"])
    await asyncio.sleep(0.1)
    assert telegram.calls["answerCallbackQuery"] == 1 and post.pauses == []

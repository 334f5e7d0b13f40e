"""A command's message: exactly as it was shown, once, and in doubt never again."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest
import pytest_asyncio

from alerting.outbox import Wish
from alerting.render import Rendered
from schemas.commands import Begun, Result
from schemas.errors import Transient
from schemas.topics import OUTBOX
from streams.engine.remote import Uncertain
from streams.notify.handed.calls import TOO_LATE
from streams.notify.handed.messages import NO_CHAT, NO_TOKEN, NO_WORDS
from streams.notify.handed.once import CLOSED, UNKNOWN
from streams.notify.handed.reports import Reports
from streams.settings import Store
from tests.fakes.telegram import FakeTelegram, Fault
from tests.unit.notify.handed.memory import ID, NOW, handed
from tests.unit.notify.handed.sending import CHAT, PLACE, WAIT, House
from tests.unit.notify.telegram.post import TOKEN

TEXT = " <b>Здравствуйте</b> & «до» завтра\n\n— Аня  "


@pytest_asyncio.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    """The client's group."""
    async with FakeTelegram(TOKEN, {CHAT}) as running:
        yield running


@pytest_asyncio.fixture
async def house(telegram: FakeTelegram) -> AsyncIterator[House]:
    """Empty."""
    house = House(telegram)
    yield house
    for post in house.posts:
        await post.api.close()


WORK = handed("telegram.send", to=f"chat:{CHAT}", text=TEXT)


async def test_the_text_goes_out_as_it_was_shown(house: House) -> None:
    """Signs of markup are text; nothing is added; where it stands is said; delivered again it is nothing new."""
    post, messages = await house.process()
    await house.give(messages, WORK, WORK)
    await house.runs(post, house.kafka.results)
    [message] = house.telegram.messages.values()
    assert (message.text, message.buttons) == (TEXT, [])
    assert house.kafka.results() == [("done", f"сообщение {message.message_id} в чате {CHAT}")]
    again, messages = await house.process()
    await house.give(messages, WORK)
    assert list(again.shelf.due()) == [] and len(house.sent()) == 1
    assert [type(one) for one in house.kafka.records] == [Begun, Result]


async def test_without_a_key_it_waits_aside(house: House) -> None:
    """Nobody could be told what became of it: it is not begun, does not stand in the way of what else goes to this
    chat, and goes out when the key is there."""
    known = dict(house.kafka.catalogue.keys)
    house.kafka.catalogue.calls_since = 0
    house.kafka.catalogue.keys.clear()
    post, messages = await house.process()
    house.kafka.catalogue.keys.update(known)
    await house.give(messages, WORK)
    house.kafka.catalogue.keys.clear()
    other = Wish("other", f"chat:{CHAT}", 1, 9, NOW, Rendered("тревога"))
    await post.shelf.put(PLACE, [other])
    await house.runs(post, house.sent)
    [item] = post.shelf.under(PLACE, "c/")
    assert item.waits.startswith("ключ подписи") and item.retry_at > NOW
    assert house.sent() == ["тревога"] and not house.kafka.records
    house.kafka.catalogue.keys.update(known)
    house.kafka.now += 70_000
    again, _ = await house.process()
    await house.runs(again, house.kafka.results)
    assert [message.text for message in house.telegram.messages.values()] == ["тревога", TEXT]


@pytest.mark.parametrize("kind", ["drop", "drop_after", "hang_after", "500_after"])
async def test_an_answer_that_never_came_is_unknown(house: House, kind: str) -> None:
    """The message may stand there or not: it is not sent again, by nobody."""
    house.telegram.faults.append(Fault(kind, method="sendMessage"))
    post, messages = await house.process()
    await house.give(messages, WORK)
    await house.runs(post, house.kafka.results)
    assert house.kafka.results() == [("unknown", UNKNOWN)]
    again, messages = await house.process()
    await house.give(messages, WORK)
    assert list(again.shelf.due()) == [] and house.telegram.calls["sendMessage"] == 1


@pytest.mark.parametrize("left", range(1, 6))
async def test_killed_anywhere_it_is_never_sent_twice(house: House, left: int) -> None:
    """Whichever of its writes was the last: what stands in the chat was sent once, and somebody says how it ended."""
    post, messages = await house.process()
    await house.give(messages, WORK)
    writes = 0
    shelf_send, log_send = house.topic.send, house.kafka.send

    async def counted(real: Callable[..., object], outputs: object) -> None:
        nonlocal writes
        writes += 1
        if writes >= left:
            await asyncio.Event().wait()  # killed before the broker has it
        await real(outputs)  # type: ignore[misc]

    house.topic.send = lambda outputs: counted(shelf_send, outputs)  # type: ignore[method-assign]
    post.sender._once._log._send = lambda outputs: counted(log_send, outputs)  # type: ignore[attr-defined]
    await house.runs(post, lambda: writes >= left or house.kafka.results())
    house.topic.send = shelf_send  # type: ignore[method-assign]
    again, messages = await house.process()
    await house.give(messages, WORK)
    await house.runs(again, lambda: house.kafka.results() and not list(again.shelf.due()))
    [(outcome, _)] = house.kafka.results()
    assert len(house.sent()) <= 1 and house.telegram.calls["sendMessage"] <= 1
    assert outcome == ("unknown" if left in (2, 3) else "done"), "between the first word and the last nobody knows"


async def test_what_telegram_surely_did_not_take_waits_also_over_a_restart(house: House) -> None:
    """A limit, a bot that is away: no doubt, so it goes on, whoever has the partition then."""
    house.telegram.faults += [Fault("429", method="sendMessage", retry_after=5, times=1000)]
    post, messages = await house.process()
    await house.give(messages, WORK)
    await house.runs(post, lambda: len(post.pauses) > 1)
    assert house.kafka.results() == []
    house.telegram.faults.clear()
    house.kafka.now += 10_000  # the time that Telegram named is over
    again, _ = await house.process()
    await house.runs(again, house.kafka.results)
    assert (house.kafka.results()[0][0], len(house.sent())) == ("done", 1)
    claims = house.kafka.begun()
    assert [claim.after for claim in claims] == ["", *(claim.claim for claim in claims[:-1])]


async def test_a_second_owner_does_not_send_what_the_first_is_sending(house: House) -> None:
    """Two that believe the partition theirs: the claim that comes first in the log has it."""
    post, messages = await house.process()
    await house.give(messages, WORK)
    other, _ = await house.process()
    house.telegram.faults.append(Fault("hold", method="sendMessage"))
    first = asyncio.create_task(post.sender.run())
    second = asyncio.create_task(other.sender.run())
    async with asyncio.timeout(WAIT):
        while not house.telegram.calls["sendMessage"]:
            await asyncio.sleep(0.01)
    house.telegram.released.set()
    async with asyncio.timeout(WAIT):
        while not house.kafka.results():
            await asyncio.sleep(0.01)
    for running in (first, second):
        running.cancel()
    await asyncio.gather(first, second, return_exceptions=True)
    assert house.telegram.calls["sendMessage"] == 1


async def test_a_closed_chat_and_a_refusal_are_failures(house: House) -> None:
    """Told in words; the chat is no need of ours, so nothing else is said of it."""
    house.telegram.closed[CHAT] = "kicked"
    post, messages = await house.process()
    await house.give(messages, WORK)
    await house.runs(post, house.kafka.results)
    [(outcome, why)] = house.kafka.results()
    assert outcome == "failed" and why.startswith(CLOSED)
    assert post.sender.closed() is True and not [told for told in post.told if told[0] == "begins"]
    del house.telegram.closed[CHAT]
    house.telegram.faults.append(Fault("400", method="sendMessage"))
    post, messages = await house.process()
    await house.give(messages, handed("telegram.send", command_id="b" * 16, to=f"chat:{CHAT}", text="x"))
    await house.runs(post, lambda: len(house.kafka.results()) == 2)
    assert house.kafka.results()[1][0] == "failed"
    assert {output.topic for output in house.topic.records} == {OUTBOX.name}, "no dead letter: a replay would send it"


async def test_what_waited_too_long_is_not_sent(house: House) -> None:
    """Its time has passed in the outbox."""
    post, messages = await house.process()
    await house.give(messages, handed("telegram.send", to=f"chat:{CHAT}", text="x", expires_at=NOW + 1000))
    house.kafka.now += 2000
    await house.runs(post, house.kafka.results)
    assert (house.kafka.results(), house.sent()) == ([("failed", TOO_LATE)], [])


async def test_what_cannot_be_sent_is_told_at_once(house: House) -> None:
    """No bot, no chat, no words, no time."""
    _, messages = await house.process()
    works = [
        handed("telegram.send", command_id="b" * 16, to="lead:1003", text="x"),
        handed("telegram.send", command_id="c" * 16, to=f"chat:{CHAT}", text=" \n"),
        handed("telegram.send", command_id="d" * 16, to=f"chat:{CHAT}", text="x", expires_at=NOW),
    ]
    await house.give(messages, *works)
    _, mute = await house.process(token=False)
    await house.give(mute, WORK)
    assert [why for _, why in house.kafka.results()] == [NO_CHAT, NO_WORDS, TOO_LATE, NO_TOKEN]
    assert house.kafka.begun() == []


async def test_the_outbox_forgot_what_was_begun(house: House) -> None:
    """Somebody began it: nobody knows more, and it is not sent."""
    house.kafka.records.append(Begun(command_id=ID, at=NOW, claim="of one who died"))
    post, messages = await house.process()
    await house.give(messages, WORK)
    assert (house.kafka.results(), list(post.shelf.due())) == ([("unknown", UNKNOWN)], [])


async def test_a_report_is_asked_of_the_store() -> None:
    """Whether it is there is asked first: what fails behind that is in doubt."""
    asked: list[tuple[str, object]] = []

    def ask(_store: Store, path: str, body: object, _seconds: float) -> object:
        asked.append((path, body))
        return {}

    reports = Reports(Store(), ask)
    work = handed("report.send", to="report")
    assert await reports.call(work) == "отчёт отправлен в чат отчётов"
    assert asked == [("/api/status", None), ("/api/reports", {})]

    def falls(_store: Store, path: str, _body: object, _seconds: float) -> object:
        if path == "/api/reports":
            raise Transient("the store is away")
        return {}

    with pytest.raises(Uncertain):
        await Reports(Store(), falls).call(work)

"""What Telegram does not take goes by mail, once: by clocks that a test holds, with real servers on both sides."""

import asyncio
from collections.abc import AsyncIterator
from email.message import EmailMessage

import msgspec
import pytest
import pytest_asyncio

from alerting.outbox import Item, Wish, begin, finish, merge, unheard, want
from alerting.render import Rendered
from schemas.codec import decode
from schemas.events import AlertMailed
from schemas.failed import DeadLetter
from schemas.topics import LEAD_EVENTS
from streams.settings import Mail
from tests.fakes.smtp import FakeSmtp
from tests.fakes.telegram import FakeTelegram, Fault
from tests.unit.notify.mail.desk import ANNA, BORIS, OPS, Desk
from tests.unit.notify.telegram.post import PLACE, TOKEN, TS, Topic

LOGIN = ("robot", "pa55word")


@pytest_asyncio.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    """Three chats."""
    async with FakeTelegram(TOKEN, {ANNA, BORIS, OPS}) as running:
        yield running


@pytest_asyncio.fixture
async def smtp() -> AsyncIterator[FakeSmtp]:
    """A server that wants a login."""
    async with FakeSmtp(LOGIN) as running:
        yield running


def body(letter: EmailMessage) -> str:
    """Its plain text."""
    part = letter.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


async def test_an_alert_that_waits_five_minutes_goes_by_mail_once(telegram: FakeTelegram, smtp: FakeSmtp) -> None:
    """To its curator, else to the head; the lead's history says so; later looks and a restart repeat nothing."""
    topic = Topic()
    desk = Desk(telegram, smtp, topic)
    await desk.post.want("a1", "lead:12345", text="🔴 <b>Тревога</b>: мы &lt;уходим&gt;")
    await desk.post.want("b1", "lead:888", text="Другая")
    await desk.post.want("c1", "ops", text="Диск заполнен")
    assert await desk.at(0) == await desk.at(4.9) == []
    assert await desk.at(5) == ["anna@x.ru", "head@x.ru", "ops@x.ru"]
    letter = smtp.letters[0]
    assert letter["Subject"] == "Leadpulse: 🔴 Тревога: мы <уходим>"
    assert (letter["To"], letter["From"]) == ("anna@x.ru", "leadpulse@x.ru")
    assert "за 5\u00a0мин" in body(letter)
    events = [decode(output.value or b"") for output in topic.of(LEAD_EVENTS.name)]
    assert [(e.lead_id, e.alert_id, e.address) for e in events if isinstance(e, AlertMailed)] == [
        ("12345", "a1", "anna@x.ru"),
        ("888", "b1", "head@x.ru"),
    ]
    again = Desk(telegram, smtp, topic)
    await again.post.shelf.open([PLACE], 1)
    assert len(await desk.at(6)) == len(await again.at(7)) == len(await again.at(60)) == 3
    await again.post.api.close()
    await desk.post.api.close()


async def test_a_letter_names_the_raw_record(telegram: FakeTelegram, smtp: FakeSmtp) -> None:
    """In a header, where no reader is bothered by it, and in the lead's history."""
    topic = Topic()
    desk = Desk(telegram, smtp, topic)
    await desk.post.want("a1", "lead:12345", origin="source.wms/3/41")
    await desk.at(0)
    await desk.at(5)
    assert smtp.letters[0]["X-Leadpulse-Origin"] == "source.wms/3/41"
    [event] = [decode(output.value or b"") for output in topic.of(LEAD_EVENTS.name)]
    assert isinstance(event, AlertMailed) and event.origin == "source.wms/3/41"
    await desk.post.api.close()


async def test_a_restart_forgets_no_letter(telegram: FakeTelegram, smtp: FakeSmtp) -> None:
    """Its age is the news', not the process's; but Telegram gets its chance first."""
    topic = Topic()
    before = Desk(telegram, smtp, topic)
    await before.post.want("a1", "lead:12345")
    assert await before.at(4) == []
    after = Desk(telegram, smtp, topic)
    await after.post.shelf.open([PLACE], 1)
    assert await after.at(7) == []
    assert await after.at(7.5) == ["anna@x.ru"]


async def test_old_news_is_no_letter(telegram: FakeTelegram, smtp: FakeSmtp) -> None:
    """Who sets mail up does not get what Telegram has refused in the months before."""
    desk = Desk(telegram, smtp, Topic())
    await desk.post.want("a1", "lead:12345")
    await desk.at(4 * 24 * 60)
    assert await desk.at(4 * 24 * 60 + 5) == []


async def test_telegram_comes_back(telegram: FakeTelegram, smtp: FakeSmtp) -> None:
    """The message is delivered there too, once, and no second letter is written: not for its changes either."""
    desk = Desk(telegram, smtp, Topic())
    await desk.post.want("a1", "lead:12345", text="тревога")
    await desk.at(0)
    await desk.at(5)
    running = asyncio.create_task(desk.post.sender.run())
    async with asyncio.timeout(20):
        while not desk.post.item("a1").sent:
            await asyncio.sleep(0.01)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await desk.post.want("a1", "lead:12345", 2, "тревога: принято", rings=False)
    await desk.at(20)
    assert await desk.at(40) == ["anna@x.ru"]
    assert [message.text for message in telegram.messages.values()] == ["тревога"]
    await desk.post.want("a1", "lead:12345", 3, "тревога: снова", rings=True)
    await desk.at(41)
    assert await desk.at(50) == ["anna@x.ru", "anna@x.ru"], "new news is a new letter"
    await desk.post.api.close()


async def test_what_telegram_refuses_for_good_is_read_at_least_in_the_mail(
    telegram: FakeTelegram, smtp: FakeSmtp
) -> None:
    """It is a dead letter there, and nobody looks into those every hour; played again, it is no second letter."""
    telegram.faults.append(Fault("400", method="sendMessage"))
    desk = Desk(telegram, smtp, Topic())
    await desk.post.want("a1", "lead:12345", text="тревога")
    running = asyncio.create_task(desk.post.sender.run())
    async with asyncio.timeout(20):
        while not desk.post.item("a1").failed:
            await asyncio.sleep(0.01)
    await desk.at(1)
    assert await desk.at(6) == ["anna@x.ru"]
    assert "тревога" in body(smtp.letters[0]) and "Telegram не принял" in body(smtp.letters[0])
    [letter] = [msgspec.json.decode(one.value or b"", type=DeadLetter) for one in desk.post.topic.of("dead.letters")]
    again = msgspec.json.decode(letter.payload, type=Item)
    assert again.text == "тревога" and not again.failed
    await desk.at(20)
    assert await desk.at(40) == ["anna@x.ru"]
    assert not telegram.messages
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await desk.post.api.close()


@pytest.mark.parametrize("fault", ["away", "login", "busy"])
async def test_a_server_that_does_not_take_letters_is_told_and_waited_for(
    telegram: FakeTelegram, smtp: FakeSmtp, fault: str
) -> None:
    """Once a minute, told of once, without the password; then everything goes, once."""
    desk = Desk(telegram, smtp, Topic(), **({"password": "wrong-pa55"} if fault == "login" else {}))
    await desk.post.want("a1", "lead:12345")
    await desk.post.want("b1", "lead:888")
    await desk.at(0)
    smtp.answer = "451 4.7.1 try again later" if fault == "busy" else ""
    if fault == "away":
        await smtp.stop()
    assert await desk.at(5) == []
    assert await desk.at(5.5) == [], "not before a minute is over"
    subjects = {"anna@x.ru", "head@x.ru"} if fault == "busy" else {"127.0.0.1"}
    assert {told for told in desk.post.told if told[0] == "begins"} == {
        ("begins", "mail_refused", subject) for subject in subjects
    }
    assert not any("pa55" in detail for detail in desk.post.details)
    if fault == "login":
        return
    smtp.answer = ""
    if fault == "away":
        await smtp.start()
    assert sorted(await desk.at(7)) == ["anna@x.ru", "head@x.ru"]
    assert ("ends", "mail_refused", "127.0.0.1") in desk.post.told


async def test_one_unknown_address_stops_nobody_else(telegram: FakeTelegram, smtp: FakeSmtp) -> None:
    """It is told of by itself and tried again."""
    smtp.unknown.add("anna@x.ru")
    desk = Desk(telegram, smtp, Topic())
    await desk.post.want("a1", "lead:12345")
    await desk.post.want("b1", "lead:888")
    await desk.at(0)
    assert await desk.at(5) == ["head@x.ru"]
    assert ("begins", "mail_refused", "anna@x.ru") in desk.post.told
    smtp.unknown.clear()
    assert await desk.at(7) == ["head@x.ru", "anna@x.ru"]


async def test_an_answer_that_was_lost_repeats_under_the_same_id(telegram: FakeTelegram, smtp: FakeSmtp) -> None:
    """Nobody can know; a mail program shows one."""
    desk = Desk(telegram, smtp, Topic())
    await desk.post.want("a1", "lead:12345")
    await desk.at(0)
    smtp.lost = True
    await desk.at(5)
    smtp.lost = False
    await desk.at(7)
    assert len({letter["Message-ID"] for letter in smtp.letters}) == 1
    assert desk.post.item("a1").mailed == 1


def test_what_is_news() -> None:
    """The first word and what rings; a change of what stands is none; two owners' records agree on it."""

    def wish(version: int, *, rings: bool) -> Wish:
        return Wish("a1", "lead:1", version, version, TS + version, Rendered("x"), rings)

    first = want(None, wish(1, rings=False), "lead.alerts")
    assert first is not None and unheard(first)
    changed = want(first, wish(2, rings=False), "lead.alerts")
    assert changed is not None and (changed.news, changed.news_at) == (1, TS + 1)
    sent = finish(begin(changed), 2, 7, 70)
    assert not unheard(sent)
    edit = want(sent, wish(3, rings=False), "lead.alerts")
    assert edit is not None and not unheard(edit)
    rung = want(edit, wish(4, rings=True), "lead.alerts")
    assert rung is not None and unheard(rung) and rung.news == 4
    assert merge(rung, first).mailed == 0


@pytest.mark.parametrize("address", ["anna", "a b@x.ru", "Анна <a@x.ru>", "a@x.ru,b@x.ru"])
def test_a_wrong_address_is_a_fault_of_the_settings(address: str) -> None:
    """One address each, as it is dialled."""
    with pytest.raises(ValueError, match="имя@узел"):
        Mail(head=address)

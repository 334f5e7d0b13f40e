"""Login by the bot: only the right user with the right number, once, in time, in the browser that began it (W4)."""

import re
from typing import Any

import msgspec
import pytest

from alerting.login import render_login, render_login_answered
from processors.identity import Identities
from processors.normalize import Options
from processors.normalize.telegram import normalize
from schemas.bot import BotCommand, LoginQuestion
from schemas.people import LoginStep
from schemas.sources import Inbound
from schemas.topics import BOT_COMMANDS
from schemas.types import Meta
from streams.settings import Settings, Web
from streams.web.cookies import LOGIN, SESSION
from streams.web.words import BY_BOT
from tests.unit.web.page import NOW, Page, page

BOT = Settings(web=Web(bot="our_leadpulse_bot"))
USER, STRANGER = 700, 701


def update(here: Page, **fields: Any) -> list[LoginStep | BotCommand]:
    """What the pipeline makes of an update of the bot."""
    payload = msgspec.json.encode({"update_id": 1, **fields})
    record = msgspec.json.encode(Inbound(source="main", payload=msgspec.Raw(payload)))
    found = normalize(Meta("source.telegram", 0, 1, here.now), record, Identities(), Options())
    assert isinstance(found, list)
    return found


async def opened(here: Page, nonce: str, who: int = USER) -> BotCommand | None:
    """Somebody opens the bot by the link; the question that he is asked."""
    message = {
        "message_id": 1,
        "date": here.now // 1000,
        "chat": {"id": who, "type": "private"},
        "from": {"id": who, "first_name": "О"},
        "text": f"/start login_{nonce}",
    }
    [step] = update(here, message=message)
    assert isinstance(step, LoginStep)
    here.office.logins.apply(step.key, step.said, here.now)
    before = len(here.sent)
    await here.office.logins.on_asked(step.key, step.said)  # type: ignore[arg-type]
    asked = [output for output in here.sent[before:] if output.topic == BOT_COMMANDS.name]
    return msgspec.json.decode(asked[0].value or b"", type=BotCommand) if asked else None


def pressed(here: Page, question: BotCommand, label: str, who: int = USER) -> BotCommand:
    """A button under the question; what the bot is to say."""
    assert question.login is not None
    rows = render_login(question.login).buttons
    [data] = [button.callback for row in rows for button in row if button.text == label]
    under = {"chat": {"id": who}, "message_id": 2, "text": "Вход с Chrome, 12:03.\nКакое число на экране?"}
    query = {"id": "q1", "from": {"id": who, "first_name": "О"}, "message": under, "data": data}
    step, told = update(here, callback_query=query)
    assert isinstance(step, LoginStep) and isinstance(told, BotCommand)
    here.office.logins.apply(step.key, step.said, here.now)
    return told


async def begun(here: Page) -> tuple[str, str, str]:
    """The page's nonce, number and cookie."""
    answer = await here.get("/login")
    body = await answer.text()
    [number] = re.findall(r'class="number">(\d\d)<', body)
    [nonce] = re.findall(r"\?start=login_([\w-]+)", body)
    return nonce, number, answer.cookies[LOGIN].value


async def asked_state(here: Page, cookie: str) -> Any:
    """As htmx asks every two seconds."""
    return await here.post("/login/state?next=/me", HX_Request="true", Cookie=f"{LOGIN}={cookie}")


async def test_the_right_number_lets_in() -> None:
    """The question names the browser and three numbers; the answer of the next look is a session, and its line."""
    async with page(BOT) as here:
        user = here.user("curator", telegram_id=USER)
        nonce, number, cookie = await begun(here)
        assert "Жду ответа" in await (await asked_state(here, cookie)).text()
        question = await opened(here, nonce)
        assert question is not None and question.login is not None
        text = render_login(question.login).text
        assert "Какое число на экране?" in text and len(set(question.login.numbers)) == 3
        told = pressed(here, question, number)
        assert told.command == "login_sent"
        changed = render_login_answered(told)
        assert changed is not None and "Вернитесь в браузер" in changed.text and not changed.buttons
        answer = await asked_state(here, cookie)
        assert answer.headers["HX-Redirect"] == "/me"
        signed = here.office.members.signed(answer.cookies[SESSION].value)
        assert signed is not None and signed[0] == user
        assert [(line.action, line.user, line.object) for line in here.log()] == [("login", "ucurator", BY_BOT)]
        again = await asked_state(here, cookie)
        assert SESSION not in again.cookies and "Время вышло" in await again.text()


@pytest.mark.parametrize("label", ["wrong", "Это не я"])
async def test_another_number_ends_it(label: str) -> None:
    """A wrong one, or «Это не я»: no session, a line in the log, and the right number after it does not help."""
    async with page(BOT) as here:
        here.user("curator", telegram_id=USER)
        nonce, number, cookie = await begun(here)
        question = await opened(here, nonce)
        assert question is not None and question.login is not None
        wrong = next(str(one) for one in question.login.numbers if str(one) != number)
        pressed(here, question, wrong if label == "wrong" else label)
        pressed(here, question, number)
        answer = await asked_state(here, cookie)
        assert SESSION not in answer.cookies and "отклонён" in await answer.text()
        assert SESSION not in (await asked_state(here, cookie)).cookies
        assert [(line.action, line.object) for line in here.log()] == [("refused", BY_BOT)]


async def test_a_stranger_is_not_asked() -> None:
    """A foreign Telegram id, or a user whose access was taken: the bot says nothing; a forged press does not help."""
    async with page(BOT) as here:
        here.user("curator", telegram_id=USER)
        nonce, number, cookie = await begun(here)
        assert await opened(here, nonce, STRANGER) is None
        question = await opened(here, nonce)
        assert question is not None
        pressed(here, question, number, who=STRANGER)
        assert SESSION not in (await asked_state(here, cookie)).cookies
        nonce, number, cookie = await begun(here)
        here.user("curator", telegram_id=USER, disabled=True)
        assert await opened(here, nonce) is None
        assert [line.action for line in here.log()] == ["refused"]


async def test_it_ends_after_two_minutes() -> None:
    """119 s: in; 121 s: over, though the number was right."""
    for seconds, is_in in ((119, True), (121, False)):
        async with page(BOT) as here:
            here.user("curator", telegram_id=USER)
            nonce, number, cookie = await begun(here)
            question = await opened(here, nonce)
            assert question is not None
            here.now = NOW + seconds * 1000
            pressed(here, question, number)
            assert (SESSION in (await asked_state(here, cookie)).cookies) is is_in


async def test_another_browser_does_not_get_in() -> None:
    """Who has seen the link or the QR code has the nonce, not the cookie: nothing, and the first browser still may."""
    async with page(BOT) as here:
        here.user("curator", telegram_id=USER)
        nonce, number, cookie = await begun(here)
        question = await opened(here, nonce)
        assert question is not None
        pressed(here, question, number)
        for forged in (f"{nonce}.x", nonce, "", f"{nonce}.{cookie.partition('.')[2][:-1]}A!"):
            assert SESSION not in (await asked_state(here, forged)).cookies
        assert SESSION in (await asked_state(here, cookie)).cookies


async def test_nothing_secret_stands_on_a_topic() -> None:
    """Neither nonce nor cookies: who reads Kafka cannot take over a login."""
    async with page(BOT) as here:
        here.user("curator", telegram_id=USER)
        nonce, number, cookie = await begun(here)
        question = await opened(here, nonce)
        assert question is not None
        pressed(here, question, number)
        session = (await asked_state(here, cookie)).cookies[SESSION].value
        for output in here.sent:
            for secret in (nonce, cookie, cookie.partition(".")[2], session):
                assert secret.encode() not in (output.key or b"") + (output.value or b"")


async def test_kafka_away_leaves_the_other_ways() -> None:
    """The page opens and says so; it comes back by itself."""
    async with page(BOT) as here:
        here.is_kafka_away = True
        answer = await here.get("/login")
        assert answer.status == 200 and "сейчас не работает" in await answer.text()
        here.is_kafka_away = False
        assert "Какое" not in await (await here.get("/login")).text() and await begun(here)


def test_a_browser_that_nobody_knows_is_asked_about_in_good_russian() -> None:
    """One that is known by its name, as it is."""

    def first_line(agent: str) -> str:
        return render_login(LoginQuestion(login="x", agent=agent, at=NOW, numbers=[12])).text.split(", ")[0]

    assert first_line("браузер") == "Вход с неизвестного браузера"
    assert first_line("браузер, Linux") == "Вход с неизвестного браузера"
    assert first_line("Chrome, Windows") == "Вход с Chrome"

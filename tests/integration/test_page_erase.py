"""A client is erased from the page by three people with keys of their devices, in a real Chromium; the workers are
real, and it is the same erasure as that of the command line."""

import json

import msgspec
import pytest
import pytest_asyncio
from cryptography.exceptions import InvalidSignature

from schemas.cards import ClientCard
from schemas.people import WebSession, WebUser
from schemas.sources import Identity
from schemas.topics import AUDIT_ACCESS, CLIENTS, IDENTITIES, TELEGRAM, WEB_SESSIONS
from streams.engine.clock import wall_clock
from streams.engine.journal import ENTRY
from streams.erasing.act import Signed, verified
from streams.web.cookies import digest
from tests.browser import Watched, needs_chromium, window
from tests.installation import until
from tests.integration.test_page import ADMIN, COOKIE, CURATOR, HEAD, House, _with_device, house

pytestmark = needs_chromium
__all__ = ["house"]

LEAD, CHAT, WORD = "1003", "-1000000001003", "ромашкосекрет"


def message() -> bytes:
    """An update of the bot."""
    said = {
        "message_id": 1,
        "date": wall_clock() // 1000,
        "chat": {"id": int(CHAT), "type": "supergroup", "title": WORD},
        "from": {"id": 77123, "first_name": "Анна", "is_bot": False},
        "text": f"{WORD} где товар",
    }
    return msgspec.json.encode({"source": "bot", "payload": {"update_id": 1, "message": said}})


@pytest_asyncio.fixture(scope="module")
async def filled(house: House) -> House:
    """A client with a card, a linked chat and a message; three people who have just logged in."""
    here, now = house.here, wall_clock()
    card = ClientCard(lead_id=LEAD, source="hand", ts=1, name=WORD, responsible=CURATOR.name)
    await here.produce(CLIENTS, [(f"{LEAD}/hand", msgspec.json.encode(card))])
    identity = Identity("tg_chat", CHAT, LEAD, "x")
    await here.produce(IDENTITIES, [(f"tg_chat:{CHAT}", msgspec.json.encode(identity))])
    await here.produce(TELEGRAM, [(CHAT, message())])
    for user in (CURATOR, HEAD, ADMIN):
        await session(house, user, now)

    async def stored() -> bool:
        return rows(house) > 0

    await until(stored, 90, "the message is stored", pause=1.0)
    return house


async def session(house: House, user: WebUser, now: int) -> None:
    """A session that nobody has proved with a key."""
    made = WebSession(user_id=user.user_id, made=now, seen=now)
    await house.here.produce(WEB_SESSIONS, [(digest(COOKIE + user.user_id), msgspec.json.encode(made))])


def rows(house: House) -> int:
    """Events of the client."""
    query = f"SELECT count() FROM events WHERE lead_id = '{LEAD}'"
    done = house.here.command("sql", query, "--json")
    return int(json.loads(done.stdout)["rows"][0][0]) if done.returncode == 0 else 0


async def test_three_people_with_their_keys(filled: House) -> None:
    """The curator makes a key, sees the plan and asks; the head proves with a key anew and confirms; the administrator
    carries it out, and the page says when it is done. Then nothing of the client is stored, the act is signed, and the
    access log has all three."""
    house = filled
    async with window(house.chromium, house.home, 390) as seen:
        await house.sign_in(seen, CURATOR)
        await key(seen)
        await seen.go(f"/privacy/erase/{LEAD}")
        assert "таблица events" in await seen.page.inner_text("main")
        await seen.page.fill("input[name=reason]", "заявление от 2 ноября")
        await seen.page.click("text=Попросить >> nth=-1")
        await seen.page.wait_for_url(f"{house.home}/privacy/erase")
        text = await seen.page.inner_text("main")
        assert "ждёт второго человека" in text
        assert "Подтвердить удаление" not in text
        assert await seen.check() == []
    async with window(house.chromium, house.home) as seen:
        await house.sign_in(seen, HEAD)
        await key(seen)
        await session(house, HEAD, wall_clock())

        async def unproved() -> bool:
            await seen.go("/privacy/erase")
            return await seen.page.locator("text=Подтвердить удаление").count() == 0

        await until(unproved, 30, "the session is as if no key had been used")
        await seen.page.click("main >> text=Подтвердить ключом")
        await seen.page.click("button:has-text('Подтвердить ключом')")
        await seen.page.wait_for_url(f"{house.home}/privacy/erase", timeout=30_000)
        await seen.page.click("text=Подтвердить удаление")
        await seen.page.wait_for_selector("text=подтверждена", timeout=30_000)
        assert await seen.page.locator("text=Удалить сейчас").count() == 0
        assert await seen.check() == []
    assert rows(house) > 0
    async with window(house.chromium, house.home) as seen:
        await house.sign_in(seen, ADMIN)
        await key(seen)
        await seen.go("/privacy/erase")
        await seen.page.click("text=Удалить сейчас")

        async def over() -> bool:
            await seen.go("/privacy/erase")
            text = await seen.page.inner_text("main")
            assert "Остановилось" not in text, text
            return await seen.page.locator("a:has-text('Акт')").count() == 1

        await until(over, 120, "the client is erased", pause=1.0)
        assert await seen.check() == []
    assert rows(house) == 0
    [card] = [record for record in await house.here.read(CLIENTS) if record.key == f"{LEAD}/hand".encode()][-1:]
    assert card.value is None
    [act] = (house.here.folder / "acts").glob("*.json")
    made = msgspec.json.decode(act.read_bytes(), type=Signed)
    verified(made)
    told = json.loads(made.act)
    assert (told["requested_by"], told["confirmed_by"], told["executed_by"]) == (CURATOR.name, HEAD.name, ADMIN.name)
    assert WORD not in made.act
    with pytest.raises(InvalidSignature):
        verified(msgspec.structs.replace(made, act=made.act.replace(HEAD.name, "Кто-то")))
    lines = [ENTRY.decode(record.value) for record in await house.here.read(AUDIT_ACCESS)]
    erased = [line for line in lines if getattr(line, "action", "") == "erase"]
    assert [getattr(line, "name", "") for line in erased] == [CURATOR.name, HEAD.name, ADMIN.name]
    assert {getattr(line, "lead", "") for line in erased} == {LEAD}


async def key(seen: Watched) -> None:
    """A virtual device, and a key on it."""
    await _with_device(seen)
    await seen.go("/me")
    await seen.page.click("text=Создать ключ на этом устройстве")
    await seen.page.wait_for_selector("text=Убрать", timeout=30_000)

"""A command is signed in a real Chromium by a key of the device, and the client gets just what was shown: real Kafka,
the workers web, store, actions and notify, a fake Telegram."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import msgspec
import pytest
import pytest_asyncio

from processors.commands import canon, signing
from processors.commands.signing import passkey_holds
from schemas.cards import ClientCard
from schemas.codec import event_id
from schemas.command_codecs import LOG
from schemas.commands import Approval, Command, Proposal, Trigger
from schemas.people import WebSession, WebUser
from schemas.sources import Identity
from schemas.topics import AUDIT_ACCESS, CLIENTS, COMMANDS, IDENTITIES, LEAD_ALERTS, WEB_SESSIONS, WEB_USERS
from streams.engine.clock import wall_clock
from streams.engine.signing_keys import ensure, load_key
from streams.web.cookies import digest
from tests.browser import Watched, browser, needs_chromium, window
from tests.fakes.telegram import FakeTelegram
from tests.installation import Installation, until
from tests.integration.test_page import COOKIE, CURATOR, OLGA, TOKEN, UNREACHABLE, USER, House, _with_device
from tests.unit.processors.assistant.commands import alert

pytestmark = needs_chromium

LEAD, OTHERS, CHAT = "1001", "1002", -1001
OTHER = WebUser(user_id="petr1", name="Пётр Другой", role="curator")
TEXT = "Проверили недостачу: 80 коробок нашли.\nАкт отправим завтра до 12."
EDITED = "Нашли все 80 коробок. Акт отправим сегодня."


def noon() -> str:
    """A zone where it is noon: nobody's quiet hours, whenever the test runs."""
    return f"Etc/GMT{datetime.now(UTC).hour - 12:+d}"


@pytest_asyncio.fixture(scope="module")
async def house(bootstrap: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """Two curators with a client each; a chat of the first one's client; keys of the processes."""
    environ = {
        "LEADPULSE_STORE__CONFINED": "false",
        "LEADPULSE_TELEGRAM__TOKEN": TOKEN,
        "LEADPULSE_DAYS__ZONE": noon(),
    }
    async with FakeTelegram(TOKEN, {OLGA, CHAT}) as telegram, browser() as chromium:
        environ["LEADPULSE_TELEGRAM__API"] = telegram.url
        folder = tmp_path_factory.mktemp("commands")
        async with Installation(bootstrap, folder, environ) as here:
            await planted(here)
            for name in ("web", "store", "actions", "notify"):
                here.worker(name)
            made = House(here, telegram, chromium)
            await made.ready("web", "store", "actions", "notify")
            yield made


async def planted(here: Installation) -> None:
    """Who is who."""
    now = wall_clock()
    await ensure(here.settings.kafka, here.settings.commands.keys, now)
    cards = [
        (f"{lead}/hand", msgspec.json.encode(ClientCard(lead_id=lead, source="hand", ts=1, name=name, responsible=who)))
        for lead, name, who in ((LEAD, "ООО «Пледы»", CURATOR.name), (OTHERS, "ИП Чужой", OTHER.name))
    ]
    session = [
        (digest(COOKIE + user.user_id), msgspec.json.encode(WebSession(user_id=user.user_id, made=now, seen=now)))
        for user in (CURATOR, OTHER)
    ]
    chat = Identity("tg_chat", str(CHAT), LEAD, "x")
    await here.produce(WEB_USERS, [(user.user_id, USER.encode(user)) for user in (CURATOR, OTHER)])
    await here.produce(WEB_SESSIONS, session)
    await here.produce(CLIENTS, cards)
    await here.produce(IDENTITIES, [(f"tg_chat:{CHAT}", msgspec.json.encode(chat))])


async def proposed(house: House, trigger: str, lead: str = LEAD) -> str:
    """The assistant proposes to write to the client, on an alert of that name; its number."""
    now, params = wall_clock(), {"text": TEXT, "chat_id": str(CHAT)}
    told = alert(alert_id=event_id("trigger", trigger), lead_id=lead, rings=False)
    await house.here.produce(LEAD_ALERTS, [(lead, msgspec.json.encode(told))])
    name = "telegram.reply"
    if lead == OTHERS:
        name, params = "note.add", {"text": TEXT}
    command = Command(
        command_id=canon.command_id(name, lead, told.alert_id, params),
        name=name,
        version=1,
        lead_id=lead,
        params=dict(params),
        trigger=Trigger(kind="alert", id=told.alert_id, words="где наши 80 коробок?", who="Анна", client=True),
        confidence_percent=82,
        proposed_at=now,
        expires_at=now + 3_600_000,
        proposer="agent/rules",
    )
    key = load_key(house.here.settings.commands.keys, "agent")
    record = signing.proposal(command, key.key_id, key.private)
    await house.here.produce(COMMANDS, [(command.command_id, LOG.encode(record))])
    return command.command_id


async def shown(house: House, seen: Watched, command: str) -> None:
    """Its card is open: the dispatcher has taken it."""

    async def there() -> bool:
        return await seen.go(f"/commands/{command}") == 200

    seen.expected = (UNREACHABLE,)
    await until(there, 30, "the command is on the page")


async def edited(house: House, former: str) -> str:
    """The command that stands for another, once it is in the log."""
    found: list[str] = []

    async def there() -> bool:
        records = [LOG.decode(record.value or b"") for record in await house.here.read(COMMANDS)]
        made = [canon.read(one.body) for one in records if isinstance(one, Proposal)]
        found[:] = [one.command_id for one in made if isinstance(one, Command) and one.supersedes == former]
        return bool(found)

    await until(there, 30, "another text is proposed")
    return found[0]


def received(house: House) -> list[str]:
    """What the client was sent."""
    return [one.text for one in house.telegram.messages.values() if one.chat == CHAT]


async def approvals(house: House, command: str) -> list[Approval]:
    """Of a command, as they stand on the log."""
    records = [LOG.decode(record.value or b"") for record in await house.here.read(COMMANDS)]
    return [one for one in records if isinstance(one, Approval) and one.command_id == command]


async def test_what_was_shown_is_signed_and_sent(house: House) -> None:
    """The device signs, the client's chat gets the shown text and nothing else, once; the card says so by itself. A
    text that the curator changed is sent as he changed it, in the place of the former one."""
    async with window(house.chromium, house.home) as seen:
        await _with_device(seen)
        await house.sign_in(seen, CURATOR)
        await seen.go("/me")
        await seen.page.click("text=Создать ключ на этом устройстве")
        await seen.page.wait_for_selector("text=Убрать", timeout=15_000)

        command = await proposed(house, "1")
        await shown(house, seen, command)
        text = await seen.page.inner_text("[data-param=text]")
        assert text == TEXT
        assert "Команды\u00a01" in await seen.page.inner_text("nav")
        await seen.page.click("text=Подписать ключом устройства")
        await seen.page.wait_for_selector("#state:has-text('Выполнена')", timeout=60_000)
        assert received(house) == [text]
        [approval] = await approvals(house, command)
        users = [USER.decode(record.value or b"") for record in await house.here.read(WEB_USERS)]
        olga = [user for user in users if isinstance(user, WebUser) and user.user_id == CURATOR.user_id][-1]
        assert approval.passkey is not None and passkey_holds(approval.passkey, approval.digest, olga, house.home) == ""

        second = await proposed(house, "2")
        await shown(house, seen, second)
        await seen.page.click("summary:has-text('Изменить текст')")
        await seen.page.fill("textarea[name=p_text]", EDITED)
        await seen.page.click("text=Сохранить")
        await shown(house, seen, await edited(house, second))
        assert await seen.page.inner_text("[data-param=text]") == EDITED
        await seen.page.click("text=Подписать ключом устройства")
        await seen.page.wait_for_selector("#state:has-text('Выполнена')", timeout=60_000)
        assert received(house) == [text, EDITED]
        await seen.go(f"/commands/{second}")
        assert "аменена другой" in await seen.page.inner_text("#state")
        assert await seen.page.query_selector("button[data-key]") is None
        assert await seen.check() == []
    lines = [msgspec.json.decode(record.value or b"") for record in await house.here.read(AUDIT_ACCESS)]
    assert [line for line in lines if line["action"] == "approve" and line.get("lead") == LEAD]


async def test_who_is_not_his_curator_signs_nothing(house: House) -> None:
    """Another curator does not see it; what he sends past the page is no approval; his own he signs by a press."""
    command, own = await proposed(house, "3"), await proposed(house, "4", OTHERS)
    async with window(house.chromium, house.home) as seen:
        await house.sign_in(seen, OTHER)
        await shown(house, seen, own)
        assert await seen.go(f"/commands/{command}") == 404
        asked = "fetch('/commands/%s/approve', {method: 'POST', headers: {'HX-Request': 'true'}}).then(a => a.status)"
        assert await seen.page.evaluate(asked % command) == 404
        await shown(house, seen, own)
        await seen.page.click("button:has-text('Подписать')")
        await seen.page.wait_for_selector("#state:has-text('Выполнена')", timeout=30_000)
    assert await approvals(house, command) == []
    assert TEXT not in received(house)[2:]

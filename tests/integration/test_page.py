"""The page as people meet it: real Kafka, real workers, a real Chromium, a fake Telegram (W2, W4, W5, W6, P4)."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import aiohttp
import msgspec
import pytest
import pytest_asyncio
from msgspec.structs import replace
from playwright.async_api import Browser

from processors.access import MATRIX
from schemas.cards import ClientCard
from schemas.codec import Codec
from schemas.people import WebSession, WebUser
from schemas.topics import AUDIT_ACCESS, CLIENTS, WEB_SESSIONS, WEB_USERS
from streams.embedded.broker import Broker
from streams.engine.clock import wall_clock
from streams.engine.journal import ENTRY
from streams.web.cookies import SESSION, digest
from streams.web.route import May
from streams.web.table import ROUTES
from tests.browser import WIDTHS, Watched, browser, needs_chromium, window
from tests.caddy import Caddy
from tests.fakes.telegram import FakeTelegram
from tests.installation import Installation, until
from tests.ports import free_port
from tests.unit.web.walk import PARTS

pytestmark = needs_chromium

TOKEN, OLGA = "1:bot-secret", 700
USER: Codec[WebUser] = Codec(WebUser)
COOKIE = "cookie-of-a-test-that-nobody-guesses-of-"
"""With the user's id behind it."""
ADMIN = WebUser(user_id="admin1", name="Анна Админова", role="admin")
HEAD = WebUser(user_id="head1", name="Глеб Главный", role="head")
CURATOR = WebUser(user_id="olga1", name="Ольга Петрова", role="curator", telegram_id=OLGA)
CLIENT = "ООО Ромашка-Секрет"
UNREACHABLE = "Failed to load resource"
"""What Chromium says of a page that answered 4xx or 5xx, which some tests mean."""


@dataclass
class House:
    """Workers, Telegram and a browser."""

    here: Installation
    telegram: FakeTelegram
    chromium: Browser

    @property
    def home(self) -> str:
        """Of the page."""
        return f"http://localhost:{self.here.settings.web.port}"

    async def ready(self, *names: str) -> None:
        """Wait for workers."""
        for name in names:
            url = f"http://127.0.0.1:{getattr(self.here.settings.metrics, name)}/readyz"
            await until(partial(_answers, url), 90, f"{name} is ready")

    async def sign_in(self, seen: Watched, user: WebUser) -> None:
        """Give the window this user's session."""
        # https, because a `__Host-` cookie is taken of no other; the browser sends it to http://localhost all the same
        await seen.context.add_cookies([{"name": SESSION, "value": COOKIE + user.user_id, "url": "https://localhost/"}])


async def _answers(url: str) -> bool:
    try:
        async with aiohttp.ClientSession() as client, client.get(url) as answer:
            return answer.status == 200
    except aiohttp.ClientError:
        return False


@pytest_asyncio.fixture(scope="module")
async def house(bootstrap: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """Users, one session and one client stand in Kafka before the page starts."""
    environ = {
        "LEADPULSE_GATEWAY__PORT": str(free_port()),
        "LEADPULSE_STORE__CONFINED": "false",  # what the kernel allows it is not looked at here
        "LEADPULSE_TELEGRAM__TOKEN": TOKEN,
        "LEADPULSE_TELEGRAM__UPDATES": "poll",
        "LEADPULSE_WEB__BOT": "our_leadpulse_bot",
        "LEADPULSE_WEB__LOGINS_PER_MINUTE": "1000",
    }
    async with FakeTelegram(TOKEN, {OLGA}) as telegram, browser("--ignore-certificate-errors") as chromium:
        environ["LEADPULSE_TELEGRAM__API"] = telegram.url
        folder = tmp_path_factory.mktemp("page")
        async with Installation(bootstrap, folder, environ) as here:
            now = wall_clock()
            sessions = [
                (
                    digest(COOKIE + user.user_id),
                    msgspec.json.encode(WebSession(user_id=user.user_id, made=now, seen=now)),
                )
                for user in (ADMIN, HEAD)
            ]
            card = ClientCard(lead_id="1001", source="hand", ts=1, name=CLIENT, responsible=CURATOR.name)
            await here.produce(WEB_USERS, [(user.user_id, USER.encode(user)) for user in (ADMIN, HEAD, CURATOR)])
            await here.produce(WEB_SESSIONS, sessions)
            await here.produce(CLIENTS, [("1001/hand", msgspec.json.encode(card))])
            workers = ("web", "store", "pipeline", "notify", "gateway")
            for name in workers:
                here.worker(name)
            made = House(here, telegram, chromium)
            await made.ready(*workers)
            yield made


async def test_pages_are_whole_on_a_phone_and_a_desk(house: House) -> None:
    """Every page without a parameter, light and dark: no console error, nothing from elsewhere, nothing that axe-core
    calls serious, no target below 44 px, no page wider than its window; error pages too."""
    plain = [route for route in ROUTES if route.method == "GET" and "{" not in route.path]
    pages = [route for route in plain if route.path not in {*PARTS, "/login"}]
    open_to_head = [route.path for route in pages if not isinstance(route.access, May) or _may_head(route.access)]
    paths = {"head": open_to_head, "admin": sorted({route.path for route in pages} - set(open_to_head))}
    for width, scheme in zip(WIDTHS, ("dark", "light"), strict=True):
        async with window(house.chromium, house.home, width, scheme) as seen:
            assert await seen.go("/login") == 200
            assert await seen.check() == []
            for user in (HEAD, ADMIN):
                await house.sign_in(seen, user)
                for path in paths[user.role]:
                    assert await seen.go(path) == 200, path
                    assert await seen.check() == [], (path, width, scheme)
                    assert CLIENT not in await seen.page.title()
            seen.expected = (UNREACHABLE,)
            assert await seen.go("/nothing") == 404
            assert await seen.check() == []


async def test_a_curator_gets_in_by_the_bot_then_by_a_key(house: House) -> None:
    """The bot asks for the number of the screen, the browser goes on by itself; then a key of the device is made, and
    the next login needs no Telegram: the bot answers nobody any more, and he is in."""
    async with window(house.chromium, house.home) as seen:
        await _with_device(seen)
        await seen.go("/login?next=/me")
        number = await seen.page.inner_text(".number")
        link = await seen.page.get_attribute("a.button[target]", "href") or ""
        house.telegram.say(OLGA, {"id": OLGA, "name": "Ольга"}, f"/start {link.partition('start=')[2]}")
        await until(partial(_asked, house), 30, "the bot asks")
        [message] = [one for one in house.telegram.messages.values() if "Какое число на экране?" in one.text]
        assert "Chrome, Linux" in message.text
        house.telegram.press(message.message_id, number, {"id": OLGA, "name": "Ольга"})
        await seen.page.wait_for_url(f"{house.home}/me", timeout=30_000)
        assert await seen.page.inner_text("h1") == CURATOR.name
        await seen.page.click("text=Создать ключ на этом устройстве")
        await seen.page.wait_for_selector("text=Убрать", timeout=15_000)
        await seen.page.click("text=Выйти")
        await seen.page.wait_for_url(f"{house.home}/login")
        house.telegram.closed[OLGA] = "blocked"
        await seen.page.click("text=Войти ключом устройства")
        await seen.page.wait_for_url(f"{house.home}/", timeout=15_000)
        assert CLIENT in await seen.page.inner_text("main")
        assert await seen.check() == []


async def _with_device(seen: Watched) -> None:
    """A virtual device that keeps keys and knows its owner."""
    devices = await seen.context.new_cdp_session(seen.page)
    await devices.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
    }
    await devices.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def _may_head(access: May) -> bool:
    return "head" in MATRIX[access.action]


async def _asked(house: House) -> bool:
    return any("Какое число на экране?" in one.text for one in house.telegram.messages.values())


async def test_behind_caddy(house: House, tmp_path: Path) -> None:
    """By the one name outside, with HTTPS: the same pages, cookies that hold, a key of the device for this name, and
    writes that are known as our own."""
    port = free_port()
    async with Caddy(tmp_path, web=f"127.0.0.1:{port}") as caddy:
        environ = {
            "LEADPULSE_WEB__PORT": str(port),
            "LEADPULSE_METRICS__WEB": "0",
            "LEADPULSE_SITE__PUBLIC_URL": caddy.url,
            "LEADPULSE_WEB__TRUSTED_PROXIES": '["127.0.0.1"]',
        }
        house.here.worker("web", environ)
        await until(partial(_answers, f"http://127.0.0.1:{port}/login"), 60, "the page behind Caddy")
        link = _command(house, "web", "link", ADMIN.user_id, environ=environ).strip()
        assert link.startswith(f"{caddy.url}/login/invite/")
        async with window(house.chromium, caddy.url, 390) as seen:
            await seen.go(link.removeprefix(caddy.url))
            await seen.page.click("button:has-text('Войти')")
            await seen.page.wait_for_url(f"{caddy.url}/")
            await _with_device(seen)
            await seen.go("/me")
            await seen.page.click("text=Создать ключ на этом устройстве")
            await seen.page.wait_for_selector("text=Убрать", timeout=15_000)
            await seen.go("/admin/users")
            await seen.page.fill("input[name=name]", "Новый Человек")
            await seen.page.click("text=Добавить >> nth=-1")
            await seen.page.wait_for_selector("text=Новый Человек")
            assert await seen.check() == []


async def test_kafka_away(house: House, broker: Broker) -> None:
    """A personal page is 503 in Russian without a client's word while Kafka is away, and comes back by itself; the log
    is whole then, and `audit verify` names a line that somebody changed."""
    async with window(house.chromium, house.home) as seen:
        await house.sign_in(seen, HEAD)
        seen.expected = (UNREACHABLE,)
        assert await seen.go("/") == 200
        broker.kill()
        await broker.ended()
        assert await seen.go("/") == 503
        body = await seen.page.inner_text("body")
        assert "Сейчас не получается" in body and CLIENT not in body
        await broker.start()

        async def back() -> bool:
            return await seen.go("/") == 200

        await until(back, 60, "the page is back", pause=1.0)
        assert CLIENT in await seen.page.inner_text("main")
    assert "Журнал цел" in _command(house, "audit", "verify")
    [*_, last] = await house.here.read(AUDIT_ACCESS)
    line = ENTRY.decode(last.value)
    forged = replace(line, name="Кто-то другой")  # type: ignore[type-var]
    await house.here.produce(AUDIT_ACCESS, [("x", ENTRY.encode(forged))])  # type: ignore[arg-type]
    said = _command(house, "audit", "verify", code=1)
    assert re.search(rf"место {last.offset + 1}: запись изменена", said), said


def _command(house: House, *arguments: str, code: int = 0, environ: dict[str, str] | None = None) -> str:
    """What a command of this installation says."""
    done = house.here.command(*arguments, **environ or {})
    assert done.returncode == code, done.stderr + done.stdout
    return done.stdout

"""What `leadpulse check` says of the page: whether it answers, what of it is off, and why."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from schemas.errors import Transient
from schemas.people import WebUser
from streams.cli.check_page import page_faults, page_notes, page_warnings
from streams.settings import Kafka, Settings, Site, Telegram, Web
from streams.web.headers import LOADS
from tests.fakes.telegram import FakeTelegram
from tests.ports import free_port

TOKEN = "1:secret"
ADMIN = WebUser(user_id="u1", name="Ольга Петрова", role="admin")


def known(monkeypatch: pytest.MonkeyPatch, *users: WebUser) -> None:
    """Whom the page knows."""

    async def users_of(kafka: Kafka, patience: float) -> list[WebUser]:
        return list(users)

    monkeypatch.setattr("streams.cli.check_page.users_of", users_of)


@contextmanager
def answering(policy: str) -> Iterator[int]:
    """A server that refuses everything with this header; its port."""

    class Refusing(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(404)
            self.send_header("Content-Security-Policy", policy)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Refusing) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def test_a_page_that_answers_is_known_by_its_header() -> None:
    """Ours is right; another program on the port, and nobody there, is the same fault."""
    with answering(LOADS) as port:
        assert page_faults(Settings(web=Web(port=port))) == []
    with answering("default-src *") as port:
        [fault] = page_faults(Settings(web=Web(port=port)))
        assert fault.startswith(f"страница не отвечает на 127.0.0.1:{port}")
    [fault] = page_faults(Settings(web=Web(port=free_port())))
    assert "leadpulse up" in fault


def test_what_answers_outside_must_be_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another program there is a fault with the address; a name where nobody answers is told of the name itself."""
    loaded = Settings(site=Site(public_url="https://a.ru"))
    for outside, faults in ((True, 0), (False, 1), (None, 0)):
        answers = {"http://127.0.0.1:8082": True, "https://a.ru": outside}
        monkeypatch.setattr(
            "streams.cli.check_page._is_page", lambda url, ca=None, a=answers: a[url.removesuffix("/static/none")]
        )
        found = page_faults(loaded)
        assert len(found) == faults
        assert all("https://a.ru отвечает не страница" in fault for fault in found)


async def test_the_link_must_lead_to_our_bot() -> None:
    """Another bot's name is a fault with both names; the right one, however written, is none."""
    async with FakeTelegram(TOKEN, set()) as telegram:
        bot = Telegram(api=telegram.url, token=TOKEN)

        async def faults(name: str) -> list[str]:
            return await asyncio.to_thread(page_faults, Settings(telegram=bot, web=Web(port=0, bot=name)))

        assert await faults("LeadPulse_bot") == []
        [fault] = await faults("other_bot")
        assert "@other_bot" in fault and "@leadpulse_bot" in fault


def test_a_page_that_is_off_says_only_that() -> None:
    """No fault and no warning: somebody chose it."""
    off = Settings(web=Web(enabled=False, bot="our_leadpulse_bot"))
    assert page_faults(off) == page_warnings(off) == []
    assert page_notes(off) == ["страница выключена: web.enabled = false"]


def test_what_is_off_and_why(monkeypatch: pytest.MonkeyPatch) -> None:
    """Outside, and the bot: each with the setting that would open it; nothing when both are set."""
    known(monkeypatch, ADMIN)
    closed, bot = page_notes(Settings())
    assert "site.public_url" in closed and "http://localhost:8082" in closed
    assert "web.bot" in bot and "leadpulse web link" in bot
    whole = Settings(
        site=Site(public_url="https://a.ru"),
        web=Web(bot="our_leadpulse_bot", trusted_proxies=("127.0.0.1",)),
        telegram=Telegram(updates="poll", token=TOKEN),
    )
    assert page_notes(whole) == page_warnings(whole) == []


def test_what_cannot_work_as_it_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bot that hears nothing and has no token, a proxy that nobody believes, no administrator."""
    known(monkeypatch, WebUser(user_id="u2", name="Пётр", role="curator"))
    told = page_warnings(Settings(site=Site(public_url="https://a.ru"), web=Web(bot="our_leadpulse_bot")))
    for line, word in zip(told, ("telegram.updates", "telegram.token", "trusted_proxies", "web add"), strict=True):
        assert word in line


def test_the_first_administrator_is_on_his_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """While nobody is let in, his name is told; Kafka that does not answer is no matter of the page."""
    first = Settings(web=Web(first_admin="Ольга Петрова"))
    known(monkeypatch)
    assert page_warnings(first) == [
        "у страницы нет администратора: при запуске им станет Ольга Петрова (web.first_admin)"
    ]

    async def away(kafka: Kafka, patience: float) -> list[WebUser]:
        raise Transient("away")

    monkeypatch.setattr("streams.cli.check_page.users_of", away)
    assert page_warnings(first) == []

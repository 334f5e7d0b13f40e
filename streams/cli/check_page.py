"""What `check` says of the page for people: whether it answers, what of it is off, and why."""

import asyncio
import ssl
import urllib.error
import urllib.request
from email.message import Message
from http.client import HTTPException
from pathlib import Path

from schemas.errors import LeadpulseError, Transient
from schemas.people import WebUser
from streams.cli.bot import Api, ask
from streams.cli.web import users_of
from streams.settings import Kafka, Settings
from streams.web.headers import LOADS

TIMEOUT = 10.0
"""Seconds that one question may take."""
NOTHING = "/static/none"
"""There is no such file: whose page it is, the header of the refusal tells; nothing is begun by asking."""


def page_faults(loaded: Settings) -> list[str]:
    """The page answers here, and behind the name outside; its link leads to the bot whose token we have."""
    page, site = loaded.web, loaded.site
    if not page.enabled:
        return []
    faults = []
    if page.port and not _is_page(f"http://{page.host}:{page.port}{NOTHING}"):
        faults.append(f"страница не отвечает на {page.host}:{page.port} (web.port): её запускает `leadpulse up`")
    elif site.public_url and _is_page(site.public_url + NOTHING, site.ca_file) is False:
        faults.append(
            f"по адресу {site.public_url} отвечает не страница: проверьте, куда прокси передаёт всё остальное"
        )
    name = _bot_name(loaded) if page.bot else ""
    if name and name.casefold() != page.bot.casefold():
        faults.append(f"web.bot: указан @{page.bot}, а токен — от @{name}: ссылка для входа ведёт в чужой бот")
    return faults


def page_warnings(loaded: Settings) -> list[str]:
    """What of it people cannot use as it stands."""
    page = loaded.web
    if not page.enabled:
        return []
    warnings = []
    if page.bot and loaded.telegram.updates != "poll" and not loaded.gateway.telegram:
        warnings.append("вход через бота не сработает: ответы боту не приходят (telegram.updates, gateway.telegram)")
    if page.bot and not loaded.telegram.token.get_secret_value():
        warnings.append("вход через бота не сработает: у бота нет токена (telegram.token)")
    if loaded.site.public_url and not page.trusted_proxies:
        warnings.append(
            "web.trusted_proxies пуст, а страницу открывают через прокси: предел попыток входа у всех общий. "
            'Если Caddy на этой машине — ["127.0.0.1"]'
        )
    users = _users(loaded.kafka)
    if users is not None and not any(user.role == "admin" for user in users):
        named = page.first_admin if not users else ""
        way = f"при запуске им станет {named} (web.first_admin)" if named else "leadpulse web add ИМЯ --role admin"
        warnings.append(f"у страницы нет администратора: {way}")
    return warnings


def page_notes(loaded: Settings) -> list[str]:
    """What is off, and why."""
    page = loaded.web
    if not page.enabled:
        return ["страница выключена: web.enabled = false"]
    notes = []
    if not loaded.site.public_url:
        notes.append(f"снаружи страница закрыта: нет site.public_url; на этой машине — http://localhost:{page.port}")
    if not page.bot:
        notes.append("вход через бота выключен: нет web.bot; входят ключом устройства и по ссылке `leadpulse web link`")
    return notes


def _bot_name(loaded: Settings) -> str:
    """Whose token we have; empty where nobody says: the bot's own part of `check` tells why."""
    token = loaded.telegram.token.get_secret_value()
    try:
        return str(ask(Api.of(loaded.telegram), token, "getMe").get("username", "")) if token else ""
    except LeadpulseError:
        return ""


def _users(kafka: Kafka) -> list[WebUser] | None:
    """Who is let in; None where Kafka does not answer, which is told as a fault of its own."""
    try:
        return [user for user in asyncio.run(users_of(kafka, TIMEOUT)) if not user.disabled]
    except Transient:
        return None


def _is_page(url: str, ca_file: Path | None = None) -> bool | None:
    """Whether our page answers there; None where nobody does."""
    try:
        context = ssl.create_default_context(cafile=ca_file)
        opener = urllib.request.build_opener(
            urllib.request.HTTPSHandler(context=context), urllib.request.ProxyHandler({})
        )
        with opener.open(url, timeout=TIMEOUT) as answer:
            return is_ours(answer.headers)
    except urllib.error.HTTPError as error:
        with error:
            return is_ours(error.headers)
    except (OSError, HTTPException):
        return None


def is_ours(headers: Message) -> bool:
    """By what the page says to every browser."""
    return headers.get("Content-Security-Policy") == LOADS

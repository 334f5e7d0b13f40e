"""`web`: who is let in to the page, in what role, and a link for once where nothing else lets him in."""

import asyncio
import json
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import click
import msgspec
import psutil
from aiokafka import ConsumerRecord

from processors.access import ROLES
from processors.members import disabled, enabled, found, with_role
from schemas.codec import Codec
from schemas.errors import Refused
from schemas.people import Invited, Role, WebSession, WebUser
from schemas.topics import WEB_LOGINS, WEB_SESSIONS, WEB_USERS
from streams import settings
from streams.cli.broker import READY_SECONDS, put, there
from streams.cli.table import table
from streams.engine.clock import wall_clock
from streams.engine.command_tables import USER
from streams.engine.command_world import origin_of
from streams.engine.followed import read_through
from streams.settings import Kafka, Settings
from streams.web.cookies import SESSION, digest, new_secret
from streams.web.members import SESSION as SESSION_CODEC
from streams.web.table import told
from streams.web.words import ROLES as ROLE_WORDS

_INVITED: Codec[Invited] = Codec(Invited)

LINK_MINUTES: Final = 15
"""A link for once is for somebody who sits there."""
DEMO: Final = Path("var/demo/running.json")
"""Made by `make demo`: which Kafka is its own, and the process that runs it."""
DEMO_NAMES: Final[dict[Role, str]] = {
    "viewer": "Наблюдатель Демо",
    "curator": "Ольга Кузнецова",
    "head": "Руководитель Демо",
    "admin": "Администратор Демо",
}


@click.group("web")
def web_command() -> None:
    """Страница для сотрудников: кому она открыта, роли, разовые ссылки для входа."""


@web_command.command("users")
@click.option("--json", "as_json", is_flag=True, help="Ответ для программы.")
def users_command(as_json: bool) -> None:
    """Показать всех, кому страница открыта или была открыта."""
    known = asyncio.run(users_of(settings.load().kafka))
    if as_json:
        rows = [msgspec.to_builtins(user) | {"passkeys": len(user.passkeys)} for user in known]
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    lines = [(user.user_id, user.name, ROLE_WORDS[user.role], user.telegram_id or "", _state(user)) for user in known]
    head = ("Номер", "Имя", "Роль", "Telegram", "Вход")
    click.echo(table(head, lines) if lines else "Пока никого: добавьте первого администратора, leadpulse web add.")


@web_command.command("add")
@click.argument("name", metavar="ИМЯ")
@click.option("--role", type=click.Choice(ROLES), required=True, help="Роль: viewer, curator, head или admin.")
@click.option("--telegram", "telegram_id", type=int, default=0, help="Номер в Telegram: для входа через бота.")
def add_command(name: str, role: Role, telegram_id: int) -> None:
    """Открыть страницу человеку. ИМЯ — как в Битрикс24: по нему узнаются его клиенты."""
    kafka, told_name = settings.load().kafka, " ".join(name.split())
    if not told_name or len(told_name) > 100:
        raise Refused("нужно имя, до 100 знаков")
    if found(asyncio.run(users_of(kafka)), told_name):
        raise Refused(f"«{told_name}» уже есть; сменить роль: leadpulse web role")
    user = WebUser(user_id=secrets.token_hex(4), name=told_name, role=role, telegram_id=telegram_id)
    asyncio.run(let_in(kafka, user))
    click.echo(f"{told_name}: {ROLE_WORDS[role]}. Первый вход: leadpulse web link {user.user_id}")


@web_command.command("role")
@click.argument("user", metavar="КТО")
@click.argument("role", metavar="РОЛЬ", type=click.Choice(ROLES))
def role_command(user: str, role: Role) -> None:
    """Сменить роль. Все его входы закрываются, он входит снова."""
    _change(user, lambda known: with_role(known, role, wall_clock()))


@web_command.command("disable")
@click.argument("user", metavar="КТО")
def disable_command(user: str) -> None:
    """Закрыть страницу человеку: входы и ключи устройств больше не действуют."""
    _change(user, lambda known: disabled(known, wall_clock()))


@web_command.command("enable")
@click.argument("user", metavar="КТО")
def enable_command(user: str) -> None:
    """Снова открыть страницу."""
    _change(user, enabled)


@web_command.command("link")
@click.argument("user", metavar="КТО")
def link_command(user: str) -> None:
    """Дать разовую ссылку для входа: первый раз, или когда Telegram и ключ не помогают. Действует 15 минут."""
    loaded = settings.load()
    click.echo(asyncio.run(invite(loaded, _one(loaded.kafka, user))))


@web_command.command("routes")
@click.option("--json", "as_json", is_flag=True, help="Ответ для программы, как в docs/access.json.")
def routes_command(as_json: bool) -> None:
    """Показать все адреса страницы и кому каждый открыт."""
    listed = told()
    if as_json:
        click.echo(json.dumps(listed, ensure_ascii=False))
        return
    rows: Any = listed["routes"]
    lines = [(row["method"], row["path"], row["access"], row["logged"]) for row in rows]
    click.echo(table(("Метод", "Адрес", "Кому", "В журнал"), lines))


@web_command.command("demo-users")
@click.option("--print", "printed", is_flag=True, required=True, help="Напечатать JSON: роль, имя, cookie.")
def demo_users_command(printed: bool) -> None:
    """Завести четырёх человек, по одному на роль, и напечатать cookie каждого. Только для `make demo KEEP=1`."""
    loaded = settings.load()
    if not _is_demo(loaded):
        raise Refused("это не демонстрация: `make demo KEEP=1` здесь не работает")
    known = {user.user_id: user for user in asyncio.run(users_of(loaded.kafka))}
    click.echo(json.dumps([_demo_user(loaded.kafka, role, known) for role in ROLES], ensure_ascii=False))


async def invite(loaded: Settings, user: WebUser) -> str:
    """A link for once, written down. Raises `Refused`, `Transient`."""
    if user.disabled:
        raise Refused(f"{user.name}: вход закрыт; открыть: leadpulse web enable")
    code = new_secret()
    invited = Invited(user_id=user.user_id, until=wall_clock() + LINK_MINUTES * 60_000)
    await put(loaded.kafka, WEB_LOGINS, digest(code), _INVITED.encode(invited))
    return f"{origin_of(loaded)}/login/invite/{code}"


def _demo_user(kafka: Kafka, role: Role, known: Mapping[str, WebUser]) -> dict[str, str]:
    """Who has got in during the demo stays as he is: the curator with her Telegram, the head with a key."""
    cookie, now, user_id = new_secret(), wall_clock(), f"demo{role}"
    user = known.get(user_id) or WebUser(user_id=user_id, name=DEMO_NAMES[role], role=role)
    if user_id not in known:
        asyncio.run(let_in(kafka, user))
    session = WebSession(user_id=user.user_id, made=now, seen=now, agent="demo", stepped=now)
    asyncio.run(put(kafka, WEB_SESSIONS, digest(cookie), SESSION_CODEC.encode(session)))
    return {"role": role, "user": user.user_id, "name": user.name, "cookie": f"{SESSION}={cookie}"}


def _is_demo(loaded: Settings) -> bool:
    try:
        running = json.loads(DEMO.read_text())
    except (OSError, ValueError):
        return False
    return psutil.pid_exists(running["pid"]) and running["bootstrap"] == loaded.kafka.bootstrap


def _change(asked: str, changed: Callable[[WebUser], WebUser]) -> None:
    kafka = settings.load().kafka
    user = changed(_one(kafka, asked))
    asyncio.run(let_in(kafka, user))
    click.echo(f"{user.name}: {ROLE_WORDS[user.role]}, {_state(user)}")


def _one(kafka: Kafka, asked: str) -> WebUser:
    known = found(asyncio.run(users_of(kafka)), asked)
    if len(known) != 1:
        raise Refused(f"«{asked}»: {'таких несколько' if known else 'такого нет'}; список: leadpulse web users")
    return known[0]


async def let_in(kafka: Kafka, user: WebUser) -> None:
    """Write a user. Raises `Transient`."""
    await put(kafka, WEB_USERS, user.user_id, USER.encode(user))


async def users_of(kafka: Kafka, patience: float = READY_SECONDS) -> list[WebUser]:
    """Whom the page knows, by name. Raises `Transient`."""
    await there(kafka, [WEB_USERS], patience)
    known: dict[str, WebUser] = {}

    def put(record: ConsumerRecord) -> None:
        user = None if record.value is None else USER.decode(record.value)
        if isinstance(user, WebUser):
            known[user.user_id] = user

    await read_through(kafka, WEB_USERS, put)
    return sorted(known.values(), key=lambda user: user.name)


def _state(user: WebUser) -> str:
    return "закрыт" if user.disabled else "открыт"

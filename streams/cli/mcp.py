"""`mcp`: the door for people's own programs (Claude, n8n), and the tokens that open it."""

import asyncio
import contextlib
import logging
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import click

from processors.members import found
from processors.russian.plural import DAYS, count
from schemas.errors import ConfigError, Refused
from schemas.mcp import McpToken
from schemas.people import WebUser
from schemas.topics import DAY_MS, MCP_TOKENS, WEB_USERS
from streams import settings
from streams.asking import Models
from streams.cli.broker import put, there
from streams.cli.models import models
from streams.cli.table import clock_time, table
from streams.cli.web import users_of
from streams.engine.clock import wall_clock
from streams.engine.followed import read_through
from streams.engine.reader import Reader
from streams.mcp.tokens import MOST_DAYS, TOKEN, KnownTokens, counts, digest, new_token
from streams.settings import Kafka, Settings

MISSING: Final = (
    "для MCP не хватает пакетов: pip install --no-deps --require-hashes -r requirements/mcp.txt "
    "(или pip install 'leadpulse[mcp]')"
)
SHOWN: Final = 12
"""Characters of a digest by which a person tells tokens apart."""


@click.group("mcp", invoke_without_command=True)
@click.pass_context
def mcp_command(ctx: click.Context) -> None:
    """MCP: вход для Claude, n8n и других программ сотрудников. Без подкоманды — запустить его на порту mcp.port.

    Программа читает то, что открыто её сотруднику, и может предлагать команды; выполнить она ничего не может.
    """
    if ctx.invoked_subcommand is None:
        loaded = settings.load()
        logging.basicConfig(level=logging.WARNING, format="%(name)s %(message)s")
        with contextlib.suppress(asyncio.CancelledError):
            asyncio.run(_serve(loaded))


@mcp_command.command("token")
@click.argument("user", metavar="КТО")
@click.option(
    "--days", type=click.IntRange(1, MOST_DAYS), default=MOST_DAYS, show_default=True, help="На сколько дней."
)
@click.option("--propose", is_flag=True, help="Может предлагать команды; без этого только читает.")
@click.option("--external", is_flag=True, help="Ответы читает модель за рубежом: имена и телефоны закрыты.")
def token_command(user: str, days: int, propose: bool, external: bool) -> None:
    """Дать токен для программы сотрудника КТО (номер или имя из leadpulse web users). Показывается один раз."""
    kafka = settings.load().kafka
    who, token, now = _one(kafka, user), new_token(), wall_clock()
    if who.disabled:
        raise Refused(f"{who.name}: вход закрыт; открыть: leadpulse web enable")
    made = McpToken(user_id=who.user_id, made=now, until=now + days * DAY_MS, propose=propose, external=external)
    asyncio.run(_put(kafka, digest(token), TOKEN.encode(made)))
    click.echo(token)
    rights = "читает и предлагает команды" if propose else "только читает"
    click.echo(f"{who.name}: {rights}, действует {count(days, DAYS)}. Больше токен не показывается.", err=True)


@mcp_command.command("tokens")
def tokens_command() -> None:
    """Показать выданные токены: чьи, с какими правами, до какого времени. Сами токены здесь не хранятся."""
    kafka, now = settings.load().kafka, wall_clock()
    users = {user.user_id: user for user in asyncio.run(users_of(kafka))}
    rows = []
    for key, token in sorted(_tokens(kafka).items(), key=lambda pair: -pair[1].until):
        user = users.get(token.user_id)
        rights = ", ".join(["читает", *["предлагает"] * token.propose, *["закрыты имена"] * token.external])
        state = "действует" if user is not None and counts(token, user, now) else "не действует"
        rows.append((key[:SHOWN], user.name if user else token.user_id, rights, clock_time(token.until), state))
    head = ("Токен", "Чей", "Права", "До", "Состояние")
    click.echo(table(head, rows) if rows else "Токенов нет: leadpulse mcp token КТО.")


@mcp_command.command("revoke")
@click.argument("what", metavar="ЧТО")
def revoke_command(what: str) -> None:
    """Отозвать токен (начало номера из leadpulse mcp tokens) или все токены сотрудника (его номер или имя)."""
    kafka = settings.load().kafka
    known = _tokens(kafka)
    chosen = [key for key in known if len(what) >= SHOWN and key.startswith(what)]
    if not chosen:
        who = _one(kafka, what)
        chosen = [key for key, token in known.items() if token.user_id == who.user_id]
    if not chosen:
        raise Refused("таких токенов нет; список: leadpulse mcp tokens")
    for key in chosen:
        asyncio.run(_put(kafka, key, None))
    click.echo(f"Отозвано: {count(len(chosen), ('токен', 'токена', 'токенов'))}.")


async def _serve(loaded: Settings) -> None:
    """Until SIGTERM or SIGINT. Raises `ConfigError` without the extra's packages."""
    try:
        from streams.mcp.running import serve
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] in ("mcp", "mcp_types", "starlette", "uvicorn"):
            raise ConfigError(MISSING) from None
        raise
    await there(loaded.kafka, [MCP_TOKENS, WEB_USERS])

    @asynccontextmanager
    async def opened(lead: str) -> AsyncIterator[Models | None]:
        async with models(loaded, lead) as gateway:
            yield gateway

    work = asyncio.ensure_future(serve(loaded, opened, click.echo))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, work.cancel)
    await work


async def _put(kafka: Kafka, key: str, value: bytes | None) -> None:
    await there(kafka, [MCP_TOKENS])
    await put(kafka, MCP_TOKENS, key, value)


def _tokens(kafka: Kafka) -> dict[str, McpToken]:
    known = KnownTokens(Reader(kafka, MCP_TOKENS))
    asyncio.run(there(kafka, [MCP_TOKENS]))
    asyncio.run(read_through(kafka, MCP_TOKENS, known.put))
    return known.tokens


def _one(kafka: Kafka, asked: str) -> WebUser:
    known = found(asyncio.run(users_of(kafka)), asked)
    if len(known) != 1:
        raise Refused(f"«{asked}»: {'таких несколько' if known else 'такого нет'}; список: leadpulse web users")
    return known[0]

"""`keys new|list|revoke`: keys that our processes sign with, proposals, what people answer and what became of calls."""

import asyncio
import json
from typing import Final

import click
import msgspec

from schemas.command_defs import Signer, SigningKey
from schemas.errors import Refused
from schemas.topics import COMMAND_DEFS
from schemas.types import Millis
from streams import settings
from streams.cli.broker import there
from streams.cli.table import clock_time, table
from streams.engine.clock import wall_clock
from streams.engine.signing_keys import EVERY, ensure, file_of, known_keys, renew, revoke
from streams.settings import Kafka

WHOSE: Final[dict[Signer, str]] = {
    "agent": "помощник",
    "web": "страница",
    "mcp": "MCP",
    "pipeline": "кнопки Telegram",
    "notify": "выполнение команд",
}


@click.group("keys")
def keys_command() -> None:
    """Ключи, которыми процессы подписывают предложения, ответы людей и выполнение команд: новый ключ, список, отзыв."""


@keys_command.command("new")
@click.argument("who", metavar="КТО", type=click.Choice(EVERY))
def new_command(who: Signer) -> None:
    """Сделать новый ключ для КТО: agent (помощник), web (страница), mcp, pipeline (кнопки), notify (выполнение команд).
    Прежний действует 7 дней.

    Закрытая часть ложится в папку commands.keys, открытая объявляется всем. Если процесс работает на другой машине,
    перенесите файл туда, пока прежний ключ действует.
    """
    loaded = settings.load()
    asyncio.run(there(loaded.kafka, [COMMAND_DEFS]))
    key, former = asyncio.run(renew(loaded.kafka, loaded.commands.keys, who, wall_clock()))
    click.echo(f"{WHOSE[who]}: новый ключ {key.key_id}, файл {file_of(loaded.commands.keys, who)}")
    for one in former:
        click.echo(f"прежний ключ {one.key_id} действует до {clock_time(one.until)}")


@keys_command.command("ensure")
@click.argument("whose", metavar="[КТО]…", nargs=-1, type=click.Choice(EVERY))
def ensure_command(whose: tuple[Signer, ...]) -> None:
    """Сделать ключи, которых ещё нет: тех, кто назван, а без имён — всех. Те, что есть, не меняются.

    leadpulse up делает это сам при каждом запуске.
    """
    loaded = settings.load()
    asyncio.run(there(loaded.kafka, [COMMAND_DEFS]))
    asyncio.run(ensure(loaded.kafka, loaded.commands.keys, wall_clock(), whose or EVERY))
    click.echo(f"ключи на месте: {loaded.commands.keys}")


@keys_command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Ответ для программы.")
def list_command(as_json: bool) -> None:
    """Показать объявленные ключи: чьи они и действуют ли."""
    known, now = sorted(_known(settings.load().kafka).values(), key=lambda key: (key.who, key.since)), wall_clock()
    if as_json:
        click.echo(json.dumps([msgspec.to_builtins(key) for key in known], ensure_ascii=False))
        return
    rows = [(key.key_id, WHOSE[key.who], clock_time(key.since), state(key, now)) for key in known]
    none = "Ключей пока нет: leadpulse keys new agent."
    click.echo(table(("Ключ", "Чей", "С какого времени", "Состояние"), rows) if rows else none)


@keys_command.command("revoke")
@click.argument("key_id", metavar="КЛЮЧ")
def revoke_command(key_id: str) -> None:
    """Отозвать КЛЮЧ (номер из leadpulse keys list): с этой минуты подписанное им отклоняется."""
    kafka = settings.load().kafka
    key = _known(kafka).get(key_id)
    if key is None:
        raise Refused(f"ключа {key_id} нет; список: leadpulse keys list")
    if key.revoked_at:
        raise Refused(f"ключ {key_id} уже отозван {clock_time(key.revoked_at)}")
    asyncio.run(revoke(kafka, key, wall_clock()))
    click.echo(f"{WHOSE[key.who]}: ключ {key_id} отозван. Новый: leadpulse keys new {key.who}")


def state(key: SigningKey, at: Millis) -> str:
    """Whether it counts, in words."""
    if key.revoked_at:
        return f"отозван {clock_time(key.revoked_at)}"
    if not key.until:
        return "действует"
    return f"{'действует до' if at <= key.until else 'не действует с'} {clock_time(key.until)}"


def _known(kafka: Kafka) -> dict[str, SigningKey]:
    """Raises `Transient`."""
    asyncio.run(there(kafka, [COMMAND_DEFS]))
    return asyncio.run(known_keys(kafka))

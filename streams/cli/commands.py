"""`commands`: what was proposed and what became of it, what commands there are; one of your own, checked and tried."""

import asyncio
import json
from pathlib import Path
from typing import Any, get_args

import click
import msgspec

from processors.commands import canon
from processors.commands.catalogue import Catalogue
from processors.commands.definitions import Key, load
from processors.commands.dry_run import request_lines, tried
from processors.commands.shown import shown
from processors.commands.words import EFFECTS, PROOFS, STATES
from processors.russian.system import os_reason
from schemas.codec import Rejected
from schemas.command_defs import Definition
from schemas.commands import Command, Param, Standing, State
from schemas.errors import ConfigError, Refused
from schemas.topics import COMMAND_DEFS, COMMAND_STATE
from streams import settings
from streams.cli.broker import there
from streams.cli.cards import cards_now
from streams.cli.reads import client, lead_id
from streams.cli.table import clock_time, harmless, table
from streams.cli.web import users_of
from streams.engine.clock import wall_clock
from streams.engine.command_tables import KnownDefinitions, KnownStandings
from streams.engine.command_world import allowed_by, origin_of
from streams.engine.followed import read_through
from streams.engine.reader import Reader
from streams.settings import Kafka, Settings

_AS_JSON = click.option("--json", "as_json", is_flag=True, help="Ответ для программы.")


@click.group("commands")
def commands_command() -> None:
    """Команды помощника: что предложено и что с этим стало, какие команды есть, проверка своей."""


@commands_command.command("list")
@click.option("--state", type=click.Choice(get_args(State)), help="Только в этом состоянии; asking — ждут подписи.")
@click.option("--lead", default="", callback=lambda c, p, v: lead_id(c, p, v) if v else "", help="Только этот клиент.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="Сколько команд.")
@_AS_JSON
def list_command(state: State | None, lead: str, limit: int, as_json: bool) -> None:
    """Показать команды, сначала те, что менялись последними. Время местное."""
    loaded = settings.load()
    found = []
    for standing in sorted(_standings(loaded.kafka).values(), key=lambda one: -one.at):
        command = canon.read(standing.body)
        if state in (None, standing.state) and not (
            lead and (isinstance(command, Rejected) or command.lead_id != lead)
        ):
            found.append((standing, command))
    if as_json:
        click.echo(json.dumps([_told(*one) for one in found[:limit]], ensure_ascii=False))
        return
    if not found:
        click.echo("Таких команд нет.")
        return
    cards = cards_now(loaded)
    rows = [
        (
            standing.command_id,
            clock_time(standing.at),
            STATES[standing.state],
            client(cards, command.lead_id) if isinstance(command, Command) and command.lead_id else "",
            standing.title,
            standing.why or standing.by,
        )
        for standing, command in found[:limit]
    ]
    click.echo(table(("Команда", "Изменена", "Состояние", "Клиент", "Что", "Кто или почему"), rows))


@commands_command.command("show")
@click.argument("command_id", metavar="НОМЕР")
@_AS_JSON
def show_command(command_id: str, as_json: bool) -> None:
    """Показать одну команду: то же, что видит подписывающий, и что с ней стало."""
    loaded = settings.load()
    standing = _standings(loaded.kafka).get(command_id)
    if standing is None:
        raise Refused(f"команды {command_id} нет; список: leadpulse commands list")
    command = canon.read(standing.body)
    if as_json:
        click.echo(json.dumps(_told(standing, command), ensure_ascii=False))
        return
    click.echo(f"{standing.title}: {STATES[standing.state]}, {clock_time(standing.at)}")
    for name, value in (("Кто", standing.by), ("Почему", standing.why), ("Где", standing.what)):
        if value:
            click.echo(f"{name}: {harmless(value)}")
    if isinstance(command, Rejected):
        click.echo(f"Текст не читается: {command.reason}")
        return
    definition = _definitions(loaded).get((command.name, command.version))
    made = None if definition is None else shown(standing.body, definition, cards_now(loaded).name(command.lead_id))
    if made is None or isinstance(made, Rejected):
        click.echo(f"Описания {command.name}, версия {command.version}, больше нет.")
        return
    said = [made.does, made.effect, made.recipient, made.client, made.proposer, made.proof, made.why]
    click.echo("\n".join(harmless(line) for line in said if line))
    for line in made.lines:
        click.echo(f"{line.label}: {harmless(line.text)}")
    if made.quote:
        click.echo(f"Повод: «{harmless(made.quote)}» {harmless(made.said_by)}")
    if made.warning:
        click.echo(f"Внимание: {made.warning}")


@commands_command.command("definitions")
@_AS_JSON
def definitions_command(as_json: bool) -> None:
    """Показать, какие команды есть: встроенные и добавленные, как они подписываются."""
    known = sorted(_definitions(settings.load()).items())
    if as_json:
        click.echo(json.dumps([msgspec.to_builtins(one) for _, one in known], ensure_ascii=False))
        return
    rows = [
        (one.name, one.version, one.title, EFFECTS[one.effect], PROOFS[one.approval.how], ", ".join(one.approval.by))
        for _, one in known
    ]
    click.echo(table(("Имя", "Версия", "Что делает", "Последствия", "Как подписать", "Кто"), rows))


@commands_command.command("check")
@click.argument("file", metavar="ФАЙЛ.yaml", type=click.Path(path_type=Path))
def check_command(file: Path) -> None:
    """Проверить описание своей команды: все ошибки сразу, каждая со строкой. Код выхода 1, если они есть."""
    made = _loaded(file, settings.load())
    click.echo(f"{made.name}, версия {made.version}: описание годится. Подписывает его администратор на странице.")


@commands_command.command("try")
@click.argument("file", metavar="ФАЙЛ.yaml", type=click.Path(path_type=Path))
@click.option("--params", required=True, help='Параметры в JSON: {"text": "…"}, вместе с теми, что подставит сервер.')
@click.option("--lead", default="12345", show_default=True, callback=lead_id, help="О каком клиенте.")
def try_command(file: Path, params: str, lead: str) -> None:
    """Показать, какой запрос ушёл бы. Никуда ничего не отправляется."""
    loaded = settings.load()
    made = _loaded(file, loaded)
    try:
        given = msgspec.json.decode(params, type=dict[str, Param])
    except msgspec.DecodeError as error:
        raise Refused(f'--params: нужен JSON с параметрами, например {{"text": "…"}} ({error})') from error
    about = "" if made.lead == "none" else lead
    found = tried(made, given, about, wall_clock(), loaded.commands.workflows)
    if isinstance(found, Rejected):
        raise Refused(found.reason)
    click.echo("\n".join(harmless(line) if "\n" not in line else line for line in request_lines(found)))
    click.echo("Ничего не отправлено.", err=True)


def _loaded(file: Path, loaded: Settings) -> Definition:
    """Raises `ConfigError` with every fault."""
    try:
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ConfigError(f"{file}: это не текст UTF-8") from error
    except OSError as error:
        raise ConfigError(f"{file}: {os_reason(error)}") from error
    made = load(text, allowed_by(loaded))
    if isinstance(made, Rejected):
        raise ConfigError(f"{file}: описание не годится:\n{made.reason}")
    return made


def _standings(kafka: Kafka) -> dict[str, Standing]:
    """Raises `Transient`."""
    known = KnownStandings(Reader(kafka, COMMAND_STATE))
    asyncio.run(there(kafka, [COMMAND_STATE]))
    asyncio.run(read_through(kafka, COMMAND_STATE, known.put))
    return known.standings


def _definitions(loaded: Settings) -> dict[Key, Definition]:
    """Raises `Transient`."""
    catalogue = Catalogue(origin_of(loaded), allowed_by(loaded))
    known = KnownDefinitions(Reader(loaded.kafka, COMMAND_DEFS), catalogue)
    asyncio.run(there(loaded.kafka, [COMMAND_DEFS]))
    asyncio.run(read_through(loaded.kafka, COMMAND_DEFS, known.put))
    return dict(catalogue.definitions({user.user_id: user for user in asyncio.run(users_of(loaded.kafka))}))


def _told(standing: Standing, command: Command | Rejected) -> dict[str, Any]:
    whole = {} if isinstance(command, Rejected) else {"command": msgspec.to_builtins(command)}
    return {**msgspec.to_builtins(standing), **whole}

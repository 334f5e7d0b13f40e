"""`export telegram`: chats of a day as a file, now. `export client|person`: `streams.cli.dossier`."""

from collections import defaultdict
from datetime import datetime
from pathlib import Path
from typing import Any, get_args

import click
import msgspec

from processors.day_file import Format, day_file, whole
from processors.russian.plural import FILES, MESSAGES, count
from processors.russian.system import os_reason
from schemas.errors import ConfigError
from schemas.exports import DayMessage
from streams import settings
from streams.cli.cards import cards_now
from streams.cli.dossier import client_export_command, person_export_command
from streams.cli.reads import lead_id
from streams.clients.store import call
from streams.engine.files import write_whole


def _lead(ctx: click.Context, parameter: click.Parameter, value: str | None) -> str:
    return "" if value is None else lead_id(ctx, parameter, value)


@click.group("export")
def export_command() -> None:
    """Выгрузить переписку за день или всё о клиенте или человеке файлом."""


export_command.add_command(client_export_command)
export_command.add_command(person_export_command)


@export_command.command("telegram")
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), required=True, help="Местный день (ГГГГ-ММ-ДД).")
@click.option("--format", "format_", type=click.Choice(get_args(Format)), default="csv", show_default=True)
@click.option("--lead", metavar="ЛИД", callback=_lead, help="Только этот клиент; иначе все.")
@click.option("--to", "folder", type=click.Path(path_type=Path, file_okay=False), help="Папка: по файлу на клиента.")
@click.option(
    "--no-bom", is_flag=True, help="CSV без знака UTF-8 в начале: Excel его ждёт, другим программам он мешает."
)
def telegram_command(day: datetime, format_: Format, lead: str, folder: Path | None, no_bom: bool) -> None:
    """Выгрузить переписку за день: кто, когда и что написал, с последней правкой. Без --to — на экран."""
    loaded = settings.load()
    answer: Any = call(loaded.store, f"/api/exports/telegram?day={day:%Y-%m-%d}&lead={lead}")
    messages = msgspec.convert(answer, list[DayMessage])
    names = cards_now(loaded).name
    if folder is None:
        click.get_binary_stream("stdout").write(day_file(messages, format_, names, bom=not no_bom))
        click.echo(f"Всего: {count(len(whole(messages)), MESSAGES)}", err=True)
        return
    found: dict[str, list[DayMessage]] = defaultdict(list)
    for message in messages:
        found[message.lead_id].append(message)
    try:
        for of, said in found.items():
            path = folder / f"{day:%Y-%m-%d}" / f"{of}.{format_}"
            write_whole(path, day_file(said, format_, names, bom=not no_bom))
    except OSError as error:
        raise ConfigError(f"{folder}: {os_reason(error)}") from error
    click.echo(f"Записано: {count(len(found), FILES)}, {count(len(whole(messages)), MESSAGES)}.")

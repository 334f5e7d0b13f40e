"""`import`, and `import wms FILE`: history of a warehouse from a table. Looks first, sends then; twice is once."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import click
import msgspec

from processors.russian.plural import count
from processors.wms_event import Good
from schemas.errors import Refused
from schemas.sources import ClientRef
from schemas.topics import WMS
from streams import settings
from streams.cli.import_telegram import telegram_command
from streams.cli.loading import identities, ready, sent
from streams.cli.mapped_file import CLIENTS, FOUND, barred, told
from streams.cli.table import clock_time
from streams.engine.clock import wall_clock
from streams.loading import Cursor, Items, Notes, Progress, Survey, goods, items_in, outputs, survey
from streams.settings import Settings
from streams.settings.mappings import mapping_of

SHOWN = 10
NAMED = 5
"""Unknown clients that are named."""

_ENCODE = msgspec.json.Encoder().encode
_PATH = click.Path(path_type=Path)


@click.group("import")
def import_command() -> None:
    """Загрузить историю из файла."""


import_command.add_command(telegram_command)


@import_command.command("wms")
@click.argument("file", metavar="ФАЙЛ", type=_PATH)
@click.option("--mapping", "mapping_file", type=_PATH, required=True, help="Файл разметки (см. docs/wms.md).")
@click.option("--source", default="", help="Имя системы склада; без него — имя файла разметки.")
@click.option("--dry-run", is_flag=True, help="Только показать первые события и все ошибки.")
@click.option("--skip-faulty", is_flag=True, help="Загрузить годное, хотя в файле есть ошибки.")
@click.option("--again", is_flag=True, help="Отправить с начала, хотя этот файл уже загружен.")
@click.option("--json", "as_json", is_flag=True, help="Ответ для программы.")
def wms_command(
    file: Path, mapping_file: Path, source: str, dry_run: bool, skip_faulty: bool, again: bool, as_json: bool
) -> None:
    """Загрузить события склада из ФАЙЛА (CSV или XLSX). Сначала файл проверяется целиком; прерванная загрузка
    продолжается с того же места, повторная ничего не меняет.

    События старше суток считаются историей: они входят в норму клиента, но тревог не вызывают."""
    mapping, loaded = mapping_of(mapping_file), settings.load()
    name = source or mapping_file.stem
    cursor = Notes.of(loaded).cursor(file, mapping, name)
    before = None if again else cursor.read()
    started = wall_clock() if before is None else before.started
    with items_in(file, mapping) as items:
        found = survey(items, mapping, started, SHOWN, barred("Проверяю"))
        if not as_json:
            for note in items.notes:
                click.echo(note, err=True)
            click.echo(told(found, items.unit, everything=dry_run))
        progress = before or Progress(file.name, name, started, found.events)
        if not dry_run and (skip_faulty or not found.bad):
            events = goods(items, mapping, started, Survey(), barred("Загружаю"))
            unknown = asyncio.run(_load(loaded, cursor, progress, events, found))
            if not as_json:
                _tell(progress, before, unknown)
    if as_json:
        click.echo(_as_json(found, items, progress))
    if found.bad:
        stopped = ", ничего не загружено: исправьте их или добавьте --skip-faulty"
        raise Refused("в файле есть ошибки" + ("" if dry_run or skip_faulty else stopped))


async def _load(
    loaded: Settings, cursor: Cursor, progress: Progress, events: Iterator[Good], found: Survey
) -> list[ClientRef]:
    """Send what is not there yet; the clients that nobody has linked. Raises `ConfigError`, `Refused`, `Transient`."""
    await ready(loaded.kafka, WMS)
    await sent(loaded.kafka, cursor, progress, outputs(progress, events))
    known = await identities(loaded.kafka)
    clients = (ClientRef(kind, value) for kind, value in sorted(found.clients))
    return [client for client in clients if known.find(client) is None]


def _tell(progress: Progress, before: Progress | None, unknown: list[ClientRef]) -> None:
    if before is not None and before.sent >= before.total:
        click.echo(
            f"Этот файл уже загружен {clock_time(before.started)}: {count(before.sent, FOUND)}. Ничего не изменилось."
        )
    else:
        click.echo(f"Загружено: {count(progress.sent, FOUND)}.")
    if unknown:
        names = ", ".join(client.value for client in unknown[:NAMED]) + (" …" if len(unknown) > NAMED else "")
        click.echo(f"К лидам не привязано: {count(len(unknown), CLIENTS)} ({names}).")
        click.echo(
            "События ждут привязки: leadpulse identity link wms_customer НОМЕР ЛИД; "
            "подсказки: leadpulse identity suggest"
        )


def _as_json(found: Survey, items: Items, progress: Progress) -> str:
    said = {
        "events": found.events,
        "sent": progress.sent,
        "passed": found.passed,
        "repeats": found.repeats,
        "old": found.old,
        "bad": found.bad,
        "clients": len(found.clients),
        "faults": found.faults,
        "first": found.first,
        "notes": items.notes,
    }
    return _ENCODE(said).decode()

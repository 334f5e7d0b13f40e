"""`import wms FILE`: history of a warehouse from a table. Looks first, sends then; a second time changes nothing."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import click
import msgspec

from processors.identity import Identities
from processors.russian.plural import count
from processors.wms_event import Good
from schemas.codec import Codec, Rejected
from schemas.errors import Refused, Transient
from schemas.sources import ClientRef, Identity
from schemas.topics import IDENTITIES, WMS
from streams import settings
from streams.cli.mapped_file import CLIENTS, FOUND, barred, told
from streams.cli.table import moscow
from streams.engine.clock import wall_clock
from streams.engine.connect import wait_for_topics
from streams.engine.kafka import Outputs, Reader
from streams.loading import Cursor, Items, Notes, Progress, Survey, goods, items_in, load, survey
from streams.settings import Settings
from streams.settings.mappings import mapping_of

READY_SECONDS = 20.0
"""A broker that is there answers within some tenths; one that does not by now is told."""
SHOWN = 10
NAMED = 5
"""Unknown clients that are named."""

_IDENTITY: Codec[Identity] = Codec(Identity)
_ENCODE = msgspec.json.Encoder().encode
_PATH = click.Path(path_type=Path)


@click.group("import")
def import_command() -> None:
    """Загрузить историю из файла."""


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
    """Send what is not there yet; the clients that nobody has linked. Raises `ConfigError`, `Transient`."""
    try:
        async with asyncio.timeout(READY_SECONDS):
            await wait_for_topics(loaded.kafka, [WMS.name, IDENTITIES.name])
    except TimeoutError:
        raise Refused(
            f"Kafka не отвечает по адресу {loaded.kafka.bootstrap} (kafka.bootstrap) или в ней нет тем "
            "(leadpulse topics apply); ничего не загружено"
        ) from None
    outputs = Outputs(loaded.kafka)
    try:
        await load(outputs.send, cursor, progress, events)
        return await _unknown(loaded, found)
    except Transient as error:
        raise Transient(
            f"Kafka не принимает события; загружено {progress.sent} из {found.events}, повторите команду — "
            f"она продолжит с этого места ({error})"
        ) from error
    finally:
        await outputs.stop()


async def _unknown(loaded: Settings, found: Survey) -> list[ClientRef]:
    identities = Identities()
    async for record in Reader(loaded.kafka, IDENTITIES).read(range(IDENTITIES.partitions)):
        identity = None if record.value is None else _IDENTITY.decode(record.value)
        if not isinstance(identity, Rejected):
            identities.apply((record.key or b"").decode(errors="replace"), identity)
    clients = (ClientRef(kind, value) for kind, value in sorted(found.clients))
    return [client for client in clients if identities.find(client) is None]


def _tell(progress: Progress, before: Progress | None, unknown: list[ClientRef]) -> None:
    if before is not None and before.sent >= before.total:
        click.echo(
            f"Этот файл уже загружен {moscow(before.started)}: {count(before.sent, FOUND)}. Ничего не изменилось."
        )
    else:
        click.echo(f"Загружено: {count(progress.sent, FOUND)}.")
    if unknown:
        names = ", ".join(client.value for client in unknown[:NAMED]) + (" …" if len(unknown) > NAMED else "")
        click.echo(f"К лидам не привязано: {count(len(unknown), CLIENTS)} ({names}). Их события ждут привязки.")


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

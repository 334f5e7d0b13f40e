"""`restore`: a backup into an empty store, embedded or a server, and what of Kafka it has into an empty Kafka."""

import asyncio
import hashlib
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from processors.russian.dates import whose_clock
from processors.russian.plural import count
from schemas.errors import Refused
from schemas.retention import KINDS
from streams import settings
from streams.cli import kept_topics
from streams.cli.archive import Archive, Manifest
from streams.cli.backup import ROWS
from streams.cli.migrate import is_held
from streams.cli.table import clock_time
from streams.engine.faust_app import group_of
from streams.settings import Retention, Settings, Store
from streams.settings.retention import MOST_DAYS
from streams.store.clickhouse import load_engine, open_writer, prepare
from streams.store.migrate import FOLDER

LASTING = Retention(**dict.fromkeys((kind.setting for kind in KINDS), MOST_DAYS))
"""While a backup comes in, no row goes before it was counted: what is too old goes when all is there."""


@click.command("restore")
@click.argument("file", metavar="ФАЙЛ", type=click.Path(path_type=Path))
@click.option("--again", is_flag=True, help="Продолжить восстановление, которое прервалось: строки не удвоятся.")
@click.option("--without-kafka", is_flag=True, help="Только таблицы.")
def restore_command(file: Path, again: bool, without_kafka: bool) -> None:
    """Восстановить копию, сделанную `leadpulse backup`, в пустое хранилище: встроенное или сервер ClickHouse.

    Процесс store должен быть остановлен, Kafka — работать (`leadpulse broker`).
    """
    loaded = settings.load()
    if loaded.store.backend == "chdb" and is_held(loaded.store.folder):
        raise Refused(f"папка {loaded.store.folder} занята: остановите `leadpulse up` (или `leadpulse worker store`)")
    with Archive(file) as archive:
        click.echo(
            f"копия от {clock_time(archive.manifest.made_at)} ({whose_clock()}), база {archive.manifest.database}"
        )
        archive.verify()
        rows = _tables(loaded, archive, again)
        click.echo(f"таблицы: {count(rows, ROWS)}, сверено с копией")
        if not without_kafka:
            click.echo(asyncio.run(_kafka(loaded, archive)))


def _tables(loaded: Settings, archive: Archive, again: bool) -> int:
    """Make the schema of then, fill it, compare, bring it up to date. Raises `Refused`, `Transient`, …"""
    store = loaded.store
    load_engine(store)
    _as_it_was(store, archive.manifest)
    client = open_writer(store)
    try:
        if not again:
            _check_empty(client, archive.manifest.tables)
        names = [name for table in archive.manifest.tables for name in archive.of(f"tables/{table}/")]
        with click.progressbar(names, label="Таблицы", file=click.get_text_stream("stderr")) as entries:
            for name in entries:
                _, table, _ = name.split("/")
                client.raw_insert(
                    table,
                    archive.manifest.tables[table],
                    archive.read(name),
                    fmt="Native",
                    settings={"insert_deduplication_token": f"restore:{archive.manifest.entries[name].sha256}:{name}"},
                )
        rows = sum(_compare(client, table, archive.manifest.rows(table)) for table in archive.manifest.tables)
    finally:
        client.close()
    prepare(store, retention=loaded.retention)
    return rows


def _as_it_was(store: Store, manifest: Manifest) -> None:
    """The tables as the backup has them: by the migrations that it knows; newer ones follow when it is filled."""
    known = {path.name: path for path in FOLDER.glob("*.sql")}
    for name, checksum in manifest.migrations.items():
        if name not in known or hashlib.sha256(known[name].read_bytes()).hexdigest() != checksum:
            raise Refused(f"копию сделала другая версия Leadpulse (миграция {name}): восстановите её той же версией")
    with tempfile.TemporaryDirectory() as folder:
        for name in manifest.migrations:
            shutil.copy(known[name], folder)
        prepare(store, Path(folder), LASTING)


def _check_empty(client: Any, tables: Iterable[str]) -> None:
    full = [table for table in tables if _count(client, table, "")]
    if full:
        raise Refused(
            f"в базе уже есть строки ({', '.join(full)}): восстанавливать можно только в пустую. "
            "Если прошлое восстановление прервалось, повторите с --again"
        )


def _compare(client: Any, table: str, expected: int) -> int:
    found = _count(client, table, "FINAL")
    if found != expected:
        raise Refused(f"таблица {table}: в копии {count(expected, ROWS)}, в базе {found}")
    return found


def _count(client: Any, table: str, final: str) -> int:
    return int(client.query(f"SELECT count() FROM `{table}` {final}").result_rows[0][0])


async def _kafka(loaded: Settings, archive: Archive) -> str:
    """What was done with Kafka, in Russian. Raises `Refused`, `Transient`."""
    kafka, manifest = loaded.kafka, archive.manifest
    if await kept_topics.cluster_of(kafka) == manifest.cluster:
        done = await kept_topics.rewind(kafka, group_of(kafka, "store"), manifest.offsets)
        return f"Kafka та же: процесс store прочтёт всё, что пришло после копии (разделов: {done})"
    if not await kept_topics.is_empty(kafka, kept_topics.KEPT):
        return "в Kafka уже есть записи, и это не та Kafka, с которой снята копия: её темы не тронуты"
    with click.progressbar(kept_topics.KEPT, label="Kafka", file=click.get_text_stream("stderr")) as topics:
        for topic in topics:
            name = f"topics/{topic.name}.jsonl"
            if name in manifest.entries:
                await kept_topics.write_back(kafka, topic, archive.read(name))
    return "Kafka пуста: связи, карточки, состояние клиентов и очереди записаны из копии"

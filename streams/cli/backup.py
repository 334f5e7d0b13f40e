"""`backup`: everything that the embedded store has, and what of Kafka nothing else can give again, in one file."""

import asyncio
import json
import re
import struct
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.client import HTTPException
from pathlib import Path
from typing import Any

import click

from processors.russian.plural import count
from processors.russian.system import os_reason
from schemas.errors import Refused, Transient
from streams import settings
from streams.cli import kept_topics
from streams.cli.archive import Manifest, Writer
from streams.cli.table import clock_time
from streams.clients.store import OPENER, call, token
from streams.engine.clock import wall_clock
from streams.settings import Settings, Store

FRAME = struct.Struct(">QQ")
PIECE_SECONDS = 300.0
"""For one piece: another dump may be in work."""
ROWS = ("строка", "строки", "строк")


@click.command("backup")
@click.argument("target", metavar="ФАЙЛ|ПАПКА", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Ответ для программы.")
def backup_command(target: Path, as_json: bool) -> None:
    """Сохранить всё, что есть во встроенном хранилище, и то из Kafka, что больше взять неоткуда, в один файл.

    Работать при этом можно: хранилище отдаёт данные само. Готовый файл проверяется и доступен только владельцу.
    """
    loaded = settings.load()
    now = wall_clock()
    path = target / f"leadpulse-{re.sub('[ .:]', '-', clock_time(now))}.zip" if target.is_dir() else target
    with Writer(path) as file:
        try:
            manifest = _collect(loaded, file, now)
            file.finish(manifest)
        except OSError as error:
            raise Transient(f"не могу писать в {path}: {os_reason(error)}") from error
    rows = sum(manifest.rows(table) for table in manifest.tables)
    if as_json:
        click.echo(json.dumps({"file": str(path), "rows": rows, "bytes": path.stat().st_size}))
        return
    size = path.stat().st_size / 1e6
    click.echo(f"{path}: {count(rows, ROWS)}, {size:.1f} МБ; проверено, читается целиком")


def _collect(loaded: Settings, file: Writer, now: int) -> Manifest:
    """Offsets first: whatever comes after them is read again. Raises `Refused`, `Transient`, OSError."""
    told: dict[str, Any] = call(loaded.store, "/api/backup")
    cluster = asyncio.run(kept_topics.cluster_of(loaded.kafka))
    with click.progressbar(kept_topics.KEPT, label="Kafka", file=click.get_text_stream("stderr")) as topics:
        for topic in topics:
            lines, records = asyncio.run(kept_topics.save(loaded.kafka, topic))
            file.add(f"topics/{topic.name}.jsonl", lines, records)
    tables: dict[str, list[str]] = told["tables"]
    with click.progressbar(tables, label="Таблицы", file=click.get_text_stream("stderr")) as names:
        for table in names:
            for number, (rows, piece) in enumerate(_rows(loaded.store, table), 1):
                file.add(f"tables/{table}/{number:06}.native", piece, rows)
    return Manifest(
        made_at=now,
        database=loaded.store.database,
        cluster=cluster,
        offsets=told["offsets"],
        tables=tables,
        migrations=told["migrations"],
        entries=file.entries,
    )


def _rows(store: Store, table: str) -> Iterator[tuple[int, bytes]]:
    """Rows and bytes of each piece of a table. Raises `Refused`, `Transient` also when the end is missing."""
    url = f"http://{store.api_host}:{store.api_port}/api/backup/{table}"
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token(store)}"})
    try:
        with OPENER.open(request, timeout=PIECE_SECONDS) as answer:
            while (head := answer.read(FRAME.size)) and len(head) == FRAME.size:
                rows, length = FRAME.unpack(head)
                if length == 0:
                    return
                piece = answer.read(length)
                if len(piece) < length:
                    break
                yield rows, piece
    except urllib.error.HTTPError as error:
        with error:
            raise Refused(f"хранилище отказало ({error.code}) в таблице {table}") from None
    except (OSError, HTTPException) as error:
        raise Transient(f"хранилище не отвечает: {os_reason(error)}") from error
    raise Transient(f"таблица {table} пришла не целиком: повторите; причина — в журнале процесса store")

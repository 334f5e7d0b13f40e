"""`dlq parked`, `dlq release`: sources that wait because almost all they sent was bad."""

import asyncio
import json
from collections import defaultdict

import click

from processors.russian.plural import RECORDS, count
from schemas.failed import Parked
from schemas.topics import PARKED, RELEASES
from streams import settings
from streams.cli.broker import there
from streams.cli.table import clock_time, table
from streams.cli.who import who
from streams.engine.clock import wall_clock
from streams.engine.parking import subject_of
from streams.engine.releases import release, waiting
from streams.settings import Kafka

_AS_JSON = click.option("--json", "as_json", is_flag=True, help="Ответ для программы.")
Waiting = dict[str, list[tuple[int, Parked]]]


@click.command("parked")
@_AS_JSON
def parked_command(as_json: bool) -> None:
    """Показать приостановленные источники: сколько их записей ждёт и до какого времени. Время московское."""
    found = asyncio.run(_waiting(settings.load().kafka))
    rows = [(subject, len(records), max(one.until for _, one in records)) for subject, records in found.items()]
    if as_json:
        told = [{"source": subject, "records": records, "until": until} for subject, records, until in rows]
        click.echo(json.dumps(told, ensure_ascii=False))
    elif rows:
        click.echo(table(("Источник", "Записей", "Ждут до"), [(*row[:2], clock_time(row[2])) for row in rows]))
    else:
        click.echo("Приостановленных источников нет.")


@click.command("release")
@click.argument("source", metavar="ИСТОЧНИК")
@_AS_JSON
def release_command(source: str, as_json: bool) -> None:
    """Вернуть записи приостановленного источника сейчас, не дожидаясь срока. ИСТОЧНИК — как его называет dlq parked."""
    kafka = settings.load().kafka
    asyncio.run(_release(kafka, source, as_json))


async def _release(kafka: Kafka, source: str, as_json: bool) -> None:
    records = (await _waiting(kafka)).get(source, [])
    if not records:
        raise click.ClickException(f"записей источника «{source}» в ожидании нет; список: leadpulse dlq parked")
    await release(kafka, records, who(), wall_clock())
    told = {"source": source, "released": len(records)}
    click.echo(json.dumps(told, ensure_ascii=False) if as_json else f"Возвращено: {count(len(records), RECORDS)}")


async def _waiting(kafka: Kafka) -> Waiting:
    await there(kafka, [PARKED, RELEASES])
    found: Waiting = defaultdict(list)
    for offset, parked in await waiting(kafka):
        found[subject_of(parked)].append((offset, parked))
    return found

"""`audit`: the access log: who opened what, and that no line of it was changed or taken out."""

import asyncio
import json
import sys

import click
import msgspec

from processors.audit import Report, verify
from processors.russian.plural import RECORDS, count
from schemas.people import AccessEntry
from schemas.topics import AUDIT_ACCESS
from streams import settings
from streams.cli.broker import there
from streams.cli.table import clock_time, table
from streams.engine.journal import ENTRY, PARTITION
from streams.engine.reader import Reader
from streams.settings import Kafka
from streams.web.words import DEEDS

Line = tuple[int, AccessEntry | None]
"""Offset, and what stands there."""


@click.group("audit")
def audit_command() -> None:
    """Журнал доступа: кто что открывал на странице."""


@audit_command.command("list")
@click.option("--user", default="", help="Только этого человека: имя или номер.")
@click.option("--lead", default="", help="Только об этом клиенте.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=100, help="Сколько последних записей; обычно 100.")
@click.option("--json", "as_json", is_flag=True, help="Ответ для программы.")
def list_command(user: str, lead: str, limit: int, as_json: bool) -> None:
    """Показать последние записи, новые внизу."""
    lines = asyncio.run(_lines(settings.load().kafka))
    wanted = [line for _, line in lines if line and user in ("", line.user, line.name) and lead in ("", line.lead)][
        -limit:
    ]
    if as_json:
        click.echo(json.dumps(msgspec.to_builtins(wanted), ensure_ascii=False))
        return
    rows = [(clock_time(one.at), one.name or "—", DEEDS[one.action], one.lead, one.object) for one in wanted]
    click.echo(table(("Когда", "Кто", "Что", "Клиент", "Где"), rows) if rows else "Записей нет.")


@audit_command.command("verify")
@click.option("--json", "as_json", is_flag=True, help="Ответ для программы.")
def verify_command(as_json: bool) -> None:
    """Проверить, что ни одна запись не изменена и не убрана. Код выхода 1 — журнал повреждён."""
    lines = asyncio.run(_lines(settings.load().kafka))
    report = verify(lines, trimmed=bool(lines) and lines[0][0] > 0)
    if as_json:
        faults = [{"offset": offset, "fault": fault} for offset, fault in report.faults]
        click.echo(json.dumps({"lines": report.lines, "head": report.head, "faults": faults}, ensure_ascii=False))
    else:
        _tell(report)
    sys.exit(1 if report.faults else 0)


def _tell(report: Report) -> None:
    for offset, fault in report.faults:
        click.echo(f"{AUDIT_ACCESS.name}, место {offset}: {fault}")
    if not report.faults:
        click.echo(f"Журнал цел: {count(report.lines, RECORDS)}.")
    if report.head:
        click.echo(f"Последний отпечаток (сохраните его отдельно): {report.head}")


async def _lines(kafka: Kafka) -> list[Line]:
    """The whole log, oldest first. Raises `Transient`."""
    await there(kafka, [AUDIT_ACCESS])
    found: list[Line] = []
    async for record in Reader(kafka, AUDIT_ACCESS).read([PARTITION], deadline=30):
        line = ENTRY.decode(record.value)
        found.append((record.offset, line if isinstance(line, AccessEntry) else None))
    return found

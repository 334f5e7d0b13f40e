"""`topics apply`."""

import asyncio
import json
from dataclasses import asdict

import click

from streams import settings
from streams.engine import topics
from streams.engine.retry import Policy, retry


@click.group("topics")
def topics_command() -> None:
    """Темы Kafka."""


@topics_command.command("apply")
@click.option("--wait", "patience", type=click.FloatRange(min=0), default=0, help="Сколько секунд ждать Kafka.")
@click.option("--json", "as_json", is_flag=True, help="Ответ для программы.")
def apply_command(patience: float, as_json: bool) -> None:
    """Создать недостающие темы, поправить настройки остальных.

    Если у темы другое число разделов или другая очистка, ничего не меняется: команда перечислит такие темы,
    код выхода 1.
    """
    report = asyncio.run(_patiently(settings.load(), patience))
    if as_json:
        click.echo(json.dumps(asdict(report), ensure_ascii=False))
        return
    for name in report.created:
        click.echo(f"создана    {name}")
    for name, changes in report.altered.items():
        click.echo(f"изменена   {name}: {', '.join(changes)}")
    click.echo(f"без изменений: {len(report.unchanged)}")


async def _patiently(loaded: settings.Settings, patience: float) -> topics.Report:
    policy = Policy(first=0.5, longest=2.0, total=patience)
    return await retry(policy, lambda: topics.apply(loaded.kafka, loaded.retention.topics()))

"""`dlq mute`: somebody knows of a heap of dead letters, and why it stands."""

import asyncio

import click

from processors.russian.dates import moment
from schemas.topics import DEAD_MUTES
from streams import settings
from streams.cli.broker import put
from streams.cli.who import who
from streams.engine.clock import wall_clock
from streams.engine.mutes import MOST_HOURS, muted, output


@click.command("mute")
@click.argument("agent", metavar="ЭТАП")
@click.argument("error", metavar="ОШИБКА")
@click.option("--hours", type=click.IntRange(1, MOST_HOURS), default=24, show_default=True, help="На сколько часов.")
@click.option("--reason", default="", help="Почему записи стоят: это увидят другие вместо напоминания.")
@click.option("--off", is_flag=True, help="Напоминать снова.")
def mute_command(agent: str, error: str, hours: int, reason: str, off: bool) -> None:
    """Не напоминать о негодных записях ЭТАПА с этой ОШИБКОЙ: о них известно. Они остаются открытыми; когда срок выйдет,
    напоминания вернутся сами. ЭТАП — как в разделе «Негодные записи», например pipeline.source.wms."""
    heap = agent, error
    one = None if off else muted(heap, hours, reason, who(), wall_clock())
    record = output(heap, one)
    asyncio.run(put(settings.load().kafka, DEAD_MUTES, (record.key or b"").decode(), record.value))
    until = f"не напоминаем до {moment(one.until)}" if one else "снова напоминаем"
    click.echo(f"{agent}, {error}: {until}")

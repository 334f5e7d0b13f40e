"""`trace`: where something is now, and how it came there."""

from urllib.parse import quote

import click
import msgspec

from alerting.traces import clock_ms, elapsed, standing_told, step_told
from processors.days import local_time
from schemas.traces import Trace
from streams import settings
from streams.cli.cards import cards_now
from streams.cli.table import harmless, table
from streams.clients.store import fetch
from streams.engine.clock import wall_clock

_TRACE = msgspec.json.Decoder(Trace)


@click.command("trace", context_settings={"ignore_unknown_options": True})  # chats have numbers below zero
@click.argument("name", metavar="НОМЕР")
@click.option("--json", "as_json", is_flag=True, help="Ответ для программы.")
def trace_command(name: str, as_json: bool) -> None:
    """Показать путь: от записи источника до сообщения, с временем между шагами, и где это сейчас.

    НОМЕР — события или тревоги (16 знаков), чат/сообщение в Telegram, запись встречи, документ склада или след
    (тема/раздел/место). Время местное (`days.zone`)."""
    loaded, now = settings.load(), wall_clock()
    trace = fetch(loaded.store, f"/api/trace?id={quote(name, safe='')}", _TRACE.decode)
    if as_json:
        click.echo(msgspec.json.encode(trace).decode())
    else:
        known = cards_now(loaded) if trace.leads else None
        for lead in trace.leads:
            click.echo(harmless(f"Клиент {lead} {known.name(lead) if known else ''}".rstrip()))
        if trace.steps:
            _print_steps(trace, now)
        click.echo(harmless(f"Сейчас: {standing_told(trace, now)}"))
    if trace.stands.state == "unknown":
        raise SystemExit(1)


def _print_steps(trace: Trace, now: int) -> None:
    first = next((step.at for step in trace.steps if step.at), 0)
    if first:
        click.echo(f"{local_time(first):%d.%m.%Y}")
    rows = []
    for number, step in enumerate(trace.steps, start=1):
        since = "" if step.ms is None else f"+{elapsed(step.ms)}"
        if step.after is not None and step.after != number - 2:
            since = f"{since} после шага {step.after + 1}".strip()
        rows.append((number, clock_ms(step.at), since, step_told(step, now)))
    click.echo(table(("№", "Время", "Прошло", "Что"), rows))
    if trace.more:
        click.echo("Показаны первые события этой записи, есть и ещё.")

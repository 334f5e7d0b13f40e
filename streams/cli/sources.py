"""`sources`: how every source stands, a line each."""

import json

import click
import msgspec

from alerting.sources import health_told
from schemas.rounds import RED, SourceHealth
from streams import settings
from streams.clients.store import call


@click.command("sources")
@click.option("--json", "as_json", is_flag=True, help="Ответ для программы.")
def sources_command(as_json: bool) -> None:
    """Показать источники: что пришло за сутки, с какой задержкой, кто молчит или не читается (✗)."""
    answer = call(settings.load().store, "/api/sources")
    if as_json:
        click.echo(json.dumps(answer, ensure_ascii=False))
        return
    found = [msgspec.convert(one, SourceHealth) for one in answer["sources"]]
    if not found:
        click.echo("Ни от одного источника ещё ничего не пришло; как их подключить, сказано в docs/connect.md.")
    for source in sorted(found, key=lambda one: one.state not in RED):
        click.echo(f"{'✗' if source.state in RED else '·'} {health_told(source)}")

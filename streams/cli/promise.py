"""`promise list|mark`: what was promised to clients and by them, and what became of it."""

import json
from typing import Any
from urllib.parse import quote, urlencode

import click
import msgspec

from processors.russian.called import PROMISE_MARKS, PROMISE_STATES
from processors.russian.dates import iso_date
from processors.russian.plural import Forms, count
from schemas.promises import MARKS, STATES, Mark, Promise, PromiseState
from streams import settings
from streams.cli.cards import cards_now
from streams.cli.reads import client, lead_id, whose
from streams.cli.table import clock_time, harmless, table
from streams.clients.store import call

PROMISES: Forms = ("обещание", "обещания", "обещаний")


def _lead(ctx: click.Context, parameter: click.Parameter, value: str | None) -> str:
    return "" if value is None else lead_id(ctx, parameter, value)


def _number(_: click.Context, __: click.Parameter, value: str) -> str:
    """An id: 16 hex digits."""
    if len(value) != 16 or not set(value) <= set("0123456789abcdef"):
        raise click.BadParameter("нужен номер обещания из `leadpulse promise list`: 16 знаков 0–9, a–f")
    return value


@click.group("promise")
def promise_command() -> None:
    """Обещания из встреч и переписки, наши и клиентов: что обещано, чей срок прошёл, выполнено ли."""


@promise_command.command("list")
@click.argument("lead", metavar="[ЛИД]", callback=_lead, required=False)
@click.option("--overdue", is_flag=True, help="Только те, чей срок прошёл и о которых никто ничего не отметил.")
@click.option("--state", type=click.Choice(STATES), help="Только в этом состоянии.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="Сколько обещаний.")
@click.option("--json", "as_json", is_flag=True, help="Ответ для программы.")
def list_command(lead: str, overdue: bool, state: PromiseState | None, limit: int, as_json: bool) -> None:
    """Показать обещания клиента ЛИД (номер лида в Битрикс24) или, без него, всех клиентов.

    Состояния: open — срок не прошёл, past — прошёл, undated — срока нет, kept — выполнено, broken — не выполнено,
    cancelled — отменено."""
    if overdue and state not in (None, "past"):
        raise click.UsageError("--overdue и --state говорят разное: оставьте одно")
    wanted: PromiseState | None = "past" if overdue else state
    loaded = settings.load()
    asked = urlencode({"limit": limit} | ({"state": wanted} if wanted else {}))
    answer = call(loaded.store, f"/api/{f'leads/{lead}/' if lead else ''}promises?{asked}")
    if as_json:
        click.echo(json.dumps(answer, ensure_ascii=False))
        return
    whose(lead, answer)
    found = msgspec.convert(answer["promises"], list[Promise])
    if not found:
        click.echo("Таких обещаний нет." if wanted else "Обещаний нет.")
        return
    cards = cards_now(loaded)
    rows = [
        (one.promise, iso_date(one.due) or "—", client(cards, one.lead_id), one.owner or "—", _state(one), one.text)
        for one in found
    ]
    click.echo(table(("Номер", "Срок", "Клиент", "Кто обещал", "Что с ним", "Что обещано"), rows))
    click.echo(f"Показано: {count(len(found), PROMISES)}", err=True)


@promise_command.command("mark")
@click.argument("lead", metavar="ЛИД", callback=lead_id)
@click.argument("promise", metavar="НОМЕР", callback=_number)
@click.argument("mark", metavar="ОТМЕТКА", type=click.Choice(MARKS))
@click.option("--note", default="", help="Пояснение, одна строка.")
def mark_command(lead: str, promise: str, mark: Mark, note: str) -> None:
    """Отметить, что стало с обещанием НОМЕР клиента ЛИД. Номер показывает leadpulse promise list.

    ОТМЕТКА: kept — выполнено, broken — не выполнено, cancelled — отменено, open — снять отметку. Отмечено будет от
    имени того, чей токен хранилища в настройках."""
    said: dict[str, Any] = {"promise": promise, "mark": mark, "note": note}
    event = call(settings.load().store, f"/api/leads/{quote(lead)}/promises", said)
    whose(lead, event)
    click.echo(f"Записано: «{harmless(event['text'])}» — {PROMISE_MARKS[mark]}.")


def _state(promise: Promise) -> str:
    """In a word; of a mark whose it is and when he said so."""
    state = PROMISE_STATES[promise.state]
    if promise.state not in ("kept", "broken", "cancelled"):
        return state
    return f"{state} ({promise.marked_by}, {clock_time(promise.marked_at)[:10]})"

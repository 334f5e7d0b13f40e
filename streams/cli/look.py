"""`search`, `alerts`, `figures`: questions to the store's API over all clients."""

import json
from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any, get_args
from urllib.parse import urlencode

import click
import msgspec

from processors.days import day_start, local_day_of
from processors.russian.called import EVENT_KINDS
from schemas.alerts import Alert, AlertStatus
from streams import settings
from streams.cli.cards import cards_now
from streams.cli.gist import RULES, SEVERITIES, STATUSES, bell
from streams.cli.reads import client, lead_id, whose
from streams.cli.table import clock_time, table
from streams.clients.store import call

DAY = click.DateTime(["%Y-%m-%d"])

COLUMNS: dict[str, tuple[str, ...]] = {
    "Сообщ.": ("message",),
    "Письма": ("mail",),
    "Звонки": ("call",),
    "Встречи": ("meeting_recorded",),
    "Брони": ("reservation",),
    "Сборки": ("pick",),
    "Отгрузки": ("shipment",),
    "Приёмки": ("inbound",),
    "Возвраты": ("return",),
}
"""Kinds of events that a person counts; `--json` has all of them."""


def _lead(ctx: click.Context, parameter: click.Parameter, value: str | None) -> str:
    return "" if value is None else lead_id(ctx, parameter, value)


_AS_JSON = click.option("--json", "as_json", is_flag=True, help="Ответ для программы.")
_OF_LEAD = click.option("--lead", metavar="ЛИД", callback=_lead, help="Только этот клиент; иначе все.")
_SINCE = click.option("--since", type=DAY, help="С какого дня (ГГГГ-ММ-ДД).")
_UNTIL = click.option("--until", type=DAY, help="По какой день, включая его.")


@click.command("search")
@click.argument("query", metavar="СЛОВА", nargs=-1, required=True)
@_OF_LEAD
@click.option("--source", default="", help="Только из этого источника: telegram, mail, meeting, wms:main …")
@_SINCE
@_UNTIL
@click.option("--limit", type=click.IntRange(1, 200), default=20, show_default=True, help="Сколько найденного.")
@click.option("--before", default="", help="Следующая страница: что сказано в конце прошлой.")
@_AS_JSON
def search_command(
    query: tuple[str, ...],
    lead: str,
    source: str,
    since: datetime | None,
    until: datetime | None,
    limit: int,
    before: str,
    as_json: bool,
) -> None:
    """Найти СЛОВА в переписке, письмах, звонках, заметках, протоколах и встречах: в любой форме, все сразу.

    Точная фраза — в кавычках: leadpulse search 'склад «другой договор»'. Сначала новое, время местное.
    """
    asked: dict[str, Any] = {"q": " ".join(query), "lead": lead, "source": source, "before": before, "limit": limit}
    asked |= {"since": _start(since), "until": _start(until + timedelta(days=1)) if until else 0}
    loaded = settings.load()
    answer = call(loaded.store, f"/api/search?{urlencode({name: value for name, value in asked.items() if value})}")
    if as_json:
        click.echo(json.dumps(answer, ensure_ascii=False))
        return
    whose(lead, answer)
    if not answer["found"]:
        click.echo("Ничего не найдено.")
        return
    cards = cards_now(loaded)
    rows = [
        (
            clock_time(one["ts"]),
            client(cards, one["lead_id"]),
            EVENT_KINDS.get(one["kind"], one["kind"]),
            f"{one['speaker']}: {one['text']}" if one["speaker"] else one["text"],
        )
        for one in answer["found"]
    ]
    click.echo(table(("Время", "Клиент", "Что", "Слова"), rows))
    if answer["next"]:
        click.echo(f"дальше: --before {answer['next']}", err=True)


@click.command("alerts")
@click.option("--status", type=click.Choice(get_args(AlertStatus)), default=None, help="Только в этом состоянии.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="Сколько тревог.")
@_AS_JSON
def alerts_command(status: AlertStatus | None, limit: int, as_json: bool) -> None:
    """Показать тревоги по всем клиентам, сначала те, что менялись последними. Время местное."""
    loaded = settings.load()
    answer = call(loaded.store, f"/api/alerts?limit={limit}{f'&status={status}' if status else ''}")
    if as_json:
        click.echo(json.dumps(answer, ensure_ascii=False))
        return
    alerts = [msgspec.convert(one, Alert) for one in answer["alerts"]]
    if not alerts:
        click.echo(f"Тревог в состоянии «{STATUSES[status]}» нет." if status else "Тревог нет.")
        return
    cards = cards_now(loaded)
    rows = [
        (
            clock_time(alert.opened_at),
            client(cards, alert.lead_id),
            SEVERITIES[alert.severity],
            STATUSES[alert.status],
            RULES.get(alert.rule, alert.rule),
            bell(alert),
        )
        for alert in alerts
    ]
    click.echo(table(("Открыта", "Клиент", "Важность", "Состояние", "О чём", "Оповещение"), rows))


@click.command("figures")
@_OF_LEAD
@_SINCE
@_UNTIL
@_AS_JSON
def figures_command(lead: str, since: datetime | None, until: datetime | None, as_json: bool) -> None:
    """Показать, сколько чего было по местным дням: у клиента или у всех. Без дат — за две недели."""
    asked = {"lead": lead, "since": f"{since:%Y-%m-%d}" if since else "", "until": f"{until:%Y-%m-%d}" if until else ""}
    loaded = settings.load()
    answer = call(loaded.store, f"/api/figures?{urlencode({name: value for name, value in asked.items() if value})}")
    if as_json:
        click.echo(json.dumps(answer, ensure_ascii=False))
        return
    lead = whose(lead, answer)
    days: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for one in answer["figures"]:
        days[one["day"]][one["kind"]] += one["events"]
    if not days:
        click.echo("За эти дни ничего не было.")
        return
    if lead:
        click.echo(f"Клиент {client(cards_now(loaded), lead)}")
    rows = [_row(day, kinds) for day, kinds in days.items()]
    click.echo(table(("День", *COLUMNS), rows))


def _row(day: str, kinds: dict[str, int]) -> tuple[object, ...]:
    figures = [sum(kinds[kind] for kind in some) for some in COLUMNS.values()]
    return f"{datetime.fromisoformat(day):%d.%m.%Y}", *(figure or "·" for figure in figures)


def _start(day: datetime | None) -> int:
    """ms UTC of its beginning."""
    return day_start(local_day_of(day.date())) if day else 0

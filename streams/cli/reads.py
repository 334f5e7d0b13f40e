"""`history`, `signals`, `sql`, `report`: questions to the store's API."""

import json
from datetime import datetime
from typing import Any
from urllib.parse import quote

import click
import msgspec

from alerting.foreign import plain
from alerting.report import render_report
from processors.cards import Cards
from processors.russian.called import EVENT_KINDS
from processors.russian.dates import date
from schemas.alerts import Alert
from schemas.reports import DailyReport
from streams import settings
from streams.cli.cards import cards_now
from streams.cli.gist import RULES, SEVERITIES, STATUSES, amount, bell, evidence, gist, whole
from streams.cli.table import clock_time, harmless, table
from streams.clients.store import call
from streams.notify.outlets.links import clients_of

LONGEST_NAME = 24
"""Characters of a client's name beside his number."""

_AS_JSON = click.option("--json", "as_json", is_flag=True, help="Ответ для программы.")
_LIMIT = click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="Сколько событий.")


def lead_id(ctx: click.Context, parameter: click.Parameter, value: str) -> str:
    """A lead id: 1–12 digits (`schemas.types.LeadId`). Anything else is wrong usage."""
    if not (value.isascii() and value.isdigit() and len(value) <= 12):
        raise click.BadParameter("нужен номер лида в Битрикс24: от 1 до 12 цифр")
    return value


def whose(asked: str, answer: dict[str, Any]) -> str:
    """The client whom the answer is about. Where the number that was asked for is an old one of his, it is said."""
    lead = str(answer.get("lead_id") or asked)
    if asked and lead != asked:
        click.echo(f"Лид {asked} объединён с лидом {lead}: дальше — о нём.", err=True)
    return lead


_LEAD = click.argument("lead", metavar="ЛИД", callback=lead_id)


@click.command("history")
@_LEAD
@_LIMIT
@click.option("--before", default="", help="Следующая страница: что сказано в конце прошлой.")
@_AS_JSON
def history_command(lead: str, limit: int, before: str, as_json: bool) -> None:
    """Показать историю клиента ЛИД (номер лида в Битрикс24) из всех источников, сначала новое.

    Время местное (`days.zone`)."""
    loaded = settings.load()
    page = f"&before={quote(before)}" if before else ""
    answer = call(loaded.store, f"/api/leads/{quote(lead)}/history?limit={limit}{page}")
    if as_json:
        _print_json(answer)
        return
    lead = whose(lead, answer)
    rows = [
        (clock_time(event["ts"]), event["source"], EVENT_KINDS.get(event["kind"], event["kind"]), gist(event))
        for event in whole(answer["events"])
    ]
    if not rows:
        click.echo(f"По лиду {lead} событий нет.")
        return
    click.echo(f"Клиент {client(cards_now(loaded), lead)}")
    click.echo(table(("Время", "Источник", "Событие", "Содержание"), rows))
    if answer.get("next"):
        click.echo(f"дальше: --before {answer['next']}", err=True)


def client(cards: Cards, lead: str) -> str:
    """His number, and his name where it is known."""
    name = " ".join(cards.name(lead).split())
    short = name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"
    return harmless(f"{lead} {short}".strip())


@click.command("signals")
@_LEAD
@_AS_JSON
def signals_command(lead: str, as_json: bool) -> None:
    """Показать сигналы риска по клиенту ЛИД (номер лида в Битрикс24) и что с ними стало: было ли оповещение и почему
    нет. Время местное (`days.zone`)."""
    loaded = settings.load()
    answer = call(loaded.store, f"/api/leads/{quote(lead)}/signals")
    if as_json:
        _print_json(answer)
        return
    lead = whose(lead, answer)
    if answer["signals"] or answer.get("alerts"):
        click.echo(f"Клиент {client(cards_now(loaded), lead)}")
    rows = [
        (
            clock_time(signal["ts"]),
            RULES.get(signal["rule"], signal["rule"]),
            SEVERITIES.get(signal["severity"], signal["severity"]),
            amount(signal["value"], signal.get("unit", "")),
            f"{signal['baseline']:g}",
            evidence(signal.get("evidence")),
        )
        for signal in answer["signals"]
    ]
    head = ("Время", "Сигнал", "Важность", "Сейчас", "Обычно", "Основание")
    click.echo(table(head, rows) if rows else f"По лиду {lead} сигналов нет.")
    if alerts := answer.get("alerts"):
        told = ("Тревога", "О чём", "Важность", "Состояние", "Оповещение")
        click.echo("\n" + table(told, [_alert_row(msgspec.convert(alert, Alert)) for alert in alerts]))


def _alert_row(alert: Alert) -> tuple[str, ...]:
    """When it opened, what it is, and how it was told."""
    rule, severity = RULES.get(alert.rule, alert.rule), SEVERITIES[alert.severity]
    return clock_time(alert.opened_at), rule, severity, STATUSES[alert.status], bell(alert)


@click.command("sql")
@click.argument("query", metavar="ЗАПРОС")
@_AS_JSON
def sql_command(query: str, as_json: bool) -> None:
    """Выполнить ЗАПРОС на чтение и показать ответ таблицей."""
    answer = call(settings.load().store, "/api/sql", {"query": query})
    if as_json:
        _print_json(answer)
        return
    click.echo(table(answer["columns"], answer["rows"]))


@click.command("report")
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="За какой день (ГГГГ-ММ-ДД); иначе за сегодня.")
@click.option("--send", is_flag=True, help="Отправить в общий чат и кураторам; иначе только показать.")
@_AS_JSON
def report_command(day: datetime | None, send: bool, as_json: bool) -> None:
    """Собрать ежедневный отчёт, не дожидаясь вечера. Время местное (`days.zone`)."""
    loaded = settings.load()
    asked = f"{day:%Y-%m-%d}" if day else ""
    if send:
        answer = call(loaded.store, "/api/reports", {"day": asked})
    else:
        answer = call(loaded.store, f"/api/reports?day={asked}")
    if as_json:
        _print_json(answer)
        return
    parts = render_report(msgspec.convert(answer, DailyReport), clients_of(loaded, cards_now(loaded)))
    click.echo("\n".join(plain(part) for part in parts))
    if send:
        last = date(max(answer["since"], answer["until"] - 1))
        click.echo(f"Отчёт за {last} передан на отправку в общий чат и кураторам.", err=True)


def _print_json(answer: Any) -> None:
    click.echo(json.dumps(answer, ensure_ascii=False))

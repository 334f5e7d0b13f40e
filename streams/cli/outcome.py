"""`client outcome|outcomes`: whether a client has left, stays, or is there again; and who has left, for `backtest`."""

import csv
import json
import sys
from datetime import datetime
from typing import Any
from urllib.parse import quote

import click
import msgspec

from processors.outcomes import departures, newest
from processors.russian.called import OUTCOMES as WORDS
from processors.russian.dates import iso_date
from schemas.outcomes import OUTCOMES, Outcome, Said
from streams import settings
from streams.cli.cards import cards_now
from streams.cli.reads import client, lead_id, whose
from streams.cli.table import clock_time, table
from streams.clients.store import call


@click.command("outcome")
@click.argument("lead", metavar="ЛИД", callback=lead_id)
@click.argument("outcome", metavar="[ИСХОД]", type=click.Choice(OUTCOMES), required=False)
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="С какого дня (ГГГГ-ММ-ДД); иначе с сегодняшнего.")
@click.option("--reason", default="", help="Почему, одна строка.")
@click.option("--json", "as_json", is_flag=True, help="Ответ для программы.")
def outcome_command(lead: str, outcome: Outcome | None, since: datetime | None, reason: str, as_json: bool) -> None:
    """Показать, что стало с клиентом ЛИД, или записать это.

    ИСХОД: left — ушёл, о нём больше не оповещают; stays — остаётся, «ушёл» было ошибкой; returned — уходил и вернулся.
    Записано будет от имени того, чей токен хранилища в настройках."""
    loaded = settings.load()
    path = f"/api/leads/{quote(lead)}/outcome"
    if outcome is None and (since or reason):
        raise click.UsageError("назовите исход: left, stays или returned")
    if outcome is not None:
        event = call(
            loaded.store, path, {"outcome": outcome, "since": f"{since:%Y-%m-%d}" if since else "", "reason": reason}
        )
        click.echo(json.dumps(event, ensure_ascii=False) if as_json else _recorded(event))
        return
    answer = call(loaded.store, path)
    if as_json:
        click.echo(json.dumps(answer, ensure_ascii=False))
        return
    lead = whose(lead, answer)
    said = msgspec.convert(answer["said"], list[Said])
    click.echo(f"Клиент {client(cards_now(loaded), lead)}")
    click.echo(table(_HEAD, [_row(one) for one in said]) if said else "Что с ним стало, никто не записал.")
    if hint := answer["hint"]:
        of = {"lead": "лид", "deal": "сделка"}[hint["entity"]]
        day = clock_time(hint["ts"])[:10]
        click.echo(f"В Битрикс24 неудачно закрыто: {of} {hint['entity_id']}, {day}. Ушёл ли клиент?")


@click.command("outcomes")
@click.option("--csv", "as_csv", is_flag=True, help="Кто и когда ушёл: CSV для `leadpulse backtest --labels`.")
@click.option("--outcome", type=click.Choice(OUTCOMES), help="Только те, о ком это сказано последним.")
@click.option("--json", "as_json", is_flag=True, help="Ответ для программы: всё сказанное, сначала старое.")
def outcomes_command(as_csv: bool, outcome: Outcome | None, as_json: bool) -> None:
    """Показать, что стало с клиентами: последнее сказанное о каждом.

    В CSV — все, кто уходил, даже если потом вернулся: номер лида и день ухода."""
    if as_csv and (as_json or outcome):
        raise click.UsageError("--csv — отдельно от --json и --outcome")
    loaded = settings.load()
    answer = call(loaded.store, f"/api/outcomes{f'?outcome={outcome}' if outcome else ''}")
    if as_json:
        click.echo(json.dumps(answer, ensure_ascii=False))
        return
    said = msgspec.convert(answer["outcomes"], list[Said])
    if as_csv:
        rows = csv.writer(sys.stdout, lineterminator="\n")
        rows.writerow(("lead", "left"))
        rows.writerows((one.lead_id, one.since) for one in sorted(departures(said).values(), key=lambda one: one.since))
        return
    last = sorted(newest(said).values(), key=lambda one: one.ts, reverse=True)
    if not last:
        click.echo("Ни о ком ничего не записано.")
        return
    cards = cards_now(loaded)
    click.echo(table(("Клиент", *_HEAD), [(client(cards, one.lead_id), *_row(one)) for one in last]))


_HEAD = ("Исход", "С какого дня", "Записано", "Кто записал", "Почему")


def _row(said: Said) -> tuple[str, ...]:
    return WORDS[said.outcome], iso_date(said.since), clock_time(said.ts), said.author, said.reason


def _recorded(event: dict[str, Any]) -> str:
    told = f"Записано: клиент {event['lead_id']} {WORDS[event['outcome']]} с {iso_date(event['since'])}."
    return f"{told} О нём больше не оповещают." if event["outcome"] == "left" else told

"""`score`: a client's risk to leave, and what it is made of, now or on any day before."""

import json
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import quote

import click
import msgspec

from alerting.texts import TEXTS
from processors.days import day_start, local_day_of
from processors.russian.dates import whose_clock
from processors.russian.plural import DAYS, decimal, measure, percent
from schemas.scores import Level, Part, Score
from streams import settings
from streams.cli.reads import lead_id, whose
from streams.cli.table import clock_time, table
from streams.clients.store import call

LEVELS: dict[Level, str] = {"green": "зелёный", "yellow": "жёлтый", "red": "красный"}

TOP = 3
"""Parts in a line of the history."""


@click.command("score")
@click.argument("lead", metavar="ЛИД", callback=lead_id)
@click.option("--history", is_flag=True, help="Все прежние оценки, сначала новые.")
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="На конец какого дня (ГГГГ-ММ-ДД); иначе последняя.")
@click.option(
    "--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="Сколько оценок в истории."
)
@click.option("--json", "as_json", is_flag=True, help="Ответ для программы.")
def score_command(lead: str, history: bool, day: datetime | None, limit: int, as_json: bool) -> None:
    """Показать риск ухода клиента ЛИД (номер лида в Битрикс24), от 0 до 100, и из чего он сложился."""
    before = f"&before={day_start(local_day_of(day.date()) + 1)}" if day else ""
    path = f"/api/leads/{quote(lead)}/scores?limit={limit if history else 1}{before}"
    answer = call(settings.load().store, path)
    if as_json:
        click.echo(json.dumps(answer, ensure_ascii=False))
        return
    lead = whose(lead, answer)
    scores = [msgspec.convert(found | {"lead_id": lead}, Score) for found in answer["scores"]]
    if not scores:
        click.echo(f"По лиду {lead} оценок {'на этот день ' if day else ''}нет: первая появится вечером.")
    elif history:
        click.echo(table(("Время", "Риск", "Уровень", "Фон", "Главное"), map(_line, scores)))
    else:
        click.echo(_explained(scores[0]))


def _line(score: Score) -> Sequence[str]:
    main = ", ".join(f"{TEXTS[part.rule].title} ({decimal(part.points)})" for part in score.parts[:TOP])
    return clock_time(score.ts), decimal(score.points), LEVELS[score.level], decimal(score.background), main


def _explained(score: Score) -> str:
    head = f"Риск ухода клиента {score.lead_id}: {decimal(score.points)} из 100, уровень {LEVELS[score.level]}."
    said = [head, f"Оценка № {score.version} от {clock_time(score.ts)} ({whose_clock()}).", ""]
    background = ("фон: как редко и давно ли заказывает", decimal(score.background), "", "", "", "", "")
    rows = [background, *map(_part, score.parts)]
    said.append(table(("Признак", "Баллы", "Сила", "Вес", "Давность", "Сейчас", "Обычно"), rows))
    said += [
        "",
        "Баллы — сколько дал бы признак один. Вместе: 100 − (100 − фон) × (1 − баллы / 100) по каждому признаку.",
    ]
    return "\n".join(said)


def _part(part: Part) -> Sequence[str]:
    return (
        TEXTS[part.rule].title,
        decimal(part.points),
        percent(part.strength),
        percent(part.weight),
        measure(part.age_days, DAYS) if part.age_days >= 1 else "сейчас",
        decimal(part.value),
        decimal(part.baseline),
    )

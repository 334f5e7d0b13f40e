"""`identity suggest`: who of those that wait may be which client, for a person to confirm."""

import asyncio
import json

import click

from processors.cards import Cards
from processors.contact import KINDS, ref_of
from processors.matching import Alike, suggest
from schemas.sources import Identity
from schemas.types import LeadId
from streams import settings
from streams.cli.cards import called, read
from streams.cli.links import Waiting, linked, plain, waiting
from streams.cli.table import table
from streams.settings import Kafka


@click.command("suggest")
@click.option("--limit", type=click.IntRange(1, 10_000), default=20, show_default=True, help="Сколько строк.")
@click.option("--json", "as_json", is_flag=True, help="Ответ для программы.")
def suggest_command(limit: int, as_json: bool) -> None:
    """Подсказать, чьи это чаты и клиенты склада: до трёх похожих имён из карточек. И какие лиды Битрикс24, возможно,
    один клиент. Привязывает и объединяет только человек."""
    kafka = settings.load().kafka
    waits, cards, doubts = asyncio.run(_read(kafka))
    leads, found = _alike(waits, cards)
    if as_json:
        plain_rows = [_plain(one, leads, alike) for one, alike in found] + [_plain_doubt(one) for one in doubts]
        click.echo(json.dumps(plain_rows, ensure_ascii=False))
        return
    _tell_doubts(doubts[:limit], cards)
    likely = [(one, alike) for one, alike in found if alike]
    rows = [
        (
            one.client.kind,
            one.client.value,
            one.name,
            len(one.ids),
            _words(alike[0], leads, cards),
            _rest(alike, leads, cards),
        )
        for one, alike in likely[:limit]
    ]
    head = ("Вид", "Значение", "Имя", "Событий", "Похож на", "Или на")
    click.echo(table(head, rows) if rows else "Похожих имён нет.")
    if len(likely) > limit:
        click.echo(f"и ещё {len(likely) - limit}: --limit {len(likely)} покажет все")
    if len(likely) < len(found):
        click.echo(f"Без подсказки: {len(found) - len(likely)}; все, кто ждёт: leadpulse identity waiting", err=True)
    if rows:
        click.echo("Привязать: leadpulse identity link ВИД 'ЗНАЧЕНИЕ' ЛИД", err=True)


async def _read(kafka: Kafka) -> tuple[list[Waiting], Cards, list[Identity]]:
    _, known = await linked(kafka)
    return await waiting(kafka, known), await read(kafka), known.doubts


def _tell_doubts(doubts: list[Identity], cards: Cards) -> None:
    if not doubts:
        return
    rows = [(called(one.value, cards), called(one.was, cards), _shared(one)) for one in doubts]
    click.echo(table(("Новый лид", "Возможно, тот же клиент", "Общее"), rows))
    click.echo("Объединить: leadpulse identity merge НОВЫЙ_ЛИД ПРЕЖНИЙ_ЛИД", err=True)


def _shared(doubt: Identity) -> str:
    client = ref_of(doubt.name)
    return f"{KINDS.get(client.kind, client.kind)} {client.value}"


def _plain_doubt(doubt: Identity) -> dict[str, object]:
    return {"kind": "lead", "value": doubt.value, "shared": doubt.name, "suggestions": [{"lead_id": doubt.was}]}


def _alike(waits: list[Waiting], cards: Cards) -> tuple[list[LeadId], list[tuple[Waiting, list[Alike]]]]:
    named = [(lead, card.name) for lead in cards.leads() if (card := cards.find(lead)) is not None and card.name]
    found = suggest([one.name for one in waits], [name for _, name in named])
    return [lead for lead, _ in named], list(zip(waits, found, strict=True))


def _words(alike: Alike, leads: list[LeadId], cards: Cards) -> str:
    return f"{called(leads[alike.place], cards)} — {alike.likeness:.0f} из 100"


def _rest(alike: list[Alike], leads: list[LeadId], cards: Cards) -> str:
    return "; ".join(_words(one, leads, cards) for one in alike[1:])


def _plain(one: Waiting, leads: list[LeadId], alike: list[Alike]) -> dict[str, object]:
    likely = [{"lead_id": leads[found.place], "likeness": found.likeness} for found in alike]
    return plain(one) | {"suggestions": likely}

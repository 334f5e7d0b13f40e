"""`client`: who a client is, said by a person. Texts name him so from then on, whatever other sources tell."""

import asyncio
import json

import click
import msgspec
from msgspec.structs import replace

from processors.cards import FIELDS, HAND, Cards, key_of
from processors.russian.dates import whose_clock
from processors.russian.plural import count
from schemas.cards import LONGEST, ClientCard
from schemas.errors import Refused
from schemas.topics import CLIENTS
from streams import settings
from streams.cli.broker import put, there
from streams.cli.cards import read
from streams.cli.mapped_file import CLIENTS as FORMS
from streams.cli.outcome import outcome_command, outcomes_command
from streams.cli.reads import lead_id
from streams.cli.table import clock_time, table
from streams.engine.cards import CARD
from streams.engine.clock import wall_clock
from streams.settings import Kafka

WORDS = {"name": "имя", "responsible": "куратор", "phones": "телефоны", "mails": "почта", "card": "карточка в CRM"}


@click.group("client")
def client_command() -> None:
    """Клиенты: как зовут, кто ведёт, как связаться, кто ушёл. Тревоги и отчёты называют клиента по имени."""


client_command.add_command(outcome_command)
client_command.add_command(outcomes_command)


@client_command.command("set")
@click.argument("lead", metavar="ЛИД", callback=lead_id)
@click.option("--name", help="Как зовут клиента: «Ромашка» или ООО «Ромашка».")
@click.option("--responsible", help="Кто его ведёт.")
@click.option("--phone", "phones", multiple=True, help="Телефон; можно несколько раз.")
@click.option("--mail", "mails", multiple=True, help="Адрес почты; можно несколько раз.")
@click.option("--card", help="Адрес карточки в CRM.")
def set_command(
    lead: str,
    name: str | None,
    responsible: str | None,
    phones: tuple[str, ...],
    mails: tuple[str, ...],
    card: str | None,
) -> None:
    """Записать, кто такой клиент ЛИД. Меняется только то, что названо; пустое значение ("") убирает прежнее."""
    told: dict[str, str | list[str] | None] = {"name": name, "responsible": responsible, "card": card}
    told |= {"phones": _listed(phones), "mails": _listed(mails)}
    given = {field: _tidy(value) for field, value in told.items() if value is not None}
    if not given:
        raise click.UsageError("нечего записать: назовите хотя бы --name")
    loaded = settings.load().kafka
    known = asyncio.run(read(loaded)).told(lead, HAND) or ClientCard(lead_id=lead, source=HAND, ts=0)
    said = replace(known, ts=wall_clock(), **given)
    empty = not any(getattr(said, field) for field in FIELDS)
    asyncio.run(_write(loaded, lead, None if empty else CARD.encode(said)))
    click.echo(_shown(asyncio.run(read(loaded)), lead))


@client_command.command("forget")
@click.argument("lead", metavar="ЛИД", callback=lead_id)
def forget_command(lead: str) -> None:
    """Убрать записанное о клиенте ЛИД вручную. Что сообщили другие источники, остаётся."""
    loaded = settings.load().kafka
    asyncio.run(_write(loaded, lead, None))
    click.echo(_shown(asyncio.run(read(loaded)), lead))


@client_command.command("show")
@click.argument("lead", metavar="ЛИД", callback=lead_id)
@click.option("--json", "as_json", is_flag=True, help="Ответ для программы.")
def show_command(lead: str, as_json: bool) -> None:
    """Показать, что известно о клиенте ЛИД."""
    cards = asyncio.run(read(settings.load().kafka))
    click.echo(
        json.dumps(msgspec.to_builtins(cards.find(lead)), ensure_ascii=False) if as_json else _shown(cards, lead)
    )


@client_command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Ответ для программы.")
def list_command(as_json: bool) -> None:
    """Показать всех клиентов, о которых что-нибудь известно."""
    cards = asyncio.run(read(settings.load().kafka))
    found = [card for lead in cards.leads() if (card := cards.find(lead)) is not None]
    if as_json:
        click.echo(json.dumps(msgspec.to_builtins(found), ensure_ascii=False))
        return
    rows = [(card.lead_id, card.name, card.responsible, ", ".join([*card.phones, *card.mails])) for card in found]
    click.echo(table(("Лид", "Имя", "Куратор", "Связь"), rows) if rows else "Ни об одном клиенте ничего не записано.")
    click.echo(f"Всего: {count(len(rows), FORMS)}", err=True)


def _listed(values: tuple[str, ...]) -> list[str] | None:
    return [value for value in values if value.strip()] if values else None


def _tidy(value: str | list[str]) -> str | list[str]:
    """Without blanks at the ends and line breaks. Raises `Refused` for what is too long."""
    if isinstance(value, list):
        return [tidied for one in value if isinstance(tidied := _tidy(one), str)]
    tidied = " ".join(value.split())
    if len(tidied) > LONGEST:
        raise Refused(f"слишком длинно: {len(tidied)} знаков, можно {LONGEST}")
    return tidied


def _shown(cards: Cards, lead: str) -> str:
    card = cards.find(lead)
    if card is None:
        return f"О клиенте {lead} ничего не записано."
    lines = [f"Клиент {lead}, записано {clock_time(card.ts)} ({whose_clock()})"]
    for field in FIELDS:
        value = getattr(card, field)
        if value:
            lines.append(f"  {WORDS[field]}: {value if isinstance(value, str) else ', '.join(value)}")
    return "\n".join(lines)


async def _write(kafka: Kafka, lead: str, value: bytes | None) -> None:
    await there(kafka, [CLIENTS])
    await put(kafka, CLIENTS, key_of(lead, HAND), value)

"""`curator invite|list|remove`: whose private chat with the bot gets the alerts of whose clients."""

import asyncio
import json
import secrets

import click
import msgspec

from processors.cards import Cards
from processors.contact import link_key
from processors.curators import VALID_MS, digest, same
from processors.identity import Identities
from processors.russian.plural import DAYS, count
from schemas.errors import Refused
from schemas.sources import ClientRef, Identity
from schemas.topics import DAY_MS
from streams import settings
from streams.cli.cards import read
from streams.cli.links import linked, write
from streams.cli.mapped_file import CLIENTS as FORMS
from streams.cli.table import table
from streams.engine.clock import wall_clock
from streams.settings import Kafka

LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
CODE_LETTERS = 16
"""36^16 codes: nobody finds one by trying."""


@click.group("curator")
def curator_command() -> None:
    """Кураторы: каждый получает тревоги и отчёт по своим клиентам в личный чат с ботом. Чьи клиенты, говорит карточка
    (ответственный); `telegram.curators` в настройках важнее."""


@curator_command.command("invite")
@click.argument("name", metavar="ИМЯ")
def invite_command(name: str) -> None:
    """Выдать код куратору. ИМЯ — как в карточках клиентов: «Ольга Петрова»."""
    kafka, told = settings.load().kafka, " ".join(name.split())
    if not told or len(told) > 200:
        raise Refused("нужно имя куратора, до 200 знаков")
    cards = asyncio.run(read(kafka))
    code = "".join(secrets.choice(LETTERS) for _ in range(CODE_LETTERS))
    invited = Identity("curator_code", digest(code), source="hand", confirmed_at=wall_clock(), name=told)
    asyncio.run(write(kafka, link_key(ClientRef(invited.kind, invited.value)), invited))
    mine = sum(same(of) == same(told) for of in _responsible(cards))
    click.echo(f"Пусть {told} напишет боту в личный чат:\n\n  /start {code}\n")
    click.echo(f"Код действует {count(VALID_MS // DAY_MS, DAYS)} и только один раз. Клиентов по карточкам: {mine}.")
    if not mine:
        names = ", ".join(sorted({of for of in _responsible(cards) if of})[:10])
        click.echo(f"В карточках такого ответственного нет. Есть: {names or 'никого'}.", err=True)


@curator_command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Ответ для программы.")
def list_command(as_json: bool) -> None:
    """Показать кураторов, которых бот знает, и сколько у каждого клиентов."""
    known, cards = asyncio.run(_both(settings.load().kafka))
    names = [same(of) for of in _responsible(cards)]
    found = [(chat, name, names.count(same(name))) for chat, name in known.curators.items()]
    if as_json:
        rows = [{"chat": chat, "name": name, "clients": clients} for chat, name, clients in found]
        click.echo(json.dumps(msgspec.to_builtins(rows), ensure_ascii=False))
        return
    lines = [(name, chat, count(clients, FORMS)) for chat, name, clients in found]
    click.echo(table(("Куратор", "Чат", "Клиенты"), lines) if lines else "Бот не знает ни одного куратора.")


@curator_command.command("remove")
@click.argument("name", metavar="ИМЯ")
def remove_command(name: str) -> None:
    """Убрать куратора: тревоги его клиентов идут в общий чат, кнопки он больше не нажимает."""
    kafka = settings.load().kafka
    known, _ = asyncio.run(_both(kafka))
    chats = [chat for chat, of in known.curators.items() if same(of) == same(name)]
    if not chats:
        raise Refused(f"бот не знает куратора «{name}»; список: leadpulse curator list")
    for chat in chats:
        asyncio.run(write(kafka, link_key(ClientRef("curator", chat)), None))
    click.echo(f"{name}: больше не куратор для бота.")


async def _both(kafka: Kafka) -> tuple[Identities, Cards]:
    _, known = await linked(kafka)
    return known, await read(kafka)


def _responsible(cards: Cards) -> list[str]:
    return [card.responsible for lead in cards.leads() if (card := cards.find(lead)) is not None]

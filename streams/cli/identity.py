"""`identity list|show|waiting|link|unlink` …: which name in which source is which client, said by a person."""

import asyncio
import getpass
import json
from collections.abc import Callable

import click
import msgspec

from processors.cards import HAND
from processors.contact import KINDS, link_key, normal
from processors.days import HOUR_MS
from processors.russian.plural import DAYS, EVENTS, HOURS, Forms, count
from schemas.errors import Refused
from schemas.sources import ClientRef, Identity
from schemas.types import LeadId
from streams import settings
from streams.cli.cards import called, read
from streams.cli.links import Waiting, linked, plain, waiting, write
from streams.cli.merge import merge_command, unmerge_command
from streams.cli.reads import lead_id
from streams.cli.suggestions import suggest_command
from streams.cli.table import clock_time, table
from streams.engine.clock import wall_clock
from streams.engine.leads import KnownLeads

LINKS: Forms = ("привязка", "привязки", "привязок")
LONGEST_NAME = 200
"""Characters of a value: a room's or a customer's name is shorter."""

_AS_JSON = click.option("--json", "as_json", is_flag=True, help="Ответ для программы.")
_NEGATIVE = {"ignore_unknown_options": True}
"""Ids of groups begin with a minus."""


def _client(command: Callable[..., None]) -> Callable[..., None]:
    value = click.argument("value", metavar="ЗНАЧЕНИЕ")
    return click.argument("kind", metavar="ВИД", type=click.Choice(list(KINDS)))(value(command))


@click.group("identity")
def identity_command() -> None:
    """Кто есть кто: какой чат, телефон, комната или клиент склада принадлежит какому лиду.

    Виды: phone — телефон, email — почта, inn — ИНН, tg_chat — чат Telegram, tg_topic — тема группы, tg_user — человек,
    jitsi_room — комната встречи, recording — запись встречи, wms_customer — клиент склада; b24_lead, b24_deal,
    b24_contact, b24_company — лид, сделка, контакт и компания Битрикс24."""


@identity_command.command("list")
@click.option("--lead", callback=lambda c, p, v: None if v is None else lead_id(c, p, v), help="Только этого лида.")
@_AS_JSON
def list_command(lead: str | None, as_json: bool) -> None:
    """Показать привязки: чья, кем и когда подтверждена."""
    loaded = settings.load()
    links, _ = asyncio.run(linked(loaded.kafka))
    found = [one for one in links.values() if one.lead_id and lead in (None, one.lead_id)]
    found.sort(key=lambda one: (int(one.lead_id or 0), one.kind, one.value))
    if as_json:
        click.echo(json.dumps(msgspec.to_builtins(found), ensure_ascii=False))
        return
    words = KINDS | {"lead": "объединённый лид"}
    cards = asyncio.run(read(loaded.kafka))
    rows = [
        (one.lead_id, cards.name(one.lead_id or ""), words.get(one.kind, one.kind), one.value, *_grounds(one))
        for one in found
    ]
    head = ("Лид", "Клиент", "Что", "Значение", "Подтвердил", "Когда", "Уверенность")
    click.echo(table(head, rows) if rows else "Привязок нет.")
    click.echo(f"Всего: {count(len(rows), LINKS)}", err=True)


@identity_command.command("waiting")
@click.option("--limit", type=click.IntRange(1, 10_000), default=20, show_default=True, help="Сколько строк.")
@_AS_JSON
def waiting_command(limit: int, as_json: bool) -> None:
    """Показать, кто ждёт привязки: сколько событий, с какого времени, что сказано или сделано последним."""
    kafka = settings.load().kafka
    found = asyncio.run(_waiting(kafka))
    if as_json:
        click.echo(json.dumps([plain(one) for one in found], ensure_ascii=False))
        return
    rows = [
        (one.client.kind, one.client.value, _who(one), len(one.ids), _age(one), (one.samples or [""])[-1])
        for one in found[:limit]
    ]
    head = ("Вид", "Значение", "Кто это", "Событий", "Ждёт", "Последнее")
    click.echo(table(head, rows) if rows else "Никто не ждёт: все события нашли своего клиента.")
    if rows:
        click.echo(
            "Привязать: leadpulse identity link ВИД 'ЗНАЧЕНИЕ' ЛИД; подсказки: leadpulse identity suggest", err=True
        )
    if len(found) > limit:
        click.echo(f"и ещё {len(found) - limit}: --limit {len(found)} покажет всех")


@identity_command.command("show", context_settings=_NEGATIVE)
@_client
@_AS_JSON
def show_command(kind: str, value: str, as_json: bool) -> None:
    """Показать, чьё это ЗНАЧЕНИЕ и что под ним ждёт."""
    client, loaded = _checked(kind, value), settings.load()
    kafka = loaded.kafka
    links, known = asyncio.run(linked(kafka))
    link, lead = links.get(link_key(client)), known.find(client)
    waits = next((one for one in asyncio.run(waiting(kafka, known)) if one.client == client), None)
    if as_json:
        said = {"lead_id": lead, "link": msgspec.to_builtins(link), "waiting": None if waits is None else plain(waits)}
        click.echo(json.dumps(said, ensure_ascii=False))
        return
    click.echo(f"{KINDS[kind]} {client.value}: " + (_named(loaded)(lead) if lead else "не привязан"))
    if link is not None and link.refused:
        by, at, _ = _grounds(link)
        click.echo(f"  отвязал: {by or 'неизвестно'}{', ' + at if at else ''}; сама собой привязка не вернётся")
    elif link is not None:
        by, at, sure = _grounds(link)
        click.echo(f"  подтвердил: {by or 'неизвестно'}{', ' + at if at else ''}; уверенность {sure}")
    if waits is not None:
        name = f" («{waits.name}»)" if waits.name else ""
        click.echo(
            f"  ждёт{name}: {count(len(waits.ids), EVENTS)}, с {clock_time(waits.first)} по {clock_time(waits.last)}"
        )
        for sample in waits.samples:
            click.echo(f"    · {sample}")


@identity_command.command("link", context_settings=_NEGATIVE)
@_client
@click.argument("lead", metavar="ЛИД", callback=lead_id)
@click.option("--by", default=getpass.getuser, show_default=False, help="Кто подтвердил; без этого — имя входа.")
@click.option("--move", is_flag=True, help="Перепривязать, хотя значение принадлежит другому лиду.")
@click.option("--yes", is_flag=True, help="Не переспрашивать о лиде, которого не знает ни один источник.")
def link_command(kind: str, value: str, lead: str, by: str, move: bool, yes: bool) -> None:
    """Привязать ЗНАЧЕНИЕ к ЛИДу. Что ждало, приходит в его историю со своими временем и номером."""
    client, loaded = _checked(kind, value), settings.load()
    kafka = loaded.kafka
    _, known = asyncio.run(linked(kafka))
    into, before = known.merged(lead), known.find(client)
    if into != lead:
        raise Refused(f"лид {lead} объединён с лидом {into}: привязывайте к нему")
    if before == lead:
        click.echo(f"{KINDS[kind]} {client.value} — это уже {_named(loaded)(lead)}.")
        return
    if before is not None and not move:
        raise Refused(f"{KINDS[kind]} {client.value} — это {_named(loaded)(before)}; перепривязать: --move")
    if loaded.pipeline.unknown_lead != "accept" and not _is_known(lead, loaded):
        unknown = f"о лиде {lead} не знает ни один источник"
        if loaded.pipeline.unknown_lead == "refuse":
            raise Refused(f"{unknown} (leadpulse client set); так решает pipeline.unknown_lead")
        if not yes:
            click.confirm(f"Привязать? {unknown}", abort=True)
    waits = [one for one in asyncio.run(waiting(kafka, known)) if one.client == client]
    link = Identity(kind, client.value, lead, by[:LONGEST_NAME], source=HAND, confirmed_at=wall_clock())
    asyncio.run(write(kafka, link_key(client), link))
    named = _named(loaded)
    was = f", а раньше — {named(before)}" if before else ""
    click.echo(f"{KINDS[kind]} {client.value} — теперь {named(lead)}{was}.")
    if waits:
        click.echo(f"Ждало: {count(len(waits[0].ids), EVENTS)}; это приходит в историю клиента.")


@identity_command.command("unlink", context_settings=_NEGATIVE)
@_client
@click.option("--by", default=getpass.getuser, show_default=False, help="Кто отвязал; без этого — имя входа.")
def unlink_command(kind: str, value: str, by: str) -> None:
    """Отвязать ЗНАЧЕНИЕ: его события, и прежние тоже, ждут привязки. Сама собой привязка не вернётся."""
    client, loaded = _checked(kind, value), settings.load()
    kafka = loaded.kafka
    links, known = asyncio.run(linked(kafka))
    before = links.get(link_key(client))
    if before is None or before.refused:
        other = known.find(client)
        if other is None:
            raise Refused(f"{KINDS[kind]} {client.value} ни к кому не привязан")
        names = [one for one in known.chats(client.value) if (of := links.get(f"tg_chat:{one}")) and of.lead_id]
        raise Refused(f"чат привязан под другим номером: leadpulse identity unlink tg_chat {names[0]} (лид {other})")
    ended = Identity(
        kind, client.value, confirmed_by=by[:LONGEST_NAME], source=HAND, confirmed_at=wall_clock(), refused=True
    )
    asyncio.run(write(kafka, link_key(client), ended))
    click.echo(f"{KINDS[kind]} {client.value}: привязки больше нет, раньше — {_named(loaded)(before.lead_id or '')}.")


async def _waiting(kafka: settings.Kafka) -> list[Waiting]:
    _, known = await linked(kafka)
    return await waiting(kafka, known)


def _checked(kind: str, value: str) -> ClientRef:
    """Raises `Refused`."""
    found = normal(kind, value)
    if found is None or len(found) > LONGEST_NAME:
        raise Refused(f"это не {KINDS[kind]}: {value[:LONGEST_NAME]}")
    return ClientRef(kind, found)


def _named(loaded: settings.Settings) -> Callable[[LeadId], str]:
    """A lead by its number, and by its client's name where some source has told it."""
    cards = asyncio.run(read(loaded.kafka))
    return lambda lead: f"лид {called(lead, cards)}"


def _is_known(lead: LeadId, loaded: settings.Settings) -> bool:
    listed = KnownLeads(loaded.jitsi)
    listed.look()
    return listed(lead) is True or asyncio.run(read(loaded.kafka)).find(lead) is not None


def _who(one: Waiting) -> str:
    return f"{KINDS.get(one.client.kind, one.client.kind)}{f' «{one.name}»' if one.name else ''}"


def _age(one: Waiting) -> str:
    """Since its first event: whole days, of a fresh one hours."""
    hours = max(0, wall_clock() - one.first) // HOUR_MS
    return count(hours // 24, DAYS) if hours >= 24 else count(hours, HOURS) if hours else "меньше часа"


def _grounds(link: Identity) -> tuple[str, str, str]:
    at = clock_time(link.confirmed_at) if link.confirmed_at else ""
    return link.confirmed_by, at, f"{link.confidence:.0%}"


identity_command.add_command(suggest_command)
identity_command.add_command(merge_command)
identity_command.add_command(unmerge_command)

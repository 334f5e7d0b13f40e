"""`consent`: on what basis people's words are worked on, who agreed to what, who took it back or objected."""

import asyncio
import json
import secrets
from collections.abc import Callable
from datetime import date

import click
import msgspec
from msgspec.structs import replace

from alerting.consents import BASES, STATES, allowed, effect_now, facts, state_now
from processors.days import local_time
from processors.privacy.changes import given, objected, withdrawn
from processors.privacy.register import Register
from processors.russian.plural import Forms, count
from schemas.errors import Refused
from schemas.privacy import SCOPES, Basis, Consent, Scope
from schemas.topics import CONSENTS
from streams import settings
from streams.cli.broker import put, there
from streams.cli.reads import lead_id
from streams.cli.table import table
from streams.cli.who import who
from streams.engine.clock import wall_clock
from streams.engine.consents import CONSENT, read_register
from streams.settings import Kafka

PEOPLE: Forms = ("человек", "человека", "человек")

_AS_JSON = click.option("--json", "as_json", is_flag=True, help="Ответ для программы.")


@click.group("consent")
def consent_command() -> None:
    """Основания и согласия людей: кто на что согласен, кто отозвал согласие или против.

    Если человек против, его встречи не расшифровываются, а слова его клиента не уходят внешним моделям. Кого в реестре
    нет, тому о записи говорит сама комната."""


@consent_command.command("list")
@click.option("--lead", callback=lambda c, p, v: None if v is None else lead_id(c, p, v), help="Только этот клиент.")
@_AS_JSON
def list_command(lead: str | None, as_json: bool) -> None:
    """Показать всех, о ком что-нибудь отмечено."""
    register = asyncio.run(_read(settings.load().kafka))
    found = register.all() if lead is None else register.of(lead)
    if as_json:
        click.echo(json.dumps([_told(one) for one in found], ensure_ascii=False))
        return
    today = _today()
    rows = [
        (one.person_id, one.name, ", ".join(one.leads), STATES[state_now(one, today)], allowed(one, today), one.until)
        for one in found
    ]
    head = ("Номер", "Кто", "Клиенты", "Что отмечено", "Можно", "До")
    click.echo(table(head, rows) if rows else "В реестре никого нет.")
    click.echo(f"Всего: {count(len(rows), PEOPLE)}", err=True)


@consent_command.command("show")
@click.argument("person", metavar="НОМЕР")
@_AS_JSON
def show_command(person: str, as_json: bool) -> None:
    """Показать, что отмечено о человеке."""
    one = _one(asyncio.run(_read(settings.load().kafka)), person)
    click.echo(json.dumps(_told(one), ensure_ascii=False) if as_json else "\n".join(_lines(one)))


def _day(_context: click.Context, _option: click.Parameter, said: str | None) -> str | None:
    try:
        return said and date.fromisoformat(said).isoformat()
    except ValueError:
        raise click.BadParameter("нужна дата вида 2026-11-02") from None


def _whose(command: Callable[..., None]) -> Callable[..., None]:
    """Options by which a person is known in the sources."""
    for option in (
        click.option("--room", "rooms", multiple=True, help="Имя на экране во встречах; можно несколько раз."),
        click.option("--mail", "mails", multiple=True, help="Почта; можно несколько раз."),
        click.option("--phone", "phones", multiple=True, help="Телефон; можно несколько раз."),
        click.option("--telegram", type=int, multiple=True, help="Номер в Telegram; можно несколько раз."),
        click.option("--lead", "leads", multiple=True, help="Клиент, к которому он относится; можно несколько раз."),
        click.option("--name", help="Имя и фамилия."),
        click.option("--person", metavar="НОМЕР", help="Тот, кто уже есть в реестре."),
    ):
        command = option(command)
    return command


@consent_command.command("give")
@_whose
@click.option("--basis", type=click.Choice(list(BASES)), required=True, help="Основание: согласие, договор и т. д.")
@click.option("--document", default="", help="Где записано: номер договора, файл.")
@click.option("--text-version", default="", help="Какой текст подписан.")
@click.option("--on", "given_on", callback=_day, help="С какого дня; иначе с сегодняшнего.")
@click.option("--until", default="", callback=_day, help="До какого дня включительно; иначе бессрочно.")
@click.option("--scope", type=click.Choice(SCOPES), multiple=True, help="На что: можно несколько раз; иначе на всё.")
def give_command(
    basis: Basis,
    given_on: str | None,
    scope: tuple[Scope, ...],
    document: str,
    text_version: str,
    until: str,
    **whose: object,
) -> None:
    """Отметить основание или согласие. Прежний отзыв и возражение этого человека больше не действуют."""

    on = given_on or _today().isoformat()
    _note(whose, lambda one: given(one, basis, scope or SCOPES, on, until, document, text_version))


@consent_command.command("withdraw")
@_whose
@click.option("--on", callback=_day, help="С какого дня; иначе с сегодняшнего.")
@click.option("--reason", default="", help="Как стало известно: письмо, звонок.")
def withdraw_command(on: str | None, reason: str, **whose: object) -> None:
    """Отметить, что человек отозвал согласие."""
    _note(whose, lambda one: withdrawn(one, on or _today().isoformat(), reason))


@consent_command.command("object")
@_whose
@click.option("--on", callback=_day, help="С какого дня; иначе с сегодняшнего.")
@click.option("--reason", default="", help="Как стало известно: письмо, звонок.")
def object_command(on: str | None, reason: str, **whose: object) -> None:
    """Отметить, что человек против: его встречи не расшифровываются, слова не уходят внешним моделям."""
    _note(whose, lambda one: objected(one, on or _today().isoformat(), reason))


def _note(whose: dict[str, object], change: Callable[[Consent], Consent]) -> None:
    asyncio.run(_noted(settings.load().kafka, whose, change))


async def _noted(kafka: Kafka, whose: dict[str, object], change: Callable[[Consent], Consent]) -> None:
    known = await _read(kafka)
    said = change(_person(known, whose))
    try:
        record = CONSENT.encode(replace(said, at=wall_clock(), by=who()))
        msgspec.json.decode(record, type=Consent)
    except msgspec.ValidationError as error:
        raise Refused(f"не записано: {error}") from None
    await put(kafka, CONSENTS, said.person_id, record)
    click.echo("\n".join(_lines(said)))


def _person(known: Register, whose: dict[str, object]) -> Consent:
    """The one of the register, with what the options add; or a new one."""
    person, name = whose["person"], whose["name"]
    added = {field: list(whose[field]) for field in ("leads", "telegram", "phones", "mails", "rooms")}  # type: ignore[call-overload]
    if person:
        one = _one(known, str(person))
        merged = {field: list(dict.fromkeys([*getattr(one, field), *values])) for field, values in added.items()}
        return replace(one, **merged, name=str(name or one.name))
    if not name or not added["leads"]:
        raise click.UsageError("назовите --person НОМЕР или --name и --lead нового человека")
    for lead in added["leads"]:
        if not (lead.isascii() and lead.isdigit() and len(lead) <= 12):
            raise click.UsageError(f"--lead {lead}: номер лида — от 1 до 12 цифр")
    return Consent(person_id=secrets.token_hex(8), name=str(name), at=0, by="", **added)


def _one(register: Register, person: str) -> Consent:
    found = register.find(person)
    if found is None:
        raise Refused(f"человека с номером {person} в реестре нет: leadpulse consent list")
    return found


async def _read(kafka: Kafka) -> Register:
    await there(kafka, [CONSENTS])
    return await read_register(kafka)


def _today() -> date:
    return local_time(wall_clock()).date()


def _told(one: Consent) -> dict[str, object]:
    today = _today()
    told: dict[str, object] = msgspec.to_builtins(one)
    effect = {scope: getattr(effect_now(one, today), scope) for scope in SCOPES}
    return told | {"state": state_now(one, today), "effect": effect}


def _lines(one: Consent) -> list[str]:
    noted = facts(one, _today()).items()
    return [f"{one.name} ({one.person_id})", *(f"  {name}: {value}" for name, value in noted)]

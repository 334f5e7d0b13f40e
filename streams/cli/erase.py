"""`erase`: a client's data are deleted: a plan, a request, a second person's word, the work, and an act."""

import asyncio
import json
import secrets
from pathlib import Path
from typing import Literal

import click
import msgspec

from alerting.erasure import STEP_WORDS, state_words
from processors.privacy import erasing
from processors.privacy.erasing import Denied
from schemas.erasures import Erasure, Step
from schemas.errors import Refused
from schemas.people import AccessEntry
from schemas.privacy import Consent
from schemas.topics import AUDIT_ACCESS, CONSENTS, ERASURES
from schemas.types import LeadId
from streams import settings
from streams.cli.broker import put, there
from streams.cli.hold import today
from streams.cli.reads import lead_id
from streams.cli.table import clock_time, table
from streams.cli.who import who
from streams.engine.clock import wall_clock
from streams.engine.consents import read_register
from streams.engine.ends import Ends
from streams.engine.erasures import ERASURE, read_erasures
from streams.engine.journal import Journal, newest_lines
from streams.engine.kafka import Outputs
from streams.erasing.act import written
from streams.erasing.person import PersonEraser
from streams.erasing.steps import Eraser
from streams.erasing.work import carry_out
from streams.settings import Kafka, Settings

_ID = click.argument("erasure", metavar="НОМЕР")
_PERSON = click.option("--person", default="", metavar="НОМЕР", help="Только этот человек: номер из реестра согласий.")
_BY = click.option("--by", help="Кто; без этого — имя входа.")


@click.group("erase")
def erase_command() -> None:
    """Удалить всё о клиенте или об одном его человеке: план, заявка, подтверждение второго человека, выполнение, акт.

    Номер удалённого лида больше не принимается: вернувшегося клиента заведите новым лидом."""


@erase_command.command("plan")
@click.argument("lead", metavar="ЛИД", callback=lead_id)
@_PERSON
@click.option("--json", "as_json", is_flag=True, help="Ответ для программы.")
def plan_command(lead: str, person: str, as_json: bool) -> None:
    """Показать, где и сколько есть о клиенте ЛИД или об одном его человеке. Ничего не удаляет."""
    loaded = settings.load()
    counted = asyncio.run(_plan(loaded, lead, person))
    lasting = [(topic, str(day)) for topic, day in erasing.ends(wall_clock(), loaded.retention.topics())]
    if as_json:
        click.echo(json.dumps({"places": counted, "topics_until": dict(lasting)}, ensure_ascii=False))
        return
    click.echo(table(("Где", "Сколько"), [(place, str(number)) for place, number in counted.items()]))
    click.echo(table(("Тема Kafka", "Уходит сама до"), lasting))


@erase_command.command("request")
@click.argument("lead", metavar="ЛИД", callback=lead_id)
@_PERSON
@click.option(
    "--meetings",
    type=click.Choice(["delete", "keep"]),
    help="Записи, где человек слышен вместе с другими: удалить (так, если не указано) или оставить.",
)
@click.option("--reason", required=True, help="Почему: заявление, конец договора.")
@_BY
def request_command(
    lead: str, person: str, meetings: Literal["delete", "keep"] | None, reason: str, by: str | None
) -> None:
    """Попросить удалить всё о клиенте ЛИД или об одном его человеке. Подтверждает другой человек."""
    kafka = settings.load().kafka
    if meetings and not person:
        raise Refused("--meetings указывают вместе с --person: записи клиента удаляются все")
    known = asyncio.run(_known(kafka))
    known.check_free(lead, today())
    if person:
        asyncio.run(_person(kafka, lead, person))
    one = known.requested(secrets.token_hex(8), lead, person, reason, by or who(), wall_clock(), meetings or "delete")
    asyncio.run(_keep(kafka, one))
    click.echo(f"Заявка {one.erasure_id}. Подтвердить: leadpulse erase confirm {one.erasure_id}")


@erase_command.command("confirm")
@_ID
@_BY
def confirm_command(erasure: str, by: str | None) -> None:
    """Подтвердить заявку НОМЕР; не тот, кто попросил."""
    kafka = settings.load().kafka
    known = asyncio.run(_known(kafka))
    one = erasing.confirmed(_one(known, erasure), by or who(), wall_clock())
    known.check_free(one.lead_id, today())
    asyncio.run(_keep(kafka, one))
    click.echo(f"Подтверждено. Выполнить: leadpulse erase run {one.erasure_id}")


@erase_command.command("run")
@_ID
@click.option("--act", type=click.Path(path_type=Path, file_okay=False), default="acts", help="Папка актов.")
@_BY
def run_command(erasure: str, act: Path, by: str | None) -> None:
    """Удалить по заявке НОМЕР. Прерванное продолжается с того же шага.

    Процессы pipeline и store должны работать; папки записей, протоколов и выгрузок — быть доступны. Сначала удалите
    бота из чата клиента и закройте клиента в CRM: новое сообщение начнёт новую историю."""
    loaded = settings.load()
    known = asyncio.run(_known(loaded.kafka))
    one = _one(known, erasure)
    known.check_free(one.lead_id, today())
    done = asyncio.run(_run(loaded, one, by or who()))
    click.echo(f"Удалено. Акт: {written(act, done, loaded.retention.topics())}")


@erase_command.command("act")
@_ID
@click.option("--act", type=click.Path(path_type=Path, file_okay=False), default="acts", help="Папка актов.")
def act_command(erasure: str, act: Path) -> None:
    """Записать акт об удалении НОМЕР ещё раз."""
    loaded = settings.load()
    one = _one(asyncio.run(_known(loaded.kafka)), erasure)
    if not one.ended_at:
        raise Refused("удаление ещё не закончено: leadpulse erase run")
    click.echo(f"Акт: {written(act, one, loaded.retention.topics())}")


@erase_command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Ответ для программы.")
def list_command(as_json: bool) -> None:
    """Показать заявки и удаления."""
    found = sorted(asyncio.run(_known(settings.load().kafka)).erasures.values(), key=lambda one: one.requested_at)
    if as_json:
        told = [{**msgspec.to_builtins(one), "refs": [], "paths": [], "standing": None} for one in found]
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    rows = [
        (one.erasure_id, one.lead_id, state_words(one), one.requested_by, clock_time(one.requested_at)) for one in found
    ]
    click.echo(table(("Номер", "Лид", "Что с ней", "Кто попросил", "Когда"), rows) if rows else "Заявок нет.")


async def _run(loaded: Settings, one: Erasure, by: str) -> Erasure:
    person = await _person(loaded.kafka, one.lead_id, one.person) if one.person and not one.started_at else None

    async def keep(next_: Erasure) -> None:
        await _keep(loaded.kafka, next_)

    async def log(begun: Erasure) -> None:
        await _log(loaded.kafka, begun, by)

    return await carry_out(loaded, one, by, person, keep, log, told=_tell)


def _tell(step: Step, gone: int) -> None:
    click.echo(f"  {STEP_WORDS[step]}: {gone}")


async def _person(kafka: Kafka, lead: LeadId, person: str) -> Consent:
    """Raises `Refused`."""
    await there(kafka, [CONSENTS])
    found = (await read_register(kafka)).find(person)
    if found is None or lead not in found.leads:
        raise Refused(f"человека {person} у клиента {lead} нет: leadpulse consent list --lead {lead}")
    return found


async def _plan(loaded: Settings, lead: LeadId, person: str) -> dict[str, int]:
    if not person:
        return await Eraser(loaded).plan(lead)
    return await PersonEraser(loaded).plan_of(lead, await _person(loaded.kafka, lead, person))


async def _known(kafka: Kafka) -> Denied:
    await there(kafka, [ERASURES])
    return await read_erasures(kafka)


def _one(known: Denied, erasure: str) -> Erasure:
    found = known.erasures.get(erasure)
    if found is None:
        raise Refused(f"заявки {erasure} нет: leadpulse erase list")
    return found


async def _keep(kafka: Kafka, one: Erasure) -> None:
    await put(kafka, ERASURES, one.erasure_id, ERASURE.encode(one))


async def _log(kafka: Kafka, one: Erasure, by: str) -> None:
    """The line of the access log stands before anything is deleted."""
    await there(kafka, [AUDIT_ACCESS])
    outputs, ends = Outputs(kafka), Ends(kafka)
    journal = Journal(outputs.send, newest_lines(kafka, ends), 20.0)
    try:
        line = AccessEntry(at=wall_clock(), user="", name=by, action="erase", lead=one.lead_id, object=one.erasure_id)
        await journal.write(line)
    finally:
        await journal.close()
        await outputs.stop()
        await ends.stop()

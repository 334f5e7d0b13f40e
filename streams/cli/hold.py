"""`hold`: a client's data are needed for a dispute, nobody erases them before a day."""

import asyncio
import json
from datetime import date

import click
import msgspec
from msgspec.structs import replace

from processors.days import local_time
from processors.privacy.erasing import Denied, is_standing
from schemas.erasures import HOLD as HOLD_KEY
from schemas.erasures import Hold
from schemas.errors import Refused
from schemas.topics import ERASURES
from streams import settings
from streams.cli.broker import put, there
from streams.cli.reads import lead_id
from streams.cli.table import clock_time, table
from streams.cli.who import who
from streams.engine.clock import wall_clock
from streams.engine.erasures import HOLD, read_erasures
from streams.settings import Kafka

_LEAD = click.argument("lead", metavar="ЛИД", callback=lead_id)
_BY = click.option("--by", help="Кто; без этого — имя входа.")


@click.group("hold")
def hold_command() -> None:
    """Запретить удалять клиента до дня: спор, суд, проверка.

    Пока запрет стоит, `leadpulse erase` отказывает. Сроков хранения (`[retention]`) запрет не продлевает: если они
    кончаются раньше, сделайте `leadpulse export client`."""


@hold_command.command("put")
@_LEAD
@click.option("--reason", required=True, help="Почему: номер дела, спор, проверка.")
@click.option("--until", required=True, type=click.DateTime(["%Y-%m-%d"]), help="Последний день, ГГГГ-ММ-ДД.")
@_BY
def put_command(lead: str, reason: str, until: date, by: str | None) -> None:
    """Запретить удалять клиента ЛИД по день включительно. Новый запрет заменяет прежний."""
    kafka, last = settings.load().kafka, f"{until:%Y-%m-%d}"
    if not reason.strip():
        raise Refused("назовите причину: --reason")
    if last < today().isoformat():
        raise Refused(f"день {last} уже прошёл")
    known = asyncio.run(_known(kafka))
    if begun := [one for one in known.erasures.values() if one.lead_id == lead and one.started_at and not one.person]:
        raise Refused(f"клиента уже удаляют или удалили: {begun[0].erasure_id}")
    _keep(kafka, Hold(lead_id=lead, reason=reason.strip()[:500], until=last, by=by or who(), at=wall_clock()))
    click.echo(f"Лид {lead} нельзя удалять по {until:%d.%m.%Y} включительно.")


@hold_command.command("end")
@_LEAD
@_BY
def end_command(lead: str, by: str | None) -> None:
    """Снять запрет с клиента ЛИД раньше срока."""
    kafka = settings.load().kafka
    hold = asyncio.run(_known(kafka)).holds.get(lead)
    if hold is None or not is_standing(hold, today()):
        raise Refused(f"запрета на лид {lead} нет: leadpulse hold list")
    _keep(kafka, replace(hold, ended_by=by or who(), ended_at=wall_clock()))
    click.echo(f"Запрет с лида {lead} снят.")


@hold_command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Ответ для программы.")
def list_command(as_json: bool) -> None:
    """Показать запреты: кто, почему, до какого дня, стоит ли ещё."""
    found = sorted(asyncio.run(_known(settings.load().kafka)).holds.values(), key=lambda hold: hold.at)
    if as_json:
        told = [{**msgspec.to_builtins(hold), "standing": is_standing(hold, today())} for hold in found]
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    rows = [(one.lead_id, one.until, _state(one), one.by, clock_time(one.at), one.reason) for one in found]
    head = ("Лид", "По день", "Что с ним", "Кто", "Когда", "Почему")
    click.echo(table(head, rows) if rows else "Запретов нет.")


def today() -> date:
    """The local day."""
    return local_time(wall_clock()).date()


def _state(hold: Hold) -> str:
    if hold.ended_at:
        return f"снят: {hold.ended_by}"
    return "стоит" if is_standing(hold, today()) else "срок прошёл"


async def _known(kafka: Kafka) -> Denied:
    await there(kafka, [ERASURES])
    return await read_erasures(kafka)


def _keep(kafka: Kafka, hold: Hold) -> None:
    asyncio.run(put(kafka, ERASURES, HOLD_KEY + hold.lead_id, HOLD.encode(hold)))

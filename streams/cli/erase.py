"""`erase`: a client's data are deleted: a plan, a request, a second person's word, the work, and an act."""

import asyncio
import json
import secrets
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path

import click
import msgspec

from alerting.erasure import STEP_WORDS, act_page, state_words
from processors.privacy import erasing
from processors.privacy.erasing import Denied
from processors.russian.system import os_reason
from schemas.erasures import Erasure
from schemas.errors import ConfigError, Refused
from schemas.people import AccessEntry
from schemas.topics import AUDIT_ACCESS, ERASURES, TopicSpec
from streams import settings
from streams.cli.broker import put, there
from streams.cli.erase_act import Signed, signed
from streams.cli.erase_places import Places
from streams.cli.erase_steps import Eraser
from streams.cli.hold import today
from streams.cli.reads import lead_id
from streams.cli.table import clock_time, table
from streams.cli.who import who
from streams.engine.clock import wall_clock
from streams.engine.ends import Ends
from streams.engine.erasures import ERASURE, read_erasures
from streams.engine.files import write_whole
from streams.engine.kafka import Outputs
from streams.settings import Kafka, Settings
from streams.web.journal import Journal, newest_lines

_ID = click.argument("erasure", metavar="НОМЕР")
_BY = click.option("--by", help="Кто; без этого — имя входа.")


@click.group("erase")
def erase_command() -> None:
    """Удалить всё о клиенте: план, заявка, подтверждение второго человека, выполнение, акт.

    Номер удалённого лида больше не принимается: вернувшегося клиента заведите новым лидом."""


@erase_command.command("plan")
@click.argument("lead", metavar="ЛИД", callback=lead_id)
@click.option("--json", "as_json", is_flag=True, help="Ответ для программы.")
def plan_command(lead: str, as_json: bool) -> None:
    """Показать, где и сколько есть о клиенте ЛИД. Ничего не удаляет."""
    loaded = settings.load()
    counted = asyncio.run(Eraser(loaded).plan(lead))
    lasting = [(topic, str(day)) for topic, day in erasing.ends(wall_clock(), loaded.retention.topics())]
    if as_json:
        click.echo(json.dumps({"places": counted, "topics_until": dict(lasting)}, ensure_ascii=False))
        return
    click.echo(table(("Где", "Сколько"), [(place, str(number)) for place, number in counted.items()]))
    click.echo(table(("Тема Kafka", "Уходит сама до"), lasting))


@erase_command.command("request")
@click.argument("lead", metavar="ЛИД", callback=lead_id)
@click.option("--reason", required=True, help="Почему: заявление, конец договора.")
@_BY
def request_command(lead: str, reason: str, by: str | None) -> None:
    """Попросить удалить всё о клиенте ЛИД. Подтверждает другой человек."""
    kafka = settings.load().kafka
    known = asyncio.run(_known(kafka))
    known.check_free(lead, today())
    if open_ := [one for one in known.erasures.values() if one.lead_id == lead and not one.ended_at]:
        raise Refused(f"такая заявка уже есть: {open_[0].erasure_id}")
    one = Erasure(
        erasure_id=secrets.token_hex(8),
        lead_id=lead,
        reason=reason.strip()[:500],
        requested_by=by or who(),
        requested_at=wall_clock(),
    )
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
    click.echo(f"Удалено. Акт: {_act(act, done, loaded.retention.topics())}")


@erase_command.command("act")
@_ID
@click.option("--act", type=click.Path(path_type=Path, file_okay=False), default="acts", help="Папка актов.")
def act_command(erasure: str, act: Path) -> None:
    """Записать акт об удалении НОМЕР ещё раз."""
    loaded = settings.load()
    one = _one(asyncio.run(_known(loaded.kafka)), erasure)
    if not one.ended_at:
        raise Refused("удаление ещё не закончено: leadpulse erase run")
    click.echo(f"Акт: {_act(act, one, loaded.retention.topics())}")


@erase_command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Ответ для программы.")
def list_command(as_json: bool) -> None:
    """Показать заявки и удаления."""
    found = sorted(asyncio.run(_known(settings.load().kafka)).erasures.values(), key=lambda one: one.requested_at)
    if as_json:
        told = [{**msgspec.to_builtins(one), "refs": [], "paths": []} for one in found]
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    rows = [
        (one.erasure_id, one.lead_id, state_words(one), one.requested_by, clock_time(one.requested_at)) for one in found
    ]
    click.echo(table(("Номер", "Лид", "Что с ней", "Кто попросил", "Когда"), rows) if rows else "Заявок нет.")


async def _run(loaded: Settings, one: Erasure, by: str) -> Erasure:
    """Step by step; each is kept before the next one begins."""
    eraser = Eraser(loaded)
    if not one.started_at:
        if not one.confirmed_at:
            raise Refused("удаление ещё не подтвердил второй человек")
        refs, paths = await Places(loaded).known_by(one.lead_id)
        one = erasing.begun(one, by, wall_clock(), refs, paths)
        await _log(loaded.kafka, one, by)
        await _keep(loaded.kafka, one)
    for step in erasing.left(one):
        work: Callable[[Erasure], Awaitable[int]] = getattr(eraser, step)
        gone = await work(one)
        one = erasing.stepped(one, step, gone, wall_clock())
        await _keep(loaded.kafka, one)
        click.echo(f"  {STEP_WORDS[step]}: {gone}")
    return one


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


def _act(folder: Path, one: Erasure, topics: Iterable[TopicSpec]) -> Path:
    """The act as a page, and signed as JSON beside it. Raises `ConfigError`."""
    ends = erasing.ends(one.ended_at, topics)
    made: Signed = signed(folder, one, ends)
    page = folder / f"{one.erasure_id}.html"
    try:
        write_whole(folder / f"{one.erasure_id}.json", msgspec.json.encode(made))
        write_whole(page, act_page(one, ends, made.public_key).encode())
    except OSError as error:
        raise ConfigError(f"{folder}: {os_reason(error)}") from error
    return page

"""`export client|person`: everything about a client or a person in one ZIP: a page to read, JSON, recordings."""

import asyncio
import io
import json
import os
import zipfile
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import quote

import click
import msgspec

from alerting.dossier import render_dossier
from processors.answered import name_in
from processors.days import local_time
from processors.privacy.register import Register
from processors.privacy.subject import part_of
from processors.russian.plural import EVENTS, FILES, count
from processors.russian.system import os_reason
from schemas.errors import ConfigError, Refused
from schemas.people import AccessEntry
from schemas.privacy import Consent
from schemas.topics import AUDIT_ACCESS, CONSENTS, IDENTITIES, LEAD_UNASSIGNED
from schemas.types import LeadId
from streams import settings
from streams.cli.broker import READY_SECONDS, there
from streams.cli.cards import called, read
from streams.cli.links import linked
from streams.cli.reads import lead_id
from streams.cli.who import who
from streams.clients.store import call, whole_history
from streams.engine.clock import wall_clock
from streams.engine.consents import read_register
from streams.engine.ends import Ends
from streams.engine.journal import Journal, newest_lines
from streams.engine.kafka import Outputs
from streams.settings import Kafka

OTHERS = {"card.json": "profile", "signals.json": "signals?limit=10000", "scores.json": "scores?limit=10000"}
"""What the store tells of a client beside his history."""

_TO = click.option(
    "--to", "target", type=click.Path(path_type=Path, dir_okay=False), required=True, help="Куда записать: файл .zip."
)


@click.command("client")
@click.argument("lead", metavar="ЛИД", callback=lead_id)
@_TO
def client_export_command(lead: str, target: Path) -> None:
    """Выгрузить всё о клиенте ЛИД: страницу для чтения, JSON, записи встреч. Выгрузка попадает в журнал доступа."""
    loaded = settings.load()
    known = asyncio.run(_known(loaded.kafka))
    asyncio.run(_log(loaded.kafka, lead, "client"))
    events = list(whole_history(loaded.store, lead))
    parts = {name: call(loaded.store, f"/api/leads/{quote(lead)}/{path}") for name, path in OTHERS.items()}
    parts |= {"links.json": known.links.get(lead, []), "consents.json": msgspec.to_builtins(known.register.of(lead))}
    title = f"Всё о клиенте {called(lead, known.cards)}"
    _write(target, title, events, parts, loaded.speech.recordings)


@click.command("person")
@click.argument("person", metavar="НОМЕР")
@_TO
def person_export_command(person: str, target: Path) -> None:
    """Выгрузить всё о человеке из реестра согласий: его слова, где он был, что о нём сказано по имени.

    НОМЕР показывает `leadpulse consent list`. Человек узнаётся по имени, имени во встречах, номеру в Telegram, телефону
    и почте, которые там отмечены. Слова других людей не выгружаются, записи встреч тоже: в них слышны все."""
    loaded = settings.load()
    known = asyncio.run(_known(loaded.kafka))
    one = known.register.find(person)
    if one is None:
        raise Refused(f"человека с номером {person} в реестре нет: leadpulse consent list")
    for lead in one.leads:
        asyncio.run(_log(loaded.kafka, lead, person))
    events = [
        part for lead in one.leads for event in whole_history(loaded.store, lead) if (part := part_of(event, one))
    ]
    _write(target, f"Всё о человеке: {one.name}", events, {"consent.json": _noted(one)}, None)


class _Known(msgspec.Struct, frozen=True):
    """What Kafka knows: links by client and who in his meetings is who, the register, cards."""

    links: dict[LeadId, list[dict[str, Any]]]
    register: Register
    cards: Any


async def _known(kafka: Kafka) -> _Known:
    await there(kafka, [IDENTITIES, LEAD_UNASSIGNED, CONSENTS, AUDIT_ACCESS])
    links: dict[LeadId, list[dict[str, Any]]] = {}
    found, table = await linked(kafka)
    for one in [*(link for link in found.values() if link.lead_id), *table.answered.last()]:
        links.setdefault(one.lead_id or name_in(one)[0], []).append(msgspec.to_builtins(one))
    return _Known(links, await read_register(kafka), await read(kafka))


async def _log(kafka: Kafka, lead: LeadId, about: str) -> None:
    """The line of the access log stands before anything is given out. Raises `Transient`."""
    outputs, ends = Outputs(kafka), Ends(kafka)
    journal = Journal(outputs.send, newest_lines(kafka, ends), READY_SECONDS)
    try:
        await journal.write(AccessEntry(at=wall_clock(), user="", name=who(), action="export", lead=lead, object=about))
    finally:
        await journal.close()
        await outputs.stop()
        await ends.stop()


def _noted(one: Consent) -> Any:
    return msgspec.to_builtins(one)


def _write(target: Path, title: str, events: list[dict[str, Any]], parts: dict[str, Any], media: Path | None) -> None:
    """Whole or not at all, readable by its owner only."""
    beside = target.with_name(f".{target.name}.new")
    try:
        beside.unlink(missing_ok=True)
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            names = _archive(file, title, events, parts, media)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(target)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise ConfigError(f"{target}: {os_reason(error)}") from error
    click.echo(f"Записано: {target}, {count(len(events), EVENTS)}, {count(names, FILES)}.")


def _archive(
    file: io.BufferedIOBase, title: str, events: list[dict[str, Any]], parts: dict[str, Any], media: Path | None
) -> int:
    """The number of files in it."""
    made = f"Выгрузка: {who()}, {local_time(wall_clock()):%d.%m.%Y %H:%M}"
    recordings = sorted({path for event in events if media and (path := event["payload"].get("path"))})
    found = {path: place for path in recordings if media and (place := _within(media, path))}
    missing = [f"запись встречи {path}: файла нет на месте" for path in recordings if path not in found]
    names = ["history.json", *parts, *(f"media/{path}" for path in found)]
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("index.html", render_dossier(title, made, events, names, missing))
        for name, part in {"history.json": events, **parts}.items():
            archive.writestr(name, json.dumps(part, ensure_ascii=False, indent=1))
        for path, place in found.items():
            archive.write(place, f"media/{path}", zipfile.ZIP_STORED)  # sound is packed already
    return len(names) + 1


def _within(root: Path, relative: str) -> Path | None:
    """The file, if it is there and no path leads out of the folder."""
    if PurePosixPath(relative).is_absolute():
        return None
    place = (root.resolve() / relative).resolve()
    return place if place.is_relative_to(root.resolve()) and place.is_file() else None

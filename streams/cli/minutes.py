"""`minutes FILE|RECORDING`: minutes by hand, by the same code as the worker; `profile LEAD`."""

import asyncio
import json
from pathlib import Path
from urllib.parse import quote

import click
import msgspec

from alerting.goods import booked
from alerting.minutes import render_markdown
from processors.minutes import extract, read_transcript
from processors.profile import FIELDS, Profile
from processors.russian.dates import date
from processors.russian.plural import DAYS, count
from processors.utterances import shares
from schemas.codec import event_id
from schemas.errors import Refused
from schemas.minutes import MeetingMinutes, MeetingRequest, Minutes
from streams import settings
from streams.cli.reads import lead_id, whose
from streams.clients.store import call
from streams.settings import Settings

_FIELD_NAMES = {
    "sells": "Продаёт",
    "where": "Где",
    "since": "С нами",
    "pains": "Боли",
    "conflicts": "Конфликты",
    "agreements": "Договорённости",
    "tariffs": "Тарифы",
    "competitors": "Конкуренты",
}


@click.command("minutes")
@click.argument("source", metavar="ФАЙЛ|ЗАПИСЬ")
@click.option("--offline", is_flag=True, help="Без модели, только по правилам.")
@click.option("--json", "form", flag_value="json", help="Для программы.")
@click.option("--md", "form", flag_value="md", default=True, help="Markdown (по умолчанию).")
def minutes_command(source: str, offline: bool, form: str) -> None:
    """Составить протокол встречи по расшифровке (ФАЙЛ) или номеру записи (ЗАПИСЬ, из хранилища).

    ФАЙЛ: JSON (`leadpulse transcribe --json` или запись source.transcripts) или текст, реплика в строке: «Имя: слова».
    """
    loaded = settings.load()
    asked = _asked(loaded, source)
    minutes = extract(asked.conversation) if offline else asyncio.run(_written(loaded, asked))
    if form == "json":
        click.echo(msgspec.json.encode(minutes))
        return
    event = MeetingMinutes(
        event_id=event_id("minutes", asked.recording_id),
        lead_id=asked.lead_id,
        ts=asked.ts,
        source="cli",
        recording_id=asked.recording_id,
        room=asked.room,
        duration_ms=asked.conversation.duration_ms,
        people=asked.conversation.people,
        minutes=minutes,
        shares=shares(asked.conversation.utterances),
        flaw=asked.conversation.flaw,
    )
    click.echo(render_markdown(event), nl=False)


def _asked(loaded: Settings, source: str) -> MeetingRequest:
    """Of a file nobody knows whose it is. Raises `Refused`, `Transient`."""
    path = Path(source)
    if path.is_file():
        try:
            conversation = read_transcript(path.read_bytes())
        except (ValueError, OSError) as error:
            raise Refused(f"{source}: {error}") from None
        return MeetingRequest("", path.name, "", conversation.started_at or 0, conversation)
    if path.parent != Path() or path.suffix:
        raise Refused(f"нет файла {source}")
    answer = call(loaded.store, f"/api/recordings/{quote(source, safe='')}")
    return msgspec.convert(answer, MeetingRequest)


async def _written(loaded: Settings, asked: MeetingRequest) -> Minutes:
    """By a model where one is set up, else by rules."""
    from streams.cli.models import models
    from streams.minutes.worker import Scribe

    async with models(loaded, asked.lead_id) as gateway:
        return await Scribe(gateway, patience_s=0).write(asked, asked.conversation.people, arrived=0)


@click.command("profile")
@click.argument("lead", metavar="ЛИД", callback=lead_id)
@click.option("--set", "correction", metavar="ПОЛЕ=ТЕКСТ", help=f"Исправить поле: {', '.join(FIELDS)}. Пусто — убрать.")
@click.option("--json", "as_json", is_flag=True, help="Ответ для программы.")
def profile_command(lead: str, correction: str | None, as_json: bool) -> None:
    """Показать карточку клиента ЛИД: что продаёт, где, с каких пор, боли, договорённости — и откуда это известно."""
    store = settings.load().store
    if correction is not None:
        field, sign, text = correction.partition("=")
        if not sign or field not in FIELDS:
            raise click.UsageError("--set ПОЛЕ=ТЕКСТ; поля: " + ", ".join(FIELDS))
        call(store, f"/api/leads/{lead}/profile", {"field": field, "text": text})
        click.echo(f"Записано: {_FIELD_NAMES[field]}")
        return
    answer = call(store, f"/api/leads/{lead}/profile")
    if as_json:
        click.echo(json.dumps(answer, ensure_ascii=False))
        return
    lead = whose(lead, answer)
    lines = _profile_lines(msgspec.convert(answer, Profile))
    click.echo("\n".join(lines) if lines else f"О лиде {lead} ещё ничего не известно.")


def _profile_lines(profile: Profile) -> list[str]:
    made = profile.booked
    goods = booked(made.reservations, made.reserved_qty, made.cancelled, made.cancelled_qty) if made else ""
    lines = [f"Склад за {count(made.days, DAYS)}: {goods}"] if made and goods else []
    for field, entries in profile.fields.items():
        if not entries:
            continue
        lines.append(_FIELD_NAMES[field] + (" (исправлено человеком)" if field in profile.corrected else ""))
        for entry in entries:
            quoted = f" — «{entry.quote}»" if entry.quote and entry.quote != entry.text else ""
            by_hand = f" (исправлено: {entry.author})" if entry.author else ""
            lines.append(f"  • {entry.text}{quoted}{by_hand} [{entry.source}, {date(entry.ts)}]")
    return lines

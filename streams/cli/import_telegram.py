"""`import telegram FILE`: chats from an export of Telegram Desktop. Looks first, sends then; a second time changes
nothing, and what the bot has brought is not brought again.
"""

import asyncio
from collections.abc import Callable, Mapping
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import BinaryIO

import click
import msgspec

from processors.identity import Identities
from processors.russian.plural import MESSAGES, count
from processors.russian.system import os_reason
from processors.telegram_export import ExportedChat, chat_of
from schemas.errors import ConfigError, Refused, Transient
from schemas.sources import ClientRef
from schemas.topics import TELEGRAM
from streams import settings
from streams.cli.exported_file import CHATS, told_export, watched
from streams.cli.loading import identities, ready, sent
from streams.cli.table import clock_time
from streams.clients.brought import brought
from streams.engine.clock import wall_clock
from streams.loading import ExportSurvey, Head, Notes, Progress, Reading, export_in
from streams.loading.telegram import SOURCE, records, survey
from streams.settings import Settings

SHOWN = 10
NAMED = 5
"""Chats without a lead that are named."""

_ENCODE = msgspec.json.Encoder().encode


@click.command("telegram")
@click.argument("file", metavar="ФАЙЛ", type=click.Path(path_type=Path))
@click.option("--chat", "named", multiple=True, help="Только этот чат: номер или название; можно несколько раз.")
@click.option("--dry-run", is_flag=True, help="Только показать чаты, первые сообщения и все ошибки.")
@click.option("--skip-faulty", is_flag=True, help="Загрузить годное, хотя в файле есть ошибки.")
@click.option("--again", is_flag=True, help="Отправить с начала, хотя этот файл уже загружен.")
@click.option("--json", "as_json", is_flag=True, help="Ответ для программы.")
def telegram_command(
    file: Path, named: tuple[str, ...], dry_run: bool, skip_faulty: bool, again: bool, as_json: bool
) -> None:
    """Загрузить переписку из выгрузки Telegram Desktop: ФАЙЛ result.json или его папка.

    Загруженное — история: тревог не вызывает, в норму клиента входит. Прерванная загрузка продолжается с того же
    места, повторная ничего не меняет. Из полной выгрузки берутся группы и те личные чаты, которые привязаны к лиду.
    """
    loaded = settings.load()
    file = file / "result.json" if file.is_dir() else file
    with _opened(file) as source:
        export, known = export_in(source, file), _known(loaded, dry_run=dry_run)
        has = _brought(loaded, known, dry_run=dry_run)
        reading = Reading(_choose(named, known), has, _bots(loaded), wall_clock())
        found = survey(export, reading, SHOWN, watched("Проверяю"))
        if not as_json:
            click.echo(told_export(found, known, everything=dry_run))
        missing = set(named) - {name for chat in found.chats.values() for name in (str(chat.id), chat.title)}
        if missing:
            raise Refused(f"в файле нет чата {', '.join(sorted(missing))}")
        cursor = Notes.of(loaded).of_file(file, SOURCE, _plan(found, has))
        before = None if again else cursor.read()
        progress = before or Progress(file.name, SOURCE, reading.now, found.records)
        if not dry_run and (skip_faulty or not found.bad):
            reading = msgspec.structs.replace(reading, now=progress.started)
            made = records(export, reading, ExportSurvey(), 0, watched("Загружаю"))
            asyncio.run(sent(loaded.kafka, cursor, progress, made))
            if not as_json:
                _tell(progress, before, found, known)
    if as_json:
        click.echo(_as_json(found, progress))
    if found.bad:
        stopped = ", ничего не загружено: исправьте их или добавьте --skip-faulty"
        raise Refused("в файле есть ошибки" + ("" if dry_run or skip_faulty else stopped))


def _opened(file: Path) -> BinaryIO:
    try:
        return file.open("rb")
    except OSError as error:
        raise ConfigError(f"{file}: {os_reason(error)}") from error


def _known(loaded: Settings, *, dry_run: bool) -> Identities | None:
    """Who is linked. A look at a file needs no Kafka, and says then that it does not know."""

    async def read() -> Identities:
        await ready(loaded.kafka, TELEGRAM)
        return await identities(loaded.kafka)

    try:
        return asyncio.run(read())
    except (Refused, Transient) as error:
        if not dry_run:
            raise
        click.echo(f"Привязки чатов не проверены: {error}.", err=True)
        return None


def _choose(named: tuple[str, ...], known: Identities | None) -> Callable[[Head], ExportedChat | None]:
    """Which chats are taken: those that were named; else the only one, groups, and private chats that have a lead. The
    private chats of whoever made a full export are nobody's business."""

    def choose(head: Head) -> ExportedChat | None:
        chat = chat_of(head.type, head.id, head.name)
        if chat is None:
            return None
        if named:
            return chat if str(chat.id) in named or chat.title in named else None
        if head.alone or chat.type != "private":
            return chat
        linked = known is not None and known.find(ClientRef("tg_chat", str(chat.id))) is not None
        return chat if linked else None

    return choose


def _brought(
    loaded: Settings, known: Identities | None, *, dry_run: bool
) -> Callable[[int], Mapping[tuple[str, int], int]]:
    """Asks the store once a chat."""

    @cache
    def ask(chat: int) -> Mapping[tuple[str, int], int]:
        ids = [str(chat)] if known is None else known.chats(str(chat))
        try:
            return brought(loaded.store, [int(one) for one in ids])
        except (ConfigError, Transient) as error:
            if not dry_run:
                raise
            click.echo(f"Не проверено, что уже есть от бота: {error}.", err=True)
            return {}

    return ask


def _bots(loaded: Settings) -> frozenset[int]:
    """Our own bot: its words are no client's. A token begins with the bot's id."""
    id_ = loaded.telegram.token.get_secret_value().partition(":")[0]
    return frozenset({int(id_)} if id_.isascii() and id_.isdigit() else ())


def _plan(found: ExportSurvey, has: Callable[[int], Mapping[tuple[str, int], int]]) -> str:
    """All that decides, beside the file, which records it gives: another plan is another load."""
    digest = blake2b(digest_size=12)
    for chat in sorted(found.chats.values(), key=lambda chat: chat.id):
        of_bot = sorted(has(chat.id).items()) if chat.type != "supergroup" else ()
        digest.update(f"{chat.id}{of_bot}".encode())
    return digest.hexdigest()


def _tell(progress: Progress, before: Progress | None, found: ExportSurvey, known: Identities | None) -> None:
    if before is not None and before.sent >= before.total:
        click.echo(f"Эта выгрузка уже загружена {clock_time(before.started)}. Ничего не изменилось.")
    else:
        messages = sum(chat.messages for chat in found.chats.values())
        click.echo(f"Загружено: {count(messages, MESSAGES)}.")
    chats = [chat for chat in found.chats.values() if chat.messages and known is not None]
    unknown = [chat for chat in chats if known and known.find(ClientRef("tg_chat", str(chat.id))) is None]
    if unknown:
        names = ", ".join(f"«{chat.title}» {chat.id}" for chat in unknown[:NAMED])
        more = " …" if len(unknown) > NAMED else ""
        click.echo(
            f"К лидам не привязано: {count(len(unknown), CHATS)} ({names}{more}). Сообщения ждут привязки: "
            "leadpulse identity link tg_chat НОМЕР ЛИД."
        )


def _as_json(found: ExportSurvey, progress: Progress) -> str:
    said = {
        "records": found.records,
        "sent": progress.sent,
        "chats": list(found.chats.values()),
        "passed": found.passed,
        "others": {type_: len(ids) for type_, ids in found.others.items()},
        "bad": found.bad,
        "faults": found.faults,
        "first": found.first,
    }
    return _ENCODE(said).decode()

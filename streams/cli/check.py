"""`check`: everything that the work needs, every fault at once."""

import asyncio
import json
import os
import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from http.client import HTTPException

import click

from schemas.errors import LeadpulseError, Transient
from streams import settings
from streams.cli.check_outlets import bitrix_faults, llm_faults, notebook_faults, webhook_faults
from streams.cli.check_speech import model_faults, speechkit_faults
from streams.clients.store import OPENER, call
from streams.engine import topics
from streams.settings import Settings, WmsSource

TIMEOUT = 10.0
"""Seconds that one check may take."""


def kafka_faults(loaded: Settings) -> list[str]:
    """The broker answers, and its topics are as `schemas.topics` says."""
    try:
        found = asyncio.run(asyncio.wait_for(topics.compare(loaded.kafka), TIMEOUT))
    except (Transient, TimeoutError) as error:
        cause = type(error.__cause__ or error).__name__
        return [f"Kafka не отвечает по адресу {loaded.kafka.bootstrap} ({cause})"]
    faults = [f"тема {mismatch}" for mismatch in found.mismatches]
    if found.missing:
        names = ", ".join(spec.name for spec in found.missing)
        faults.append(f"нет тем: {names}; их создаёт `leadpulse topics apply`")
    drifted = [f"тема {name} — {'; '.join(changes)}" for name, changes in found.drift.items()]
    return faults + [f"{text}; исправляет `leadpulse topics apply`" for text in drifted]


def store_faults(loaded: Settings) -> list[str]:
    """The store's API answers a query, and so does the ClickHouse server where there is one."""
    faults = []
    if loaded.store.backend == "clickhouse":
        try:
            OPENER.open(f"{loaded.store.url}/ping", timeout=TIMEOUT).close()
        except (OSError, ValueError, HTTPException) as error:
            faults.append(f"ClickHouse не отвечает по адресу {loaded.store.url}: {error}")
    try:
        call(loaded.store, "/api/sql", {"query": "SELECT 1"})
    except LeadpulseError as error:
        faults.append(str(error))
    return faults


def recordings_faults(loaded: Settings) -> list[str]:
    """Recordings can be read and written; a folder that is not there yet can be made."""
    folder = loaded.speech.recordings
    if folder.exists() and not folder.is_dir():
        return [f"{folder} — не папка"]
    existing = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
    return [] if os.access(existing, os.R_OK | os.W_OK | os.X_OK) else [f"нет права писать в {existing}"]


def telegram_faults(loaded: Settings) -> list[str]:
    """The bot's token works, and there is a chat to write to. No message names the token, which stands in the URL."""
    telegram = loaded.telegram
    faults = [] if telegram.curator_chat or telegram.curators else ["не указан чат кураторов: telegram.curator_chat"]
    token = telegram.token.get_secret_value()
    if not token:
        return [*faults, "нет токена бота (telegram.token): тревоги ждут в Kafka и никому не приходят"]
    try:
        OPENER.open(f"{telegram.api}/bot{token}/getMe", timeout=TIMEOUT).close()
    except urllib.error.HTTPError as error:
        error.close()
        faults.append(f"Telegram не принимает токен бота: ответ {error.code}")
    except (OSError, ValueError, HTTPException) as error:
        faults.append(f"Telegram не отвечает по адресу {telegram.api} ({type(error).__name__})")
    return faults


def gateway_faults(loaded: Settings) -> list[str]:
    """Every entrance has a secret: one without admits nobody."""
    sources = {f"gateway.wms.{name}": (source.token, source.hmac_secret) for name, source in loaded.gateway.wms.items()}
    bots = {f"gateway.telegram.{name}": (bot.secret,) for name, bot in loaded.gateway.telegram.items()}
    return [
        f"{name}: нет ни токена, ни ключа — никого не впустит"
        for name, secrets in {**sources, **bots}.items()
        if not any(secret and secret.get_secret_value() for secret in secrets)
    ] + [fault for name, source in loaded.gateway.wms.items() for fault in _address_faults(name, source)]


def _address_faults(name: str, source: WmsSource) -> list[str]:
    """A system that only signs its bodies posts to an address of its own."""
    if source.path_secret or source.token or not source.hmac_secret:
        return []
    return [
        f"gateway.wms.{name}: к hmac_secret нужен path_secret, не короче 16 знаков; "
        f"адрес для этой системы — /hooks/wms/{name}/<path_secret>"
    ]


CHECKS: dict[str, Callable[[Settings], list[str]]] = {
    "Kafka": kafka_faults,
    "хранилище": store_faults,
    "модель речи": model_faults,
    "SpeechKit": speechkit_faults,
    "записи встреч": recordings_faults,
    "Telegram": telegram_faults,
    "шлюз": gateway_faults,
    "модели": llm_faults,
    "Битрикс24": bitrix_faults,
    "Open Notebook": notebook_faults,
    "n8n": webhook_faults,
}


@click.command("check")
@click.option("--json", "as_json", is_flag=True, help="Ответ для программы.")
def check_command(as_json: bool) -> None:
    """Проверить настройки и всё, с чем идёт работа: Kafka, хранилище, речь, Telegram, модели, Битрикс24, Open Notebook.

    Код выхода 1 при ошибках.
    """
    found = _run_all()
    if as_json:
        click.echo(json.dumps({"ok": not any(found.values()), "faults": found}, ensure_ascii=False))
    else:
        for name, faults in found.items():
            click.echo(f"{'✗' if faults else '✓'} {name}")
            for fault in faults:
                click.echo("    " + fault.replace("\n", "\n    "))
    sys.exit(1 if any(found.values()) else 0)


def _run_all() -> dict[str, list[str]]:
    """The faults of every check. Without settings nothing else can be asked."""
    try:
        loaded = settings.load()
    except LeadpulseError as error:
        return {"настройки": [str(error)]}
    return {"настройки": []} | {name: faults(loaded) for name, faults in CHECKS.items()}

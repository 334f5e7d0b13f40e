"""`check`: everything that the work needs, every fault at once; faults and warnings told apart."""

import json
import os
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException

import click

from processors.rules.order import disorder
from processors.russian.system import os_reason
from schemas.errors import LeadpulseError
from streams import settings
from streams.cli import check_recordings
from streams.cli.check_kafka import kafka_faults
from streams.cli.check_keys import key_warnings
from streams.cli.check_machine import (
    confinement_warnings,
    folder_faults,
    port_faults,
    settings_warnings,
)
from streams.cli.check_outlets import (
    bitrix_faults,
    llm_faults,
    llm_warnings,
    mail_faults,
    notebook_faults,
    webhook_faults,
)
from streams.cli.check_page import page_faults, page_notes, page_warnings
from streams.cli.check_retention import retention_notes
from streams.cli.check_site import site_faults, site_warnings
from streams.cli.check_sources import source_faults, source_notes
from streams.cli.check_speech import model_faults, model_warnings, speechkit_faults
from streams.cli.check_telegram import telegram_faults, telegram_warnings
from streams.clients.store import OPENER, call
from streams.engine.leads import KnownLeads
from streams.settings import Settings, WmsSource
from streams.settings.mappings import mappings_of
from streams.settings.partial import usable
from streams.settings.thresholds import rules_of

TIMEOUT = 10.0
"""Seconds that one question may take."""
AT_ONCE = 6
"""Parts that are looked at side by side: each mostly waits for somebody's answer."""

Look = Callable[[Settings], list[str]]


def store_faults(loaded: Settings) -> list[str]:
    """The store's API answers a query, and so does the ClickHouse server where there is one."""
    faults = []
    if loaded.store.backend == "clickhouse":
        try:
            OPENER.open(f"{loaded.store.url}/ping", timeout=TIMEOUT).close()
        except (OSError, ValueError, HTTPException) as error:
            faults.append(f"ClickHouse не отвечает по адресу {loaded.store.url} (store.url): {os_reason(error)}")
    try:
        call(loaded.store, "/api/sql", {"query": "SELECT 1"}, timeout=TIMEOUT)
    except LeadpulseError as error:
        faults.append(str(error))
    return faults


def gateway_faults(loaded: Settings) -> list[str]:
    """Every entrance has a secret: one without admits nobody."""
    sources = {f"gateway.wms.{name}": (source.token, source.hmac_secret) for name, source in loaded.gateway.wms.items()}
    return [
        f"{name}: не указан ни токен, ни ключ подписи; этот вход никого не впускает"
        for name, secrets in sources.items()
        if not any(secret and secret.get_secret_value() for secret in secrets)
    ] + [fault for name, source in loaded.gateway.wms.items() for fault in _address_faults(name, source)]


def lead_list_faults(loaded: Settings) -> list[str]:
    """The file of known leads, where there is one, can be read and holds some."""
    wrong = KnownLeads(loaded.jitsi).look()
    return [f"jitsi.known_leads_file: {loaded.jitsi.known_leads_file} — {wrong}"] if wrong else []


def mapping_faults(loaded: Settings) -> list[str]:
    """Every mapping file is read and understood, and belongs to a system that can send something; every folder is there
    and has its mapping."""
    try:
        found = mappings_of(loaded.wms.mappings)
    except LeadpulseError as error:
        return str(error).splitlines()
    faults = [
        f"{mapping.name}: разметка для системы {name}, а в настройках её нет: ни [gateway.wms.{name}], "
        f"ни [wms.folders.{name}], ни [wms.polls.{name}]"
        for name, mapping in found.items()
        if not any(name in systems for systems in (loaded.gateway.wms, loaded.wms.folders, loaded.wms.polls))
    ]
    faults += [
        f"wms.polls.{name}: нет разметки {name}.yaml в папке wms.mappings"
        for name in loaded.wms.polls
        if name not in found
    ]
    for name, folder in loaded.wms.folders.items():
        if name not in found:
            faults.append(f"wms.folders.{name}: нет разметки {name}.yaml в папке wms.mappings")
        if not folder.path.is_dir() or not os.access(folder.path, os.R_OK | os.X_OK):
            faults.append(f"wms.folders.{name}.path: папки {folder.path} нет или её нельзя читать")
    return faults


def rules_faults(loaded: Settings) -> list[str]:
    """The file of thresholds, where there is one, is read and understood."""
    try:
        rules_of(loaded.pipeline.rules)
    except LeadpulseError as error:
        return [f"{error} (pipeline.rules)"]
    return []


def rules_warnings(loaded: Settings) -> list[str]:
    """Thresholds in a strange order."""
    try:
        return [f"{words} (pipeline.rules)" for words in disorder(rules_of(loaded.pipeline.rules))]
    except LeadpulseError:
        return []  # `rules_faults` tells it


def _address_faults(name: str, source: WmsSource) -> list[str]:
    """A system that only signs its bodies posts to an address of its own."""
    if source.path_secret or source.token or not source.hmac_secret:
        return []
    return [
        f"gateway.wms.{name}: к hmac_secret нужен path_secret, не короче 16 знаков; "
        f"адрес для этой системы — /hooks/wms/{name}/<path_secret>"
    ]


FAULTS: dict[str, Look] = {
    "порты": port_faults,
    "папки и диски": folder_faults,
    "Kafka": kafka_faults,
    "хранилище": store_faults,
    "модель речи": model_faults,
    "SpeechKit": speechkit_faults,
    "записи встреч": check_recordings.faults,
    "Telegram": telegram_faults,
    "почта": mail_faults,
    "шлюз": gateway_faults,
    "внешний адрес": site_faults,
    "страница": page_faults,
    "список лидов": lead_list_faults,
    "разметки склада": mapping_faults,
    "правила": rules_faults,
    "модели": llm_faults,
    "Битрикс24": bitrix_faults,
    "Open Notebook": notebook_faults,
    "n8n": webhook_faults,
    "источники": source_faults,
}
"""What keeps something from working."""

WARNINGS: dict[str, Look] = {
    "настройки": settings_warnings,
    "хранилище": confinement_warnings,
    "модель речи": model_warnings,
    "записи встреч": check_recordings.warnings,
    "Telegram": telegram_warnings,
    "внешний адрес": site_warnings,
    "страница": page_warnings,
    "правила": rules_warnings,
    "модели": llm_warnings,
    "помощник": key_warnings,
}
"""What works, but hardly as it is meant."""

NOTES: dict[str, Look] = {"источники": source_notes, "сроки хранения": retention_notes, "страница": page_notes}
"""What a person looks for when all is well."""


@click.command("check")
@click.option("--json", "as_json", is_flag=True, help="Ответ для программы.")
def check_command(as_json: bool) -> None:
    """Проверить настройки и всё, что нужно для работы: порты, папки, Kafka, хранилище, речь, Telegram, почту, модели,
    страницу, Битрикс24, Open Notebook, n8n, ключи подписи.

    Называет все ошибки сразу, не показывает секретов и ничего не меняет, кроме одной пустой записи в `ops.probe`.

    ✗ — не работает, ! — работает, но стоит поправить, · — как идут дела. Код выхода 1, если есть хоть одно ✗.
    """
    faults, warnings, notes = run_all()
    failed = any(faults.values())
    if as_json:
        found = {"ok": not failed, "faults": faults, "warnings": warnings, "notes": notes}
        click.echo(json.dumps(found, ensure_ascii=False))
    else:
        _print(faults, warnings, notes)
    sys.exit(1 if failed else 0)


Found = dict[str, list[str]]
"""By part of the work."""


def run_all() -> tuple[Found, Found, Found]:
    """Faults, warnings and notes of every part. With faulty settings the rest is asked with what is usable of them."""
    wrong: list[str] = []
    try:
        loaded = settings.load()
    except LeadpulseError as error:
        wrong, loaded = [line.removeprefix("  - ") for line in str(error).splitlines()[1:]], usable()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = {(of, name): pool.submit(look, loaded) for of, table in _tables() for name, look in table.items()}
        answers = {at: future.result() for at, future in found.items()}
    faults = {"настройки": wrong} | {name: answers["faults", name] for name in FAULTS}
    warnings = {name: answers["warnings", name] for name in WARNINGS}
    return faults, warnings, {name: answers["notes", name] for name in NOTES}


def _tables() -> tuple[tuple[str, Mapping[str, Look]], ...]:
    return ("faults", FAULTS), ("warnings", WARNINGS), ("notes", NOTES)


def _print(faults: Found, warnings: Found, notes: Found) -> None:
    for name in dict.fromkeys([*faults, *warnings]):
        found, worth = faults.get(name, []), warnings.get(name, [])
        click.echo(f"{'✗' if found else '!' if worth else '✓'} {name}")
        signed = {"✗": found, "!": worth, "·": notes.get(name, [])}
        for sign, text in [(sign, text) for sign, texts in signed.items() for text in texts]:
            click.echo(f"    {sign} " + text.replace("\n", "\n      "))

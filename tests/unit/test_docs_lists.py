"""Lists in the documents are the lists of the code: who copies one asks for everything that we read."""

import re
from pathlib import Path
from typing import get_args

import msgspec

from processors.normalize.telegram_update import ALLOWED_UPDATES
from schemas.bot import Asked
from schemas.notices import Trouble
from schemas.outlets import WebhookKind
from schemas.wms import WmsType

DOCS = Path(__file__).parents[2] / "docs"

TROUBLES = {
    "engine_refuses": "SpeechKit или модель отказывает",
    "speech_model": "модель распознавания не годится",
    "model_refuses": "SpeechKit или модель отказывает",
    "disk_full": "диск почти заполнен",
    "kafka_away": "Kafka недоступна",
    "store_away": "ClickHouse недоступен",
    "telegram_away": "Telegram был недоступен",
    "recordings_missing": "записи встреч недоступны",
    "recording_damaged": "запись встречи повреждена",
    "recording_silent": "в записи встречи ничего не слышно",
    "recording_kept": "записи встреч, против которых возразили, не удаляются",
    "recording_closed": "встреча не распознаётся: участник не согласен",
    "dead_letters": "много негодных записей",
    "records_rejected": "много негодных записей",
    "source_parked": "источник приостановлен",
    "outlet_refuses": "Битрикс24, Open Notebook или n8n не принимает",
    "mail_refused": "почта не принимает письма",
    "chat_closed": "бот не может писать в чат",
    "warehouse_files": "выгрузки склада не загружаются",
    "warehouse_silent": "склад не читается",
    "telegram_unread": "сообщения из Telegram не читаются",
    "crm_silent": "Битрикс24 не читается",
    "source_silent": "источник молчит",
    "lead_list": "список лидов не годится",
    "exports_unwritten": "переписка не записывается в файлы",
    "sound_unreadable": "участников встречи не слышно по отдельности",
}
"""Each trouble to its row in docs/operations.md."""


def page(name: str) -> str:
    """A document."""
    return (DOCS / name).read_text()


def rows(name: str, first: str) -> set[str]:
    """What stands in the first column of the table whose head begins with `first`."""
    table = page(name).split(f"\n| {first} |", 1)[1].split("\n\n", 1)[0]
    return {line.split("|")[1].strip() for line in table.splitlines()[2:]}


def test_allowed_updates() -> None:
    """`setWebhook` asks for each kind of update that we read, and for no other."""
    [listed] = re.findall(r'"allowed_updates=(\[[^\]]*\])"', page("connect.md"))
    assert msgspec.json.decode(listed.replace('\\"', '"')) == list(ALLOWED_UPDATES)


def test_events_of_the_warehouse() -> None:
    """Every type that the hook takes."""
    [row] = re.findall(r"^\| `type` \|(.*)\|$", page("connect.md"), re.M)
    assert set(re.findall(r"`([a-z_]+)`", row)) - {"qty"} == set(get_args(WmsType))


def test_events_of_n8n() -> None:
    """Every kind of event that goes out."""
    assert {kind.strip("`") for kind in rows("n8n.md", "Событие")} == set(get_args(WebhookKind))


def test_what_comes_to_the_chat_of_ops() -> None:
    """Every trouble that a person is told of has its row."""
    assert set(TROUBLES) == set(get_args(Trouble))
    assert set(TROUBLES.values()) == rows("operations.md", "О чём")


def test_questions_to_the_bot() -> None:
    """Every command that it answers is listed."""
    assert set(re.findall(r"`/([a-z]+)", page("alerts.md"))) == set(get_args(Asked))

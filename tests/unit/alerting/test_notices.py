"""What ops read: every trouble with the way to mend it, and its end."""

import os
from pathlib import Path
from typing import get_args

import pytest

from alerting.notices import OVER, WRONG, render_notice
from schemas.notices import OpsNotice, Trouble

TEN = 1_795_244_400_000
"""10:00 Moscow time."""
EXPECTED = Path(__file__).parents[2] / "golden" / "texts" / "notices.txt"

CASES = {
    "engine_refuses": ("speechkit_stream", "PERMISSION_DENIED: no role"),
    "speech_model": ("/srv/vosk-ru", "папки модели /srv/vosk-ru нет (speech.vosk_model)"),
    "model_refuses": ("glm", "ключ, имя модели или адрес не подходят"),
    "disk_full": ("/data (узел srv1)", "свободно 312 МБ, нужно 512"),
    "kafka_away": ("Kafka", ""),
    "store_away": ("ClickHouse", "не отвечает"),
    "telegram_away": ("Telegram", ""),
    "recordings_missing": ("/srv/recordings", "в /srv/recordings ничего не смонтировано"),
    "recording_damaged": (
        "2026/11/lead-12345-kickoff.mp4",
        "обрывается на 1800.0 с, дальше данных нет или они испорчены",
    ),
    "recording_silent": ("2026/11/lead-12345-kickoff.mp4", "нет звука: проверьте микрофон или Jibri"),
    "recording_kept": ("/srv/recordings", "удаления ждёт 1\u00a0запись: только чтение"),
    "recording_closed": ("2026/11/lead-12345-kickoff.mp4", ""),
    "dead_letters": ("dead.letters", "31 за 10 минут, больше всего из темы source.wms (30)"),
    "source_parked": ("source.wms/moysklad", "1000 подряд"),
    "records_rejected": ("lead.events/3", "5001 из последних 10000"),
    "outlet_refuses": ("Битрикс24", "403 ACCESS_DENIED REST API is available only on commercial plans"),
    "mail_refused": ("smtp.yandex.ru", "535 5.7.8 authentication failed"),
    "lead_list": ("/srv/leads.csv", "в файле нет ни одного номера лида"),
    "warehouse_silent": ("skladbot (api.skladbot.ru)", "ответ 401: проверьте адрес, ключ и права"),
    "exports_unwritten": ("exports", "нет прав"),
    "sound_unreadable": ("lead-12345", "включено сквозное шифрование"),
    "telegram_unread": ("main", "у бота задан вебхук, обновления уходят туда"),
    "crm_silent": ("Битрикс24", "crm.item.list: 401 insufficient_scope"),
    "source_silent": ("склад demo", "нет данных дольше обычного, с 20 ноября в 17:30"),
    "warehouse_files": (
        "/srv/1c (система 1c, узел srv1)",
        "остатки.csv: строка 3: lines[0].qty: нужно целое число штук, а здесь «два»",
    ),
    "chat_closed": ("-1001234567890", "bot was kicked from the group chat"),
}


def test_every_notice_reads_as_it_was_agreed() -> None:
    """All texts side by side, beginning and end; after a meant change: LEADPULSE_GOLDEN=write."""
    texts = []
    for kind in get_args(Trouble):
        subject, detail = CASES[kind]
        texts.append(render_notice(OpsNotice("n", TEN, kind, subject, detail, since=TEN)))
        if kind in OVER:
            texts.append(render_notice(OpsNotice("n", TEN + 180_000, kind, subject, over=True, since=TEN)))
    actual = "\n\n".join(texts) + "\n"
    if os.environ.get("LEADPULSE_GOLDEN") == "write":
        EXPECTED.write_text(actual)
    assert actual == EXPECTED.read_text()


def test_every_trouble_has_words() -> None:
    """A kind without a text would break the worker that tells it."""
    assert set(WRONG) == set(get_args(Trouble))
    assert set(OVER) <= set(WRONG)


@pytest.mark.parametrize("subject", ["<i>", "other {0}"])
def test_a_remote_text_cannot_write_html(subject: str) -> None:
    """Names and faults come from outside."""
    text = render_notice(OpsNotice("n", TEN, "engine_refuses", subject, "<b>& {why}"))
    assert "&lt;b&gt;&amp; {why}" in text
    assert "<i>" not in text


def test_a_parked_source_says_until_when_and_what_to_do() -> None:
    """Who, why, until when, that nothing is lost, and the commands; later that it is over."""
    text = render_notice(OpsNotice("n", TEN, "source_parked", "source.wms/x", "1000 подряд", until=TEN + 3_600_000))
    assert text == (
        "🔴 Источник <b>source.wms/x</b> шлёт негодные записи: 1000 подряд; он приостановлен до 11:00 (мск).\n"
        "Время: 10:00 (мск). Исправьте отправителя: что не так, покажет «leadpulse dlq list». Остальные источники "
        "работают; новые записи этого источника ждут и будут прочитаны сами, "
        "а негодные вернёт «leadpulse dlq replay НОМЕР …»."
    )
    over = render_notice(OpsNotice("n", TEN, "source_parked", "source.wms/x", over=True))
    assert over.startswith("🟢 Источник <b>source.wms/x</b> снова читается.")

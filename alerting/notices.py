"""What ops read when something waits for them: what it is, since when, and how to mend it. Pure. Telegram's HTML;
Times are those of the installation's clock.
"""

from html import escape

from processors.russian.dates import clock, length, whose_clock
from schemas.notices import OpsNotice, Trouble

SUBJECTS = {
    "speechkit_stream": "SpeechKit",
    "speechkit_async": "SpeechKit (отложенное распознавание)",
    "vosk": "Vosk",
}

WRONG: dict[Trouble, tuple[str, str]] = {
    "engine_refuses": (
        "{subject} отказывает{why}.",
        "Проверьте ключ, роль ai.speechkit-stt.user и оплату. Пока встречи распознаёт запасной движок, "
        "а без него записи встреч ждут; когда ключ заработает, тексты улучшатся сами.",
    ),
    "speech_model": (
        "Модель распознавания {subject} не годится{why}.",
        "Исправьте speech.vosk_model или распакуйте модель ещё раз. Записи встреч ждут, ничего не потеряно.",
    ),
    "model_refuses": (
        "Модель {subject} отказывает{why}.",
        "Проверьте ключ (llm.models), имя модели и оплату. "
        "Пока протоколы составляет следующая модель, а без неё — правила.",
    ),
    "disk_full": (
        "Диск {subject} почти заполнен{why}.",
        "Освободите место или подключите больший диск. Заполненный диск остановит приём событий.",
    ),
    "kafka_away": (
        "Kafka недоступна{why}.",
        "Проверьте её процесс и адрес kafka.bootstrap. Новые события не принимаются, отправители повторят их; "
        "тревоги придут после восстановления.",
    ),
    "store_away": (
        "ClickHouse недоступен{why}.",
        "Проверьте сервер и store.url. События ждут в Kafka и сохранятся сами; тревоги идут как обычно.",
    ),
    "telegram_away": (
        "Telegram недоступен{why}.",
        "Сообщения ждут и уйдут сами.",
    ),
    "recordings_missing": (
        "Записи встреч в {subject} недоступны{why}.",
        "Подключите общее хранилище или исправьте speech.recordings. Записи встреч ждут, ничего не потеряно.",
    ),
    "recording_damaged": (
        "Запись встречи {subject} повреждена{why}.",
        "Распознано то, что удалось прочитать. Проверьте место на диске узла Jibri и хранилище записей.",
    ),
    "recording_silent": (
        "В записи встречи {subject} ничего не слышно{why}.",
        "Если так в каждой записи, звука нет на узле Jibri; если в одной — у участников был выключен микрофон.",
    ),
    "recording_kept": (
        "Записи встреч, против которых возразили, не удаляются из {subject}{why}.",
        "Дайте процессу transcribe право удалять файлы в этой папке (монтируйте её не только для чтения). "
        "Эти записи не распознаются; удалятся сами.",
    ),
    "recording_closed": (
        "Встреча {subject} не распознаётся{why}.",
        "Один из участников отмечен как несогласный: «leadpulse consent list». Файл остаётся на месте; если согласие "
        "получено, отметьте это: «leadpulse consent give», и распознайте запись: «leadpulse transcribe».",
    ),
    "dead_letters": (
        "Много негодных записей{why}.",
        "Посмотрите их: «leadpulse dlq list». Исправьте отправителя, затем верните их: «leadpulse dlq replay НОМЕР …».",
    ),
    "source_parked": (
        "Источник {subject} шлёт негодные записи{why}; он приостановлен{until}.",
        "Исправьте отправителя: что не так, покажет «leadpulse dlq list». Остальные источники работают; новые записи "
        "этого источника ждут и будут прочитаны сами, а негодные вернёт «leadpulse dlq replay НОМЕР …».",
    ),
    "records_rejected": (
        "Много негодных записей в {subject}{why}.",
        "Что не так, покажет «leadpulse dlq list»; после исправления их вернёт «leadpulse dlq replay НОМЕР …». "
        "Остальные записи обрабатываются.",
    ),
    "chat_closed": (
        "Бот не может писать в чат {subject}{why}.",
        "Верните бота в чат или исправьте номер чата в настройках, раздел [telegram]. Сообщения для этого чата ждут.",
    ),
    "outlet_refuses": (
        "{subject} не принимает то, что мы шлём{why}.",
        "Проверьте адрес, ключ, права и тариф: «leadpulse check». Всё ждёт в Kafka и уйдёт само.",
    ),
    "mail_refused": (
        "Почта {subject} не принимает письма{why}.",
        "Проверьте раздел [mail]: узел, порт, имя, пароль и адреса. Сообщения ждут Telegram, письма повторятся сами.",
    ),
    "lead_list": (
        "Список лидов {subject} не годится{why}.",
        "Исправьте файл или jitsi.known_leads_file. Встречи записываются, но номера в названиях комнат не сверяются.",
    ),
    "warehouse_files": (
        "Выгрузки склада в папке {subject} не загружаются{why}.",
        "Исправьте файл или разметку; что не так целиком, покажет «leadpulse wms try РАЗМЕТКА ФАЙЛ». Остальные файлы "
        "загружаются, исправленный загрузится сам.",
    ),
    "warehouse_silent": (
        "Склад {subject} не читается{why}.",
        "Проверьте раздел [wms.polls] и разметку этой системы: «leadpulse check». Шлюз спрашивает снова; пропущенное "
        "прочитается само.",
    ),
    "telegram_unread": (
        "Сообщения из Telegram не читаются, бот {subject}{why}.",
        "Проверьте: «leadpulse check». Telegram хранит непрочитанное 24 часа, потом оно пропадает.",
    ),
    "crm_silent": (
        "Из {subject} не читаются лиды, сделки и звонки{why}.",
        "Проверьте раздел [bitrix] и права вебхука: «leadpulse check». Портал спрашивается снова; пропущенное "
        "прочитается само.",
    ),
    "source_silent": (
        "Источник {subject} молчит{why}.",
        "Что с каждым источником и что делать, покажет «leadpulse check». Остальные источники работают.",
    ),
    "exports_unwritten": (
        "Переписка за день не записывается в папку {subject}{why}.",
        "Дайте процессу store писать туда или назовите другую папку (export.folder); export.nightly = false выключает. "
        "Пропущенные дни допишутся сами.",
    ),
    "sound_unreadable": (
        "Участников встречи в комнате {subject} не слышно по отдельности{why}.",
        "Если включено шифрование, попросите ведущего выключить его в настройках безопасности комнаты: пока оно есть, "
        "не получится и запись. В остальных случаях встреча распознается по записи Jibri, без имён.",
    ),
}
"""What is wrong, and what to do. `{subject}` and `{why}` are put in."""

OVER: dict[Trouble, str] = {
    "engine_refuses": "{subject} снова работает. Тексты последних дней улучшаются сами.",
    "speech_model": "Модель распознавания {subject} на месте. Распознавание продолжается само.",
    "model_refuses": "Модель {subject} снова отвечает.",
    "disk_full": "На диске {subject} снова достаточно места.",
    "kafka_away": "Kafka снова доступна{lasted}.",
    "store_away": "ClickHouse снова доступен{lasted}. Накопленное сохраняется само.",
    "telegram_away": "Telegram снова доступен{lasted}. Накопленные сообщения уходят сами.",
    "recordings_missing": "Записи встреч в {subject} снова доступны. Распознавание продолжается само.",
    "recording_kept": "Записи, против которых возразили, удалены из {subject}.",
    "dead_letters": "Новых негодных записей больше нет или о них просили не напоминать.",
    "source_parked": "Источник {subject} снова читается.",
    "outlet_refuses": "{subject} снова принимает. Накопленное уходит само.",
    "mail_refused": "Почта {subject} снова принимает письма.",
    "chat_closed": "Бот снова может писать в чат {subject}. Накопленные сообщения уходят сами.",
    "lead_list": "Список лидов {subject} снова читается. Номера в названиях комнат сверяются.",
    "warehouse_files": "Выгрузки склада в папке {subject} снова загружаются.",
    "warehouse_silent": "Склад {subject} снова читается. Пропущенное загружается само.",
    "telegram_unread": "Сообщения из Telegram снова читаются, бот {subject}. Накопленное читается само.",
    "crm_silent": "Из {subject} снова читаются лиды, сделки и звонки. Пропущенное загружается само.",
    "source_silent": "Источник {subject} больше не молчит.",
    "sound_unreadable": "Участников встречи в комнате {subject} снова слышно по отдельности.",
    "exports_unwritten": "Переписка снова записывается в папку {subject}.",
}
"""What is told when it has passed; what is not here has no end. `{lasted}`: for how long."""


def render_notice(notice: OpsNotice) -> str:
    """The message; a later notice of the same id takes its place."""
    subject = f"<b>{escape(SUBJECTS.get(notice.subject, notice.subject), quote=False)}</b>"
    if notice.over and notice.kind in OVER:
        lasted = length(notice.ts - notice.since) if notice.since else ""
        words = OVER[notice.kind].format(subject=subject, lasted=f" (перерыв: {lasted})" if lasted else "")
        return f"🟢 {words}\nВремя: {clock(notice.ts)} ({whose_clock()})."
    wrong, mend = WRONG[notice.kind]
    why = f": {escape(notice.detail, quote=False)}" if notice.detail else ""
    until = f" до {clock(notice.until)} ({whose_clock()})" if notice.until else ""
    wrong = wrong.format(subject=subject, why=why, until=until)
    return f"🔴 {wrong}\nВремя: {clock(notice.ts)} ({whose_clock()}). {escape(mend, quote=False)}"

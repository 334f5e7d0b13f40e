"""Speech and language models: what waits, how good it is, what it costs."""

from grafana.boards.words import LOOKED_AT, TITLES, ZONE
from grafana.shapes import Board, Panel, renamed

DAY = f"toStartOfDay(transcribed_at, {ZONE})"
ROLE = renamed(
    "role", {"tags": "метки", "summary": "переписка", "minutes": "встречи", "answers": "ответы", "commands": "команды"}
)
OUTCOME = renamed(
    "outcome",
    {
        "ok": "удачно",
        "begun": "прервано",
        "auth": "ключ не принят",
        "balance": "счёт пуст",
        "budget": "предел роли исчерпан",
        "filtered": "отказ цензуры",
        "too_long": "слишком длинно",
        "rate": "слишком часто",
        "overloaded": "модель перегружена",
        "network": "сеть",
        "invalid_answer": "негодный ответ",
        "language": "ответ не по-русски",
        "forbidden": "слова не для модели",
        "refused": "запрос не принят",
    },
)

NOW = (
    Panel(
        "stat",
        "Ожидание в очереди",
        "Сколько запись ждала, пока её начали распознавать, у девяти из десяти за выбранное время.",
        "больше часа — процесс transcribe не успевает: запустить второй или разрешить больше сеансов сразу.",
        "SELECT quantileOrNullIf(0.9)(dateDiff('second', queued_at, started_at), toUnixTimestamp(started_at) > 0 "
        "AND toUnixTimestamp(queued_at) > 0) AS value FROM stt_jobs FINAL WHERE $__timeFilter(transcribed_at)",
        unit="s",
        bad=[("orange", 3600), ("red", 6 * 3600)],
        width=6,
        height=4,
    ),
    Panel(
        "stat",
        "Хуже обычного",
        "Доля записей, которые повреждены или распознаны запасным движком.",
        "много — проверить ключ и остаток SpeechKit, качество записи: таблица ниже называет записи.",
        "SELECT if(count() = 0, NULL, countIf(degraded) / count()) AS value FROM stt_jobs FINAL "
        "WHERE $__timeFilter(transcribed_at)",
        unit="percentunit",
        bad=[("orange", 0.1), ("red", 0.5)],
        width=6,
        height=4,
    ),
    Panel(
        "stat",
        "Оплаченные единицы речи",
        "Единицы SpeechKit (по 15 секунд сеанса) за выбранное время.",
        "сравнить с тарифом; неожиданный рост — много повторов сеансов (панель «Сеансы»).",
        "SELECT sum(billed_units) AS value FROM stt_jobs FINAL WHERE $__timeFilter(transcribed_at)",
        width=6,
        height=4,
    ),
    Panel(
        "stat",
        "Стоимость моделей",
        "Доллары за выбранное время по ценам из настроек.",
        "близко к пределу — дешевле модель или ниже предел роли (docs/minutes.md); без модели итоги делают правила.",
        "SELECT sum(cost_usd) AS value FROM llm_calls FINAL WHERE $__timeFilter(ts)",
        unit="currencyUSD",
        width=6,
        height=4,
    ),
)

SOUND = (
    Panel(
        "lines",
        "От конца записи до слов",
        "Ожидание в очереди и работа, у девяти из десяти записей.",
        "растёт ожидание — мало процессов; растёт работа — медленный движок или повторы сеансов.",
        f"SELECT {DAY} AS time, quantileIf(0.9)(dateDiff('second', queued_at, started_at), toUnixTimestamp(queued_at) > 0) "
        "AS waiting, quantileIf(0.9)(dateDiff('second', started_at, transcribed_at), toUnixTimestamp(started_at) > 0) "
        "AS working FROM stt_jobs FINAL WHERE $__timeFilter(transcribed_at) AND toUnixTimestamp(started_at) > 0 "
        "AND toUnixTimestamp(queued_at) > 0 GROUP BY time ORDER BY time",
        unit="s",
        titles={"waiting": "ожидание", "working": "работа"},
        every="1d",
    ),
    Panel(
        "bars",
        "Распознано звука",
        "Время звука за день по движкам.",
        "появился запасной движок (vosk) — SpeechKit недоступен: `leadpulse check`.",
        f"SELECT {DAY} AS time, toString(engine) AS label, sum(sound_ms) / 1000 AS seconds FROM stt_jobs FINAL "
        "WHERE $__timeFilter(transcribed_at) GROUP BY time, label ORDER BY time",
        unit="s",
        every="1d",
    ),
    Panel(
        "lines",
        "Записи и расшифровки",
        "Сколько встреч записано и сколько расшифровано за день, на последнюю ночь.",
        "расшифровок меньше несколько дней подряд — смотреть журнал transcribe.",
        f"SELECT toDateTime(day, {ZONE}) AS time, sumIf(events, kind = 'meeting_recorded') AS recorded, "
        "sumIf(events, kind = 'meeting_transcribed') AS transcribed FROM days "
        f"WHERE {LOOKED_AT} AND kind IN ('meeting_recorded', 'meeting_transcribed') GROUP BY time ORDER BY time",
        titles={"recorded": "записано", "transcribed": "расшифровано"},
        every="1d",
    ),
    Panel(
        "bars",
        "Сеансы и ошибки",
        "Сеансы с движком, из них повторные, и нераспознанные отрезки.",
        "повторов больше десятой части — связь с SpeechKit рвётся или превышен предел сеансов.",
        f"SELECT {DAY} AS time, sum(sessions) - sum(retries) AS first, sum(retries) AS again, "
        "sum(segments_failed) AS failed FROM stt_jobs FINAL WHERE $__timeFilter(transcribed_at) GROUP BY time ORDER BY time",
        titles={"first": "сеансы", "again": "повторные", "failed": "нераспознанные отрезки"},
        every="1d",
    ),
    Panel(
        "lines",
        "Работа против длины звука",
        "Во сколько раз работа дольше звука, худшие пять процентов; у SpeechKit около единицы и меньше.",
        "больше двух — мало ядер для запасного движка или мало сеансов сразу.",
        f"SELECT {DAY} AS time, toString(engine) AS label, quantile(0.95)(real_time_factor) AS factor FROM stt_jobs FINAL "
        "WHERE $__timeFilter(transcribed_at) AND sound_ms > 0 GROUP BY time, label ORDER BY time",
        every="1d",
    ),
    Panel(
        "table",
        "Записи с изъяном",
        "Записи, распознанные хуже обычного.",
        "«запасной движок» исправится сам, когда вернётся основной; повреждение файла — проверить Jibri и NFS.",
        "SELECT lead_id, recording_id, transcribed_at, toString(engine) AS engine_said, segments_failed, main_share, flaw "
        "FROM stt_jobs FINAL WHERE $__timeFilter(transcribed_at) AND (degraded OR flaw != '') "
        "ORDER BY transcribed_at DESC, recording_id LIMIT 50",
        titles=TITLES
        | {
            "recording_id": "Запись",
            "transcribed_at": "Готова",
            "engine_said": "Движок",
            "segments_failed": "Не распознано отрезков",
            "main_share": "Доля основного движка",
            "flaw": "Изъян",
        },
        units={"main_share": "percentunit"},
    ),
)

MODELS = (
    Panel(
        "bars",
        "Стоимость за день",
        "Доллары по назначению обращений.",
        "рост без новых встреч — повторы или длинная переписка: смотреть исходы рядом.",
        f"SELECT toStartOfDay(ts, {ZONE}) AS time, {ROLE} AS label, sum(cost_usd) AS usd FROM llm_calls FINAL "
        "WHERE $__timeFilter(ts) GROUP BY time, label ORDER BY time",
        unit="currencyUSD",
        every="1d",
    ),
    Panel(
        "bars",
        "Исходы обращений",
        "Чем кончились обращения к моделям.",
        "ошибки подряд — ключ, остаток на счёте, предел; итоги в это время делают правила и честно это пишут.",
        f"SELECT toStartOfDay(ts, {ZONE}) AS time, {OUTCOME} AS label, count() AS calls FROM llm_calls FINAL "
        "WHERE $__timeFilter(ts) GROUP BY time, label ORDER BY time",
        every="1d",
    ),
    Panel(
        "lines",
        "Время ответа",
        "Секунды ответа модели у девяти из десяти обращений.",
        "минуты — модель перегружена: другая модель первой в `llm.models`.",
        f"SELECT toStartOfDay(ts, {ZONE}) AS time, toString(model) AS label, quantile(0.9)(seconds) AS answer "
        "FROM llm_calls FINAL WHERE $__timeFilter(ts) AND outcome = 'ok' GROUP BY time, label ORDER BY time",
        unit="s",
        every="1d",
    ),
    Panel(
        "table",
        "Стоимость по клиентам",
        "На кого уходит больше всего; «наружу» — сколько обращений ушло за пределы компании (без имён).",
        "один клиент дороже всех остальных — длинные встречи или зацикленный повтор: смотреть исходы.",
        "SELECT lead_id, sum(cost_usd) AS usd, count() AS calls, sum(prompt_tokens) AS asked, sum(answer_tokens) AS told, "
        "countIf(external) AS outside FROM llm_calls FINAL WHERE $__timeFilter(ts) AND lead_id != '' GROUP BY lead_id "
        "ORDER BY usd DESC, lead_id LIMIT 20",
        titles=TITLES
        | {
            "usd": "Стоимость",
            "calls": "Обращений",
            "asked": "Токенов в вопросах",
            "told": "Токенов в ответах",
            "outside": "Наружу",
        },
        units={"usd": "currencyUSD"},
    ),
)

SPEECH = Board(
    "leadpulse-speech",
    "Leadpulse: речь и модели",
    "Что ждёт распознавания, насколько оно удаётся, сколько стоят речь и языковые модели.",
    "now-30d",
    "5m",
    (("Сейчас", NOW), ("Речь", SOUND), ("Языковые модели", MODELS)),
)

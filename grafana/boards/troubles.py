"""The lower half of `ops`: what could not be used or delivered, the store, the processes."""

from grafana.boards.words import TITLES
from grafana.shapes import Panel, only, renamed

RESULT = renamed(
    "result", {"sent": "в Telegram", "mailed": "по почте", "failed": "не доставлено", "waiting": "ещё не отправлено"}
)

ERRORS = (
    Panel(
        "bars",
        "Негодные записи",
        "Записи, которые ушли в dead.letters, по темам.",
        "всплеск одной темы — у её отправителя сменился вид данных: `leadpulse dlq list`, поправить разметку, `leadpulse dlq replay`.",
        "SELECT $__timeInterval(ts) AS time, topic AS label, count() AS letters FROM failures FINAL "
        "WHERE $__timeFilter(ts) GROUP BY time, label ORDER BY time",
        every="10m",
    ),
    Panel(
        "table",
        "Последние негодные записи",
        "Где лежит запись и вид ошибки. Слова ошибки и сама запись — в `leadpulse dlq show`.",
        "`leadpulse dlq show` с этой темой, разделом и местом.",
        "SELECT ts, agent, topic, partition, offset, error_class FROM failures FINAL WHERE $__timeFilter(ts) "
        "ORDER BY ts DESC LIMIT 50",
        titles=TITLES
        | {"ts": "Когда", "agent": "Процесс", "partition": "Раздел", "offset": "Место", "error_class": "Вид ошибки"},
    ),
    Panel(
        "bars",
        "События без клиента",
        "События, о которых неизвестно, чьи они; они ждут связи и не потеряны.",
        "`leadpulse identity suggest` предлагает связи, `leadpulse identity link` связывает.",
        "SELECT $__timeInterval(ts) AS time, source AS label, count() AS events FROM unassigned FINAL "
        f"WHERE $__timeFilter(ts) AND {only('source', 'source')} GROUP BY time, label ORDER BY time",
        every="10m",
    ),
    Panel(
        "bars",
        "Неудачные опросы",
        "Опросы источников, которые не удались, по часам.",
        "единичные проходят сами. Подряд — проверить ключ, лимиты и связь: причина в `leadpulse sources`.",
        "SELECT $__timeInterval(hour) AS time, source AS label, sum(failed_rounds) AS rounds FROM sources FINAL "
        f"WHERE $__timeFilter(hour) AND {only('source', 'source')} GROUP BY time, label ORDER BY time",
        every="1h",
    ),
    Panel(
        "bars",
        "Доставка сообщений",
        "Сообщения людям: дошли в Telegram, по почте, не дошли, ждут.",
        "«ждут» растут — Telegram недоступен (`telegram.proxy`) или стоит notify; «не доставлено» — смотреть журнал notify.",
        f"SELECT $__timeInterval(wanted_at) AS time, {RESULT} AS label, count() AS messages FROM deliveries "
        "WHERE $__timeFilter(wanted_at) AND news AND outlet = 'telegram' GROUP BY time, label ORDER BY time",
        every="10m",
    ),
    Panel(
        "lines",
        "От новости до чата",
        "Сколько секунд сообщение идёт до человека: обычное и худшие пять процентов.",
        "обычно меньше секунды. Минуты — лимиты Telegram или прокси: смотреть журнал notify.",
        "SELECT time, spread[1] AS usual, spread[2] AS worst FROM (SELECT $__timeInterval(wanted_at) AS time, "
        "quantiles(0.5, 0.95)(assumeNotNull(seconds)) AS spread FROM deliveries "
        "WHERE $__timeFilter(wanted_at) AND news AND outlet = 'telegram' AND seconds IS NOT NULL GROUP BY time) ORDER BY time",
        every="30m",
        unit="s",
        titles={"usual": "обычно", "worst": "худшие 5 %"},
    ),
)

STORAGE = (
    Panel(
        "table",
        "Таблицы",
        "Размер и число частей каждой таблицы.",
        "частей больше 300 у одной таблицы — диск не успевает сливать; место кончается — расширить диск или сократить сроки хранения.",
        "SELECT table AS name, sum(rows) AS rows, sum(bytes_on_disk) AS bytes, count() AS pieces FROM system.parts "
        "WHERE active AND database = currentDatabase() GROUP BY name ORDER BY bytes DESC",
        titles={"name": "Таблица", "rows": "Строк", "bytes": "На диске", "pieces": "Частей"},
        units={"bytes": "bytes"},
    ),
    Panel(
        "stat",
        "Размер хранилища",
        "Сколько занимают таблицы на диске.",
        "сравнить со свободным местом (`leadpulse check`); копии — `leadpulse backup`.",
        "SELECT sum(bytes_on_disk) AS value FROM system.parts WHERE active AND database = currentDatabase()",
        unit="bytes",
        width=6,
    ),
    Panel(
        "stat",
        "Изменение схемы не закончено",
        "Сколько изменений таблиц начато и не доведено до конца.",
        "`leadpulse migrate` продолжит с того же места; причина — в его словах.",
        "SELECT count() AS value FROM (SELECT name, argMax(state, at) AS last FROM schema_migrations GROUP BY name) "
        "WHERE last != 'applied'",
        bad=[("red", 1)],
        width=6,
    ),
)

PROCESSES = (
    Panel(
        "stat",
        "Процессы не отвечают",
        "Сколько процессов Prometheus не может опросить.",
        "посмотреть, какой (`up` в Prometheus), и его журнал; systemd и compose поднимают его сами.",
        promql='count(up{job="leadpulse"} == 0) or vector(0)',
        bad=[("red", 1)],
        width=6,
    ),
    Panel(
        "bars",
        "Перезапуски",
        "Сколько раз каждый процесс начинался заново за час; принудительно завершённые тоже здесь.",
        "одно обновление — один перезапуск. Подряд — смотреть журнал процесса и память (панель рядом).",
        promql='sum by (worker) (changes(process_start_time_seconds{job="leadpulse"}[1h]))',
        legend="{{worker}}",
        width=9,
    ),
    Panel(
        "lines",
        "Память процессов",
        "Сколько памяти занимает каждый процесс.",
        "растёт без остановки — перезапустить процесс и сообщить разработчикам; данные от этого не теряются.",
        promql='sum by (worker) (process_resident_memory_bytes{job="leadpulse"})',
        legend="{{worker}}",
        unit="bytes",
        width=9,
    ),
    Panel(
        "lines",
        "Отставание от Kafka по темам",
        "Сколько записей каждой темы процессы ещё не обработали.",
        "растёт полчаса — процесс стоит или не успевает: `/readyz` назовёт причину, второй процесс поделит разделы.",
        promql='sum by (topic) (leadpulse_consumer_lag{job="leadpulse"})',
        legend="{{topic}}",
    ),
    Panel(
        "lines",
        "Повторы после сбоев",
        "Попытки, повторённые после временной ошибки, в секунду.",
        "долго не ноль — что-то недоступно (ClickHouse, Telegram, источник): назовёт `/readyz` процесса.",
        promql='sum by (topic) (rate(leadpulse_retries_total{job="leadpulse"}[5m]))',
        legend="{{topic}}",
    ),
)

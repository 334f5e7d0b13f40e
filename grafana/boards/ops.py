"""For those who keep it running: what comes, how late, what is lost, where it lies."""

from grafana.boards.troubles import ERRORS, PROCESSES, STORAGE
from grafana.boards.words import CHOICES, STATE, TITLES
from grafana.shapes import Board, Panel, only

NOW = (
    Panel(
        "stat",
        "Источники не в порядке",
        "Сколько источников молчат дольше обычного, не опрашиваются или опрос не удаётся.",
        "посмотреть таблицу источников ниже и `leadpulse sources`: там причина и что с ней делать.",
        "SELECT countIf(state IN ('silent', 'failing', 'unread')) AS value FROM sources_current",
        bad=[("red", 1)],
        width=4,
        height=4,
    ),
    Panel(
        "stat",
        "С последнего события",
        "Сколько времени не приходит ничего ни из одного источника.",
        "ночью и в выходные это обычно. Днём — проверить `leadpulse check`: работают ли Kafka, gateway и pipeline.",
        "SELECT if(count() = 0, NULL, dateDiff('second', max(last_event), $__toTime)) AS value "
        "FROM sources_current WHERE toUnixTimestamp(last_event) > 0",
        unit="s",
        bad=[("orange", 6 * 3600), ("red", 24 * 3600)],
        width=4,
        height=4,
    ),
    Panel(
        "stat",
        "Пришло и не прочитано",
        "Записи источников, которые pipeline ещё не разобрал.",
        "если число растёт полчаса — смотреть журнал pipeline; мало ядер — запустить второй процесс `leadpulse worker pipeline`.",
        "SELECT sum(unread) AS value FROM (SELECT max(backlog) AS unread FROM sources_current "
        "GROUP BY substringIndex(source, ':', 1))",
        bad=[("orange", 1000), ("red", 20000)],
        width=4,
        height=4,
    ),
    Panel(
        "stat",
        "Негодные записи за час",
        "Сколько записей не удалось использовать; они лежат в dead.letters и не потеряны.",
        "`leadpulse dlq list` показывает причину; после исправления — `leadpulse dlq replay`.",
        "SELECT count() AS value FROM failures FINAL WHERE ts > $__toTime - INTERVAL 1 HOUR AND ts <= $__toTime",
        bad=[("orange", 1), ("red", 20)],
        width=4,
        height=4,
    ),
    Panel(
        "stat",
        "Не доставлено за сутки",
        "Сообщения, которые не приняли ни Telegram, ни почта.",
        "посмотреть журнал notify и `leadpulse check`: бота удалили из чата, неверный токен, чат закрыт.",
        "SELECT countIf(result = 'failed') AS value FROM deliveries "
        "WHERE wanted_at > $__toTime - INTERVAL 1 DAY AND wanted_at <= $__toTime AND outlet = 'telegram'",
        bad=[("red", 1)],
        width=4,
        height=4,
    ),
    Panel(
        "stat",
        "С последнего отчёта",
        "Сколько прошло с ежедневного отчёта. В выходные отчёта может не быть.",
        "если больше суток в рабочий день — `leadpulse report` сделает отчёт сейчас; причина — в журнале store.",
        "SELECT if(count() = 0, NULL, dateDiff('second', max(published_at), $__toTime)) AS value "
        "FROM reports FINAL WHERE scheduled",
        unit="s",
        bad=[("orange", 30 * 3600), ("red", 80 * 3600)],
        width=4,
        height=4,
    ),
)

FLOW = (
    Panel(
        "bars",
        "События по источникам",
        "Сколько новых событий пришло за каждый час; загруженное задним числом не считается.",
        "провал одного источника — смотреть таблицу источников; провал всех — `leadpulse check`.",
        "SELECT $__timeInterval(hour) AS time, source AS label, sum(events) AS events FROM sources FINAL "
        f"WHERE $__timeFilter(hour) AND {only('source', 'source')} GROUP BY time, label ORDER BY time",
        every="1h",
    ),
    Panel(
        "lines",
        "Опоздание источников",
        "От времени события у источника до записи в Kafka, медиана часа.",
        "вебхуки должны укладываться в секунды, опрос — в период опроса. Больше — проверить связь с источником и его лимиты.",
        "SELECT $__timeInterval(hour) AS time, source AS label, max(lag_ms) / 1000 AS seconds FROM sources FINAL "
        f"WHERE $__timeFilter(hour) AND events > 0 AND {only('source', 'source')} GROUP BY time, label ORDER BY time",
        unit="s",
        every="1h",
    ),
    Panel(
        "lines",
        "Отставание хранилища",
        "От записи события в Kafka до строки в хранилище: обычное и у худших пяти процентов.",
        "минуты при обычной нагрузке — store не успевает: проверить диск, память и журнал store. Сразу после перезапуска это нормально.",
        "SELECT time, spread[1] AS usual, spread[2] AS worst FROM (SELECT $__timeInterval(ingested_at) AS time, "
        "quantiles(0.5, 0.95)(dateDiff('millisecond', ingested_at, stored_at) / 1000) AS spread FROM events "
        "WHERE $__timeFilter(ingested_at) AND toUnixTimestamp(stored_at) > 0 GROUP BY time) ORDER BY time",
        every="10m",
        unit="s",
        titles={"usual": "обычное", "worst": "худшие 5 %"},
    ),
    Panel(
        "lines",
        "Не прочитано по видам источников",
        "Записи, которые ждут pipeline, на конец каждого часа.",
        "рост от часа к часу — pipeline не успевает или стоит: смотреть его журнал.",
        "SELECT $__timeInterval(hour) AS time, substringIndex(source, ':', 1) AS label, max(backlog) AS records "
        "FROM sources FINAL WHERE $__timeFilter(hour) GROUP BY time, label ORDER BY time",
        every="1h",
    ),
    Panel(
        "table",
        "Источники",
        "Как стоит каждый источник; худшие сверху.",
        "«молчит» — проверить отправителя; «опрос не удаётся» — ключ и доступ (`leadpulse sources`); "
        "«не опрашивается» — процесс, который его читает, стоит.",
        f"SELECT source, {STATE} AS now, last_event, due_at, lag_ms / 1000 AS lag, failed_rounds, rejected, backlog "
        f"FROM sources_current WHERE {only('source', 'source')} ORDER BY state IN ('silent', 'failing', 'unread') DESC, source",
        titles=TITLES
        | {
            "now": "Состояние",
            "last_event": "Последнее событие",
            "due_at": "Ждём не позже",
            "lag": "Опоздание",
            "failed_rounds": "Неудачных опросов за час",
            "rejected": "Негодных за час",
            "backlog": "Не прочитано",
        },
        units={"lag": "s"},
        width=24,
    ),
)

OPS = Board(
    "leadpulse-ops",
    "Leadpulse: работа системы",
    "Что приходит, насколько опаздывает, что не удалось и где лежит. Красное сверху — начинать с него.",
    "now-24h",
    "1m",
    (
        ("Сейчас", NOW),
        ("Поток", FLOW),
        ("Ошибки", ERRORS),
        ("Хранилище", STORAGE),
        ("Процессы (Prometheus)", PROCESSES),
    ),
    [CHOICES["source"]],
)

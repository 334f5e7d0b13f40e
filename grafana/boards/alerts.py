"""Whether alerts are right, whether they are answered, and whether there are too many of them."""

from grafana.boards.words import CHOICES, CURATORS, RULE, SEVERITY, TITLES, ZONE
from grafana.shapes import Board, Panel, only, renamed
from processors.rules import builtin

BUDGET = builtin().alerts.weekly_budget
HELD = renamed(
    "held",
    {
        "night": "ночь",
        "shadow": "источник новый",
        "muted": "заглушено человеком",
        "left": "клиент ушёл",
        "budget": "неделя куратора полна",
        "grouped": "то же у многих клиентов",
        "within": "сказано в другой тревоге",
        "cooling": "недавно уже звучало",
        "info": "только для карточки",
        "doubted": "правило часто ошибалось",
        "gathering": "ждём, не у многих ли то же",
    },
)
ANSWERS = """(
    SELECT rule, alert_id, min(opened_at) AS opened, countIf(acknowledged_by != '') > 0 AS answered, max(rings) AS rang,
        dateDiff('second', opened, minIf(updated_at, acknowledged_by != '')) AS waited
    FROM alerts FINAL WHERE $__timeFilter(opened_at) GROUP BY rule, alert_id
)"""

NOW = (
    Panel(
        "stat",
        "Точность",
        "Доля верных среди тревог, о которых куратор сказал «так и есть» или «ложная».",
        "ниже половины — посмотреть, какое правило ошибается (таблица ниже), и поднять его порог.",
        "SELECT if(countIf(verdict != '') = 0, NULL, countIf(verdict = 'confirmed') / countIf(verdict != '')) AS value "
        "FROM alerts_current WHERE $__timeFilter(opened_at)",
        unit="percentunit",
        width=6,
        height=4,
    ),
    Panel(
        "stat",
        "Ответ куратора",
        "От тревоги до первого нажатия кнопки, обычное (медиана).",
        "больше рабочего дня — проверить, доходят ли сообщения («Доставка сообщений»), и поговорить с кураторами.",
        f"SELECT quantileOrNullIf(0.5)(waited, answered) AS value FROM {ANSWERS}",
        unit="s",
        bad=[("orange", 8 * 3600), ("red", 24 * 3600)],
        width=6,
        height=4,
    ),
    Panel(
        "stat",
        "Без ответа больше суток",
        "Тревоги, которые прозвучали больше суток назад и на которые никто не ответил.",
        "таблица «Без ответа»: напомнить куратору или передать клиента.",
        "SELECT countIf(status = 'open' AND rung > 0 AND acknowledged_by = '' AND opened_at < $__toTime - INTERVAL 1 DAY) "
        "AS value FROM alerts_current",
        bad=[("red", 1)],
        width=6,
        height=4,
    ),
    Panel(
        "stat",
        "Переданы руководителю",
        "Сколько тревог за выбранное время дошло до руководителя, потому что куратор не ответил.",
        "больше нескольких в неделю — кураторы не успевают: распределить клиентов.",
        "SELECT countIf(escalated) AS value FROM alerts_current WHERE $__timeFilter(opened_at)",
        width=6,
        height=4,
    ),
)

RULES_OF = (
    Panel(
        "bars",
        "Открыто за день",
        "Тревоги по правилам.",
        "всплеск одного правила — посмотреть его точность ниже; у всех клиентов сразу — общая причина.",
        f"SELECT toStartOfDay(opened_at, {ZONE}) AS time, {RULE} AS label, count() AS opened FROM alerts_current "
        f"WHERE $__timeFilter(opened_at) AND {only('rule', 'rule')} GROUP BY time, label ORDER BY time",
        every="1d",
    ),
    Panel(
        "bars",
        "Почему молчали",
        "Тревоги, которые не прозвучали, и причина; все они есть в отчёте.",
        "много «неделя куратора полна» — поднять пороги шумных правил; «источник новый» пройдёт само.",
        f"SELECT toStartOfDay(opened_at, {ZONE}) AS time, {HELD} AS label, count() AS kept FROM alerts_current "
        f"WHERE $__timeFilter(opened_at) AND held != '' AND {only('rule', 'rule')} GROUP BY time, label ORDER BY time",
        every="1d",
    ),
    Panel(
        "table",
        "Точность по правилам",
        "Что сказали кураторы о каждом правиле за выбранное время.",
        "точность ниже половины при десяти и больше ответах — поднять порог правила (docs/detectors.md) или отключить его.",
        f"SELECT {RULE} AS rule_said, count() AS opened, countIf(verdict = 'confirmed') AS confirmed, "
        "countIf(verdict = 'false_alarm') AS wrong, confirmed / nullIf(confirmed + wrong, 0) AS share, "
        "countIf(verdict = '') AS unsaid FROM alerts_current WHERE $__timeFilter(opened_at) GROUP BY rule_said "
        "ORDER BY opened DESC, rule_said",
        titles={
            "rule_said": "Правило",
            "opened": "Открыто",
            "confirmed": "Так и есть",
            "wrong": "Ложных",
            "share": "Точность",
            "unsaid": "Без ответа",
        },
        units={"share": "percentunit"},
    ),
    Panel(
        "table",
        "Время ответа по правилам",
        "От тревоги до первого нажатия кнопки: обычное и у девяти из десяти.",
        "долго отвечают на одно правило — ему, видимо, не верят: смотреть его точность.",
        f"SELECT {RULE} AS rule_said, countIf(answered) AS answers, quantileOrNullIf(0.5)(waited, answered) AS usual, "
        f"quantileOrNullIf(0.9)(waited, answered) AS most, countIf(rang AND NOT answered) AS silent FROM {ANSWERS} "
        "GROUP BY rule_said ORDER BY answers DESC, rule_said",
        titles={
            "rule_said": "Правило",
            "answers": "Ответов",
            "usual": "Обычно",
            "most": "Девять из десяти",
            "silent": "Звучало без ответа",
        },
        units={"usual": "s", "most": "s"},
    ),
    Panel(
        "table",
        "Сигналы без тревоги",
        "Сколько сигналов каждого правила не открыли тревоги и не вошли в открытую.",
        "много при нуле тревог — правило отключено словом человека; включить — в docs/alerts.md.",
        f"SELECT {RULE} AS rule_said, count() AS found, countIf(alert_id = 0) AS alone FROM signals FINAL "
        "WHERE $__timeFilter(ts) GROUP BY rule_said ORDER BY found DESC, rule_said",
        titles={"rule_said": "Правило", "found": "Сигналов", "alone": "Без тревоги"},
    ),
    Panel(
        "bars",
        "Что сказали кураторы",
        "Ответы на тревоги по неделям.",
        "растут ложные — посмотреть таблицу точности; ответов нет — напомнить, что кнопки учат систему.",
        f"SELECT toDateTime(toMonday(opened_at, {ZONE}), {ZONE}) AS time, "
        "if(verdict = 'confirmed', 'так и есть', 'ложная') AS label, count() AS said FROM alerts_current "
        f"WHERE $__timeFilter(opened_at) AND verdict != '' AND {only('rule', 'rule')} GROUP BY time, label ORDER BY time",
        every="7d",
    ),
)

PEOPLE = (
    Panel(
        "table",
        "Неделя кураторов",
        f"Сколько раз за семь дней бот звонил каждому куратору; обычная неделя — не больше {BUDGET}.",
        "у кого близко к пределу — посмотреть, какие правила звонят, или отдать часть клиентов другому.",
        f"SELECT if(c.curator = '', 'не назначен', c.curator) AS who, count() AS rings, rings / {BUDGET} AS share FROM "
        "(SELECT DISTINCT lead_id, alert_id, rung FROM alerts FINAL WHERE rings AND updated_at > $__toTime - INTERVAL 7 DAY "
        f"AND updated_at <= $__toTime) AS a LEFT JOIN {CURATORS} AS c ON c.lead_id = a.lead_id GROUP BY who "
        "ORDER BY rings DESC, who",
        titles={"who": "Куратор", "rings": "Оповещений за неделю", "share": "От предела"},
        units={"share": "percentunit"},
    ),
    Panel(
        "table",
        "Без ответа",
        "Открытые тревоги, на которые никто не нажал; самые старые сверху.",
        "открыть карточку и ответить; если куратора нет — назначить.",
        f"SELECT lead_id, c.curator AS curator, {RULE} AS rule_said, {SEVERITY} AS how, opened_at, "
        "dateDiff('second', opened_at, $__toTime) AS waits FROM (SELECT lead_id, rule, severity, opened_at "
        f"FROM alerts_current WHERE status = 'open' AND acknowledged_by = '' AND {only('rule', 'rule')}) AS a "
        f"LEFT JOIN {CURATORS} AS c ON c.lead_id = a.lead_id WHERE {only('c.curator', 'curator')} "
        "ORDER BY opened_at, lead_id LIMIT 50",
        titles=TITLES | {"rule_said": "Правило", "how": "Важность", "opened_at": "Открыто", "waits": "Ждёт"},
        units={"waits": "s"},
    ),
)

ALERTS = Board(
    "leadpulse-alerts",
    "Leadpulse: качество тревог",
    "Верны ли тревоги, отвечают ли на них, не слишком ли их много.",
    "now-30d",
    "5m",
    (("Сейчас", NOW), ("Правила", RULES_OF), ("Люди", PEOPLE)),
    [CHOICES[name] for name in ("curator", "rule")],
)

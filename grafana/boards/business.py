"""For the head of curators: whose risk is high and why, what the warehouse does, who is silent, what was promised."""

from grafana.boards.words import (
    CHOICES,
    CURATORS,
    KIND,
    LEVEL,
    LOOKED_AT,
    OUTCOME,
    PROMISE,
    RULE,
    STAYING,
    TITLES,
    ZONE,
)
from grafana.shapes import Board, Panel, only

CARD = "открыть карточку клиента по номеру лида"

NOW = (
    Panel(
        "stat",
        "Клиенты с высоким риском",
        "У скольких клиентов риск ухода красный.",
        "таблица «Риск по клиентам» ниже: начать с верхнего, позвонить сегодня.",
        f"SELECT countIf(level = 'red') AS value FROM scores_current WHERE {STAYING}",
        bad=[("red", 1)],
        width=6,
        height=4,
    ),
    Panel(
        "stat",
        "Клиенты с повышенным риском",
        "У скольких клиентов риск ухода жёлтый.",
        "посмотреть причины в таблице ниже и обсудить с кураторами на неделе.",
        f"SELECT countIf(level = 'yellow') AS value FROM scores_current WHERE {STAYING}",
        bad=[("orange", 1)],
        width=6,
        height=4,
    ),
    Panel(
        "stat",
        "Открытые тревоги",
        "Сколько тревог кураторы ещё не закрыли.",
        "«Качество тревог» → «Без ответа»: кому напомнить.",
        "SELECT countIf(status != 'resolved') AS value FROM alerts_current",
        width=6,
        height=4,
    ),
    Panel(
        "stat",
        "Обещания с прошедшим сроком",
        "Сколько обещаний со сроком за последние 30 дней, раньше сегодняшнего, и никто не отметил, что с ними стало.",
        "таблица «Обещания» ниже: спросить, что сделано, и отметить (leadpulse promise mark).",
        f"SELECT count() AS value FROM promises WHERE due_day < toDate($__toTime, {ZONE}) "
        f"AND due_day >= toDate($__toTime, {ZONE}) - 30 AND state NOT IN ('kept', 'broken', 'cancelled')",
        bad=[("orange", 1)],
        width=6,
        height=4,
    ),
)

CLIENTS = (
    Panel(
        "table",
        "Риск по клиентам",
        "Клиенты с красным и жёлтым риском, кроме ушедших; почему — по открытым тревогам.",
        f"{CARD}; с красным связаться сегодня.",
        f"SELECT s.lead_id AS lead_id, c.curator AS curator, {LEVEL} AS risk, round(s.points) AS points, a.why AS why, "
        "s.ts AS at FROM scores_current AS s LEFT JOIN (SELECT lead_id, "
        f"arrayStringConcat(arraySort(groupUniqArray({RULE})), ', ') AS why FROM alerts_current "
        f"WHERE status != 'resolved' GROUP BY lead_id) AS a ON a.lead_id = s.lead_id LEFT JOIN {CURATORS} AS c "
        f"ON c.lead_id = s.lead_id WHERE s.level IN ('red', 'yellow') AND s.{STAYING} AND {only('s.level', 'level')} "
        f"AND {only('c.curator', 'curator')} ORDER BY s.points DESC, lead_id LIMIT 50",
        titles=TITLES | {"risk": "Риск", "points": "Баллы", "why": "Почему", "at": "Посчитан"},
        width=24,
        height=10,
    ),
    Panel(
        "bars",
        "Что замечено за день",
        "Сигналы по правилам; один сигнал — ещё не тревога.",
        "всплеск одного правила у многих клиентов сразу — общая причина: склад, праздник, сбой источника.",
        f"SELECT toStartOfDay(ts, {ZONE}) AS time, {RULE} AS label, count() AS found FROM signals FINAL "
        f"WHERE $__timeFilter(ts) AND {only('rule', 'rule')} GROUP BY time, label ORDER BY time",
        every="1d",
    ),
    Panel(
        "table",
        "Давно нет вестей",
        "Клиенты, от которых дольше всего нет ни заказов, ни сообщений, ни звонков, на последнюю ночь; за последние 60 дней.",
        f"{CARD}: если такой перерыв для него необычен, позвонить.",
        f"SELECT lead_id, c.curator AS curator, last_seen, dateDiff('day', last_seen, $__toTime, {ZONE}) AS days FROM ("
        f"SELECT lead_id, max(last_ts) AS last_seen FROM days WHERE day > toDate($__toTime, {ZONE}) - 60 AND kind IN "
        "('reservation', 'pick', 'shipment', 'inbound', 'message', 'call', 'mail', 'meeting_recorded') "
        f"GROUP BY lead_id) AS d LEFT JOIN {CURATORS} AS c ON c.lead_id = d.lead_id "
        f"WHERE {only('c.curator', 'curator')} ORDER BY last_seen, lead_id LIMIT 30",
        titles=TITLES | {"last_seen": "Последняя весть", "days": "Дней"},
    ),
)

CHURN = (
    Panel(
        "table",
        "Кто ушёл и кто вернулся",
        "Последнее слово о каждом клиенте, о котором это говорили за выбранное время; почему — в карточке клиента.",
        "посмотреть, оповещали ли тревоги до ухода («Качество тревог»), и чему это учит.",
        f"SELECT lead_id, c.curator AS curator, {OUTCOME} AS outcome_said, outcome_since, said_at FROM outcomes_current AS o "
        f"LEFT JOIN {CURATORS} AS c ON c.lead_id = o.lead_id WHERE $__timeFilter(said_at) ORDER BY said_at DESC, lead_id LIMIT 50",
        titles=TITLES | {"outcome_said": "Исход", "outcome_since": "С какого дня", "said_at": "Сказано"},
    ),
)

WAREHOUSE = (
    Panel(
        "lines",
        "Брони и отгрузки",
        "Штук за день по всем клиентам; снятые брони вычтены. На последнюю ночь: сегодняшнего дня здесь нет.",
        "общий провал — проверить склад и его источник; провал у одного — таблица рядом.",
        f"SELECT toDateTime(day, {ZONE}) AS time, {KIND} AS label, sum(qty) AS pieces FROM days "
        f"WHERE {LOOKED_AT} AND kind IN ('reservation', 'shipment') GROUP BY time, label ORDER BY time",
        every="1d",
    ),
    Panel(
        "table",
        "Отгрузки: неделя против обычной",
        "Последние семь дней и средняя из четырёх недель до них; сильнее всех упавшие сверху.",
        f"{CARD}; падение больше половины без причины — повод позвонить.",
        "SELECT lead_id, sumIf(qty, day > last - 7) AS week, round(sumIf(qty, day <= last - 7) / 4) AS usual, "
        f"week / nullIf(usual, 0) AS share FROM (SELECT lead_id, day, qty, toDate($__toTime, {ZONE}) - 1 AS last "
        f"FROM days WHERE kind = 'shipment' AND day > toDate($__toTime, {ZONE}) - 36) GROUP BY lead_id "
        "HAVING usual > 0 ORDER BY share, lead_id LIMIT 30",
        titles=TITLES | {"week": "За неделю, шт.", "usual": "Обычно, шт.", "share": "От обычного"},
        units={"share": "percentunit"},
    ),
    Panel(
        "bars",
        "Разговоры",
        "Сообщения, звонки, письма и встречи за день.",
        "тихо у всех — проверить источники на панели «Работа системы».",
        f"SELECT toDateTime(day, {ZONE}) AS time, {KIND} AS label, sum(events) AS talks FROM days "
        f"WHERE {LOOKED_AT} AND kind IN ('message', 'call', 'mail', 'meeting_recorded') "
        "GROUP BY time, label ORDER BY time",
        every="1d",
    ),
    Panel(
        "table",
        "Обещания",
        "Обещания со сроком за последние 30 дней и на неделю вперёд, кроме выполненных и отменённых; текст — в карточке клиента.",
        f"{CARD}, спросить, что сделано, и отметить (leadpulse promise mark): кто обещал и что именно, видно там.",
        f"SELECT lead_id, c.curator AS curator, due_day, dateDiff('day', due_day, toDate($__toTime, {ZONE})) AS late, "
        f"{KIND} AS kind_said, {PROMISE} AS state_said FROM (SELECT lead_id, kind, due_day, state FROM promises WHERE "
        f"due_day >= toDate($__toTime, {ZONE}) - 30 AND due_day <= toDate($__toTime, {ZONE}) + 7 "
        "AND state NOT IN ('kept', 'cancelled')) AS p "
        f"LEFT JOIN {CURATORS} AS c ON c.lead_id = p.lead_id WHERE {only('c.curator', 'curator')} ORDER BY due_day, lead_id LIMIT 100",
        titles=TITLES
        | {"due_day": "Срок", "late": "Прошло дней", "kind_said": "Где обещано", "state_said": "Что с ним"},
    ),
)

BUSINESS = Board(
    "leadpulse-business",
    "Leadpulse: клиенты",
    "Риск ухода, склад, разговоры и обещания. Имён и слов клиентов здесь нет: они в карточке, по номеру лида.",
    "now-30d",
    "5m",
    (("Сейчас", NOW), ("Клиенты", (*CLIENTS, *CHURN)), ("Склад, разговоры, обещания", WAREHOUSE)),
    [CHOICES[name] for name in ("curator", "level", "rule")],
)

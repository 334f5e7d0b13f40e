"""Russian words for what the tables say in codes, and columns that many panels have."""

from alerting.texts import TEXTS
from grafana.shapes import Choice, renamed
from processors.russian.called import OUTCOMES, PROMISE_STATES

ZONE = "assumeNotNull((SELECT zone FROM installation))"
LOOKED_AT = f"day >= toDate($__fromTime, {ZONE}) AND day <= toDate($__toTime, {ZONE})"
"""Days of the dashboard's time; the plugin's own `$__dateFilter` cuts them in UTC."""
"""The installation's time zone, in which days are cut: a constant for ClickHouse."""

RULES: dict[str, str] = {rule: text.title for rule, text in TEXTS.items()}
RULE = renamed("rule", RULES)
SEVERITY = renamed("severity", {"critical": "срочно", "warning": "важно", "info": "к сведению"})
LEVELS = {"red": "красный", "yellow": "жёлтый", "green": "зелёный"}
LEVEL = renamed("level", LEVELS)
STATE = renamed(
    "state",
    {
        "well": "в порядке",
        "new": "новый",
        "silent": "молчит",
        "failing": "опрос не удаётся",
        "unread": "не опрашивается",
        "left": "больше не ждём",
    },
)
KIND = renamed(
    "kind",
    {
        "reservation": "брони",
        "pick": "сборка",
        "shipment": "отгрузки",
        "inbound": "приёмка",
        "return": "возвраты",
        "message": "сообщения",
        "call": "звонки",
        "mail": "письма",
        "meeting_recorded": "записи встреч",
        "meeting_transcribed": "расшифровки",
        "meeting": "встреча",
        "chat": "переписка",
    },
)
PROMISE = renamed("state", PROMISE_STATES)
OUTCOME = renamed("outcome", OUTCOMES)
STAYING = "lead_id NOT IN (SELECT lead_id FROM outcomes_current WHERE outcome = 'left')"
TITLES = {
    "lead_id": "Лид",
    "curator": "Куратор",
    "rule": "Правило",
    "source": "Источник",
    "severity": "Важность",
    "topic": "Тема Kafka",
    "kind": "Вид",
}
"""Of columns that mean the same in every table."""

CURATORS = """(
    SELECT lead_id, argMaxIf(curator, (source = 'hand', ts, source), curator != '') AS curator
    FROM cards FINAL WHERE NOT gone GROUP BY lead_id
)"""
"""Who looks after a client, by the same rule as the view `leads`, which also reads every event."""

CHOICES = {
    "curator": Choice(
        "curator", "Куратор", f"SELECT DISTINCT curator FROM {CURATORS} WHERE curator != '' ORDER BY curator"
    ),
    "source": Choice("source", "Источник", "SELECT DISTINCT source FROM sources_current ORDER BY source"),
    "rule": Choice("rule", "Правило", values=RULES),
    "level": Choice("level", "Риск", values={level: LEVELS[level] for level in ("red", "yellow")}),
}
"""Drop-downs; without a choice everything is shown."""

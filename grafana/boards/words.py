"""Russian words for what the tables say in codes, and columns that many panels have."""

from alerting.texts import TEXTS
from grafana.shapes import renamed
from processors.russian.called import OUTCOMES, PROMISE_STATES

RULE = renamed("rule", {rule: text.title for rule, text in TEXTS.items()})
SEVERITY = renamed("severity", {"critical": "срочно", "warning": "важно", "info": "к сведению"})
LEVEL = renamed("level", {"red": "красный", "yellow": "жёлтый", "green": "зелёный"})
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

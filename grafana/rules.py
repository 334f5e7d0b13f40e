"""Alert rules over the store, in Grafana's provisioning form (the SDK has only the HTTP interface's).

Each statement is an aggregate without GROUP BY and ends with one number, so an empty store is a figure and no data is a
fault of the connection. `$__conditionalAll` and `$__adHocFilters` are expanded in the browser only: never here.
"""

from dataclasses import dataclass
from typing import Literal

import yaml

from grafana.boards import BOARDS
from grafana.export import PLUGIN, numbered

SOURCE = "leadpulse"
"""`uid` of the data source in `provisioning/datasources`."""
SPAN_S = 3600


@dataclass(frozen=True)
class Rule:
    """Fires while `value` of `sql` is above `most` for `lasting`. `board` and `panel` are where to look."""

    uid: str
    title: str
    sql: str
    most: float
    lasting: str
    severity: Literal["critical", "warning"]
    do: str
    board: str
    panel: str


RULES = (
    Rule(
        "leadpulse-sources",
        "Источник молчит или не читается",
        "SELECT countIf(state IN ('silent', 'failing', 'unread')) AS value FROM sources_current",
        0,
        "10m",
        "warning",
        "`leadpulse sources` называет источник, причину и что с ней делать.",
        "leadpulse-ops",
        "Источники",
    ),
    Rule(
        "leadpulse-store",
        "Хранилище не обновляется",
        "SELECT if(count() = 0, 0, dateDiff('minute', max(updated_at), $__toTime)) AS value FROM sources_current",
        130,
        "5m",
        "critical",
        "`leadpulse check`: работают ли Kafka и store; причину называет `/readyz` процесса store.",
        "leadpulse-ops",
        "Отставание хранилища",
    ),
    Rule(
        "leadpulse-unread",
        "Записи источников не успевают разбираться",
        "SELECT sum(unread) AS value FROM (SELECT max(backlog) AS unread FROM sources_current "
        "GROUP BY substringIndex(source, ':', 1))",
        20_000,
        "30m",
        "warning",
        "Посмотреть журнал pipeline; не хватает ядер — запустить второй процесс `leadpulse worker pipeline`.",
        "leadpulse-ops",
        "Пришло и не прочитано",
    ),
    Rule(
        "leadpulse-dead-letters",
        "Много негодных записей",
        "SELECT count() AS value FROM failures FINAL WHERE $__timeFilter(ts)",
        20,
        "0s",
        "warning",
        "`leadpulse dlq list` показывает причину; после исправления — `leadpulse dlq replay`.",
        "leadpulse-ops",
        "Негодные записи",
    ),
    Rule(
        "leadpulse-undelivered",
        "Сообщение людям не доставлено",
        "SELECT countIf(result = 'failed') AS value FROM deliveries WHERE $__timeFilter(wanted_at) AND outlet = 'telegram'",
        0,
        "0s",
        "critical",
        "`leadpulse check` и журнал notify: бота удалили из чата, неверный токен, чат закрыт.",
        "leadpulse-ops",
        "Доставка сообщений",
    ),
    Rule(
        "leadpulse-unanswered",
        "Тревога больше суток без ответа",
        "SELECT countIf(status = 'open' AND rung > 0 AND acknowledged_by = '' AND opened_at < $__toTime - INTERVAL 1 DAY) "
        "AS value FROM alerts_current",
        0,
        "1h",
        "warning",
        "Напомнить куратору или передать клиента: кто и какой — в таблице «Без ответа».",
        "leadpulse-alerts",
        "Без ответа",
    ),
    Rule(
        "leadpulse-speech",
        "Записи долго ждут распознавания",
        "SELECT countIf(toUnixTimestamp(queued_at) > 0 AND dateDiff('second', queued_at, started_at) > 21600) AS value "
        "FROM stt_jobs FINAL WHERE transcribed_at > $__toTime - INTERVAL 1 DAY AND transcribed_at <= $__toTime",
        0,
        "0s",
        "warning",
        "Запустить второй процесс `leadpulse worker transcribe` или разрешить больше сеансов сразу.",
        "leadpulse-speech",
        "От конца записи до слов",
    ),
    Rule(
        "leadpulse-money",
        "Языковые модели дороже 10 долларов за сутки",
        "SELECT sum(cost_usd) AS value FROM llm_calls FINAL WHERE ts > $__toTime - INTERVAL 1 DAY AND ts <= $__toTime",
        10,
        "0s",
        "warning",
        "Посмотреть, на что уходит, и уменьшить пределы ролей (docs/minutes.md); свой порог — в этом файле.",
        "leadpulse-speech",
        "Стоимость за день",
    ),
    Rule(
        "leadpulse-report",
        "Нет ежедневного отчёта",
        "SELECT if(count() = 0, 0, dateDiff('hour', max(published_at), $__toTime)) AS value FROM reports FINAL WHERE scheduled",
        80,
        "0s",
        "warning",
        "`leadpulse report` сделает отчёт сейчас; причина — в журнале store. Порог больше выходных.",
        "leadpulse-ops",
        "С последнего отчёта",
    ),
    Rule(
        "leadpulse-schema",
        "Изменение таблиц не закончено",
        "SELECT count() AS value FROM (SELECT name, argMax(state, at) AS last FROM schema_migrations GROUP BY name) "
        "WHERE last != 'applied'",
        0,
        "30m",
        "critical",
        "`leadpulse migrate` продолжит с того же места; причина — в его словах.",
        "leadpulse-ops",
        "Изменение схемы не закончено",
    ),
)


def provisioned() -> str:
    """The file for `provisioning/alerting`."""
    group = {
        "orgId": 1,
        "name": "leadpulse",
        "folder": "Leadpulse",
        "interval": "1m",
        "rules": [_rule(rule) for rule in RULES],
    }
    said = yaml.safe_dump({"apiVersion": 1, "groups": [group]}, allow_unicode=True, sort_keys=False, width=120)
    return f"# Written by `python -m grafana` from grafana/rules.py. Whom they reach is your own contact point.\n{said}"


def _rule(rule: Rule) -> dict[str, object]:
    [board] = [board for board in BOARDS if board.uid == rule.board]
    [number] = [number for number, panel in numbered(board) if panel.title == rule.panel]
    return {
        "uid": rule.uid,
        "title": rule.title,
        "condition": "C",
        "for": rule.lasting,
        "noDataState": "Alerting",
        "execErrState": "Error",
        "labels": {"severity": rule.severity, "service": "leadpulse"},
        "annotations": {"summary": rule.title, "description": rule.do},
        "dashboardUid": rule.board,
        "panelId": number,
        "data": [
            _part("A", SOURCE, {"editorType": "sql", "queryType": "table", "format": 1, "rawSql": rule.sql}, PLUGIN),
            _part("B", "__expr__", {"type": "reduce", "expression": "A", "reducer": "last"}),
            _part(
                "C",
                "__expr__",
                {
                    "type": "threshold",
                    "expression": "B",
                    "conditions": [{"evaluator": {"type": "gt", "params": [rule.most]}}],
                },
            ),
        ],
    }


def _part(ref: str, source: str, model: dict[str, object], kind: str = "__expr__") -> dict[str, object]:
    return {
        "refId": ref,
        "relativeTimeRange": {"from": SPAN_S, "to": 0},
        "datasourceUid": source,
        "model": {"refId": ref, "datasource": {"type": kind, "uid": source}, **model},
    }

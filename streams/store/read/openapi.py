"""The read API as an OpenAPI document: served at `/api/openapi.json`, committed as `docs/openapi.json`."""

import json
import re
import sys
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple, get_args

from schemas.alerts import AlertStatus
from schemas.answers import TOOLS, VERDICTS
from schemas.minutes import Correcting
from schemas.outcomes import OUTCOMES
from schemas.promises import MARKS, STATES
from schemas.scores import LEVELS

Schema = dict[str, Any]
_TEXT: Schema = {"type": "string"}
_DAY: Schema = {"type": "string", "format": "date", "description": "Московский день, ГГГГ-ММ-ДД"}
_TIME: Schema = {"type": "integer", "minimum": 0, "description": "мс UTC"}
_LEAD: Schema = {"type": "string", "pattern": "^[0-9]{1,12}$", "description": "Номер лида в Битрикс24"}
_LIMIT: Schema = {"type": "integer", "minimum": 1, "maximum": 10_000}
_CURSOR: Schema = {"type": "string", "description": "`next` прошлой страницы"}


class Endpoint(NamedTuple):
    """`query`: its parameters; `body`: fields of the JSON that is posted."""

    method: str
    path: str
    summary: str
    query: Mapping[str, Schema] = MappingProxyType({})
    body: Mapping[str, Schema] = MappingProxyType({})
    needs: tuple[str, ...] = ()


_PAGE = {"limit": _LIMIT, "before": _CURSOR}
_SPAN = {"since": _TIME, "until": _TIME}
_CORRECTING: Schema = {"type": "string", "enum": list(get_args(Correcting))}
_LEVEL: Schema = {"type": "string", "enum": list(LEVELS)}
_SORT: Schema = {"type": "string", "enum": ["risk", "name", "curator"]}
_LEADS: Schema = {"type": "string", "description": "Номера лидов через запятую"}
_HITS: Schema = _LIMIT | {"maximum": 200}
_STATUS: Schema = {"type": "string", "enum": list(get_args(AlertStatus))}
_PROMISES = {"state": {"type": "string", "enum": list(STATES)}, "limit": _LIMIT}
_TOOL: Schema = {"type": "string", "enum": list(TOOLS), "description": "Какая цифра"}
_CALL = {
    "since": _DAY,
    "until": _DAY,
    "since2": _DAY,
    "until2": _DAY,
    "metric": _TEXT,
    "kind": _TEXT,
    "state": {"type": "string", "enum": ["open", "overdue", "all"]},
}
_OUTCOME: Schema = {"type": "string", "enum": list(OUTCOMES)}
_LIST: Schema = {"type": "array"}
_ANSWERED = {"text": _TEXT, "claims": _LIST, "sources": _LIST, "done": {"type": "object"}}
_ORDER: Schema = {"type": "string", "enum": ["appended", "ts"]}

ENDPOINTS = (
    Endpoint("get", "/api/leads/{lead}/history", "История клиента из всех источников, сначала новое.", _PAGE),
    Endpoint("get", "/api/leads/{lead}/signals", "Сигналы риска и тревоги по клиенту.", {"limit": _LIMIT}),
    Endpoint("get", "/api/leads/{lead}/scores", "Оценки риска, сначала новые.", {"limit": _LIMIT, "before": _TIME}),
    Endpoint("get", "/api/leads/{lead}/transcripts", "Последние расшифровки встреч.", {"limit": _LIMIT}),
    Endpoint("get", "/api/leads/{lead}/people", "Имена в истории; кто был в комнате.", {"room": _TEXT, **_SPAN}),
    Endpoint("get", "/api/leads/{lead}/profile", "Карточка клиента."),
    Endpoint(
        "post",
        "/api/leads/{lead}/profile",
        "Поправить карточку: поле целиком или одну запись (replace, hide, restore, add).",
        {},
        {
            "field": _TEXT,
            "text": _TEXT,
            "action": _CORRECTING,
            "entry_id": _TEXT,
        },
        ("field",),
    ),
    Endpoint("get", "/api/leads/{lead}/promises", "Обещания в разговорах с клиентом и что с ними стало.", _PROMISES),
    Endpoint(
        "post",
        "/api/leads/{lead}/promises",
        "Отметить, что стало с обещанием.",
        {},
        {"promise": _TEXT, "mark": {"type": "string", "enum": list(MARKS)}, "note": _TEXT},
        ("promise", "mark"),
    ),
    Endpoint("get", "/api/promises", "Обещания по всем клиентам, сначала поздний срок.", _PROMISES),
    Endpoint("get", "/api/leads/{lead}/outcome", "Что стало с клиентом: сказанное людьми, и подсказка из Битрикс24."),
    Endpoint(
        "post",
        "/api/leads/{lead}/outcome",
        "Сказать, что стало с клиентом: ушёл, остаётся, вернулся. Об ушедшем не звонят.",
        {},
        {"outcome": _OUTCOME, "since": _DAY, "reason": _TEXT},
        ("outcome",),
    ),
    Endpoint("get", "/api/outcomes", "Что сказано обо всех клиентах, сначала старое.", {"outcome": _OUTCOME}),
    Endpoint("get", "/api/leads/{lead}/risk", "Риск и открытые тревоги клиента."),
    Endpoint(
        "get",
        "/api/leads",
        "Список клиентов, сначала те, кому люди нужнее; `curator` можно повторять.",
        {"q": _TEXT, "risk": _LEVEL, "curator": _TEXT, "sort": _SORT, "cursor": _CURSOR, "among": _LEADS},
    ),
    Endpoint("get", "/api/leads/{lead}/card", "Карточка для страницы: факты, риск, тревоги, заметки, обещания."),
    Endpoint(
        "get",
        "/api/leads/{lead}/timeline",
        "История из всех источников, сначала новое; `kinds` — группы через запятую; с `q` — поиск по словам.",
        {"kinds": _TEXT, "q": _TEXT, "since": _TIME, "before": _CURSOR},
    ),
    Endpoint(
        "get",
        "/api/leads/{lead}/daily",
        "Цифры по дням рядом с обычными.",
        {"days": {"type": "integer", "minimum": 1, "maximum": 100}},
    ),
    Endpoint("get", "/api/leads/{lead}/meetings/{recording}", "Встреча: слова, протокол, кто сколько говорил."),
    Endpoint("get", "/api/leads/{lead}/meetings/{recording}/sound", "Где лежит запись встречи."),
    Endpoint("get", "/api/alerts/living", "Тревоги, которые не закрыты, сначала срочные.", {"among": _LEADS}),
    Endpoint("get", "/api/inbox", "Кто ждёт привязки к клиенту и на кого похож."),
    Endpoint(
        "get",
        "/api/leads/{lead}/passages",
        "Места истории клиента, которые отвечают на вопрос, сначала лучшие.",
        {"q": _TEXT, "since": _DAY, "until": _DAY},
        needs=("q",),
    ),
    Endpoint("get", "/api/leads/{lead}/tools/{tool}", "Цифра о клиенте с тем, что обычно для него.", _CALL),
    Endpoint("get", "/api/leads/{lead}/questions", "Что спрашивали о клиенте, с ответами.", {"limit": _LIMIT}),
    Endpoint("post", "/api/leads/{lead}/questions", "Сохранить вопрос с ответом.", {}, _ANSWERED, tuple(_ANSWERED)),
    Endpoint(
        "post",
        "/api/leads/{lead}/questions/{question}/verdict",
        "Сказать, полезен ли ответ; пусто — взять слово назад.",
        {},
        {"verdict": {"type": "string", "enum": list(VERDICTS)}},
        ("verdict",),
    ),
    Endpoint("get", "/api/recordings/{recording}", "Расшифровка одной записи."),
    Endpoint(
        "get",
        "/api/search",
        "Поиск по словам клиентов, встречам и протоколам: слова в любой форме, фраза в кавычках.",
        {"q": _TEXT, "lead": _LEAD, "among": _LEADS, "source": _TEXT, **_SPAN, "limit": _HITS, "before": _CURSOR},
        needs=("q",),
    ),
    Endpoint("get", "/api/figures", "Сколько чего было по дням.", {"since": _DAY, "until": _DAY, "lead": _LEAD}),
    Endpoint("get", "/api/alerts", "Тревоги в последнем состоянии.", {"status": _STATUS, "limit": _LIMIT}),
    Endpoint(
        "get",
        "/api/alerts/raised",
        "Что звонило за это время, сначала старое.",
        {**_SPAN, "lead": _LEAD, "after": _CURSOR, "limit": _LIMIT},
    ),
    Endpoint(
        "get",
        "/api/events",
        "События всех клиентов, сначала старые.",
        {**_SPAN, "order": _ORDER, "after": _CURSOR, "limit": _LIMIT},
    ),
    Endpoint("get", "/api/risks/top", "У кого риск больше всего."),
    Endpoint("get", "/api/risks/silent", "Кто замолчал."),
    Endpoint("get", "/api/status", "Сколько строк, последние события, отставание."),
    Endpoint("get", "/api/sources", "Состояние источников."),
    Endpoint("post", "/api/sql", "Запрос SQL на чтение.", {}, {"query": _TEXT}, ("query",)),
    Endpoint("get", "/api/exports/telegram", "Переписка за день.", {"day": _DAY, "lead": _LEAD}, needs=("day",)),
    Endpoint("get", "/api/backup", "Что войдёт в копию хранилища; только с токеном установки."),
    Endpoint("get", "/api/backup/{table}", "Строки одной таблицы для копии; только с токеном установки."),
    Endpoint("get", "/api/reports", "Отчёт за день.", {"day": _DAY}),
    Endpoint("post", "/api/reports", "Отправить отчёт за день.", {}, {"day": _DAY}),
    Endpoint(
        "get",
        "/api/trace",
        "Где это сейчас: по номеру события или тревоги, месту записи, чату и сообщению, записи встречи, документу.",
        {"id": _TEXT},
        needs=("id",),
    ),
    Endpoint(
        "get",
        "/api/flow",
        "Сколько прошло за каждую минуту, сколько обычно в этот час, что стоит; без `since` — за последний час.",
        {"since": _TIME},
    ),
    Endpoint("get", "/api/openapi.json", "Этот документ."),
)

_IN_PATH = {"lead": _LEAD, "tool": _TOOL}

ERRORS = {
    400: "Запрос не такой: причина в `error`",
    401: "Нет токена, или он не тот",
    404: "Здесь такого нет",
    405: "Не тот метод",
    408: "Тело пришло не вовремя",
    413: "Тело слишком большое",
    429: "Слишком много запросов SQL сразу: повторить через `Retry-After` секунд",
    503: "Хранилище сейчас не отвечает, повторить позже",
}
_ERROR: Schema = {"type": "object", "properties": {"error": _TEXT}, "required": ["error"]}


def openapi() -> Schema:
    """OpenAPI 3.1."""
    paths: dict[str, Schema] = {}
    for one in ENDPOINTS:
        paths.setdefault(one.path, {})[one.method] = _operation(one)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Leadpulse: хранилище",
            "version": "1",
            "description": "Чтение по HTTP на 127.0.0.1 (`store.api_port`). Времена в мс UTC.",
        },
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": {"Error": _ERROR},
        },
    }


def _operation(one: Endpoint) -> Schema:
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": _IN_PATH.get(name, _TEXT)}
        for name in re.findall(r"\{(\w+)\}", one.path)
    ]
    parameters += [
        {"name": name, "in": "query", "required": name in one.needs, "schema": schema}
        for name, schema in one.query.items()
    ]
    failed = {"$ref": "#/components/schemas/Error"}
    answers: Schema = {"200": {"description": "Ответ", "content": {"application/json": {"schema": {}}}}}
    for status, why in ERRORS.items():
        answers[str(status)] = {"description": why, "content": {"application/json": {"schema": failed}}}
    operation: Schema = {"summary": one.summary, "parameters": parameters, "responses": answers}
    if one.body:
        form: Schema = {"type": "object", "properties": dict(one.body), "required": list(one.needs)}
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": form}}}
    return operation


if __name__ == "__main__":
    sys.stdout.write(json.dumps(openapi(), ensure_ascii=False, indent=1) + "\n")

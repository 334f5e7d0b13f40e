"""The read API as an OpenAPI document: served at `/api/openapi.json`, committed as `docs/openapi.json`."""

import json
import re
import sys
from typing import Any

import msgspec

from schemas.events import Event
from streams.store.read.endpoints import ENDPOINTS
from streams.store.read.parameters import LEAD, TEXT, TOOL, Endpoint, Plain, Schema

_REF = "#/components/schemas/{name}"
_IN_PATH = {"lead": LEAD, "tool": TOOL}

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
_ERROR: Schema = {"type": "object", "properties": {"error": TEXT}, "required": ["error"]}


def openapi() -> Schema:
    """OpenAPI 3.1."""
    answers, components = _answers()
    paths: dict[str, Schema] = {}
    for one, answer in zip(ENDPOINTS, answers, strict=True):
        paths.setdefault(one.path, {})[one.method] = _operation(one, answer)
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
            "schemas": {"Error": _ERROR, **components},
        },
    }


def _answers() -> tuple[list[Schema], Schema]:
    """The schemas of the endpoints' answers, in their order, and what these refer to."""
    types = [str if isinstance(one.answer, Plain) else one.answer for one in ENDPOINTS]
    (event, *schemas), components = msgspec.json.schema_components([Event, *types], ref_template=_REF)
    return schemas, _portable({**components, "LeadEvent": event})


def _portable(schema: Any) -> Any:
    """The same with patterns as JavaScript reads them: our `\\Z` is a letter there."""
    match schema:
        case dict():
            return {
                key: value.replace(r"\Z", "$") if key == "pattern" and isinstance(value, str) else _portable(value)
                for key, value in schema.items()
            }
        case list():
            return [_portable(one) for one in schema]
    return schema


def _operation(one: Endpoint, answer: Schema) -> Schema:
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": _IN_PATH.get(name, TEXT)}
        for name in re.findall(r"\{(\w+)\}", one.path)
    ]
    parameters += [
        {"name": name, "in": "query", "required": name in one.needs, "schema": schema}
        for name, schema in one.query.items()
    ]
    failed = {"$ref": "#/components/schemas/Error"}
    media, schema = one.answer if isinstance(one.answer, Plain) else ("application/json", answer)
    answers: Schema = {"200": {"description": "Ответ", "content": {media: {"schema": schema}}}}
    for status, why in ERRORS.items():
        answers[str(status)] = {"description": why, "content": {"application/json": {"schema": failed}}}
    operation: Schema = {"summary": one.summary, "parameters": parameters, "responses": answers}
    if one.body:
        form: Schema = {"type": "object", "properties": dict(one.body), "required": list(one.needs)}
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": form}}}
    return operation


if __name__ == "__main__":
    sys.stdout.write(json.dumps(openapi(), ensure_ascii=False, indent=1) + "\n")

"""The text of a definition → `Definition`, or all that is wrong with it, each with its line, in Russian. Pure."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final, cast

import msgspec
from jsonschema import Draft202012Validator
from msgspec.structs import replace

from processors.commands import definition_words as words
from processors.commands import secrets_in
from processors.commands.addresses import fault_of
from processors.commands.params import TEMPLATE, seen
from processors.mapping.faults import Faults, check
from processors.mapping.yaml_file import Loc, Misread
from processors.mapping.yaml_file import read as read_yaml
from schemas.codec import Rejected
from schemas.command_defs import NEVER, ApprovalRule, Definition

LONGEST: Final = 8000
"""Characters of a definition."""
MOST_PARAMS: Final = 20
ADDED: Final = ("http.post", "n8n.run", "bitrix.call")
"""Kinds of handlers that people may add commands for."""
METHODS: Final = frozenset(("tasks.task.add", "tasks.task.update", "crm.timeline.comment.add"))
"""Methods of a portal that commands may call: those of which can be looked up whether they were done."""
GIVEN: Final = frozenset({"lead_id", "command_id"})
"""What a template may name besides the params."""
NEEDS: Final = {
    "bitrix.call": ("method", "fields"),
    "http.post": ("url",),
    "n8n.run": (),
}
TAKES: Final = {
    "bitrix.call": frozenset({"method", "fields"}),
    "http.post": frozenset({"url", "secret"}),
    "n8n.run": frozenset({"workflow"}),
}

_SCHEMA: Final[dict[str, Any]] = json.loads(
    (files("processors.commands") / "definition.schema.json").read_text(encoding="utf-8")
)
_VALIDATOR: Final = Draft202012Validator(_SCHEMA)
RESERVED: Final = frozenset(
    path.name.removesuffix(".yaml") for path in (files("processors.commands") / "builtin").iterdir()
)
"""Names of this release: nobody can put another command in their place."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """What the settings allow to a definition that people add: `commands.hosts`, the names of `commands.workflows` and
    of `commands.secrets`."""

    hosts: frozenset[str] = frozenset()
    workflows: frozenset[str] = frozenset()
    secrets: frozenset[str] = frozenset()


def load(text: str, allowed: Allowed = Allowed()) -> Definition | Rejected:
    """A definition that people add: `outward`, signed by a device's key, whatever it says; or everything that is wrong
    with it, a sentence in Russian a line, each with its line in `text`. Never raises."""
    found = _checked(text, allowed)
    if isinstance(found, Rejected):
        return found
    rule = ApprovalRule(by=found.approval.by, how="passkey", count=found.approval.count)
    return replace(found, effect="outward", approval=rule, auto=replace(found.auto, min_percent=NEVER))


def read(text: str) -> Definition | Rejected:
    """A definition of this release. Never raises."""
    return _checked(text, None)


def _checked(text: str, allowed: Allowed | None) -> Definition | Rejected:
    """`allowed` None: one of our own."""
    if len(text) > LONGEST:
        return Rejected(words.definition_long(LONGEST))
    lines_of = enumerate(text.replace("\r\n", "\n").split("\n"), start=1)
    if hidden := next((number for number, line in lines_of if seen(line) != line), 0):
        return Rejected(words.hidden(hidden))  # in a comment, too: what is signed is what was seen
    try:
        data, lines = read_yaml(text)
    except Misread as error:
        return Rejected(str(error))
    faults = Faults(lines)
    check(data, faults, _VALIDATOR)
    if told := faults.told():
        return Rejected("\n".join(told))
    try:
        made = msgspec.convert(data, Definition)
    except (msgspec.ValidationError, RecursionError) as error:  # the schema is stricter
        return Rejected(str(error))
    for loc, fault in _faults(made, cast("dict[str, Any]", data), allowed):
        faults.add(loc, fault)
    told = faults.told()
    return Rejected("\n".join(told)) if told else made


Told = Iterable[tuple[Loc, str]]


def _faults(made: Definition, data: dict[str, Any], allowed: Allowed | None) -> Iterator[tuple[Loc, str]]:
    if made.effect in ("outward", "money"):
        if made.auto.min_percent < NEVER:
            yield ("auto", "min_percent"), words.AUTO_OUTWARD
        if made.approval.how != "passkey":
            yield ("approval", "how"), words.OUTWARD_PASSKEY
    if len(made.params) > MOST_PARAMS:
        yield ("params",), words.params_many(MOST_PARAMS)
    if not made.title.strip():
        yield ("title",), words.EMPTY
    yield from _of_params(made)
    for name, template in made.handler.fields.items():
        for param in TEMPLATE.findall(template):
            if param not in made.params and param not in GIVEN:
                yield ("handler", "fields", name), words.no_param(param)
        if "{" in TEMPLATE.sub("", template) or "}" in TEMPLATE.sub("", template):
            yield ("handler", "fields", name), words.BRACE
    for loc, text in _texts(data, ()):
        if secrets_in.looks_secret(text, str(loc[-1]) if loc else ""):
            yield loc, words.SECRET
    if allowed is not None:
        yield from _added(made, allowed)


def _of_params(made: Definition) -> Told:
    for name, schema in made.params.items():
        kind, bounds = schema["type"], [schema.get(one) for one in ("minLength", "maxLength", "minimum", "maximum")]
        if kind != "string" and (schema.get("format") or bounds[0] is not None or bounds[1] is not None):
            yield ("params", name), words.ONLY_TEXT
        if kind != "integer" and (bounds[2] is not None or bounds[3] is not None):
            yield ("params", name), words.ONLY_NUMBER
        for least, most in (bounds[:2], bounds[2:]):
            if least is not None and most is not None and least > most:
                yield ("params", name), words.BOUNDS
        if any(isinstance(one, str) != (kind == "string") for one in schema.get("enum", [])):
            yield ("params", name, "enum"), words.ENUM_KIND


def _added(made: Definition, allowed: Allowed) -> Told:
    handler = made.handler
    if made.name in RESERVED:
        yield ("name",), words.RESERVED
    if made.effect != "outward":
        yield ("effect",), words.ADDED_OUTWARD
    if made.approval.how != "passkey":
        yield ("approval", "how"), words.OUTWARD_PASSKEY
    if handler.kind not in ADDED:
        yield ("handler", "kind"), words.handlers(ADDED)
        return
    given = {name for name in ("method", "fields", "url", "secret", "workflow") if getattr(handler, name)}
    for name in sorted(given - TAKES[handler.kind]):
        yield ("handler", name), words.not_taken(name, handler.kind)
    for name in NEEDS[handler.kind]:
        if name not in given:
            yield ("handler",), words.needed(name, handler.kind)
    if handler.url and (fault := fault_of(handler.url, allowed.hosts)):
        yield ("handler", "url"), fault
    if handler.method and handler.method not in METHODS:
        yield ("handler", "method"), words.METHOD
    # what was written in the place of a name is told above as a secret, and not repeated
    named = handler.secret and not secrets_in.looks_secret(handler.secret, "secret")
    if named and handler.secret not in allowed.secrets:
        yield ("handler", "secret"), words.no_setting("commands.secrets", handler.secret)
    if handler.kind == "n8n.run" and handler.workflow not in allowed.workflows:
        yield ("handler", "workflow"), words.no_setting("commands.workflows", handler.workflow)
    for name, schema in made.params.items():
        if schema.get("x-from") == "commands.workflows":
            yield ("params", name, "x-from"), words.WORKFLOW_FIXED


def _texts(value: object, loc: Loc) -> Iterator[tuple[Loc, str]]:
    match value:
        case str():
            yield loc, value
        case dict():
            for key, inner in value.items():
                yield from _texts(inner, (*loc, key))
        case list():
            for place, inner in enumerate(value):
                yield from _texts(inner, (*loc, place))

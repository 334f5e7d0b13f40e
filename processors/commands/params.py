"""The params of a command: what may stand in them, and what the server fills in itself. Pure."""

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any, Final, cast

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from processors.commands import words
from processors.commands.schedule import LOCAL_TIME, moment_of
from schemas.codec import Rejected
from schemas.command_defs import Definition
from schemas.commands import Param
from schemas.types import LeadId

Filled = Callable[[str, LeadId], Collection[str]]
"""The values of an `x-from` for a client: what the server knows, whoever proposes."""

TEMPLATE: Final = re.compile(r"\{([a-z_0-9]*)\}")
"""Where a param stands in a field of a request."""
LONGEST: Final = 4000
"""Characters of a text, where its schema says nothing of it."""
_UNSEEN: Final = frozenset("\n\t\u00a0\u202f\u200d\u00ad")
"""Signs that Python calls unprintable, and that a person may well have written."""


def label(definition: Definition, name: str) -> str:
    """What people call a param."""
    return str(definition.params.get(name, {}).get("title") or name)


def faults(definition: Definition, params: Mapping[str, Param]) -> list[str]:
    """What is wrong with these params, in Russian; the server's own (`x-from`) are looked at for their form only."""
    found = [_told(error, definition) for error in _validator(definition).iter_errors(dict(params))]
    for name, value in params.items():
        schema = definition.params.get(name, {})
        if isinstance(value, str) and seen(value) != value:
            found.append(words.param(label(definition, name), words.UNSEEN))
        if schema.get("format") == LOCAL_TIME and moment_of(value) is None:
            found.append(words.param(label(definition, name), words.NO_TIME))
    return sorted(set(found))


def _validator(definition: Definition) -> Draft202012Validator:
    bounded = {
        name: {"maxLength": LONGEST, **schema} if schema.get("type") == "string" else schema
        for name, schema in definition.params.items()
    }
    return Draft202012Validator(
        {
            "type": "object",
            "properties": bounded,
            "required": sorted(name for name, schema in bounded.items() if not schema.get("x-optional")),
            "additionalProperties": False,
        }
    )


def _told(error: ValidationError, definition: Definition) -> str:
    name = str(error.absolute_path[0]) if error.absolute_path else ""
    wanted: Any = error.validator_value
    match str(error.validator):
        case "required":
            given = cast("dict[str, object]", error.instance)
            return words.missing([label(definition, one) for one in wanted if one not in given])
        case "additionalProperties":
            given = cast("dict[str, object]", error.instance)
            return words.unknown_params([one for one in given if one not in definition.params])
        case kind:
            return words.param(label(definition, name), words.limit(kind, wanted))


def seen(text: str) -> str:
    """What people see of it: nothing turned round, nothing hidden."""
    return "".join(sign for sign in text if sign.isprintable() or sign in _UNSEEN)


def foreign(definition: Definition, params: Mapping[str, Param], lead_id: str, filled: Filled) -> str:
    """Which of the server's own params is not this client's, in Russian; "" where all are."""
    for name, source in _from_server(definition):
        if name in params and str(params[name]) not in _values(source, lead_id, filled):
            return words.param(label(definition, name), words.NOT_HIS)
    return ""


def fill(
    definition: Definition, params: Mapping[str, Param], lead_id: str, filled: Filled
) -> dict[str, Param] | Rejected:
    """With the server's own params, for who proposes. One that was given has to be among the server's values; where it
    was not, there has to be one value. `Rejected` in Russian, for people."""
    made = dict(params)
    for name, source in _from_server(definition):
        values = _values(source, lead_id, filled)
        if name in made and str(made[name]) not in values:
            return Rejected(words.param(label(definition, name), words.NOT_HIS))
        if name in made:
            continue
        if len(values) == 1:
            made[name] = int(values[0]) if definition.params[name].get("type") == "integer" else values[0]
        elif values or not definition.params[name].get("x-optional"):
            return Rejected(words.param(label(definition, name), words.choose(values)))
    return made


def _from_server(definition: Definition) -> list[tuple[str, str]]:
    return [(name, str(one["x-from"])) for name, one in sorted(definition.params.items()) if one.get("x-from")]


def _values(source: str, lead_id: str, filled: Filled) -> list[str]:
    return sorted(map(str, filled(source, lead_id)))

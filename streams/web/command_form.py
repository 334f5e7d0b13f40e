"""What may be changed of a command on its card: fields, and what was entered in them."""

import re
from typing import Final

from processors.commands.params import label
from processors.commands.schedule import LOCAL_TIME
from processors.commands.words import VALUES
from schemas.command_defs import Definition
from schemas.commands import Command, Param
from streams.web.faults import Wrong

_NUMBER: Final = re.compile(r"-?[0-9]{1,15}", re.ASCII)


def fields(definition: Definition, one: Command) -> list[dict[str, object]]:
    """What may be changed: all that the server did not fill in itself."""
    return [
        {
            "name": name,
            "label": label(definition, name),
            "value": str(one.params.get(name, "")),
            "long": schema.get("x-show") == "full",
            "most": schema.get("maxLength", 1000),
            "choices": [(str(choice), VALUES.get(str(choice), str(choice))) for choice in schema.get("enum", [])],
            "time": schema.get("format") == LOCAL_TIME,
        }
        for name, schema in definition.params.items()
        if "x-from" not in schema and schema.get("type") in ("string", "integer")
    ]


def entered(definition: Definition, one: Command, form: dict[str, str]) -> dict[str, Param]:
    """Raises `Wrong` for what is no number."""
    found: dict[str, Param] = {}
    for field in fields(definition, one):
        name = str(field["name"])
        if f"p_{name}" not in form:
            continue
        text = form[f"p_{name}"].replace("\r\n", "\n").strip()
        if not text and name not in one.params:
            continue
        if definition.params[name].get("type") == "integer":
            if not _NUMBER.fullmatch(text):
                raise Wrong(f"«{field['label']}»: нужно число")
            found[name] = int(text)
        else:
            found[name] = text
    return found

"""Faults of a YAML file that people write, in plain Russian: what jsonschema says, where, and what may stand there."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.resources import files
from typing import Any, Final, cast

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from rapidfuzz import fuzz, process

from processors.mapping.yaml_file import Loc
from processors.russian.plural import characters

NEAR: Final = 70.0
"""Likeness in percent from which a name is taken for a typing error of another, as for settings."""

_TYPES: Final = {
    "string": "строка",
    "object": "таблица",
    "array": "список",
    "number": "число",
    "integer": "целое число",
    "boolean": "true или false",
}

SCHEMA: Final[dict[str, Any]] = json.loads(
    files("processors.mapping").joinpath("mapping.schema.json").read_text(encoding="utf-8")
)
_VALIDATOR: Final = Draft202012Validator(SCHEMA)


class Faults:
    """Collected in the order of the file, each with its line."""

    def __init__(self, lines: Mapping[Loc, int]) -> None:
        self._lines = lines
        self._found: dict[tuple[int, str], None] = {}

    def add(self, loc: Loc, words: str) -> None:
        """One more."""
        at = next((self._lines[loc[:end]] for end in range(len(loc), -1, -1) if loc[:end] in self._lines), 1)
        name = place(loc)
        self._found[at, f"строка {at}, {name}: {words}" if name else f"строка {at}: {words}"] = None

    def told(self) -> list[str]:
        """All of them."""
        return [words for _, words in sorted(self._found)]


def place(loc: Iterable[str | int]) -> str:
    """`events[0].lines.qty`."""
    words = ""
    for step in loc:
        words += f"[{step}]" if isinstance(step, int) else f".{step}" if words else step
    return words


def check(data: object, faults: Faults, validator: Draft202012Validator = _VALIDATOR) -> None:
    """Add what the schema finds wrong; `validator` for another kind of file than mappings."""
    for error in validator.iter_errors(data):
        loc = tuple(error.absolute_path)
        for at, words in _told(error):
            faults.add((*loc, *at), words)


def _told(error: ValidationError) -> Iterator[tuple[Loc, str]]:
    wanted: Any = error.validator_value
    match str(error.validator), error.instance:
        case "additionalProperties", dict(given):
            known = sorted(cast("dict[str, Any]", error.schema).get("properties", {}))
            for name in given:
                if name not in known:
                    yield (name,), f"такого поля здесь нет{_meant(name, known)}; бывают: {', '.join(known)}"
        case "required", dict(given):
            yield from (((), f"не указано «{name}»") for name in wanted if name not in given)
        case "type", _:
            kinds: list[str] = wanted if isinstance(wanted, list) else [wanted]
            yield (), "нужно: " + " или ".join(_TYPES[kind] for kind in kinds)
        case "enum", given:
            allowed = ["табуляция" if value == "\t" else str(value) for value in wanted]
            yield (), f"нужно одно из: {', '.join(allowed)}{_meant(str(given), allowed)}"
        case "const", _:
            yield (), f"нужно: {wanted}"
        case "minimum", _:
            yield (), f"не меньше {wanted}"
        case "maximum", _:
            yield (), f"не больше {wanted}"
        case "maxLength", _:
            yield (), f"не длиннее {characters(wanted)}"
        case "pattern", _:
            yield (), f"записано не так; пример: {_example(error)}"
        case _:
            yield (), "не должно быть пустым"


def _example(error: ValidationError) -> str:
    return str(cast("dict[str, Any]", error.schema).get("examples", [""])[0])


def _meant(name: str, known: Sequence[str]) -> str:
    found = process.extractOne(name, known, scorer=fuzz.ratio, score_cutoff=NEAR)
    return f"; вы имели в виду {found[0]}?" if found else ""

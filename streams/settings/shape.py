"""What a setting's value looks like, in Russian: for the manual and for faults."""

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from types import NoneType
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import BaseModel, IPvAnyNetwork, SecretStr
from pydantic.fields import FieldInfo

from streams.settings.section import Shaped

Loc = tuple[str | int, ...]

_WORDS: Mapping[Any, str] = {
    bool: "true или false",
    Path: "путь",
    date: "дата, например 2026-11-02",
    SecretStr: "секрет, строка",
    IPvAnyNetwork: 'адрес или сеть, например "10.0.0.0/8"',
}


def shape(kind: Any, metadata: Iterable[object] = ()) -> str:
    """Of an annotation and its constraints: `целое число от 1 до 5`."""
    known = tuple(metadata)
    words = next((given.words for given in known if isinstance(given, Shaped)), "")
    arguments = get_args(kind)
    match get_origin(kind):
        case origin if origin is Annotated:
            return shape(arguments[0], arguments[1:])
        case origin if origin is Literal:
            return "одно из: " + ", ".join(f'"{value}"' for value in arguments)
        case origin if origin in (list, tuple):
            return f"список: {shape(arguments[0])}"
        case origin if origin is dict:
            return f"таблица: {shape(arguments[0])} = {shape(arguments[1])}"
        case origin if origin is not None:  # a type or nothing
            return shape(next(of for of in arguments if of is not NoneType), known)
    if words:
        return words
    if kind is int:
        return "целое число" + _bounds(known)
    if kind is float:
        return "число" + _bounds(known)
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return "раздел"
    return _WORDS.get(kind, "строка")


def field_at(root: type[BaseModel], loc: Loc) -> FieldInfo | None:
    """The field that holds the value at `loc`; None where there is no such field."""
    kind: Any = root
    found: FieldInfo | None = None
    for step in loc:
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            found = kind.model_fields.get(str(step))
            if found is None:
                return None
            kind = found.annotation
        elif get_origin(kind) is dict:
            kind = get_args(kind)[-1]
    return found


def shape_at(root: type[BaseModel], loc: Loc) -> str:
    """Of the value at `loc`, which may be one of a list; empty where there is no such field."""
    field = field_at(root, loc)
    if field is None:
        return ""
    if loc and isinstance(loc[-1], int) and get_origin(field.annotation) in (list, tuple):
        return shape(get_args(field.annotation)[0])
    return shape(field.annotation, field.metadata)


def names(root: type[BaseModel], above: Loc = ()) -> Iterable[str]:
    """Full names of all settings, `kafka.bootstrap`; those within a table by a free name are left out."""
    for name, field in root.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from names(kind, (*above, name))
        else:
            yield ".".join(map(str, (*above, name)))


def section_at(root: type[BaseModel], loc: Loc) -> Mapping[str, FieldInfo]:
    """The fields of the section at `loc`."""
    kind: Any = root
    for step in loc:
        if get_origin(kind) is dict:
            kind = get_args(kind)[-1]
        elif isinstance(kind, type) and issubclass(kind, BaseModel) and str(step) in kind.model_fields:
            kind = kind.model_fields[str(step)].annotation
    return kind.model_fields if isinstance(kind, type) and issubclass(kind, BaseModel) else {}


def _bounds(metadata: Iterable[object]) -> str:
    """` от 0 до 5`, ` больше 0`."""
    found = {
        name: getattr(of, name) for of in metadata for name in ("ge", "gt", "le") if getattr(of, name, None) is not None
    }
    words = {"ge": "от", "gt": "больше", "le": "до"}
    return "".join(f" {word} {found[name]:.10g}" for name, word in words.items() if name in found)

"""Faults of the settings in plain Russian, without any value: a value in the wrong place may be a secret."""

from collections.abc import Iterable, Iterator, Mapping

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from rapidfuzz import fuzz, process

from streams.settings.names import PREFIX
from streams.settings.shape import Loc, names, section_at, shape_at
from streams.settings.sources import OF_OTHERS, Unreadable

NEAR = 70.0
"""Likeness in percent from which a name is taken for a typing error of another: `bootstrp`, not `secret`."""


def told(error: ValidationError, root: type[BaseModel], environ: Mapping[str, str]) -> Iterator[str]:
    """A line for each fault, with the setting's name and what is right there."""
    given = {name.upper() for name in environ}
    for fault in error.errors(include_url=False):
        loc = tuple(step for step in fault["loc"] if step != "[key]")
        value = fault.get("input")
        if isinstance(value, Unreadable) and value.key:
            loc = (*loc[:-1], value.key)
        yield f"{_place(loc, given)}: {_words(fault, loc, root)}"


def unknown_in_environment(root: type[BaseModel], environ: Iterable[str]) -> Iterator[str]:
    """Names of `LEADPULSE_…` that no setting has: the library only looks for those it knows."""
    for name in environ:
        upper = name.upper()
        if not upper.startswith(PREFIX) or upper in OF_OTHERS or upper.startswith(f"{PREFIX}RECORDER__"):
            continue
        if upper.removeprefix(PREFIX).split("__")[0].lower() not in root.model_fields:
            yield f"{name}: нет такой настройки{_meant(upper, map(variable, names(root)))}"


def variable(name: str) -> str:
    """`LEADPULSE_KAFKA__BOOTSTRAP` of `kafka.bootstrap`."""
    return PREFIX + name.replace(".", "__").upper()


def _words(fault: ErrorDetails, loc: Loc, root: type[BaseModel]) -> str:
    value = fault.get("input")
    if isinstance(value, Unreadable):
        return value.words
    match fault["type"]:
        case "extra_forbidden":
            return "нет такой настройки" + _in_section(loc, root)
        case "missing":
            right = shape_at(root, loc)
            return "не указано" + (f"; нужно: {right}" if right else "")
        case "value_error":
            return str(fault["ctx"]["error"])
    right = shape_at(root, loc)
    return f"нужно: {right}" if right else "неверное значение"


def _in_section(loc: Loc, root: type[BaseModel]) -> str:
    """What may have been meant: the only setting of this name, in whatever section, else a neighbour of nearly the same
    name, else the first of this name."""
    key = str(loc[-1])
    elsewhere = [name for name in names(root) if name.rpartition(".")[2] == key]
    near = "" if len(elsewhere) == 1 else _meant(key, section_at(root, loc[:-1]))
    return near or (f"; вы имели в виду {elsewhere[0]}?" if elsewhere else "")


def _meant(name: str, known: Iterable[str]) -> str:
    found = process.extractOne(name, list(known), scorer=fuzz.ratio, score_cutoff=NEAR)
    return f"; вы имели в виду {found[0]}?" if found else ""


def _place(loc: Loc, given: set[str]) -> str:
    """The name in the file, and the variable where it came from the environment."""
    name = ".".join(map(str, loc))
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        if variable(".".join(parts[:length])) in given:
            return f"{name} ({variable('.'.join(parts[:length]))})"
    return name

"""What of faulty settings can still be used: `leadpulse check` looks at everything else all the same."""

import tomllib
from typing import Any

from pydantic import BaseModel, ValidationError

from streams.settings import Settings
from streams.settings.sources import Environment, TomlFile

MOST = 100
"""Faults of one section that are taken out one after the other, before the whole section is left out."""


def usable() -> Settings:
    """The settings without their faulty values: those have their defaults. Raises nothing."""
    data: dict[str, Any] = {}
    for source in (TomlFile, Environment):
        try:
            data = _over(data, source(Settings)())
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError):
            continue
    sections: dict[str, BaseModel] = {}
    for name, field in Settings.model_fields.items():
        assert isinstance(field.annotation, type)
        sections[name] = _section(field.annotation, data.get(name))
    return Settings.model_construct(None, **sections)  # type: ignore[arg-type]  # each of its field's own type


def _section(kind: type[BaseModel], given: object) -> BaseModel:
    for _ in range(MOST):
        if not isinstance(given, dict):
            break
        try:
            return kind.model_validate(given)
        except ValidationError as error:
            given = _without(given, tuple(step for step in error.errors()[0]["loc"] if step != "[key]"))
    return kind()


def _without(given: dict[str, Any], loc: tuple[str | int, ...]) -> dict[str, Any] | None:
    """`given` without what stands at `loc`: of a list all of it; None where the fault is of the whole."""
    if not loc or loc[0] not in given:
        return None
    name = str(loc[0])
    inner = given[name]
    rest = _without(inner, loc[1:]) if len(loc) > 1 and isinstance(inner, dict) else None
    others = {key: value for key, value in given.items() if key != name}
    return others if rest is None else {**others, name: rest}


def _over(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """Two sources as one: `above` decides, key by key."""
    both = {
        key: _over(below[key], value) if isinstance(value, dict) and isinstance(below.get(key), dict) else value
        for key, value in above.items()
    }
    return {**below, **both}

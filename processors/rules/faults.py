"""What is wrong with a file of thresholds, in the words of who wrote it: the place, and what belongs there."""

import re

_PLACE = re.compile(r"(?P<what>.*?)(?: - at `(?P<key>key` in `)?\$\.?(?P<where>[^`]*)`)?", re.DOTALL)

_KINDS = {
    "int": "целое число",
    "float": "число",
    "str": "текст",
    "bool": "true или false",
    "array": "список в квадратных скобках",
    "object": "раздел",
}

LEAST = 1e-5
"""Bounds below it stand for "above zero" (`processors.rules.bounds`)."""


def told(error: str) -> str:
    """The message of `msgspec` (its texts: "Schema Evolution", "Constraints") in Russian; what is not known stays."""
    found = _PLACE.fullmatch(error)
    if found is None:
        return error
    where = found["where"] or ""
    return f"{where}: {_what(found['what'])}" if where else _what(found["what"])


def _what(text: str) -> str:
    if unknown := re.fullmatch(r"Object contains unknown field `(.*)`", text):
        return f"настройки «{unknown[1]}» здесь нет"
    if unknown := re.fullmatch(r"Invalid enum value '(.*)'", text):
        return f"сигнала «{unknown[1]}» нет"
    if other := re.fullmatch(r"Expected `(\w+)`, got `(\w+)`", text):
        return f"нужно: {_kind(other[1])}, а здесь {_kind(other[2])}"
    if beyond := re.fullmatch(r"Expected `(\w+)` (>=|<=) (\S+)", text):
        return f"нужно: {_kind(beyond[1])} {_bound(beyond[2], float(beyond[3]))}"
    if "RFC3339 encoded date" in text:
        return "нужна дата, например 2026-01-02"
    return text


def _bound(sign: str, number: float) -> str:
    if 0 < number < LEAST:
        return "больше 0"
    return f"{'не меньше' if sign == '>=' else 'не больше'} {written(number)}"


def written(number: float) -> str:
    """As a person writes a threshold: 3; 0,05."""
    return f"{number:g}".replace(".", ",")


def _kind(name: str) -> str:
    return _KINDS.get(name, name)

"""A record for a person's eyes: its form without anybody's words, or all of it. Pure.

A terminal obeys what is printed on it, so nothing but printable characters gets there.
"""

from typing import Any

import msgspec

from processors.russian.plural import count

CHARACTERS = ("знак", "знака", "знаков")
BYTES = ("байт", "байта", "байт")
MOST = 20_000
"""Characters of a record on a terminal: some screens. A program gets all of it (`--json`)."""
PLAIN = frozenset(
    {
        "type",
        "kind",
        "event",
        "action",
        "source",
        "v",
        "version",
        "qty",
        "update_id",
        "event_id",
        "side",
        "status",
        "op",
    }
)
"""Fields whose values are ours or a machine's: what says which record it is. The values of all others are left out."""
LONGEST_PLAIN = 60
"""Characters of such a value: a sender may put anything there."""


def shown(payload: bytes, *, words: bool) -> str:
    """JSON with an indent, anything else as text; without `words` only its form."""
    try:
        value = msgspec.json.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return (
            printable(payload.decode(errors="backslashreplace"), MOST)
            if words
            else f"‹{count(len(payload), BYTES)}, не JSON›"
        )
    try:
        text = msgspec.json.format(msgspec.json.encode(value if words else _form(value, "")), indent=2).decode()
    except RecursionError:
        return f"‹{count(len(payload), BYTES)}, слишком глубокий JSON›"
    return printable(text, MOST)


def printable(text: str, most: int) -> str:
    """At most so many characters; those that a terminal would obey are written as escapes."""
    kept = "".join(sign if sign.isprintable() or sign == "\n" else repr(sign)[1:-1] for sign in text[:most])
    return kept if len(text) <= most else f"{kept}\n… и ещё {count(len(text) - most, CHARACTERS)}"


def _form(value: Any, name: str) -> Any:
    match value:
        case dict():
            return {key: _form(inner, key) for key, inner in value.items()}
        case list():
            return [_form(inner, name) for inner in value]
        case bool() | None:
            return value
        case str():
            return value if name in PLAIN and len(value) <= LONGEST_PLAIN else f"‹{count(len(value), CHARACTERS)}›"
        case _:
            return value if name in PLAIN else "‹число›"

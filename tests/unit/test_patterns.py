"""`$` also matches before a final newline, so `"12345\\n"` would pass for a lead id: a pattern ends with `\\Z`."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from schemas.codec import Codec, Rejected
from schemas.types import EventId, LeadId

ROOT = Path(__file__).parents[2]
SOURCES = ("schemas", "processors", "alerting", "streams", "jibri-hooks", "demo", "bench", "tools")
CALLS = {"compile", "match", "search", "fullmatch", "sub", "subn", "split", "findall", "finditer", "Shaped"}


def patterns(call: ast.Call) -> list[ast.expr]:
    """The arguments of a call that are regular expressions, unless `$` means the end of a line there."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    of_re = name == "Shaped" or (isinstance(call.func, ast.Attribute) and getattr(call.func.value, "id", "") == "re")
    if "MULTILINE" in ast.dump(call) or "re.M" in ast.unparse(call):
        return []
    found = call.args[:1] if name in CALLS and of_re else []
    return found + [keyword.value for keyword in call.keywords if keyword.arg == "pattern"]


def has_dollar(pattern: str) -> bool:
    """Whether an unescaped `$` stands outside of a character class."""
    in_class, at = False, 0
    while at < len(pattern):
        match pattern[at]:
            case "\\":
                at += 1
            case "[":
                in_class = True
            case "]":
                in_class = False
            case "$" if not in_class:
                return True
        at += 1
    return False


def places() -> Iterator[tuple[str, str]]:
    """`file:line` and text of every piece of a regular expression in the sources."""
    for path in (path for folder in SOURCES for path in (ROOT / folder).rglob("*.py")):
        for call in (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)):
            for pattern in patterns(call):
                for piece in ast.walk(pattern):
                    if isinstance(piece, ast.Constant) and isinstance(piece.value, str):
                        yield f"{path.relative_to(ROOT)}:{piece.lineno}", piece.value


def test_no_pattern_ends_with_a_dollar() -> None:
    """In all of the code; the search itself finds patterns, or it would prove nothing."""
    found = list(places())
    assert len(found) > 30
    assert [place for place, pattern in found if has_dollar(pattern)] == []


def test_the_search_tells_an_end_from_a_sign() -> None:
    """An escaped `$` and one in a class are signs."""
    assert [has_dollar(text) for text in ("a$", "(?:b|$)", r"a\$", "[$]", r"[\]$]", r"\\$")] == [
        True,
        True,
        False,
        False,
        False,
        True,
    ]


@pytest.mark.parametrize(("kind", "good"), [(LeadId, "12345"), (EventId, "0123456789abcdef")])
def test_an_id_with_a_newline_is_none(kind: object, good: str) -> None:
    """The join key of everything, and what repeats are known by."""
    codec: Codec[str] = Codec(kind)
    assert codec.decode(f'"{good}"'.encode()) == good
    assert isinstance(codec.decode(f'"{good}\\n"'.encode()), Rejected)

"""YAML → plain data and the line of every value. Stricter than YAML: one way to write a thing, nothing twice.

Only `true`, `false`, `null` and plain numbers are read as such: YAML 1.1 takes `no`, `on` and `12:30` for others.
"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

import yaml

Loc = tuple[str | int, ...]

DEEPEST: Final = 30
"""Levels; a mapping has six."""


class Document(NamedTuple):
    """The data, and the line (from 1) of each place in them."""

    data: object
    lines: dict[Loc, int]


class Misread(Exception):
    """What is wrong with the text, in Russian, with its line."""


class _Loader(yaml.SafeLoader):
    """Knows no plain value yet."""


_Loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("bool", r"(?:true|false)\Z", "tf"),
    ("null", r"(?:null|~|)\Z", ["n", "~", ""]),
    ("int", r"-?(?:0|[1-9][0-9]{0,17})\Z", "-0123456789"),
    ("float", r"-?[0-9]+\.[0-9]+\Z", "-0123456789"),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), list(_first))


def read(text: str) -> Document:
    """The only document in `text`. Raises `Misread`."""
    try:
        node = _composed(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise Misread(f"строка {mark.line + 1 if mark else 1}: ошибка в записи YAML ({_problem(error)})") from error
    except yaml.YAMLError as error:  # characters that YAML does not allow
        raise Misread("в файле есть знаки, которых в YAML быть не может") from error
    if node is None:
        raise Misread("файл пуст")
    lines: dict[Loc, int] = {}
    return Document(_plain(node, (), lines), lines)


def _composed(text: str) -> yaml.Node | None:
    level = 0
    for event in yaml.parse(text, Loader=_Loader):
        line = event.start_mark.line + 1 if event.start_mark else 1
        level += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if level > DEEPEST:  # told while it is read: to compose thousands takes PyYAML seconds
            raise Misread(f"строка {line}: слишком много вложенных уровней")
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise Misread(f"строка {line}: якоря (& и *) не нужны, напишите значение целиком")
    node: yaml.Node | None = yaml.compose(text, Loader=_Loader)
    return node


def _plain(node: yaml.Node, loc: Loc, lines: dict[Loc, int]) -> object:
    lines[loc] = node.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode):
        return [_plain(inner, (*loc, index), lines) for index, inner in enumerate(node.value)]
    if isinstance(node, yaml.MappingNode):
        return dict(_entries(node, loc, lines))
    match node.tag.rpartition(":")[2]:
        case "bool":
            return node.value == "true"
        case "null":
            return None
        case "int":
            return int(node.value)
        case "float":
            return float(node.value)
        case "str":
            return str(node.value)
    raise Misread(f"строка {lines[loc]}: метки вида {node.tag} здесь не понимаются")


def _entries(node: yaml.MappingNode, loc: Loc, lines: dict[Loc, int]) -> Iterator[tuple[str, object]]:
    seen: set[str] = set()
    for key, value in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            raise Misread(f"строка {line}: имя должно быть словом, а не списком или таблицей")
        if key.value in seen:
            raise Misread(f"строка {line}: «{key.value}» здесь уже было")
        seen.add(key.value)
        plain = _plain(value, (*loc, key.value), lines)
        lines[*loc, key.value] = line
        yield key.value, plain


_PROBLEMS: Final = (
    ("'\\t'", "отступ сделан табуляцией, а нужны пробелы"),
    ("mapping values are not", "лишнее двоеточие или неверный отступ; значение с двоеточием возьмите в кавычки"),
    ("could not find expected", "неверный отступ или нет двоеточия после имени"),
    ("expected <block end>", "неверный отступ или нет двоеточия после имени"),
    ("quoted scalar", "не закрыта кавычка или скобка"),
    ("stream end", "не закрыта кавычка или скобка"),
    ("single document", "в файле несколько документов (строка ---), а нужен один"),
)
"""What the library says, and what that means for who wrote the file; the first that fits."""


def _problem(error: yaml.MarkedYAMLError) -> str:
    said = f"{error.context or ''} {error.problem or ''}"
    return next((words for sign, words in _PROBLEMS if sign in said), error.problem or "не читается")

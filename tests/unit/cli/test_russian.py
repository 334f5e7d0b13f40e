"""What click says by itself, in Russian."""

import re
from pathlib import Path

import click
import pytest

from streams.cli.russian import WORDS
from tests.unit.cli.conftest import Line

FOR_PROGRAMMERS = ("Deprecat", "Editing", "deprecated_message", "hell completion", "versions older")
_ASKED = re.compile(r"""\b(?:_|ngettext)\(\s*((?:f?"(?:[^"\\]|\\.)*"\s*,?\s*)+)""")
_WORDS = re.compile(r'"((?:[^"\\]|\\.)*)"')


def test_click_says_nothing_that_the_list_has_not() -> None:
    """A newer click with other words makes this red, not a person's screen English."""
    asked = set[str]()
    for file in Path(click.__file__).parent.glob("*.py"):
        for call in _ASKED.findall(file.read_text(encoding="utf-8")):
            asked |= {words.replace("\\n", "\n").replace("\\t", "\t") for words in _WORDS.findall(call)}
    people = {words for words in asked if not any(one in words for one in FOR_PROGRAMMERS)}
    assert len(people) > 40
    assert people - WORDS.keys() <= {"{extra_message}"}


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (("identity", "show", "foo", "1"), "'ВИД' не подходит: 'foo'; можно 'phone'"),
        (("identity", "link", "tg_chat", "-5"), "Не указан аргумент 'ЛИД'"),
        (("export", "telegram", "--day", "29.11.2026"), "дата пишется так: '%Y-%m-%d' (год-месяц-день)"),
        (("export", "telegram"), "Не указан ключ '--day'"),
        (("sources", "--jsn"), "Нет ключа --jsn"),
        (("sorces",), "Нет команды 'sorces'"),
    ],
)
def test_wrong_uses_are_told_in_russian(line: Line, wrong: tuple[str, ...], told: str) -> None:
    """How it is called, where help is, and what is wrong; not a word of English."""
    done = line(*wrong)
    assert done.exit_code == 2
    assert told in done.stderr
    assert not re.search("Usage|Error|Try|Invalid|Missing|Options", done.stderr)


def test_help_is_russian(line: Line) -> None:
    """Also what click adds by itself."""
    said = line("identity", "link", "-h").stdout
    assert "Как вызвать:" in said
    assert "Показать эту справку." in said
    assert not re.search("Usage|Options|Show this", said)

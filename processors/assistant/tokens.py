"""A line in words, as they are compared, with their places in it."""

import re
from functools import lru_cache
from typing import Final, NamedTuple

from processors.russian.stems import stem
from processors.russian.words import plain
from processors.skeletons import skeleton

_WORD: Final = re.compile(r"\d+(?:[.,:]\d+)+|\w+(?:-\w+)*")
"""As `processors.minutes` reads times: 12:30 and 25.11 are words."""

_FLEETING: Final = re.compile(r"(?<=\w{2}[^aeiou])[eo](?=[lkcvrn]\Z)")
"""A vowel that the other cases have not: ветер, ветру."""

LONGEST: Final = 4000
"""Characters of a line that are read: more than a message of Telegram can hold is none."""


class Token(NamedTuple):
    """`word` in small letters without ё; it stands at `start`..`end` of the line."""

    word: str
    start: int
    end: int


def tokens(line: str) -> list[Token]:
    """The words of a line, from left to right."""
    return [Token(plain(found[0]), *found.span()) for found in _WORD.finditer(line[:LONGEST])]


@lru_cache(1 << 14)
def key(word: str) -> str:
    """By which a word of a line and one of a name are one: the stem, in one alphabet ("Ромашке", "Romashka")."""
    return _FLEETING.sub("", skeleton(stem(plain(word))).joined)

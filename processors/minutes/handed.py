"""Promises without a verb of doing: "с меня счёт", "список будет к вечеру", "ответственный Пётр"."""

from collections.abc import Iterator

from processors.minutes.guards import asked, meant
from processors.minutes.people import People, last_named
from processors.minutes.promise import Promise, Turn
from processors.minutes.vocabulary import vocabulary
from processors.minutes.words import Said
from processors.russian.stems import stem
from schemas.minutes import UNKNOWN

_DATA = vocabulary("handed")

_MINE = {"мной": "за", "нами": "за", "меня": "с", "нас": "с", "мне": "на"}
"""за мной, с меня, на мне."""

_YOURS = _DATA.words("yours")

_READY = _DATA.words("ready")
_READY_BESIDE = _DATA.words("ready_beside")


_PAPERS = frozenset(map(stem, _DATA.words("papers")))

_NOT_HANDED = _DATA.words("not_handed")

WORDS = _READY | _YOURS | set(_MINE)
"""One of these stands in each of them."""


def find(turn: Turn) -> Iterator[Promise]:
    """In the order they were made."""
    said, words = turn.said, turn.said.words
    for at, word in enumerate(words):
        if word in _YOURS:
            owner = _charged(turn.background.names, said, at)
            if owner is not None and meant(said, at):
                yield turn.promise(at, word, owner)
        elif word in _MINE and _mine(said, at):
            yield turn.promise(at, f"{_MINE[word]} {word}", turn.myself)
        elif word in _READY and _ready(turn, at) and meant(said, at):
            owner = turn.myself
            if not {"он", "она", "они"}.isdisjoint(words[max(0, at - 2) : at]):
                owner = last_named(turn.background.names, turn.before()) or UNKNOWN
            yield turn.promise(at, word, owner)


def _mine(said: Said, at: int) -> bool:
    words = said.words
    if not at or words[at - 1] != _MINE[words[at]] or asked(said, at):
        return False
    if words[at] == "мне":
        return "это" in words[max(0, at - 3) : at]  # это на мне
    return at + 1 < len(words) and words[at + 1] not in _NOT_HANDED


def _ready(turn: Turn, at: int) -> bool:
    said, near = turn.said, range(max(0, at - 4), min(len(turn.said.words), at + 5))
    word = said.words[at]
    told = word.startswith("получ") or word == "заработает"
    told = told or any(said.words[i] in _READY_BESIDE or said.stems[i] in _PAPERS for i in near)
    return told and turn.dated(at) and not turn.begins(at)


def _charged(names: People, said: Said, at: int) -> str | None:
    """Who is made responsible by the word at `at`."""
    words, sentence = said.words, said.sentence(at)
    behind = range(at + 1, min(sentence.last, at + 3) + 1)
    if words[at] == "задача":
        places = [i for i in behind if words[i - 1] in ("на", "для", "у")]
    elif words[at].startswith("ответствен"):
        places = [*behind, *range(max(sentence.first, at - 2), at)]
    elif words[at] == "отвечает":
        places = list(range(max(sentence.first, at - 3), at)) if words[at + 1 : at + 2] == ["за"] else []
    elif at and words[at - 1] in ("на", "за", "с") and at < sentence.last:
        places = list(range(max(sentence.first, at - 3), at - 1))
    else:
        places = []
    return next((person for i in places if (person := names.named(said, i)) is not None), None)

"""The lists of phrases, read once from `data/*.toml`: a head of curators can read and extend them there."""

import tomllib
from collections.abc import Iterator
from pathlib import Path

import msgspec

from processors.phrases.pattern import Lists, Phrase, Strength, Topic, parse
from processors.russian.stems import stem
from processors.russian.words import plain

FOLDER = Path(__file__).parent / "data"


class Family(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Phrases that mean the same. `note` says to a person what belongs here. The rest as in `Phrase`."""

    name: str
    note: str
    phrases: list[str]
    strength: Strength = "critical"
    sure: float = 100.0
    unless: str = ""


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    family: list[Family]


def words() -> Lists:
    """The lists that phrases name as <name>."""
    return msgspec.convert(tomllib.loads(_read("words")), dict[str, str])


def phrases(topic: Topic, lists: Lists) -> Iterator[Phrase]:
    """The phrases of a topic. Raises ValueError or KeyError for a mistake in the file: it must not pass unseen."""
    for family in msgspec.convert(tomllib.loads(_read(topic)), _File).family:
        unless = frozenset(_spoilers(family.unless, lists))
        for pattern in family.phrases:
            yield parse(
                pattern,
                topic,
                family.name,
                lists=lists,
                unless=unless,
                strength=family.strength,
                sure=family.sure,
            )


def _spoilers(notation: str, lists: Lists) -> Iterator[str]:
    for word in notation.split():
        if word.startswith("<"):
            yield from _spoilers(lists[word.strip("<>")], lists)
        else:
            yield word if word.startswith("=") else stem(plain(word))


def _read(name: str) -> str:
    return (FOLDER / f"{name}.toml").read_text(encoding="utf-8")

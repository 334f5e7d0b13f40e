"""The lists and weights of this folder: `data/*.toml`, read once. What each is for stands there."""

import tomllib
from functools import lru_cache
from pathlib import Path

import msgspec

from processors.answers.forms import lemmas_of
from processors.russian.words import plain

FOLDER = Path(__file__).parent / "data"


class Group(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Words of one meaning. `words` ask for it and answer; `said` only answer. `why` says it to a person."""

    name: str
    why: str
    words: str
    said: str = ""

    def answering(self) -> tuple[str, ...]:
        """All its words, each once."""
        return tuple(dict.fromkeys(plain(f"{self.words} {self.said}").split()))


class Weights(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The numbers of `words.toml`, and the words that only ask."""

    asking: str
    synonym_weight: float
    saturation: float
    length_share: float
    half_life_days: float
    old_share: float
    same_share: float
    enough: float


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    group: list[Group]


def _read(name: str) -> bytes:
    return (FOLDER / f"{name}.toml").read_bytes()


WEIGHTS: Weights = msgspec.convert(tomllib.loads(_read("words").decode()), Weights)
ASKING = frozenset(plain(WEIGHTS.asking).split())
GROUPS: tuple[Group, ...] = tuple(msgspec.convert(tomllib.loads(_read("thesaurus").decode()), _File).group)


@lru_cache(1)
def groups_by_lemma() -> dict[str, tuple[Group, ...]]:
    """Which groups a lemma asks for."""
    found: dict[str, list[Group]] = {}
    for group in GROUPS:
        for word in plain(group.words).split():
            for lemma in lemmas_of(word):
                if group not in found.setdefault(lemma, []):
                    found[lemma].append(group)
    return {lemma: tuple(groups) for lemma, groups in found.items()}

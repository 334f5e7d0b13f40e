"""How a phrase is written down.

    мы *уходим|уйдём        two words in any order, not more than 2 + 4 words apart; each has its other forms after |
    *нашли другой_склад     words joined by _ stand together, in this order (one word may come between)
    не_будем *работать      a phrase with its own "не" is not guarded against negation

The starred word is the anchor, the verb as a rule. Words are compared by their stems, so a form needs its own entry
only where the stem changes (уходим, уйдём). As a verb, the anchor must not be in the third person, the second or the
past (товар уходит, вы уходите, они ушли), unless that form itself is listed.
"""

from dataclasses import dataclass

from processors.russian.words import plain

SLACK = 4
"""Words that may stand between those of a phrase, in all (research/domain.md 4.2)."""

BETWEEN = 1
"""Words that may stand between two joined ones: другой хороший склад."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One word of a phrase: all its forms, in lower case and without ё."""

    forms: tuple[str, ...]
    anchor: bool


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase as people say it (`text`), what it is about, and what to look for: groups of joined words.

    `unless` are words that make it mean something else when they follow or go before (see `benign`).
    """

    text: str
    topic: str
    groups: tuple[tuple[Wanted, ...], ...]
    unless: frozenset[str] = frozenset()

    @property
    def words(self) -> int:
        """How many words it has."""
        return sum(map(len, self.groups))

    @property
    def negative(self) -> bool:
        """Whether it holds its own "не"."""
        return any("не" in word.forms for group in self.groups for word in group)


def parse(pattern: str, topic: str, unless: frozenset[str] = frozenset()) -> Phrase:
    """A phrase from its notation. Raises ValueError unless it has exactly one anchor."""
    groups = tuple(tuple(map(_word, group.split("_"))) for group in pattern.split())
    if sum(word.anchor for group in groups for word in group) != 1:
        raise ValueError(f"a phrase has one anchor: {pattern!r}")
    text = " ".join(group.split("|")[0].lstrip("*") for group in pattern.replace("_", " ").split())
    return Phrase(text, topic, groups, unless)


def _word(notation: str) -> Wanted:
    forms = tuple(map(plain, notation.lstrip("*").split("|")))
    return Wanted(forms, notation.startswith("*"))

"""How a phrase is written down (`data/*.toml`; `lists` reads them).

    мы *уходим|уйдём        two words in any order, not more than 2 + 6 words apart; each has its other forms after |
    *нашли другой_склад     words joined by _ stand together, in this order (one word may come between)
    *уходим ~дорого|тариф   ~ is a clue: anywhere in the same sentence or in the ones beside it
    =друга                  this very form; without = a word stands for all words with its stem (друга, другой)
    <склад>                 the list of that name in `data/words.toml`
    не_будем *работать      a phrase with its own "не" is not guarded against negation

The starred word is the anchor, the verb as a rule. As a verb, the anchor must not be in the third person, the second or
the past (товар уходит, вы уходите, они ушли), unless that form itself is listed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from processors.russian.words import plain

SLACK = 6
"""Words that may stand between those of a phrase, in all. From `FREE` on each costs `matcher.FAR_COSTS` points."""

FREE = 4
"""research/domain.md 4.2: found at once."""

BETWEEN = 1
"""Words that may stand between two joined ones: другой хороший склад."""

Topic = Literal["leaving", "competitor", "complaint", "loss", "legal", "payment"]

Strength = Literal["info", "warning", "critical"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """One word of a phrase: the forms it is recognised by, lower case, no ё. A form with = stands for itself only."""

    forms: tuple[str, ...]
    anchor: bool


Group = tuple[Wanted, ...]


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase as people say it (`text`), what it is about, and what to look for: groups of joined words, and clues.

    `sure` (0..100) is the score of a match letter by letter. `strength` is what it is worth when nothing softens it.
    `unless` are stems that make it mean something else when they follow or go before (see `benign`).
    """

    text: str
    topic: Topic
    family: str
    groups: tuple[Group, ...]
    clues: tuple[Group, ...] = ()
    unless: frozenset[str] = frozenset()
    strength: Strength = "critical"
    sure: float = 100.0

    @property
    def words(self) -> int:
        """How many words it has, clues aside."""
        return sum(map(len, self.groups))

    @property
    def negative(self) -> bool:
        """Whether it holds its own "не"."""
        return any("=не" in word.forms for group in self.groups for word in group)

    @property
    def anchor(self) -> Wanted:
        """The word to look for first."""
        return next(word for group in self.groups for word in group if word.anchor)


Lists = Mapping[str, str]
"""Name of a list → its words."""


def parse(
    pattern: str,
    topic: Topic,
    family: str = "",
    *,
    lists: Lists | None = None,
    unless: frozenset[str] = frozenset(),
    strength: Strength = "critical",
    sure: float = 100.0,
) -> Phrase:
    """A phrase from its notation. Raises ValueError for a mistake in it, KeyError for an unknown list."""
    named = lists or {}
    parts = pattern.split()
    groups = tuple(_group(part, named) for part in parts if not part.startswith("~"))
    clues = tuple(_group(part[1:], named) for part in parts if part.startswith("~"))
    if sum(word.anchor for group in groups for word in group) != 1:
        raise ValueError(f"a phrase has one anchor: {pattern!r}")
    text = " ".join(word.forms[0].lstrip("=") for group in groups for word in group)
    return Phrase(text, topic, family, groups, clues, unless, strength, sure)


def _group(notation: str, lists: Lists) -> Group:
    return tuple(_word(word, lists) for word in notation.split("_"))


def _word(notation: str, lists: Lists) -> Wanted:
    forms: list[str] = []
    for form in notation.removeprefix("*").split("|"):
        if form.startswith("<"):
            if not form.endswith(">"):
                raise ValueError(f"the name of a list has no _ and ends with >: {notation!r}")
            forms += _forms(lists[form[1:-1]])
        else:
            forms += _forms(form)
    return Wanted(tuple(dict.fromkeys(forms)), notation.startswith("*"))


@lru_cache
def _forms(words: str) -> Sequence[str]:
    """As texts are asked for them. Kept, for many phrases name the same list."""
    return [_exact_if_short(plain(form)) for form in words.split()]


def _exact_if_short(form: str) -> str:
    """The stem of a word of one or two letters is shared by too many."""
    return form if form.startswith("=") or len(form) > 2 else f"={form}"

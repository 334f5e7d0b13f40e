"""Which words of the phrases a word of a text may stand for, in any inflection and with one letter wrong."""

from collections.abc import Iterable
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from processors.phrases.known import Known
from processors.phrases.pattern import Wanted
from processors.russian.dictionary import is_word
from processors.russian.stems import CACHED, stem
from processors.russian.words import plain, word_list

EXACT = 100.0

MISSPELT = 85.0
"""Points of a word with a letter wrong: a phrase of two words stays above `AT_ONCE`, one with a single word on it."""

LONG = 8
"""Letters of a stem that may have a wrong one (research/signals.md 8): at a ratio of 80 `ресторан` was `расторг-`."""

IN_TWO = 90.0
"""Points of a word that is written as two."""

JOINED_FROM, LONGEST_HALF = 4, 4
"""A word written in two ("рас торгнуть") is tried when its first half is so short."""

PREFIXES = frozenset(word_list("рас раз пере рос"))
"""Halves that the dictionary knows as rare words (many a race), and that people mean as prefixes."""

NOT_OURS = tuple(word_list("т тся те тесь шь шься л ла ло ли лся лась лось лись ий ая ое ие"))
"""Endings of verbs (and participles) whose subject is not "я" or "мы", or may not be (товар уходит, они ушли)."""

NOUNS = frozenset(
    word_list(
        "уход ухода уходу уходом уходе уходы переход переходу перехода переходом переходе смена смены смене "
        "смену сменой"
    )
)
"""Nouns with the stem of a verb in the lists: уход за товаром, переход на новый тариф."""

NEITHER, BEGINS, ANCHOR = range(3)
"""What a word is to the anchors: nothing, perhaps the first half of one, one itself."""

Near = tuple[tuple[int, float], ...]
"""Indices of phrase words, each with its score 85..100."""


def bits(numbers: Iterable[int]) -> int:
    """A set of small numbers as one number: a dozen of them are united, and compared, in the time of one set."""
    return sum(1 << number for number in set(numbers))


class Spelling:
    """The words of a list of phrases, indexed by what a text may write for them."""

    def __init__(self, words: Iterable[Wanted]) -> None:
        self._words = list(dict.fromkeys(words))
        self.index = {word: number for number, word in enumerate(self._words)}
        self._by_form: dict[str, list[int]] = {}
        self._by_stem: dict[str, list[int]] = {}
        for number, word in enumerate(self._words):
            for form in word.forms:
                owners = (
                    self._by_form.setdefault(form[1:], [])
                    if form.startswith("=")
                    else self._by_stem.setdefault(stem(form), [])
                )
                if number not in owners:
                    owners.append(number)
        self._long = [base for base in self._by_stem if len(base) >= LONG]
        self._heads = {form.lstrip("=")[:JOINED_FROM] for word in self._words if word.anchor for form in word.forms}
        self.near = lru_cache(CACHED)(self._near)
        self.anchors = Known(self._anchor)
        self.meant = Known(self._meant)
        self.bits = Known(self._bits)

    def joined(self, first: str, second: str) -> Near:
        """What two words mean that are one: only where neither is a word by itself ("на складе" is no "складе")."""
        first, second = plain(first), plain(second)
        if not _no_word(first) or is_word(second):
            return ()
        return tuple((number, IN_TWO) for number, score in self.near(first + second) if score == EXACT)

    def _near(self, token: str) -> Near:
        word = plain(token)
        base = stem(word)
        numbers = dict.fromkeys(self._by_form.get(word, ()), EXACT)
        for number in self._by_stem.get(base, ()):
            if self._fits(word, self._words[number]):
                numbers[number] = EXACT
        if not numbers and len(base) >= LONG - 1 and base not in self._by_stem:
            numbers = dict.fromkeys(self._misspelt(word, base), MISSPELT)
        return tuple(numbers.items())

    def _meant(self, token: str) -> tuple[int, ...]:
        """The anchors that it may stand for."""
        return tuple(number for number, _ in self.near(token) if self._words[number].anchor)

    def _bits(self, token: str) -> int:
        """All words that it may stand for, as a set: a bit each."""
        return bits(number for number, _ in self.near(token))

    def _misspelt(self, word: str, base: str) -> Iterable[int]:
        found = process.extract(base, self._long, scorer=Levenshtein.distance, score_cutoff=1, limit=None)
        if not found or is_word(word):
            return
        for near, _, _ in found:
            for number in self._by_stem[near]:
                if self._fits(word, self._words[number]):
                    yield number

    def _fits(self, word: str, wanted: Wanted) -> bool:
        if not wanted.anchor or word in wanted.forms:
            return True
        return word not in NOUNS and not word.endswith(NOT_OURS)

    def _anchor(self, token: str) -> int:
        if any(self._words[number].anchor for number, _ in self.near(token)):
            return ANCHOR
        word = plain(token)
        begins = 1 < len(word) <= LONGEST_HALF and any(head.startswith(word[:JOINED_FROM]) for head in self._heads)
        return BEGINS if begins and _no_word(word) else NEITHER


def _no_word(half: str) -> bool:
    return half in PREFIXES or not is_word(half)

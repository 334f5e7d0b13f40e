"""Which words of the phrases a word of a text may stand for, in any inflection and with a misspelling."""

from collections.abc import Iterable
from functools import lru_cache

from rapidfuzz import fuzz, process

from processors.phrases.pattern import Wanted
from processors.russian.stems import CACHED, stem
from processors.russian.words import plain, word_list

NEAR = 80.0
"""Least `fuzz.ratio` of two stems (research/domain.md 4.2: recall 0.82, 3-5 % false)."""

EXACT_UP_TO = 4
"""Shorter stems must be the same: one letter of four makes another word (нашл-, наш)."""

JOINED_FROM, LONGEST_HALF = 4, 4
"""A word written in two ("рас торгнуть") is tried when its first half is so short; a longer half is near by itself."""

NOT_OURS = tuple(word_list("т тся те тесь шь шься л ла ло ли лся лась лось лись ий ая ое ие"))
"""Endings of verbs (and participles) whose subject is not "я" or "мы", or may not be (товар уходит, они ушли)."""

NOUNS = frozenset(word_list("уход ухода уходу уходом уходе уходы переход переходу перехода переходом переходе"))
"""Nouns with the stem of a verb in the lists: уход за товаром, переход на новый тариф."""

Near = tuple[tuple[int, float], ...]
"""Indices of phrase words, each with its score 80..100."""


class Spelling:
    """The words of a list of phrases, indexed by what a text may write for them."""

    def __init__(self, words: Iterable[Wanted]) -> None:
        self._words = list(dict.fromkeys(words))
        self.index = {word: number for number, word in enumerate(self._words)}
        self._owners: dict[str, list[int]] = {}
        for number, word in enumerate(self._words):
            for form in word.forms:
                owners = self._owners.setdefault(stem(form), [])
                if number not in owners:
                    owners.append(number)
        self._stems = list(self._owners)
        self._heads = {form[:JOINED_FROM] for word in self._words if word.anchor for form in word.forms}
        self.near = lru_cache(CACHED)(self._near)
        self.is_anchor = lru_cache(CACHED)(self._is_anchor)
        self.may_begin_anchor = lru_cache(CACHED)(self._may_begin_anchor)

    def _near(self, token: str) -> Near:
        word = plain(token)
        base = stem(word)
        scores: dict[int, float] = {}
        for found, score, _ in process.extract(base, self._stems, scorer=fuzz.ratio, score_cutoff=NEAR, limit=None):
            if score < 100 and min(len(base), len(found)) <= EXACT_UP_TO:
                continue
            for number in self._owners[found]:
                if score > scores.get(number, 0.0) and self._fits(word, self._words[number]):
                    scores[number] = score
        return tuple(scores.items())

    def _fits(self, word: str, wanted: Wanted) -> bool:
        if not wanted.anchor or word in wanted.forms:
            return True
        return word not in NOUNS and not word.endswith(NOT_OURS)

    def _is_anchor(self, token: str) -> bool:
        return any(self._words[number].anchor for number, _ in self.near(token))

    def _may_begin_anchor(self, token: str) -> bool:
        word = plain(token)
        return 1 < len(word) <= LONGEST_HALF and any(head.startswith(word[:JOINED_FROM]) for head in self._heads)

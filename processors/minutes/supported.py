"""Whether words claim no more than the words they stand on: figures, days, units, names, deeds, negations.

Strict on what can do harm: each figure, day, unit and name, each deed told as done and each negation must be in the
evidence. Lenient on the rest: most of the other words will do. What a paraphrase loses by it is only its words.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from processors.minutes.compared import WORD, comparable, compared
from processors.minutes.quantities import agree, figures
from processors.minutes.vocabulary import vocabulary
from processors.pseudonyms.masking import TOKEN
from processors.russian.dictionary import grammar, is_word, name_reading
from processors.russian.numerals import is_number
from processors.russian.stems import stem

_DATA = vocabulary("supported")
_NEUTRAL, _EMPTY, _PASSED, _HARMLESS = (_DATA.words(name) for name in ("neutral", "empty", "passed", "harmless"))
_NEGATIONS, _OPENERS = _DATA.words("negations"), _DATA.words("openers")
_PRECISE = tuple(sorted(_DATA.words("measures") | _DATA.words("values")))
_WISHES, _SUBJECTS = _DATA.words("wishes"), _DATA.words("subjects")

SHARE = 0.6
"""Of the words that are neither figure nor name nor deed: decided. A paraphrase keeps its nouns, an invention few."""
_LETTERS = 3
"""Shorter words are prepositions and pronouns."""
_NAME = 0.7
"""Share of names among a word's readings from which it is a name in any letters."""
_KIN, _KIN_SHARE = 4, 0.75
"""Letters, and share of the shorter stem, that two words of one family have in common: "подня", "поднима"."""
_REACH = 1
"""Words that one negation turns, those between them apart."""

_GLUED_NEGATION = re.compile(r"не(?=довол|соглас|возмож|удоб|выгод|верн|прав|готов)")
_PARTS = re.compile(r"[,;:()]|\s[—–-]\s|\s(?:и|а|но)\s")


@dataclass(frozen=True, slots=True)
class Evidence:
    """What words stand on: the quote first, whose figures alone count, and what was said beside it."""

    texts: tuple[str, ...]
    stems: frozenset[str]
    lemmas: frozenset[str]
    done: frozenset[str]
    affirmed: frozenset[str]
    denied: frozenset[str]


def evidence(quote: str, near: Iterable[str] = (), names: Collection[str] = (), of: str = "") -> Evidence:
    """Evidence of a quote. `near` was said beside it, `names` are stems of people who are known, `of` is the list that
    the item stands in."""
    texts = (quote, *near)
    words = [word for text in texts for word in comparable(text)]
    lemmas = frozenset(lemma for word in words for lemma in grammar(word).lemmas)
    listed = _DATA.words(of) if of else frozenset()
    affirmed, denied = _turned("\n".join([*texts, *listed]))
    return Evidence(
        texts,
        frozenset(map(stem, words)).union(names),
        lemmas | listed,
        frozenset(stem for text in texts for stem in _done(text)),
        affirmed,
        denied,
    )


def _done(text: str) -> Iterator[str]:
    """Stems of deeds that are told as done; not those that are wished for: "чтобы вы его взяли"."""
    wished = False
    for found in WORD.findall(text):
        word = compared(found)
        if word in _WISHES:
            wished = True
        elif not word[0].isalnum() or (word in _OPENERS and word not in _SUBJECTS):
            wished = False
        elif grammar(word).done and not wished:
            yield stem(word)


def supports(held: Evidence, claim: str) -> bool:
    """Whether the evidence says all that the claim says. A claim without any word of its own is supported."""
    if any(token[0] not in text for token in TOKEN.finditer(claim) for text in held.texts[:1]):
        return False
    affirmed, denied = _turned(claim)
    if _meet(affirmed, held.denied - held.affirmed) or not all(_meet([root], held.denied) for root in denied):
        return False
    return agree(claim, held.texts[0]) and _worded(held, claim)


def keeps_the_turn(text: str, cut: str, entire: str) -> bool:
    """Whether a text denies what a quote denies in its entire form, but not as it was cut."""
    return _meet(_turned(text)[1], _turned(entire)[1] - _turned(cut)[1])


def names_only(held: Evidence, title: str) -> bool:
    """Whether a title has no name, figure, token or deed that the evidence has not; its other words are free."""
    if TOKEN.search(title) or not set(figures(title)) <= set(figures(held.texts[0])):
        return False
    return not any(unsaid for _, unsaid in _judged(held, title))


def told(held: Sequence[Evidence], sentence: str) -> bool:
    """Whether one item says the sentence, or each of its parts is said by one."""
    if any(supports(item, sentence) for item in held):
        return True
    parts = [part for part in _PARTS.split(sentence) if content_words(part) or figures(part)]
    return len(parts) > 1 and all(told(held, part) for part in parts)


def discussed(heard: Collection[str], sentence: str) -> bool:
    """Whether a sentence only says what was spoken about, without figures: "Обсудили отгрузки на Озон". `heard` are the
    stems of all that was said."""
    deeds = [word for word in comparable(sentence) if grammar(word).acts and not _neutral(word)]
    words = content_words(sentence)
    return bool(words) and not figures(sentence) and not deeds and not TOKEN.search(sentence) and words <= set(heard)


def content_words(text: str) -> frozenset[str]:
    """Stems of the words that carry sense; figures are none."""
    return frozenset(
        stem(word) for word in comparable(text) if len(word) >= _LETTERS and not _neutral(word) and not is_number(word)
    )


def _worded(held: Evidence, claim: str) -> bool:
    known = unknown = 0
    for said, invented in _judged(held, claim):
        if invented:
            return False
        known, unknown = known + said, unknown + (not said)
    return known >= SHARE * (known + unknown)


def _judged(held: Evidence, claim: str) -> Iterator[tuple[bool, bool]]:
    """For each word that counts: whether the evidence has it, and whether it must."""
    opens = True
    for found in WORD.finditer(claim):
        written, word = found[0], compared(found[0])
        if not word[0].isalpha() or is_number(word):
            opens = opens and not word[0].isdigit() if written not in ".!?\n" else True
            continue
        said = _said(held, word)
        must = word.startswith(_PRECISE) or _names(written, word, opens) or _acts_alone(word)
        if must or (len(word) >= _LETTERS and not _neutral(word)):
            yield said, must and not said
        opens = False


def _said(held: Evidence, word: str) -> bool:
    """Whether the evidence has a word of the family; of a deed that is told as done, one that is done there too."""
    shape, root = grammar(word), stem(word)
    if shape.done and not _neutral(word):
        return any(_kin(root, other) for other in held.done) or not shape.lemmas.isdisjoint(held.lemmas & _LISTED)
    return (
        root in held.stems or not shape.lemmas.isdisjoint(held.lemmas) or any(_kin(root, other) for other in held.stems)
    )


def _acts_alone(word: str) -> bool:
    return grammar(word).acts and not _neutral(word)


def _names(written: str, word: str, opens: bool) -> bool:
    """Whether a word names somebody or something: by its capital, its Latin letters, or the dictionary."""
    if written[0].isupper() and (not opens or not is_word(word)):
        return True
    return word.isascii() or (is_word(word) and name_reading(word).share >= _NAME)


def _neutral(word: str) -> bool:
    return not grammar(word).lemmas.isdisjoint(_NEUTRAL | _EMPTY)


def _kin(one: str, other: str) -> bool:
    same = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    return one == other or (same >= _KIN and same >= _KIN_SHARE * min(len(one), len(other)))


def _turned(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """Stems of the words that are said, and of those that are denied."""
    affirmed: set[str] = set()
    denied: set[str] = set()
    reach, last = 0, ""
    for found in WORD.finditer(text):
        word = compared(found[0])
        if not word[0].isalnum() or word in _OPENERS:
            reach, last = 0, ""
        elif word in _NEGATIONS:
            reach = _REACH
        elif word in _HARMLESS and reach == _REACH:
            reach = 0
        elif word in _PASSED and not word.startswith("готов"):
            if reach and last:  # "усиливать не будут"
                denied.add(last)
                affirmed.discard(last)
        elif len(word) >= _LETTERS:
            bare = _GLUED_NEGATION.sub("", word)
            last = _root(bare)
            (denied if reach or bare != word else affirmed).add(last)
            reach = max(0, reach - 1)
    return frozenset(affirmed), frozenset(denied)


def _root(word: str) -> str:
    """What a word is compared by where its turn matters: the stem of its lemma, one for "согласен" and "согласны"."""
    return stem(min(grammar(word).lemmas, default=word))


def _meet(some: Collection[str], others: Collection[str]) -> bool:
    return any(_kin(one, other) for one in some for other in others)


_LISTED = frozenset().union(
    *(
        _DATA.words(of)
        for of in ("decisions", "actions", "pains", "conflicts", "competitors", "open_questions", "facts")
    )
)
"""Words that lists say of their items, done or not."""

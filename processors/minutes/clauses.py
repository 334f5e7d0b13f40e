"""Where a clause ends in words that nobody punctuated: at a pause, before a conjunction, between two verbs.

Between two predicates (посчитаю | расчёт отправлю завтра) the border stands before what joins them, else before the
second one's subject, else before the words that go with it. It parts sentences, unless one hangs on the other.
"""

from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise

from processors.minutes.vocabulary import vocabulary
from processors.russian.grammar import Reading, reading
from processors.russian.numerals import is_number, numbers

_DATA = vocabulary("clauses")

SENTENCE, CLAUSE = 2, 1
"""What a border parts."""

SHORTEST = 2
"""Words; fewer before an opener are part of the opening: ну | тогда давайте."""

_CALLS = _DATA.words("calls")
_OPENERS = _DATA.words("openers")
_JOINS = _DATA.words("joins")
_GOVERNS = _DATA.words("governs")
_SUBJECTS = _DATA.words("subjects")
_NO_PREDICATES = _DATA.words("no_predicates")
_BEING = _DATA.words("being")
_DAYS = frozenset({"сегодня", "завтра", "послезавтра"})
_LEANS = _DATA.words("leans")


def borders(words: Sequence[str], pauses: Collection[int]) -> dict[int, int]:
    """The words that begin a sentence or a clause. `pauses`: those before which the speaker stopped for a moment."""
    whole = {at for number in numbers(words) for at in range(number.first + 1, number.last + 1)}
    found: dict[int, int] = {}
    begun = 0
    for at, word in enumerate(words):
        calls = word in _CALLS and at > begun  # договорились | слушай
        if (at - begun >= SHORTEST and word in _OPENERS) or calls:
            contrast = word == "а" and not any(map(_hangs_on, words[begun:at]))  # короба твои, а скотч наш
            found[at] = CLAUSE if contrast else SENTENCE
            begun = at
        elif at and word in _JOINS and words[at - 1] != "так":  # так и сделаем
            found[at] = CLAUSE
    for one, other in pairwise(_predicates(words)):
        if any(one < at <= other for at in found):
            continue
        at = _between(words, one, other, pauses)
        if at in whole:
            at = _start_of_number(words, at, whole)
        if at > one:
            found[at] = SENTENCE
    for at in pauses:
        if at >= SHORTEST and words[at] in _SUBJECTS:
            found.setdefault(at, SENTENCE)
    return _bound(words, found)


def _bound(words: Sequence[str], found: dict[int, int]) -> dict[int, int]:
    """What stands behind a condition is bound to it: если рейс пройдёт | поставим ещё один."""
    bound: dict[int, int] = {}
    governed = words[:1] != [] and words[0] in _GOVERNS
    for at in sorted(found):
        bound[at] = CLAUSE if governed else found[at]
        governed = words[at] in _GOVERNS
    return bound


def _hangs_on(word: str) -> bool:
    """Whether a clause may hang on the word."""
    return word not in _NO_PREDICATES and not is_number(word) and reading(word).predicate


def _predicates(words: Sequence[str]) -> Iterator[int]:
    """The words on which clauses hang; of "будет готово" only the second."""
    for at, word in enumerate(words):
        if not _hangs_on(word):
            continue
        behind = words[at + 1 : at + 3]
        if word in _BEING and any(reading(one).part in ("ADJS", "PRTS", "INFN", "PRED") for one in behind):
            continue
        yield at


def _between(words: Sequence[str], one: int, other: int, pauses: Collection[int]) -> int:
    """The word that begins the clause of the second predicate."""
    stopped = [at for at in range(one + 1, other + 1) if at in pauses]
    if stopped:
        return stopped[-1]
    subjects = [at for at in range(one + 1, other) if words[at] in _SUBJECTS]
    if subjects:
        return _leaning(words, one, subjects[-1])
    at = _leaning(words, one, other)
    chunks = list(_chunks(words, one + 1, at))
    if not chunks:
        return at
    start = chunks[-1]
    if len(chunks) > 1 and reading(words[start]).part == "PREP" and _names(words, chunks[-2], other):
        start = chunks[-2]  # отправлю завтра | сборка у нас стоит
    needs = len(chunks) > 1 or _names(words, start, other)
    return _leaning(words, one, start, _DAYS) if needs else at


def _names(words: Sequence[str], start: int, verb: int) -> bool:
    """Whether a group of words between two verbs is the second one's subject: марина | склад работает."""
    head = reading(words[start])
    return "nomn" in head.cases and "accs" not in head.cases and reading(words[verb]).person in ("3", "")


def _leaning(words: Sequence[str], one: int, at: int, but: frozenset[str] = frozenset()) -> int:
    """Back over the words that lean on what stands behind them: не, уже; завтра leans on a verb, on no noun."""
    while at - 1 > one and words[at - 1] in _LEANS - but:
        at -= 1
        if words[at] == "потом":  # пришлю завтра | потом сборщик берёт
            break
    return at


def _start_of_number(words: Sequence[str], at: int, whole: Collection[int]) -> int:
    """No number is cut, nor parted from its preposition: на сто восемьдесят тысяч."""
    while at in whole:
        at -= 1
    return at - 1 if at and reading(words[at - 1]).part == "PREP" else at


def _chunks(words: Sequence[str], first: int, end: int) -> Iterator[int]:
    """Where the groups of a noun with what goes with it begin: в среду | новый прайс на хранение."""
    begun = False
    for at in range(first, end):
        here, before = reading(words[at]), reading(words[at - 1])
        opens = here.part == "PREP" or ((here.modifies or here.noun) and not _goes_on(before, here))
        if opens or not begun:
            begun = True
            yield at


def _goes_on(before: Reading, here: Reading) -> bool:
    if before.part == "PREP" or before.modifies:
        return True
    return bool(before.noun and "gent" in here.cases)

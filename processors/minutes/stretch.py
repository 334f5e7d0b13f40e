"""Which words around a verb or a number make an item: its clause, and the clauses that say nothing without it."""

from collections.abc import Sequence

from processors.minutes.due import Due
from processors.minutes.vocabulary import vocabulary
from processors.minutes.words import Said
from processors.russian.grammar import reading

_DATA = vocabulary("stretch")

LONGEST = 26
"""Words; who reads a list reads no longer ones."""

BARE = 3
"""Words; so few are quoted with what opens them: да, сделаю."""

_HANGS = _DATA.words("hangs")
_CONDITIONS = _DATA.words("conditions")
_OPENS = _DATA.words("opens")


def stretch(said: Said, at: int, run: Sequence[Due] = ()) -> tuple[int, int]:
    """First and last token (inclusive) of what belongs to token `at`; the times of `run` belong to it."""
    sentence, clause = said.sentence(at), said.clause(at)
    first, last = clause.start, clause.stop - 1
    while last < sentence.last:
        following = said.clause(last + 1)
        conditional = said.words[first] in _CONDITIONS and last == clause.stop - 1
        if not (conditional or _follows(said, following)) or following.stop - first > LONGEST:
            break
        last = following.stop - 1
    while first > sentence.first:
        before = said.clause(first - 1)
        bare = last - first < BARE and _OPENS.issuperset(said.words[i] for i in before)
        if not (bare or _leads(said, before, first)) or last - before.start >= LONGEST:
            break
        first = before.start
    for due in run:
        if sentence.first <= due.first and due.last <= sentence.last and max(last, due.last) - first < LONGEST:
            first, last = min(first, due.first), max(last, due.last)
    return _shortened(said, first, last, at)


def _shortened(said: Said, first: int, last: int, at: int) -> tuple[int, int]:
    """At most `LONGEST` words around the token, no number cut."""
    if last - first < LONGEST:
        return first, last
    first = max(first, at - LONGEST // 2)
    last = min(last, first + LONGEST - 1)
    for number in said.numbers:
        if number.first < first <= number.last:
            first = number.first
        if number.first <= last < number.last:
            last = number.last
    return first, last


def _follows(said: Said, clause: range) -> bool:
    """что вы просили; с актом и накладной; и отпишусь: no sense by itself."""
    opening = said.words[clause.start]
    return opening in _HANGS or not any(reading(said.words[i]).predicate for i in clause)


def _leads(said: Said, clause: range, first: int) -> bool:
    """по штрафу: компенсируем; without what only opens a remark: хорошо, да."""
    if said.words[first] in _HANGS or said.words[clause.start] in _CONDITIONS:
        return True
    words = [said.words[i] for i in clause]
    if len(clause) < 2 or any(reading(word).predicate for word in words):
        return False
    return not _OPENS.issuperset(words) and any(reading(word).noun for word in words)

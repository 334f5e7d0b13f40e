"""Finals that have words, and where in the recording those lie, also where the service tells no times. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from streams.speech.speechkit_answers import Final

Timed = tuple[str, int, int]
"""A word and its start and end, in ms of the recording."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """A final that has words. `timed` in the recording's time, `exact` if the service told each word's; None without
    any times. `upto_ms` is where the cursor stood. `whole` unless some of its words were known, so that its texts are
    not those of its words."""

    index: int
    text: str
    words: tuple[str, ...]
    timed: tuple[Timed, ...] | None
    exact: bool
    upto_ms: int
    whole: bool = True

    @property
    def end_ms(self) -> int:
        return self.timed[-1][2] if self.timed else 0


def timed_words(final: Final, words: Sequence[str], base_ms: int, *, exact: bool) -> tuple[Timed, ...] | None:
    """The words in the recording's time; where only the whole final has times they are spread over it."""
    if exact:
        return tuple((text, base_ms + start, base_ms + end) for text, start, end in final.words)
    if final.end_ms:
        return _spread(words, base_ms + final.start_ms, base_ms + final.end_ms)
    return None


def same_word(one: Timed, other: Timed) -> bool:
    """The same word, and at the same time: more than half of the shorter one lies in the longer. The first may have
    no time, then its text must do."""
    common = min(one[2], other[2]) - max(one[1], other[1])
    at_once = not one[2] or common * 2 > min(one[2] - one[1], other[2] - other[1])
    return at_once and _letters(one[0]) == _letters(other[0])


def _letters(word: str) -> str:
    """At the start of a sentence it has a capital, at its end a full stop."""
    return "".join(filter(str.isalnum, word.casefold())) or word


def placed(finals: Sequence[Spoken], from_ms: int, to_ms: int) -> Iterator[Sequence[Timed]]:
    """The words of each final with times; those without any are put between their neighbours, by their length."""
    at_ms, done = from_ms, 0
    for told, group in groupby(finals, lambda final: final.timed is not None):
        run = list(group)
        done += len(run)
        if told:
            yield from (final.timed or () for final in run)
            at_ms = max(at_ms, *(final.end_ms for final in run))
        else:
            after = finals[done].timed if done < len(finals) else None
            yield from _between(run, at_ms, after[0][1] if after else to_ms)


def _between(run: Sequence[Spoken], at_ms: int, until_ms: int) -> Iterator[Sequence[Timed]]:
    """A cursor that moved says where a final ended at the latest; those with one edge share the time up to it."""
    edge, edges = at_ms, []
    for final in run:
        edge = min(max(edge, final.upto_ms), max(until_ms, at_ms))
        edges.append((edge, final))
    for end_ms, group in groupby(edges, lambda pair: pair[0]):
        finals = [final for _, final in group]
        spread = iter(_spread([word for final in finals for word in final.words], at_ms, end_ms))
        yield from ([next(spread) for _ in final.words] for final in finals)
        at_ms = end_ms


def _spread(words: Sequence[str], start_ms: int, end_ms: int) -> tuple[Timed, ...]:
    """Over the time, each by its length."""
    letters = sum(len(word) + 1 for word in words)
    timed, done = [], 0
    for word in words:
        begin = start_ms + (end_ms - start_ms) * done // letters
        done += len(word) + 1
        timed.append((word, begin, start_ms + (end_ms - start_ms) * done // letters))
    return tuple(timed)

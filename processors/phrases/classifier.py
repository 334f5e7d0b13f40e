"""What a passage is about by all its words together: for what is said in other words than any list has.

A linear classifier for each topic, learned by `python -m bench.classifier` (L1 logistic regression, so that some
hundred weights a topic are left, and a person can read them in `data/weights.tsv`):

    odds = bias + the weights of the passage's distinct words, and of distinct pairs of stems up to `APART` words apart

A word brings the weights of itself (`=word`), of its stem, and of its parts of four and five letters (`#part`; `_` is
where a word begins or ends): so it is known in another form, or with a letter wrong.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Final, TypeAlias

from msgspec import convert

from processors.phrases.known import Known
from processors.phrases.pattern import Topic
from processors.russian.stems import stem
from processors.russian.words import plain

FILE: Final = Path(__file__).parent / "data" / "weights.tsv"

BIAS: Final = "bias"

APART: Final = 3
"""Words between which a pair counts, the second of them included."""

PARTS: Final = (4, 5)
"""Letters of a word's parts."""

Odds = Mapping[Topic, float]
"""How much rather a passage is about each topic than not: the logarithm of the odds."""


Said: TypeAlias = Sequence[float]
"""Weights, one a topic."""


class _Word:
    """What a word says alone, and the most of it for any topic; its stem; and what it says with stems behind it."""

    __slots__ = ("alone", "before", "most", "stem", "word")

    def __init__(self, word: str, alone: Said, before: Mapping[str, Said]) -> None:
        self.word, self.stem, self.alone, self.before = word, stem(word), alone, before
        self.most = max(0.0, *alone)


class Classifier:
    """The weights in `file`, read for the first passage that is asked about."""

    def __init__(self, file: Path = FILE) -> None:
        self._file = file
        self._words = Known(self._word)
        self._tokens = Known(lambda token: self._words[plain(token)])

    def reaches(self, odds: float, tokens: Sequence[str]) -> bool:
        """Whether the odds of any topic are so high. Of most passages a quick upper bound says that they are not."""
        words = list(map(self._tokens.__getitem__, tokens))
        most = sum([word.most for word in words], self._most)
        if most < odds:
            most += sum([max(0.0, *numbers) for _, _, numbers in _together(words)])
        return most >= odds and max(self.odds(tokens).values()) >= odds

    def odds(self, tokens: Sequence[str]) -> Odds:
        """Of these words, as they are written."""
        words = list(map(self._tokens.__getitem__, tokens))
        alone = {word.word: word.alone for word in words}
        together = {(first, second): numbers for first, second, numbers in _together(words)}
        columns = zip(self._weights[BIAS], *alone.values(), *together.values(), strict=True)
        return dict(zip(self.topics, map(sum, columns), strict=True))

    def weight(self, token: str, topic: Topic) -> float:
        """What the word alone says for the topic."""
        return self._tokens[token].alone[self.topics.index(topic)]

    @cached_property
    def topics(self) -> Sequence[Topic]:
        """In the order of the file's columns."""
        return convert(self._lines[0].split("\t")[1:], list[Topic])

    @cached_property
    def _weights(self) -> Mapping[str, Said]:
        """Feature → one number a topic."""
        rows = (line.split("\t") for line in self._lines[1:])
        return {feature: [float(number or 0) for number in numbers] for feature, *numbers in rows}

    @cached_property
    def _nothing(self) -> Said:
        return [0.0] * len(self.topics)

    @cached_property
    def _most(self) -> float:
        """Before any word."""
        return max(self._weights[BIAS])

    @cached_property
    def _pairs(self) -> Mapping[str, Mapping[str, Said]]:
        """First stem → second stem → one number a topic."""
        found: dict[str, dict[str, Said]] = {}
        for feature, numbers in self._weights.items():
            first, _, second = feature.partition(" ")
            if second:
                found.setdefault(first, {})[second] = numbers
        return found

    @cached_property
    def _lines(self) -> Sequence[str]:
        return self._file.read_text(encoding="utf-8").splitlines()

    def _word(self, word: str) -> _Word:
        known = [self._weights[feature] for feature in features(word) if feature in self._weights]
        alone = [*map(sum, zip(*known, strict=True))] if known else self._nothing
        return _Word(word, alone, self._pairs.get(stem(word), {}))


def _together(words: Sequence[_Word]) -> Sequence[tuple[str, str, Said]]:
    """The pairs that have weights: both stems, and these."""
    return [
        (word.stem, near.stem, word.before[near.stem])
        for at, word in enumerate(words)
        if word.before
        for near in words[at + 1 : at + 1 + APART]
        if near.stem in word.before
    ]


def features(word: str) -> Iterator[str]:
    """What a word (lower case, no ё) brings."""
    yield f"={word}"
    yield stem(word)
    whole = f"_{word}_"
    for length in PARTS:
        for start in range(len(whole) - length + 1):
            yield f"#{whole[start : start + length]}"


def pairs(tokens: Sequence[str]) -> Iterator[str]:
    """Stems that stand together, in their order."""
    stems = [stem(plain(token)) for token in tokens]
    for at, first in enumerate(stems):
        for second in stems[at + 1 : at + 1 + APART]:
            yield f"{first} {second}"

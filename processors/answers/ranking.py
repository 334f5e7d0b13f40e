"""Which passages of one client answer best: BM25 over terms and synonyms, times how fresh they are. Pure.

    score(p) = Σ over terms t of p:  weight(t) · idf(t) · tf · (k + 1) / (tf + k · (1 − b + b · length / mean length))
    idf(t) = ln(1 + (N − n + 0.5) / (n + 0.5))      Robertson, Zaragoza: The Probabilistic Relevance Framework (2009)
    rank(p) = score(p) · (0.7 + 0.3 · 2^(−age / 180 days))

Passages that say the same are folded into the freshest, a summary into the words that it repeats; of one source stay
at most three.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from math import exp2, log
from typing import NamedTuple

from processors.answers.terms import Query
from processors.answers.vocabulary import WEIGHTS
from processors.days import DAY_MS, local_day
from processors.russian.search import tokens
from schemas.answers import RETOLD
from schemas.types import Millis

MOST_OF_A_SOURCE = 3
"""Passages of one meeting, one mail, one chat's day: the rest of the places is for others."""


class Hit(NamedTuple):
    """A passage that holds a term. `terms` are the numbers (from 1) of those in it, one for each word; `length` in
    characters; `thread` is the meeting, call, mail or chat that it stands in.
    """

    key: tuple[int, int]
    ts: Millis
    kind: str
    thread: str
    length: int
    terms: Sequence[int]

    @property
    def source(self) -> tuple[str, str, int]:
        """What at most three are taken of: a meeting, a call, a mail, a day of a chat."""
        return self.kind, self.thread, local_day(self.ts) if self.kind == "message" else 0


class Ranked(NamedTuple):
    """A hit with its rank, and the share of the question's words that it holds, weighed by how rare they are."""

    hit: Hit
    score: float
    coverage: float


def ranked(query: Query, hits: Sequence[Hit], passages: int, mean_length: float, now: Millis) -> list[Ranked]:
    """All hits, best first. `passages` is how many the client has, `mean_length` their mean in characters."""
    seen = Counter(number for hit in hits for number in set(hit.terms))
    idf = [0.0] * (len(query.terms) + 1)
    for number, count in seen.items():
        idf[number] = log(1 + (max(passages, count) - count + 0.5) / (count + 0.5))
    weight = [0.0, *(term.weight * idf[number] for number, term in enumerate(query.terms, 1))]
    concept = [0, *(term.concept for term in query.terms)]
    worth = _worth(query, idf, passages)
    total = sum(worth) or 1.0
    found = [
        Ranked(
            hit,
            _score(hit, weight, mean_length) * _freshness(now - hit.ts),
            sum(worth[held] for held in {concept[number] for number in hit.terms}) / total,
        )
        for hit in hits
    ]
    found.sort(key=lambda one: (-one.score, -one.hit.ts, one.hit.key))
    return found


def _score(hit: Hit, weight: Sequence[float], mean_length: float) -> float:
    k, b = WEIGHTS.saturation, WEIGHTS.length_share
    norm = k * (1 - b + b * hit.length / max(mean_length, 1.0))
    if len(hit.terms) == 1:
        return weight[hit.terms[0]] * (k + 1) / (1 + norm)
    return sum(weight[number] * tf * (k + 1) / (tf + norm) for number, tf in Counter(hit.terms).items())


def _worth(query: Query, idf: Sequence[float], passages: int) -> list[float]:
    """What each word of the question counts in coverage: the rarer, the more; one that nobody said the most."""
    unsaid = log(1 + (passages + 0.5) / 0.5)
    worth = [unsaid] * len(query.concepts)
    for number, term in enumerate(query.terms, 1):
        if idf[number]:
            worth[term.concept] = min(worth[term.concept], idf[number])
    return worth


def _freshness(age: Millis) -> float:
    share = exp2(-max(age, 0) / (WEIGHTS.half_life_days * DAY_MS))
    return WEIGHTS.old_share + (1 - WEIGHTS.old_share) * share


def chosen(candidates: Iterable[Ranked], text: Callable[[Hit], str], most: int) -> list[Ranked]:
    """The best of the ranked: no two that say the same (the freshest
    stays, in the better one's place; no summary takes the place of the words themselves), at most three
    of one source."""
    kept: list[tuple[Ranked, frozenset[str]]] = []
    of_source: Counter[tuple[str, str, int]] = Counter()
    for one in candidates:
        words = frozenset(tokens(text(one.hit)))
        same = next((n for n, (_, other) in enumerate(kept) if _same(words, other)), None)
        if same is not None:
            if _counts_more(one.hit, kept[same][0].hit):
                kept[same] = (one._replace(score=kept[same][0].score), words)
            continue
        if len(kept) == most or of_source[one.hit.source] == MOST_OF_A_SOURCE:
            continue
        of_source[one.hit.source] += 1
        kept.append((one, words))
    return [one for one, _ in kept]


def _counts_more(one: Hit, other: Hit) -> bool:
    """Of two that say the same: somebody's own words before a summary of them, then the fresher."""
    return (one.kind not in RETOLD, one.ts) > (other.kind not in RETOLD, other.ts)


def _same(one: frozenset[str], other: frozenset[str]) -> bool:
    if not one or not other:
        return one == other
    return len(one & other) >= WEIGHTS.same_share * len(one | other)

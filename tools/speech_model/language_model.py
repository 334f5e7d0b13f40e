"""Which word comes how often, and how it is spoken."""

import collections
import itertools
import math
from collections.abc import Collection, Iterable, Mapping
from typing import TypeAlias

from tools.speech_model import corpus

Lexicon: TypeAlias = dict[str, list[tuple[list[str], float]]]
"""Of each word its pronunciations: phones and -log p."""
Costs: TypeAlias = dict[str | None, dict[str | None, float]]
"""Of each history its words with -log p; `kaldi_graph.grammar` says what None and "" mean."""


def pronunciations(counts: Mapping[str, collections.Counter[str]], least: float = 0.03) -> Lexicon:
    out: Lexicon = {}
    for word, variants in counts.items():
        total = sum(variants.values())
        out[word] = [(p.split(), -math.log(n / total)) for p, n in variants.most_common(4) if n / total >= least]
    return out


def unigram(vocab: Collection[str], unknown_bonus: float = 2.0) -> Costs:
    cost = math.log(len(vocab) + 1)
    return {None: {**{w: cost for w in vocab}, corpus.UNKNOWN: cost - unknown_bonus, "": cost}}


def bigram(texts: Iterable[str], vocab: Collection[str], discount: float = 0.5) -> Costs:
    """Absolute discounting, backing off to the unigram; words outside the vocabulary count as [unk]."""
    counts: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
    for text in texts:
        words = ["<s>", *(w if w in vocab else corpus.UNKNOWN for w in corpus.words_of(text)), ""]
        for history, word in itertools.pairwise(words):
            counts[history][word] += 1
    lm = unigram(vocab)
    for history, followers in counts.items():
        total = sum(followers.values())
        lm[history] = {w: -math.log((n - discount) / total) for w, n in followers.items()}
        lm[history][None] = -math.log(discount * len(followers) / total)
    return lm

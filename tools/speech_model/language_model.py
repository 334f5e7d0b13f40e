"""Which word comes how often, and how it is spoken."""

import collections
import itertools
import math

from tools.speech_model import corpus


def pronunciations(counts, least=0.03):
    out = {}
    for word, variants in counts.items():
        total = sum(variants.values())
        out[word] = [(p.split(), -math.log(n / total)) for p, n in variants.most_common(4) if n / total >= least]
    return out


def unigram(vocab, unknown_bonus=2.0):
    cost = math.log(len(vocab) + 1)
    return {None: {**{w: cost for w in vocab}, corpus.UNKNOWN: cost - unknown_bonus, "": cost}}


def bigram(texts, vocab, discount=0.5):
    """Absolute discounting, backing off to the unigram; words outside the vocabulary count as [unk]."""
    counts = collections.defaultdict(collections.Counter)
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

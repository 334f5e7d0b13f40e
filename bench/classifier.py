"""Learn which words speak for a topic: `python -m bench.classifier` writes `processors/phrases/data/weights.tsv`.

From `bench/utterances/*.tsv` (made up by several hands that knew neither the lists nor what the tests measure), from
those of the tests' utterances that are not held out, and from lines about nothing: one L1 logistic regression a topic.
It wants scikit-learn, which `tools/setup.sh bench` installs. The same input gives the same file.
"""

import csv
import gzip
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, TypeAlias, get_args

import numpy as np
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression

from processors.phrases.classifier import BIAS, FILE, features, pairs
from processors.phrases.pattern import Topic
from processors.phrases.split import WORD
from processors.russian.words import plain
from tests.unit.processors.phrases.corpus import LEAVES, STAYS
from tests.unit.processors.phrases.labelled import HERE as TESTS
from tests.unit.processors.phrases.labelled import labelled, rounds

HERE = Path(__file__).parent / "utterances"
HELD_OUT = {("leaving", "H"), ("leaving", "J"), *((topic, "D") for topic in get_args(Topic) if topic != "leaving")}
"""Rounds of `rounds.tsv` that only the tests look at."""

C = 3.0
"""Of the L1 penalty, inverse: the larger, the more weights are left."""
SEEN = 2
"""Utterances in which a feature must stand."""
HARMLESS, OTHERS = 0.5, 0.3
"""What an utterance of another topic counts as one that is not of this: where it is harmless there, and where it is of
that, but may be of both."""
LEAST = 0.05
"""A weight of less is left out."""

Weights: TypeAlias = dict[str, float]


class Utterance(NamedTuple):
    """Whether it is of the topic. "": a line of chatter."""

    topic: str
    counts: bool
    text: str


def utterances() -> Iterator[Utterance]:
    """All that may be learned from."""
    for file in sorted(HERE.glob("*.tsv")):
        yield from (Utterance(row["topic"], row["label"] == "1", row["text"]) for row in _rows(file))
    for line in _chatter():
        yield Utterance("", False, line)
    for each in rounds():
        if (each.topic, each.split) not in HELD_OUT:
            yield Utterance(each.topic, each.counts, each.text)
    for one in labelled():
        if one.part != "held":
            yield Utterance("leaving", one.leaves, one.text)
    for row in _rows(TESTS / "topics.tsv"):
        yield Utterance(row["topic"], row["topic"] != "-", row["text"])
    for line in (*STAYS, *(TESTS / "harmless.txt").read_text(encoding="utf-8").splitlines()):
        yield Utterance("leaving", False, line)
    for line in LEAVES:
        yield Utterance("leaving", True, line)


def learn(topic: Topic, told: Sequence[Utterance]) -> Weights:
    """Feature → weight, the bias among them."""
    counter = CountVectorizer(analyzer=_features, min_df=SEEN)
    table = counter.fit_transform(one.text for one in told).astype(np.float64)
    labels = [one.counts and one.topic == topic for one in told]
    model = LogisticRegression(C=C, l1_ratio=1.0, solver="liblinear", max_iter=5000, random_state=0)
    model.fit(table, labels, sample_weight=[_counts(one, topic) for one in told])
    names, weights = counter.get_feature_names_out(), model.coef_[0]
    kept = {str(names[at]): round(float(weights[at]), 2) for at in np.flatnonzero(np.abs(weights) >= LEAST)}
    return kept | {BIAS: round(float(model.intercept_[0]), 2)}


def _counts(one: Utterance, topic: Topic) -> float:
    if one.topic in (topic, ""):
        return 1.0
    return OTHERS if one.counts else HARMLESS


def _features(text: str) -> Iterable[str]:
    tokens = WORD.findall(text)
    for word in dict.fromkeys(map(plain, tokens)):
        yield from features(word)
    yield from dict.fromkeys(pairs(tokens))


def write(learned: dict[Topic, Weights]) -> None:
    """A line a feature, a column a topic; empty where it says nothing."""
    rows = [("feature", *learned)]
    for feature in sorted({feature for weights in learned.values() for feature in weights}):
        rows.append((feature, *(f"{weights[feature]:g}" if feature in weights else "" for weights in learned.values())))
    FILE.write_text("".join("\t".join(row) + "\n" for row in rows), encoding="utf-8")


def _chatter() -> Sequence[str]:
    """Twenty thousand lines of Koziev/NLP_Datasets (CC0-1.0)."""
    with gzip.open(HERE / "chatter.txt.gz", "rt", encoding="utf-8") as lines:
        return lines.read().splitlines()


def _rows(file: Path) -> Sequence[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


if __name__ == "__main__":
    everything = list(utterances())
    write({topic: learn(topic, everything) for topic in get_args(Topic)})

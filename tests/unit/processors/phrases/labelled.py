"""Our own labelled utterances, and chatter that says nothing of leaving us.

`leaving.tsv`: sentences that clients of a fulfilment company might write or say, made up (no real chats are at hand),
each batch before the lists were tuned on it. A third (crc32 of the text divisible by 3) is held out: of it only the
totals are looked at, never the sentences that were missed. `rounds.tsv`: by a second hand (which read the lists after
round A, and extended them), each round written without the words of those before and measured before the lists were
extended by its kinds; H and J of leaving and D of the other topics were never tuned on. `plain`: the plainest words,
and harmless ones. `chatter.txt`: a seeded excerpt (1000 lines, and 500 that hold a word of the lists) of
Koziev/NLP_Datasets, CC0-1.0.
"""

import csv
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, NamedTuple
from zlib import crc32

from processors.phrases import Finder, Phrases

HERE = Path(__file__).parent

Part = Literal["tune", "held"]


class Labelled(NamedTuple):
    """An utterance, and whether it says that its speaker leaves, or may."""

    text: str
    leaves: bool
    part: str


def labelled() -> list[Labelled]:
    """All of them."""
    with (HERE / "leaving.tsv").open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [Labelled(row["text"], row["label"] == "1", row["split"]) for row in rows]


class Round(NamedTuple):
    """An utterance of a round: whether it is of its topic."""

    split: str
    topic: str
    counts: bool
    text: str


def rounds(name: str = "rounds.tsv") -> list[Round]:
    """All of them."""
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [Round(row["split"], row["topic"], row["label"] == "1", row["text"]) for row in rows]


def said(finder: Finder | Phrases, utterance: Round) -> bool:
    """Whether something of its topic is found at once."""
    return any(match.phrase.topic == utterance.topic for match in finder.find(utterance.text))


def measured(finder: Finder | Phrases, utterances: Sequence[Round]) -> tuple[float, float]:
    """Recall, and precision."""
    found = [utterance.counts for utterance in utterances if said(finder, utterance)]
    return sum(found) / sum(utterance.counts for utterance in utterances), sum(found) / len(found)


def part_of(text: str) -> Part:
    """The rule that sets a third apart."""
    return "held" if crc32(text.encode()) % 3 == 0 else "tune"


def recognised(text: str) -> str:
    """As a recogniser writes it in the middle of a talk: no capitals, no points, no ё, and more words around."""
    words = re.sub(r"[^\w\s]", " ", text.lower()).replace("ё", "е")
    return f"ну в общем смотрите {words} вот как то так да"


def mistyped(text: str) -> str:
    """With one vowel wrong near the beginning of the longest word, where that has ten letters or more."""
    words = text.split()
    at = max(range(len(words)), key=lambda i: len(words[i]))
    word = words[at]
    if len(word) >= 10:
        place = 1 + crc32(text.encode()) % 4
        words[at] = word[:place] + "оаеис"[crc32(word.encode()) % 5] + word[place + 1 :]
    return " ".join(words)


def chatter() -> list[str]:
    """The excerpt."""
    return (HERE / "chatter.txt").read_text(encoding="utf-8").splitlines()

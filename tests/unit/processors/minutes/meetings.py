"""The written meetings with their labels, and how well minutes agree with them."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from schemas.minutes import Action, Conversation, Minutes, Point

FOLDER = Path("tests/fixtures/meetings")
DEV = tuple(f"{number:02}" for number in (*range(1, 13), 21, 22, 23))
HELD_OUT = tuple(f"{number:02}" for number in range(13, 21))

NEAR = 1
"""Utterances by which a found item may miss the labelled one."""


class Label(msgspec.Struct, frozen=True):
    """What a person found in a meeting."""

    kind: str
    segment: int
    owner: str = ""
    due: str = ""


class _Labels(msgspec.Struct):
    labels: list[Label]


class Score(NamedTuple):
    """Counts of a comparison: labelled, found, labels that were found, finds that are labelled."""

    labelled: int = 0
    found: int = 0
    hit: int = 0
    right: int = 0

    @property
    def recall(self) -> float:
        """The share of the labels that was found."""
        return self.hit / self.labelled if self.labelled else 1.0

    @property
    def precision(self) -> float:
        """The share of the finds that is labelled."""
        return self.right / self.found if self.found else 1.0

    def plus(self, other: "Score") -> "Score":
        """Both together."""
        return Score(*(a + b for a, b in zip(self, other, strict=True)))


def load(name: str) -> tuple[Conversation, list[Label]]:
    """A meeting and its labels."""
    conversation = msgspec.json.decode((FOLDER / f"{name}.json").read_bytes(), type=Conversation)
    return conversation, msgspec.json.decode((FOLDER / f"{name}.labels.json").read_bytes(), type=_Labels).labels


def score(kind: str, minutes: Minutes, labels: Iterable[Label]) -> Score:
    """One kind, each label matched to at most one find and each find to at most one label."""
    wanted = sorted(label.segment for label in labels if label.kind == kind)
    pairs = pair(wanted, [item.segment for item in items(kind, minutes)])
    return Score(len(wanted), len(items(kind, minutes)), len(pairs), len(pairs))


def items(kind: str, minutes: Minutes) -> Sequence[Point | Action]:
    """The decisions, or the promises."""
    return minutes.decisions if kind == "decision" else minutes.actions


def pair(wanted: Sequence[int], found: Sequence[int]) -> list[tuple[int, int]]:
    """Pairs of indices, the nearest segments first, none used twice."""
    near = sorted((abs(a - b), i, j) for i, a in enumerate(wanted) for j, b in enumerate(found) if abs(a - b) <= NEAR)
    pairs: list[tuple[int, int]] = []
    for _, i, j in near:
        if all(i != a and j != b for a, b in pairs):
            pairs.append((i, j))
    return pairs

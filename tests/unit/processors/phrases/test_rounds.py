"""Lists and classifier, measured on rounds by another hand than the one that wrote the lists."""

from collections.abc import Sequence

import pytest

from processors.phrases import SAID
from tests.unit.processors.phrases.labelled import Round, measured, rounds, said

LEAST_RECALL, LEAST_PRECISION = 0.75, 0.9
"""Asked of every round, tuned on or not. Before the lists were extended: docs/phrases.md."""

LEAVING_ROUNDS = ("A", "B", "C", "D", "E", "F", "G", "H", "I", "J", "plain")
TOPIC_ROUNDS = ("A", "B", "C", "D")


def check(utterances: Sequence[Round]) -> None:
    """Precision and recall, with the sentences that were taken wrong."""
    recall, precision = measured(SAID, utterances)
    wrong = [utterance.text for utterance in utterances if said(SAID, utterance) != utterance.counts]
    assert precision >= LEAST_PRECISION, (precision, recall, wrong)
    assert recall >= LEAST_RECALL, (precision, recall, wrong)


@pytest.mark.parametrize("split", LEAVING_ROUNDS)
def test_leaving(split: str) -> None:
    """Each round of leaving; H and J were never tuned on."""
    check([utterance for utterance in rounds() if (utterance.topic, utterance.split) == ("leaving", split)])


@pytest.mark.parametrize("split", TOPIC_ROUNDS)
def test_other_topics(split: str) -> None:
    """Competitors, complaints, loss, law and payment together; D was written last and never tuned on."""
    check([utterance for utterance in rounds() if utterance.topic != "leaving" and utterance.split == split])


def test_rounds_are_what_they_say() -> None:
    """No text twice within a topic, and none of the rounds without its harmless sentences."""
    told = rounds()
    assert len({(utterance.topic, utterance.text) for utterance in told}) == len(told) >= 1200
    for each in {(utterance.topic, utterance.split) for utterance in told}:
        labels = [utterance.counts for utterance in told if (utterance.topic, utterance.split) == each]
        assert labels.count(False) >= 6 <= labels.count(True)

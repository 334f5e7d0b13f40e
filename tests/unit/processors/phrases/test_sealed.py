"""Lists and classifier together, on what neither was made from.

`sealed.tsv`: two sets, each by a hand that knew neither the lists nor any other utterance of ours, and only measured:
nothing was ever tuned on them. `work_talk.txt`: what clients write all day, by a third hand, about none of the topics.
"""

import pytest

from processors.phrases import LISTS, SAID, TOPICS, Finder, Phrases, Topic
from tests.unit.processors.phrases.labelled import HERE, Round, rounds

LEAVING_RECALL, OTHER_RECALL, PRECISION = 0.85, 0.65, 0.9

SEALED = rounds("sealed.tsv")


def measured(finder: Finder | Phrases, told: list[Round]) -> tuple[float, float]:
    """Recall, and precision."""
    found = [each.counts for each in told if any(match.phrase.topic == each.topic for match in finder.find(each.text))]
    return sum(found) / sum(each.counts for each in told), sum(found) / len(found)


@pytest.mark.parametrize("hand", ["one", "two"])
def test_leaving_in_sets_of_other_hands(hand: str) -> None:
    """More is found than by the lists alone, and not at the price of false alarms."""
    told = [each for each in SEALED if (each.split, each.topic) == (hand, "leaving")]
    assert len(told) >= 240
    recall, precision = measured(SAID, told)
    assert (recall >= LEAVING_RECALL, precision >= PRECISION) == (True, True), (recall, precision)
    assert recall >= measured(LISTS, told)[0] + 0.08


@pytest.mark.parametrize("topic", [topic for topic in TOPICS if topic != "leaving"])
def test_other_topics_in_sets_of_other_hands(topic: Topic) -> None:
    """Both sets together: thirty utterances are few."""
    told = [each for each in SEALED if each.topic == topic]
    assert len(told) == 120
    recall, precision = measured(SAID, told)
    assert (recall >= OTHER_RECALL, precision >= PRECISION) == (True, True), (recall, precision)
    assert recall >= measured(LISTS, told)[0] + 0.2


def test_leaving_among_other_talk() -> None:
    """One sentence in a message of seven is found as well as alone."""
    lines = (HERE / "work_talk.txt").read_text(encoding="utf-8").splitlines()
    told = [
        each._replace(text=". ".join((*lines[at : at + 3], each.text.rstrip(".!?"), *lines[at + 3 : at + 6])))
        for at, each in enumerate(SEALED)
        if each.topic == "leaving" and at + 6 <= len(lines)
    ]
    recall, precision = measured(SAID, told)
    assert (recall >= 0.8, precision >= PRECISION) == (True, True), (recall, precision)


def test_work_talk_rings_for_nothing() -> None:
    """Of 450 lines of the trade at most two ring, and at most one in thirty is a note or a question to a model."""
    lines = (HERE / "work_talk.txt").read_text(encoding="utf-8").splitlines()
    found = [(line, SAID.all(line)) for line in lines]
    rings = [line for line, matches in found if any(match.strength != "info" for match in matches)]
    assert len(rings) <= 2, rings
    assert sum(bool(matches) for _, matches in found) <= len(lines) / 30

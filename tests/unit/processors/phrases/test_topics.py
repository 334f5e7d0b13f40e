"""The other lists: competitors, complaints, loss, law, payment."""

import csv

import pytest

from processors.phrases import SAID, TOPICS
from tests.unit.processors.phrases.labelled import HERE, chatter


def rows() -> list[tuple[str, str]]:
    """Topic (or "-") and text of `topics.tsv`, made up and tuned on."""
    with (HERE / "topics.tsv").open(encoding="utf-8", newline="") as file:
        return [(row["topic"], row["text"]) for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)]


@pytest.mark.parametrize(("topic", "text"), rows())
def test_topics(topic: str, text: str) -> None:
    """Each sentence is found under its topic; those of other people's losses, courts and prices under none."""
    found = {match.phrase.topic for match in SAID.find(text)}
    assert found == set() if topic == "-" else topic in found


def test_every_topic_has_sentences() -> None:
    """At least eight a topic."""
    for topic in TOPICS:
        assert topic == "leaving" or sum(row[0] == topic for row in rows()) >= 8


@pytest.mark.parametrize(
    ("text", "strength"),
    [
        ("подаём на вас в суд", "critical"),
        ("направляем вам досудебную претензию", "critical"),
        ("передаём дело юристам", "warning"),
        ("если не вернёте товар, подаём на вас в суд", "warning"),
        ("у другого оператора хранение дешевле", "warning"),
        ("вы потеряли две коробки", "warning"),
        ("платить за это не будем", "critical"),
        ("у вас дорого", "info"),
        ("опять перепутали артикулы", "info"),
    ],
)
def test_strength(text: str, strength: str) -> None:
    """Critical is only a claim at us; a complaint is a note."""
    assert SAID.find(text)[0].strength == strength


def test_chatter_of_all_topics() -> None:
    """No more than three lines of 1000 about nothing sound like a complaint or worse."""
    lines = chatter()
    assert sum(bool(SAID.find(line)) for line in lines) <= 0.003 * len(lines)

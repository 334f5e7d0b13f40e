"""The offline extract on twenty-three written meetings, most of them as a recogniser would have heard them.

Held out (13–20, never looked at while the rules were made): decisions recall 0.71, precision 0.73; promises 0.93 and
0.88; both 0.83 and 0.82. On those it was tuned on: both 0.93 and 0.93.
"""

from collections.abc import Iterable
from functools import cache

import pytest

from processors.minutes import extract
from schemas.minutes import Action, Fact, Minutes, Point
from tests.fixtures.meetings.make import build
from tests.unit.processors.minutes.meetings import DEV, FOLDER, HELD_OUT, Score, items, load, pair, score

LEAST_RECALL, LEAST_PRECISION = 0.7, 0.8
"""Issue 6."""

LEAST_OWNERS, LEAST_DUES = 0.8, 0.75
"""Of the promises found; lower where nobody says who speaks."""


@cache
def found(name: str) -> Minutes:
    """The minutes of a meeting."""
    return extract(load(name)[0])


def total(names: Iterable[str]) -> Score:
    """Decisions and promises of some meetings together."""
    whole = Score()
    for name in names:
        for kind in ("decision", "action"):
            whole = whole.plus(score(kind, found(name), load(name)[1]))
    return whole


@pytest.mark.parametrize("names", [DEV + HELD_OUT, HELD_OUT], ids=["all", "held out"])
def test_decisions_and_promises_are_found(names: tuple[str, ...]) -> None:
    """Recall and precision keep the limits of issue 6, on all meetings and on those nobody tuned on."""
    whole = total(names)
    assert whole.recall >= LEAST_RECALL, whole
    assert whole.precision >= LEAST_PRECISION, whole


def test_owners_and_days_are_right() -> None:
    """Of the promises found most have the owner and the day that a person would write down."""
    owners, dues = [], []
    for name in DEV + HELD_OUT:
        labels = [label for label in load(name)[1] if label.kind == "action"]
        actions = found(name).actions
        for i, j in pair([label.segment for label in labels], [action.segment for action in actions]):
            owners.append(labels[i].owner == actions[j].owner)
            dues.append(labels[i].due == actions[j].due)
    assert sum(owners) / len(owners) >= LEAST_OWNERS
    assert sum(dues) / len(dues) >= LEAST_DUES


@pytest.mark.parametrize("name", DEV + HELD_OUT)
def test_every_quote_is_verbatim(name: str) -> None:
    """A quote of any kind is a piece of the utterance that it names, and the lines read well."""
    minutes, utterances = found(name), load(name)[0].utterances
    points: list[Point | Action | Fact] = [
        *minutes.decisions,
        *minutes.pains,
        *minutes.conflicts,
        *minutes.competitors,
        *minutes.tariffs,
        *minutes.numbers,
        *minutes.open_questions,
        *minutes.actions,
        *minutes.facts,
    ]
    for item in points:
        assert item.quote and item.quote in utterances[item.segment].text
        assert item.text and not item.text[0].islower() and len(item.text) < 500


@pytest.mark.parametrize("name", DEV + HELD_OUT)
def test_a_summary_is_short(name: str) -> None:
    """It is made of sentences, and a person reads it in half a minute."""
    summary = found(name).summary
    assert "Темы" not in summary and summary[-1] in ".?»"
    assert len(summary) < 900


@pytest.mark.parametrize("name", ["06", "12", "16"])
def test_topics_cover_all(name: str) -> None:
    """They follow one another from the first word to the last, each called otherwise."""
    minutes, utterances = found(name), load(name)[0].utterances
    assert minutes.topics[0].start_ms == utterances[0].start_ms
    assert minutes.topics[-1].end_ms == utterances[-1].end_ms
    assert len({topic.title for topic in minutes.topics}) == len(minutes.topics) <= 12


def test_the_same_conversation_makes_the_same_minutes() -> None:
    """Nothing depends on the order of a set or on what was read before."""
    conversation, _ = load("10")
    assert extract(conversation) == found("10") == extract(conversation)


def test_the_fixtures_are_what_the_script_makes() -> None:
    """Nobody changed a heard meeting by hand: `python -m tests.fixtures.meetings.make` writes them."""
    for name, text in build():
        assert (FOLDER / name).read_text() == text, name


def test_items_are_of_the_kind_asked_for() -> None:
    """The comparison itself: a find two utterances away is no hit, one label is hit once."""
    assert items("decision", found("01")) is found("01").decisions
    assert pair([5], [7]) == []
    assert pair([5], [4, 6]) == [(0, 0)]
    assert pair([5, 6], [6]) == [(1, 0)]

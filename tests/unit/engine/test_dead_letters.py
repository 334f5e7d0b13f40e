"""Which dead letters are open, in which order, and what a replay sends."""

from types import SimpleNamespace
from typing import Any

import pytest
from msgspec.structs import replace

from schemas.errors import Refused
from schemas.failed import DeadLetter
from schemas.topics import DEAD_LETTERS
from streams.engine.dead_letters import OpenLetters, again, answer
from streams.engine.kafka import FIRST_APPENDED, Output
from streams.engine.letters import LETTER, MOST_ERROR, MOST_PAYLOAD, letter_output
from streams.settings import Kafka

LETTER_ = DeadLetter("source.wms", 2, 7, 1000, "pipeline.source.wms", "ValidationError", "no qty", b"{}", b"k")


def told(*outputs: Output | DeadLetter | bytes) -> OpenLetters:
    """The topic with these records."""
    letters = OpenLetters()
    for offset, given in enumerate(outputs):
        value: Any = given.value if isinstance(given, Output) else given
        value = LETTER.encode(value) if isinstance(value, DeadLetter) else value
        letters.add(SimpleNamespace(value=value, offset=offset))  # type: ignore[arg-type]
    return letters


def test_an_answer_closes_a_letter_and_a_new_fault_opens_it_again() -> None:
    """The order on the topic decides, whatever process reads it and when."""
    assert [one.number for one in told(LETTER_).select()] == [0]
    assert told(LETTER_, answer(LETTER_, "dropped")).select() == []
    assert [one.number for one in told(LETTER_, answer(LETTER_, "replayed"), LETTER_).select()] == [2]


def test_a_batch_settled_twice_is_one_letter() -> None:
    """It keeps the number that a person may have written down; another agent's letter of the record is another one."""
    other = replace(LETTER_, agent="store.source.wms")
    assert [one.number for one in told(LETTER_, b"{broken", LETTER_, other).select()] == [0, 3]


def test_the_recorders_letters_are_apart() -> None:
    """Its markers stand on no topic: all have the same place, and only their times differ."""
    marker = DeadLetter("spool", 0, 0, 1000, "recorder", "DeadMarker", "no such directory", b"m", b"a")
    other = replace(marker, ts=2000, key=b"b")
    assert [one.number for one in told(marker, other).select()] == [0, 1]
    assert [one.number for one in told(marker, other, answer(marker, "dropped")).select()] == [1]


def test_selection_and_order() -> None:
    """By topic, error and time; each condition narrows it down."""
    late = replace(LETTER_, offset=8, ts=3000)
    early = replace(LETTER_, offset=9, ts=500)
    other = replace(LETTER_, offset=10, topic="lead.events", error_class="TooLarge")
    letters = told(LETTER_, late, early, other)
    assert [one.number for one in letters.select()] == [3, 2, 0, 1]
    assert [one.number for one in letters.select(topic="source.wms", since=1000)] == [0, 1]
    assert [one.number for one in letters.select(error="TooLarge")] == [3]
    assert [one.number for one in letters.select(numbers=(1, 3), topic="source.wms")] == [1]


async def test_a_replay_is_the_record_as_it_stood() -> None:
    """Its key, its partition (a tick has no key), and the time when the broker took it first."""
    assert await again(Kafka(), LETTER_) == Output("source.wms", b"k", b"{}", 2, ((FIRST_APPENDED, b"1000"),))


async def test_what_is_no_topic_cannot_be_replayed() -> None:
    """The recorder's letters tell of files on its own host."""
    with pytest.raises(Refused, match="spool"):
        await again(Kafka(), replace(LETTER_, topic="spool"))


def test_a_letter_that_is_too_large_is_cut_and_says_so() -> None:
    """It fits its topic, tells how much is missing, and where the whole record stands; its fault's text has an end."""
    huge = replace(LETTER_, payload=b"x" * (MOST_PAYLOAD + 1000), error="Ж" * 10_000)
    output = letter_output(huge)
    assert len(output.value or b"") + len(output.key or b"") <= DEAD_LETTERS.max_bytes - 128
    letter = LETTER.decode(output.value)
    assert isinstance(letter, DeadLetter)
    assert len(letter.payload) + letter.cut == len(huge.payload)
    assert letter.cut == 1001  # the key needs its byte
    assert letter.error.startswith("Ж" * MOST_ERROR + "…")
    assert "source.wms/2 at offset 7" in letter.error

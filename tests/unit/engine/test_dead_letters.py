"""Which dead letters are open, in which order, and what a replay sends."""

from types import SimpleNamespace
from typing import Any, Literal

import pytest
from msgspec.structs import replace

from schemas.errors import Refused
from schemas.failed import Attempt, DeadLetter
from schemas.topics import DEAD_LETTERS
from streams.engine.dead_letters import (
    CLAIM_MS,
    HISTORY,
    KEPT,
    Numbered,
    OpenLetters,
    again,
    answer,
    history_of,
)
from streams.engine.kafka import FIRST_APPENDED, FIRST_PLACE, Output
from streams.engine.letters import LETTER, MOST_ERROR, MOST_PAYLOAD, letter_output
from streams.settings import Kafka

LETTER_ = DeadLetter("source.wms", 2, 7, 1000, "pipeline.source.wms", "ValidationError", "no qty", b"{}", b"k")


def told(*outputs: Output | DeadLetter | bytes) -> OpenLetters:
    """The topic with these records."""
    letters = OpenLetters()
    for offset, given in enumerate(outputs):
        value: Any = given.value if isinstance(given, Output) else given
        value = LETTER.encode(value) if isinstance(value, DeadLetter) else value
        letters.add(SimpleNamespace(value=value, offset=offset, timestamp=offset * 1000))
    return letters


async def test_an_answer_closes_a_letter_and_a_new_fault_opens_another() -> None:
    """The order on the topic decides, whatever process reads it and when. What was replayed and fails again stands at
    an offset of its own and brings its history."""
    assert [one.number for one in told(LETTER_).select()] == [0]
    assert told(LETTER_, answer(LETTER_, "dropped")).select() == []
    record = await again(Kafka(), Numbered(0, LETTER_), "anna", 5000)
    failed = replace(LETTER_, offset=19, headers=list(record.headers))
    (one,) = told(LETTER_, answer(LETTER_, "replayed"), failed).select()
    assert (one.number, [attempt.number for attempt in one.history]) == (2, [0])


def test_a_batch_settled_twice_is_one_letter() -> None:
    """It keeps the number that a person may have written down, and what it said first; another agent's letter of the
    record is another one."""
    other = replace(LETTER_, agent="store.source.wms")
    letters = told(LETTER_, b"{broken", replace(LETTER_, error="no lines"), other)
    assert [(one.number, one.letter.error) for one in letters.select()] == [(0, "no qty"), (3, "no qty")]


@pytest.mark.parametrize("how", ["replayed", "dropped"])
def test_what_comes_again_behind_its_answer_stays_closed(how: Literal["replayed", "dropped"]) -> None:
    """A worker that was killed before its commit writes the letter again, after a person has dealt with it; also when
    the letter itself is past the topic's retention by then."""
    for before in ([LETTER_], []):
        letters = told(*before, answer(LETTER_, how, "anna", 5000), LETTER_)
        assert letters.select() == []
        assert [one.number for one in letters.select(closed=True)] == [0 for _ in before]


def test_messages_of_one_record_are_apart() -> None:
    """An alert for a curator and for the head stand at one place; what is put back and refused again, too."""
    sent = replace(LETTER_, topic="notify.outbox", agent="notify.sender", item="a1")
    head, again_ = replace(sent, item="a1/head"), replace(sent, item="a1/0")
    letters = told(sent, head, answer(sent, "replayed"), again_, sent)
    assert [one.number for one in letters.select()] == [1, 3]


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
    """Its key, its partition (a tick has no key), its headers, and the time when the broker took it first; it says when
    it was a letter before, and by whom it was replayed."""
    letter = replace(LETTER_, headers=[("known", b"3"), (FIRST_APPENDED, b"900")])
    output = await again(Kafka(), Numbered(5, letter), "anna", 7000)
    assert output[:4] == ("source.wms", b"k", b"{}", 2)
    assert dict(output.headers[:3]) == {"known": b"3", FIRST_PLACE: b"source.wms/2/7", FIRST_APPENDED: b"1000"}
    assert history_of(output.headers) == [Attempt(5, 1000, "ValidationError", "no qty", "anna", 7000)]
    moved = replace(letter, headers=list(output.headers), offset=99)
    assert dict((await again(Kafka(), Numbered(6, moved))).headers)[FIRST_PLACE] == b"source.wms/2/7", "for ever"


async def test_what_still_fails_returns_with_its_history() -> None:
    """Every fault before, oldest first and not more than `KEPT` of them; a broken header is no history."""
    headers: list[tuple[str, bytes]] = []
    for number in range(KEPT + 3):
        letter = replace(LETTER_, offset=number, error=f"{number}" * 300, headers=headers)
        headers = list((await again(Kafka(), Numbered(number, letter), "anna", number)).headers)
    assert [attempt.number for attempt in history_of(headers)] == list(range(3, KEPT + 3))
    assert sum(len(value) for _, value in headers) < 4000
    assert history_of([(HISTORY, b"{")]) == []


@pytest.mark.parametrize("place", [("spool", 0), ("source.wms", 99), ("source.wms", -1)])
async def test_what_is_no_topic_cannot_be_replayed(place: tuple[str, int]) -> None:
    """The recorder's letters tell of files on its own host; a topic that was made anew may have fewer partitions."""
    topic, partition = place
    with pytest.raises(Refused, match=topic):
        await again(Kafka(), Numbered(0, replace(LETTER_, topic=topic, partition=partition)))


def test_the_first_claim_holds_until_it_has_run_out() -> None:
    """Whoever reads the topic sees the same holder; who was silent for `CLAIM_MS` has lost it, also when he wakes."""
    ana, bob = (answer(LETTER_, "claimed", name, claim=name) for name in ("ana", "bob"))
    assert held(told(LETTER_, ana, bob)) == "ana"
    late = CLAIM_MS // 1000
    pause = [b"" for _ in range(late)]
    assert held(told(LETTER_, ana, *pause, bob, ana)) == "bob"
    assert held(told(LETTER_, ana, *pause[: late // 2], ana, *pause[: late // 2], bob)) == "ana"


def held(letters: OpenLetters) -> str:
    """Who holds the only letter."""
    (one,) = letters.select()
    assert one.holder is not None
    return one.holder.by


def test_who_closed_what_is_kept() -> None:
    """With the number that the letter had, without its record."""
    letters = told(LETTER_, answer(LETTER_, "dropped", "anna", 5000))
    (one,) = letters.select(closed=True)
    assert (one.number, one.letter.payload, one.answer and (one.answer.by, one.answer.at)) == (0, b"", ("anna", 5000))


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

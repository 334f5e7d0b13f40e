"""Sizes of topics: who carries another's record takes it at its largest."""

import pytest
from msgspec import Raw

from schemas.codec import Codec
from schemas.events import Utterance
from schemas.failed import DeadLetter, Parked
from schemas.sources import ClientRef, Unassigned, Word
from schemas.topics import (
    BITRIX,
    DAY_MS,
    DEAD_LETTERS,
    LARGEST,
    LEAD_UNASSIGNED,
    PARKED,
    TELEGRAM,
    TOPICS,
    TRANSCRIPTS,
    UTTERED,
    WMS,
    TopicSpec,
)

SOURCES = [topic for topic in TOPICS if topic.name.startswith("source.") and topic is not PARKED]


def largest(topic: TopicSpec) -> bytes:
    """A record as large as the topic takes."""
    return b'"' + b"x" * (topic.max_bytes - 130) + b'"'


@pytest.mark.parametrize("source", SOURCES, ids=lambda topic: topic.name)
def test_an_unassigned_record_carries_its_whole_source(source: TopicSpec) -> None:
    """The transcript of an unknown room is as large as any other."""
    record = Unassigned("0" * 16, 0, source.name, ClientRef("jitsi_room", "r" * 200), source.name, Raw(largest(source)))
    assert len(Codec[Unassigned](Unassigned).encode(record)) <= LEAD_UNASSIGNED.max_bytes - 200


@pytest.mark.parametrize("source", [TELEGRAM, BITRIX, WMS], ids=lambda topic: topic.name)
def test_a_parked_record_is_whole(source: TopicSpec) -> None:
    """Base64 makes a third more of it."""
    parked = Parked(source.name, "o" * 200, 0, largest(source), b"k" * 200)
    assert len(Codec[Parked](Parked).encode(parked)) <= PARKED.max_bytes - 200


@pytest.mark.parametrize("topic", [t for t in TOPICS if t is not DEAD_LETTERS], ids=lambda topic: topic.name)
def test_a_dead_letter_is_whole(topic: TopicSpec) -> None:
    """Of whatever topic: what is replayed must not be a part."""
    letter = DeadLetter(topic.name, 0, 1, 2, "a" * 50, "Fault", "Ж" * 2000, largest(topic), b"k" * 200)
    assert len(Codec[DeadLetter](DeadLetter).encode(letter)) <= DEAD_LETTERS.max_bytes - 200


def test_utterances_grow_as_we_say() -> None:
    """A word with a speaker against an utterance of that word: the longest figures that a meeting has."""
    word = Word("да", 36_000_000, 36_000_100, 0.987, "Анна")
    alone = Utterance(36_000_000, 36_000_100, "Да", "Анна", 0.987)
    assert len(Codec[Utterance](Utterance).encode(alone)) <= len(Codec[Word](Word).encode(word)) * UTTERED


def test_largest_fits_a_segment_of_the_embedded_broker() -> None:
    """Kafka refuses a batch that is larger than `log.segment.bytes`, whatever else is allowed."""
    from streams.embedded.server import PROPERTIES

    segment = next(line for line in PROPERTIES.splitlines() if line.startswith("log.segment.bytes="))
    assert int(segment.partition("=")[2]) > LARGEST + 4096
    assert TRANSCRIPTS.max_bytes < LARGEST


def test_a_record_stays_hardly_longer_than_its_topics_time() -> None:
    """Segments of a day where the time is short or compaction must get at them, of a week elsewhere; Kafka is told."""
    days = {topic.name: int(topic.configs()["segment.ms"]) // DAY_MS for topic in TOPICS}
    short = {"clients", "web.sessions", "bot.commands", "ops.probe", "source.rounds"}
    assert {days[name] for name in short} == {1}
    assert {days[name] for name in ("source.wms", "audit.access", "lead.unassigned")} == {7}

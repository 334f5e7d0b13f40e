"""What the demo counts at the end, read back from Kafka, and which alerts must be among it."""

from collections.abc import Iterable

from demo import material
from schemas import codec
from schemas.events import Event, MeetingTranscribed
from schemas.topics import LEAD_EVENTS, TopicSpec
from streams.engine.reader import Reader
from streams.settings import Kafka

EXPECTED = {
    (material.LEAVES, "reservation_spike"),
    (material.LEAVES, "leaving_phrase"),
    (material.LEAVES, "combined_risk"),
    (material.CHAT_LEAD, "leaving_phrase"),
    (material.MAIL_LEAD, "leaving_phrase"),
}

TOLD_TOGETHER = {(material.LEAVES, "leaving_phrase")}
"""Rings within the message of the risk, which names all its reasons."""


async def records(kafka: Kafka, topic: TopicSpec) -> list[bytes]:
    """The values on a topic."""
    reader = Reader(kafka, topic)
    return [record.value async for record in reader.read(range(topic.partitions)) if record.value is not None]


async def lead_events(kafka: Kafka) -> list[Event]:
    """Everything that `lead.events` carried."""
    decoded = [codec.decode(value) for value in await records(kafka, LEAD_EVENTS)]
    return [event for event in decoded if not isinstance(event, codec.Rejected)]


def transcripts_of(events: Iterable[Event]) -> list[dict[str, object]]:
    """The transcripts as `summary.json` has them."""
    return [
        {
            "lead_id": event.lead_id,
            "words": event.words,
            "engine": event.engine,
            "text": " ".join(said.text for said in event.utterances),
        }
        for event in events
        if isinstance(event, MeetingTranscribed)
    ]

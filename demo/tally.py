"""What the demo counts at the end, read back from Kafka."""

from collections.abc import Iterable

from schemas import codec
from schemas.events import Event, MeetingTranscribed
from schemas.topics import LEAD_EVENTS, TopicSpec
from streams.engine.kafka import Reader
from streams.settings import Kafka


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

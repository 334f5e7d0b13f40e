"""What has come from the sources and is not read yet: `pipeline` turns it into events."""

from aiokafka import TopicPartition
from aiokafka.errors import KafkaError

from schemas.errors import Transient
from schemas.topics import BITRIX, RECORDINGS, TELEGRAM, WMS
from streams.engine.ends import Ends
from streams.engine.group import committed
from streams.settings import Kafka

TOPICS = {"telegram": TELEGRAM, "bitrix": BITRIX, "wms": WMS, "jibri": RECORDINGS, "jitsi": RECORDINGS}
"""By the first part of a source's name. Sources of one kind share a topic, so they share its backlog."""


class Backlog:
    """Offsets that `pipeline` has committed against the ends."""

    def __init__(self, kafka: Kafka, ends: Ends) -> None:
        self._kafka, self._ends = kafka, ends
        self._group = f"{kafka.prefix}leadpulse-pipeline"

    async def __call__(self) -> dict[str, int]:
        """Records that wait, by kind of source. Raises `Transient`."""
        tps = {
            topic.name: [TopicPartition(self._kafka.prefix + topic.name, p) for p in range(topic.partitions)]
            for topic in TOPICS.values()
        }
        read = await self._read()  # first: what is read meanwhile is not behind
        ends = await self._ends.ask([tp for some in tps.values() for tp in some])
        waiting = {name: sum(max(0, ends[tp] - max(0, read.get(tp, 0))) for tp in some) for name, some in tps.items()}
        return {kind: waiting[topic.name] for kind, topic in TOPICS.items()}

    async def _read(self) -> dict[TopicPartition, int]:
        try:
            return await committed(self._kafka, self._group)
        except (KafkaError, OSError) as error:
            raise Transient(f"cannot ask for the offsets of {self._group}: {error!r}") from error

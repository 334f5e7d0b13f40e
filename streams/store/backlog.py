"""What has come from the sources and is not read yet: `pipeline` turns it into events."""

from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from schemas.errors import Transient
from schemas.topics import BITRIX, RECORDINGS, TELEGRAM, WMS
from streams.engine.connect import client_options
from streams.engine.ends import Ends
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
        committed = await self._committed()  # first: what is read meanwhile is not behind
        ends = await self._ends.ask([tp for some in tps.values() for tp in some])
        waiting = {
            name: sum(max(0, ends[tp] - max(0, committed.get(tp, 0))) for tp in some) for name, some in tps.items()
        }
        return {kind: waiting[topic.name] for kind, topic in TOPICS.items()}

    async def _committed(self) -> dict[TopicPartition, int]:
        admin = AIOKafkaAdminClient(**client_options(self._kafka))
        try:
            await admin.start()
            offsets = await admin.list_consumer_group_offsets(self._group)
            return {tp: at.offset for tp, at in offsets.items()}
        except (KafkaError, OSError) as error:
            raise Transient(f"cannot ask for the offsets of {self._group}: {error!r}") from error
        finally:
            await admin.close()

"""Whether all is stored that the broker has, on the real broker: also what another worker of the group is to store."""

from pathlib import Path
from types import SimpleNamespace

from aiokafka import AIOKafkaConsumer, TopicPartition

from schemas.topics import LEAD_EVENTS
from streams.engine.batches import Progress
from streams.engine.connect import wait_for_topics
from streams.engine.faust_app import group_of
from streams.store.lag import Lag
from tests.installation import Installation

LEADS = [str(5000 + number) for number in range(120)]
"""So many that every partition has some."""


async def test_what_another_worker_has_is_waited_for(bootstrap: str, tmp_path: Path) -> None:
    """A killed one keeps its partitions until its session ends: a night that was counted meanwhile missed days."""
    async with Installation(bootstrap, tmp_path) as here:
        await here.produce(LEAD_EVENTS, [(lead, b"{}") for lead in LEADS])
        kafka = here.settings.kafka
        group, topic = group_of(kafka, "store"), kafka.prefix + LEAD_EVENTS.name
        await wait_for_topics(kafka, [LEAD_EVENTS.name], group=group)  # as each worker does before it begins
        ends = dict.fromkeys(range(LEAD_EVENTS.partitions), 0)
        for record in await here.read(LEAD_EVENTS):
            ends[record.partition] += 1
        assert all(ends.values())
        worker = SimpleNamespace(
            settings=here.settings,
            consumed=lambda: [LEAD_EVENTS],
            assigned=lambda: {(LEAD_EVENTS.name, 0)},
            app=SimpleNamespace(
                conf=SimpleNamespace(id=group),
                consumer=SimpleNamespace(progress=lambda: [Progress(topic, 0, ends[0], 0)]),
            ),
        )
        lag = Lag(worker)  # type: ignore[arg-type]
        other = AIOKafkaConsumer(bootstrap_servers=kafka.bootstrap, group_id=group, enable_auto_commit=False)
        await other.start()
        try:
            assert not await lag.caught_up(1)
            for partition in range(1, LEAD_EVENTS.partitions):
                tp = TopicPartition(topic, partition)
                other.assign([tp])
                assert not await lag.events_stored(0.3)
                await other.commit({tp: ends[partition]})
            assert await lag.caught_up(60)
        finally:
            await other.stop()
            await lag.stop()

"""What the broker says of a consumer group, asked over connections of our own: offsets, and partitions nobody has."""

from collections.abc import Collection, Iterable
from typing import NamedTuple

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.coordinator.protocol import ConsumerProtocolMemberAssignment
from aiokafka.errors import KafkaError, for_code

from streams.engine.connect import client_options
from streams.engine.kafka import PARTITIONS
from streams.settings import Kafka

DIVIDED = "Stable"
"""Kafka's word for a group whose members all have what the leader gave them."""


async def committed(kafka: Kafka, group: str) -> dict[TopicPartition, int]:
    """The offsets that a group has committed, of its topics in the broker's names; -1 where it has none. Raises
    `KafkaError` and OSError: also while nobody has ever read of this Kafka in a group."""
    admin = AIOKafkaAdminClient(**client_options(kafka))
    try:
        await admin.start()
        return {tp: at.offset for tp, at in (await admin.list_consumer_group_offsets(group)).items()}
    finally:
        await admin.close()


class Groups:
    """The same of several groups, asked again and again over one connection."""

    def __init__(self, kafka: Kafka) -> None:
        self._kafka = kafka
        self._admin: AIOKafkaAdminClient | None = None

    async def committed(self, groups: Iterable[str]) -> dict[str, dict[TopicPartition, int]]:
        """By group; a group that nobody was ever in has nothing. Raises `KafkaError`, OSError."""
        try:
            if self._admin is None:
                self._admin = AIOKafkaAdminClient(**client_options(self._kafka))
                await self._admin.start()
            found = {group: await self._admin.list_consumer_group_offsets(group) for group in groups}
        except (KafkaError, OSError):
            await self.stop()
            raise
        return {group: {tp: at.offset for tp, at in offsets.items()} for group, offsets in found.items()}

    async def stop(self) -> None:
        """Close the connection."""
        admin, self._admin = self._admin, None
        if admin is not None:
            await admin.close()


class Log(NamedTuple):
    """First offset that is still there, and the one behind the last."""

    start: int
    end: int


class GroupView:
    """A worker's group and the partitions of its topics (names without the prefix). Questions raise `KafkaError`."""

    def __init__(self, kafka: Kafka, group: str, topics: Iterable[str]) -> None:
        self._group = group
        self._wanted = {TopicPartition(kafka.prefix + name, p) for name in topics for p in range(PARTITIONS[name])}
        options = client_options(kafka)
        self._consumer = AIOKafkaConsumer(**options, enable_auto_commit=False)
        self._admin = AIOKafkaAdminClient(**options)
        self._connected = False

    async def connect(self) -> None:
        """Connect where that is not done yet."""
        if not self._connected:
            await self._consumer.start()
            await self._admin.start()
            self._connected = True

    async def stop(self) -> None:
        """Close the connections."""
        await self._consumer.stop()
        await self._admin.close()

    async def logs(self, tps: Collection[TopicPartition]) -> dict[TopicPartition, Log]:
        """Borders of these partitions."""
        if not tps:
            return {}
        ends = await self._consumer.end_offsets(list(tps))
        starts = await self._consumer.beginning_offsets(list(tps))
        return {tp: Log(starts[tp], end) for tp, end in ends.items()}

    async def unowned(self) -> set[TopicPartition]:
        """Partitions that no member has. While the group divides them, all."""
        (answer,) = await self._admin.describe_consumer_groups([self._group])
        error, _, state, _, _, members = answer.groups[0][:6]
        if error:
            raise for_code(error)(f"cannot describe the group {self._group}")
        if state != DIVIDED:
            return set(self._wanted)
        assignments = (
            ConsumerProtocolMemberAssignment.decode(member[4]) for member in members
        )  # as the leader wrote it
        return self._wanted.difference(*(assignment.partitions() for assignment in assignments))

"""Waiting for the broker: without noise, and until all of it is there."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from aiokafka.errors import GroupCoordinatorNotAvailableError

from streams.engine import connect
from streams.engine.connect import reachable, wait_for_topics
from streams.engine.retry import Policy
from streams.settings import Kafka
from tests.ports import free_port


class Cluster:
    """Metadata: partitions of each topic, and those that have a leader."""

    def __init__(self, partitions: dict[str, set[int]], led: dict[str, set[int]]) -> None:
        self._partitions, self._led = partitions, led

    def partitions_for_topic(self, topic: str) -> set[int] | None:
        return self._partitions.get(topic)

    def available_partitions_for_topic(self, topic: str) -> set[int] | None:
        return self._led.get(topic)


NONE = Cluster({}, {})
LEADERLESS = Cluster({"p.a": {0, 1}}, {"p.a": {0}})
THERE = Cluster({"p.a": {0, 1}}, {"p.a": {0, 1}})


class Client:
    """An aiokafka client; `looks` is what each of them finds in turn, `coordinators` how the group's answers."""

    looks: Iterator[Cluster]
    coordinators: Iterator[Exception | None] = iter([])
    bootstraps = 0

    def __init__(self, **_: Any) -> None:
        pass

    async def bootstrap(self) -> None:
        type(self).bootstraps += 1

    async def fetch_all_metadata(self) -> Cluster:
        return next(self.looks)

    async def coordinator_lookup(self, kind: int, group: str) -> None:
        assert (kind, group) == (0, "p.leadpulse-x")
        if (fault := next(self.coordinators)) is not None:
            raise fault

    async def close(self) -> None:
        pass


@pytest.fixture
async def kafka(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Settings of a broker whose port takes connections; no pauses."""
    monkeypatch.setattr(connect, "WAIT_FOR_TOPICS", Policy(first=0.001, longest=0.001))
    monkeypatch.setattr(connect, "AIOKafkaClient", Client)
    Client.bootstraps = 0
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
    async with server:
        yield Kafka(bootstrap=f"127.0.0.1:{server.sockets[0].getsockname()[1]}", prefix="p.")


async def test_closed_port_is_told_before_any_client_is_made(kafka: Kafka) -> None:
    """aiokafka would call it an ERROR; one of several addresses that answers is enough."""
    closed = f"127.0.0.1:{free_port()}"
    with pytest.raises(OSError, match="Connect call failed"):
        await reachable(Kafka(bootstrap=closed))
    await reachable(Kafka(bootstrap=f"{closed},{kafka.bootstrap}"))
    waiting = asyncio.ensure_future(wait_for_topics(Kafka(bootstrap=closed), ["a"]))
    await asyncio.sleep(0.05)
    assert not waiting.done()
    assert Client.bootstraps == 0
    waiting.cancel()


async def test_topics_that_were_there_are_not_waited_for(kafka: Kafka) -> None:
    """An ordinary start takes one look."""
    Client.looks = iter([THERE])
    await wait_for_topics(kafka, ["a"])


@pytest.mark.parametrize("not_yet", [NONE, LEADERLESS])
async def test_topics_that_were_just_made_get_a_moment(kafka: Kafka, not_yet: Cluster) -> None:
    """Missing, or a partition without a leader; and once more after it is there, for the leader to know that it is."""
    Client.looks = iter([not_yet, not_yet, THERE, THERE])
    await wait_for_topics(kafka, ["a"])
    assert Client.bootstraps == 4


async def test_group_is_waited_for_where_there_is_one(kafka: Kafka) -> None:
    """A new cluster makes its topic of commits when it is first asked for a coordinator."""
    Client.looks, Client.coordinators = iter([THERE] * 2), iter([GroupCoordinatorNotAvailableError(), None])
    await wait_for_topics(kafka, ["a"], group="p.leadpulse-x")
    assert Client.bootstraps == 2

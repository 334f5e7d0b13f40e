"""Connections to Kafka: their options, and waiting until the broker has what a worker needs."""

import asyncio
import logging
import ssl
from collections.abc import Iterable
from typing import Any

from aiokafka import AIOKafkaConsumer
from aiokafka.client import AIOKafkaClient, CoordinationType
from aiokafka.cluster import ClusterMetadata
from aiokafka.conn import collect_hosts
from aiokafka.errors import KafkaError

from schemas.errors import Transient
from streams.engine.retry import Policy, retry
from streams.settings import Kafka

log = logging.getLogger(__name__)

CONNECT_S = 5.0
"""A host that answers nothing at all, not even a refusal, is not waited for longer."""

WAIT_FOR_TOPICS = Policy(first=0.5, longest=2.0)
"""A worker may start before the broker: it looks often, so that it starts soon after."""


def client_options(kafka: Kafka) -> dict[str, Any]:
    """Connection arguments that every aiokafka client takes."""
    options: dict[str, Any] = {
        "bootstrap_servers": kafka.bootstrap.split(","),
        "security_protocol": kafka.security,
        "request_timeout_ms": 30_000,
    }
    if kafka.security.endswith("SSL"):
        options["ssl_context"] = ssl.create_default_context(cafile=kafka.ca_file)
    if kafka.security.startswith("SASL"):
        options |= {
            "sasl_mechanism": kafka.sasl_mechanism,
            "sasl_plain_username": kafka.username,
            "sasl_plain_password": kafka.password.get_secret_value(),
        }
    return options


async def hang_up(consumer: AIOKafkaConsumer) -> None:
    """Close a consumer. aiokafka 0.14 cancels its own fetches and waits for them (`Fetcher.close`), so where the broker
    is away their cancellation comes out of `stop`: taken for ours, it would end who reads, and nobody would hear of it.
    Nor is it our fault where its task for metadata ended by writing to a connection that had just been closed (uvloop).
    """
    try:
        await consumer.stop()
        return
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise
    except RuntimeError:  # of that task
        pass
    try:
        await consumer._client.close()  # what `stop` did not come to
    except RuntimeError:
        consumer._client._sync_task = None  # it is over, and would only say so again
        await consumer._client.close()


async def reachable(kafka: Kafka) -> None:
    """Return when a broker's port takes a connection. Raises OSError.

    A worker may start before the broker; aiokafka calls each refused connection an ERROR in the log, and only a broker
    that goes away later is one.
    """
    refused: OSError = ConnectionError("no address")
    for host, port, _ in collect_hosts(kafka.bootstrap.split(",")):
        try:
            async with asyncio.timeout(CONNECT_S):
                _, writer = await asyncio.open_connection(host, port)
        except OSError as error:  # also TimeoutError
            refused = error
        else:
            writer.close()
            return
    raise refused


async def wait_for_topics(kafka: Kafka, names: Iterable[str], group: str | None = None) -> None:
    """Return when the broker answers, knows all of the topics, has a leader for each of their partitions, and looks
    after the group: a worker may start before any of that. (A new cluster makes its topic of commits when first asked.)
    """
    wanted = {kafka.prefix + name for name in names}
    made = False

    async def look() -> None:
        nonlocal made
        await reachable(kafka)
        client = AIOKafkaClient(**client_options(kafka), client_id="leadpulse-wait")
        try:
            await client.bootstrap()
            cluster = await client.fetch_all_metadata()
            if missing := sorted(name for name in wanted if not _led(cluster, name)):
                made = True
                raise Transient(f"topics are missing or have no leader: {missing}")
            if made:  # a leader is named before it knows that it leads, and refuses what comes in between
                made = False
                raise Transient("topics have just been made")
            if group is not None:
                await client.coordinator_lookup(CoordinationType.GROUP, group)
        finally:
            await client.close()

    def told(fault: Exception) -> None:
        log.warning("waiting for Kafka and its topics", extra={"missing": str(fault) or repr(fault)})

    await retry(WAIT_FOR_TOPICS, look, told=told, passing=(Transient, KafkaError, OSError))


def _led(cluster: ClusterMetadata, topic: str) -> bool:
    partitions = cluster.partitions_for_topic(topic)
    return bool(partitions) and partitions == cluster.available_partitions_for_topic(topic)

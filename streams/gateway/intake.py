"""The way from an entrance to Kafka: the broker's ack, or 503 with `Retry-After`.

While the broker is known to be away, requests are refused at once: waiting for each would fill the memory with bodies.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from typing import Protocol

from aiohttp import web
from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaError

from schemas.errors import Transient
from streams.engine.kafka import Output, client_options
from streams.settings import Kafka

log = logging.getLogger(__name__)

CHECK_SECONDS, RECHECK_SECONDS = 10.0, 1.0
"""Between looks at the broker while it answers, and while it does not."""
PROBE_SECONDS = 5.0
RETRY_AFTER = 5
"""Seconds named to a sender. Telegram and most warehouse systems have their own schedule; both see a short outage."""


class Sink(Protocol):
    """What the intake needs of `streams.engine.kafka.Outputs`."""

    async def send(self, outputs: Iterable[Output]) -> None:
        """Return when the broker has everything; raise `Transient` otherwise."""


class Intake:
    """Puts records on Kafka; knows whether that has a chance."""

    def __init__(self, sink: Sink, probe: Callable[[], Awaitable[bool]], ack_timeout: float) -> None:
        self._sink, self._probe, self._ack_timeout = sink, probe, ack_timeout
        self._doubt = asyncio.Event()
        self.open = False

    async def put(self, outputs: Sequence[Output]) -> None:
        """Return when the broker has everything.

        Raises 503 otherwise. Records of a refused request may still arrive later: ids are deterministic, so a repeat
        is the same event.
        """
        if not self.open:
            raise _unavailable()
        try:
            async with asyncio.timeout(self._ack_timeout):
                await self._sink.send(outputs)
        except (Transient, TimeoutError) as error:
            self._close(error)
            raise _unavailable() from error

    async def watch(self) -> None:
        """Look at the broker for ever: now and then, at once after a failed `put`, often while it is away."""
        while True:
            self._doubt.clear()
            was, self.open = self.open, await self._probe()
            if was != self.open:
                log.info("Kafka takes records" if self.open else "Kafka does not take records")
            if not self.open:
                await asyncio.sleep(RECHECK_SECONDS)
                continue
            with suppress(TimeoutError):
                await asyncio.wait_for(self._doubt.wait(), CHECK_SECONDS)

    def _close(self, error: Exception) -> None:
        log.warning("no ack from Kafka", extra={"error": repr(error)})
        self.open = False
        self._doubt.set()


class TopicProbe:
    """Whether the broker answers and every one of our topics exists and has leaders.

    Asks for all topics by one metadata request: asking for a missing one by name would create it on a cluster that
    allows that, with the wrong partitions.
    """

    def __init__(self, kafka: Kafka, topics: Iterable[str]) -> None:
        self._kafka = kafka
        self._topics = [kafka.prefix + name for name in topics]
        self._client: AIOKafkaClient | None = None

    async def __call__(self) -> bool:
        """One look. Never raises for the broker's sake."""
        try:
            async with asyncio.timeout(PROBE_SECONDS):
                client = await self._connected()
                cluster = await client.fetch_all_metadata()
        except (KafkaError, OSError, TimeoutError):
            await self.close()
            return False
        missing = [name for name in self._topics if not cluster.available_partitions_for_topic(name)]
        if missing:
            log.warning("topics are missing or have no leader", extra={"topics": missing})
        return not missing

    async def close(self) -> None:
        """Close the connection; the next look opens a new one."""
        client, self._client = self._client, None
        if client is not None:
            await client.close()

    async def _connected(self) -> AIOKafkaClient:
        if self._client is None:
            self._client = AIOKafkaClient(**client_options(self._kafka), client_id="leadpulse-gateway-probe")
            await self._client.bootstrap()
        return self._client


def _unavailable() -> web.HTTPServiceUnavailable:
    return web.HTTPServiceUnavailable(
        text="not stored, try again: no answer from Kafka", headers={"Retry-After": str(RETRY_AFTER)}
    )

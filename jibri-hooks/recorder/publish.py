"""To Kafka with the broker's acknowledgement, for as long as it takes."""

import asyncio
import logging
import ssl
from collections.abc import Callable, Iterable, Iterator
from time import monotonic
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from recorder.settings import Settings

log = logging.getLogger(__name__)

REQUEST_MS = 10_000
STOP_S = 3.0
SEND_S = 30.0
"""A connection that was dropped by another record's failure may leave this one without an answer."""
CONNECT_EVERY_S = 1.0
"""Many records wait for one broker: it is called at most so often."""


class NotPublished(OSError):
    """The broker did not take the record within the attempts that were allowed."""


def capped(first: float = 0.5, most: float = 30.0) -> Iterator[float]:
    """Seconds between attempts: doubled each time up to `most`, without an end."""
    delay = first
    while True:
        yield min(delay, most)
        delay = min(delay * 2, most)


def connection(settings: Settings) -> dict[str, Any]:
    """How any client of aiokafka reaches the broker."""
    sasl = settings.kafka_security.startswith("SASL")
    return {
        "bootstrap_servers": settings.kafka_bootstrap.split(","),
        "client_id": "leadpulse-recorder",
        "request_timeout_ms": REQUEST_MS,
        "security_protocol": settings.kafka_security,
        "ssl_context": ssl.create_default_context(cafile=settings.kafka_ca)
        if "SSL" in settings.kafka_security
        else None,
        "sasl_mechanism": settings.kafka_mechanism if sasl else "PLAIN",
        "sasl_plain_username": settings.kafka_username if sasl else None,
        "sasl_plain_password": settings.kafka_password if sasl else None,
    }


def make_producer(settings: Settings) -> AIOKafkaProducer:
    """A producer that has a record only when all in-sync replicas have it. Needs a running event loop."""
    return AIOKafkaProducer(acks="all", enable_idempotence=True, **connection(settings))


class Publisher:
    """One connection for all; each record is tried on its own, so one that is refused holds up no other.

    `delays` gives the pauses between a record's attempts; when it ends, so does the trying.
    """

    def __init__(
        self,
        producer: Callable[[], AIOKafkaProducer],
        prefix: str,
        delays: Callable[[], Iterable[float]] = capped,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._make, self._prefix, self._delays, self._clock = producer, prefix, delays, clock
        self._producer: AIOKafkaProducer | None = None
        self._connecting = asyncio.Lock()
        self._not_before = 0.0
        self._refused: set[tuple[str, str]] = set()
        self.failures = 0

    @property
    def failing(self) -> int:
        """Records that the broker has not taken so far."""
        return len(self._refused)

    async def publish(self, topic: str, key: str, value: bytes) -> None:
        """Return when the broker has the record. Raises `NotPublished` only where `delays` has an end."""
        try:
            for delay in self._delays():
                producer = None
                try:
                    producer = await self._connected()
                    async with asyncio.timeout(SEND_S):
                        await producer.send_and_wait(self._prefix + topic, value, key=key.encode())
                except (KafkaError, OSError) as error:
                    self._say(topic, key, error)
                    await self._drop(producer)  # one that failed once may be in a state that it never leaves
                    await asyncio.sleep(delay)
                else:
                    return
        finally:
            self._refused.discard((topic, key))
        raise NotPublished(f"Kafka took no record for {topic}")

    async def close(self) -> None:
        """Drop the connection; what was not acknowledged is not sent."""
        await self._drop(self._producer)

    async def _connected(self) -> AIOKafkaProducer:
        async with self._connecting:
            if self._producer is not None:
                return self._producer
            if self._clock() < self._not_before:
                raise ConnectionError("the broker was away a moment ago")
            candidate = self._make()
            try:
                async with asyncio.timeout(SEND_S):
                    await candidate.start()
            except (KafkaError, OSError):
                self._not_before = self._clock() + CONNECT_EVERY_S
                await _stop(candidate)
                raise
            except asyncio.CancelledError:
                await _stop(candidate)
                raise
            self._producer = candidate
            return candidate

    async def _drop(self, producer: AIOKafkaProducer | None) -> None:
        if producer is None:
            return
        if producer is self._producer:
            self._producer = None
        await _stop(producer)

    def _say(self, topic: str, key: str, error: Exception) -> None:
        self.failures += 1
        level = logging.DEBUG if self._refused else logging.WARNING  # once loudly, then by the metric
        self._refused.add((topic, key))
        log.log(level, "Kafka took no record", extra={"topic": topic, "key": key, "error": repr(error)})


async def _stop(producer: AIOKafkaProducer) -> None:
    try:
        async with asyncio.timeout(STOP_S):
            await producer.stop()
    except (TimeoutError, KafkaError) as error:
        log.debug("producer did not stop", extra={"error": repr(error)})

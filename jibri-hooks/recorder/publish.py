"""To Kafka with the broker's acknowledgement, for as long as it takes."""

import asyncio
import logging
import ssl
from collections.abc import Callable, Iterable, Iterator

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from recorder.settings import Settings

log = logging.getLogger(__name__)

REQUEST_MS = 10_000
STOP_S = 3.0


class NotPublished(OSError):
    """The broker did not take the record within the attempts that were allowed."""


def capped(first: float = 0.5, most: float = 30.0) -> Iterator[float]:
    """Seconds between attempts: doubled each time up to `most`, without an end."""
    delay = first
    while True:
        yield min(delay, most)
        delay = min(delay * 2, most)


def make_producer(settings: Settings) -> AIOKafkaProducer:
    """A producer that has a record only when all in-sync replicas have it. Needs a running event loop."""
    sasl = settings.kafka_security.startswith("SASL")
    return AIOKafkaProducer(
        bootstrap_servers=settings.kafka_bootstrap.split(","),
        client_id="leadpulse-recorder",
        acks="all",
        enable_idempotence=True,
        request_timeout_ms=REQUEST_MS,
        security_protocol=settings.kafka_security,
        ssl_context=ssl.create_default_context(cafile=settings.kafka_ca) if "SSL" in settings.kafka_security else None,
        sasl_mechanism=settings.kafka_mechanism if sasl else "PLAIN",
        sasl_plain_username=settings.kafka_username if sasl else None,
        sasl_plain_password=settings.kafka_password if sasl else None,
    )


class Publisher:
    """Sends one record at a time. `delays` gives the pauses between attempts; when it ends, so does the trying."""

    def __init__(
        self, producer: Callable[[], AIOKafkaProducer], prefix: str, delays: Callable[[], Iterable[float]] = capped
    ) -> None:
        self._make, self._prefix, self._delays = producer, prefix, delays
        self._producer: AIOKafkaProducer | None = None
        self.failing = False

    async def publish(self, topic: str, key: str, value: bytes) -> None:
        """Return when the broker has the record. Raises `NotPublished` only where `delays` has an end."""
        for delay in self._delays():
            try:
                await self._send(self._prefix + topic, key.encode(), value)
            except (KafkaError, OSError) as error:
                self.failing = True
                log.warning("Kafka took no record", extra={"topic": topic, "error": repr(error), "again_s": delay})
                await self.close()  # a producer that failed once may be in a state that it never leaves
                await asyncio.sleep(delay)
            else:
                self.failing = False
                return
        raise NotPublished(f"Kafka took no record for {topic}")

    async def close(self) -> None:
        """Drop the connection; what was not acknowledged is not sent."""
        producer, self._producer = self._producer, None
        if producer is None:
            return
        try:
            async with asyncio.timeout(STOP_S):
                await producer.stop()
        except (TimeoutError, KafkaError) as error:
            log.debug("producer did not stop", extra={"error": repr(error)})

    async def _send(self, topic: str, key: bytes, value: bytes) -> None:
        if self._producer is None:
            self._producer = self._make()
            await self._producer.start()
        await self._producer.send_and_wait(topic, value, key=key)

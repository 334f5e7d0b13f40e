"""The way from an entrance to Kafka: the broker's ack, or 503 or 429 with `Retry-After`.

While the broker is known to be away, requests are refused at once: waiting for each would fill the memory with bodies.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Protocol

from aiohttp import web
from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaError

from schemas.errors import TooLarge, Transient
from streams.engine.connect import client_options, reachable
from streams.engine.kafka import Output
from streams.gateway.body import too_many
from streams.settings import Gateway, Kafka

log = logging.getLogger(__name__)

CHECK_SECONDS, RECHECK_SECONDS = 10.0, 1.0
"""Between looks at the broker while it answers, and while it does not."""
SLOW_SECONDS, LOOK_SECONDS = 1.0, 0.25
"""An ack that takes longer is a reason to ask the broker whether it is there; between looks at the acks."""
PROBE_SECONDS = 5.0
ENVELOPE = 64 << 10
"""Bytes that a record may be larger than its body: the wrapper, key and batch header."""
RETRY_AFTER = 5
"""Seconds named to a sender. Telegram and most warehouse systems have their own schedule; both see a short outage."""


class Sink(Protocol):
    """What the intake needs of `streams.engine.kafka.Outputs`."""

    async def send(self, outputs: Iterable[Output]) -> None:
        """Return when the broker has everything; raise `Transient` otherwise."""


class Intake:
    """Puts records on Kafka; knows whether that has a chance.

    Whether the broker is there is what the broker itself says (`probe`). A slow ack is a reason to ask it, never the
    answer: under load acks are slow, and a door that closes then refuses everybody and opens again for nothing.
    """

    def __init__(self, sink: Sink, probe: Callable[[], Awaitable[bool]], settings: Gateway) -> None:
        self._sink, self._probe, self._settings = sink, probe, settings
        self._waiting: dict[asyncio.Timeout, float] = {}  # in order of their begin
        self._bytes = 0
        self._doubt, self._told = False, -CHECK_SECONDS
        self._stops_at: float | None = None
        self.open = False

    def check(self, size: int = 0) -> None:
        """Raise 503 while the broker is away and 429 when too many wait: worth asking before a body of `size` bytes is
        read, since a refusal must cost less than the work that there is too much of.
        """
        if not self.open:
            raise _unavailable()
        crowded = len(self._waiting) >= self._settings.max_in_work
        if crowded or (self._waiting and self._bytes + size > self._settings.max_waiting_bytes):
            raise too_many()

    async def put(self, outputs: Sequence[Output]) -> None:
        """Return when the broker has everything.

        Raises 413 where a record is larger than its topic takes (JSON may grow when it is written anew), 429 when too
        many wait already, 503 when the broker does not have it in time. Records of a refused
        request may still arrive later: ids are deterministic, so a repeat is the same event.
        """
        size = sum(len(output.value or b"") for output in outputs)
        self.check(size)
        now = asyncio.get_running_loop().time()
        until = now + self._settings.ack_timeout
        limit = asyncio.timeout_at(until if self._stops_at is None else min(until, self._stops_at))
        self._waiting[limit] = now
        self._bytes += size
        try:
            async with limit:
                await self._sink.send(outputs)
        except TooLarge as error:
            raise web.HTTPRequestEntityTooLarge(0, text="a record would be larger than its topic takes") from error
        except (Transient, TimeoutError) as error:
            self._doubt_it(error)
            raise _unavailable() from error
        finally:
            del self._waiting[limit]
            self._bytes -= size

    def finish(self, seconds: float) -> None:
        """The worker stops: who waits now, or comes in the meantime, has an answer after at most so long."""
        self._stops_at = asyncio.get_running_loop().time() + seconds
        for limit in [limit for limit in self._waiting if not limit.expired()]:
            limit.reschedule(min(limit.when() or self._stops_at, self._stops_at))

    async def watch(self) -> None:
        """Look at the broker for ever: now and then, at once when acks are late, often while it is away."""
        while True:
            self._doubt = False
            was, self.open = self.open, await self._probe()
            if was != self.open:
                log.info("Kafka takes records" if self.open else "Kafka does not take records")
            await (self._until_doubt() if self.open else asyncio.sleep(RECHECK_SECONDS))

    async def _until_doubt(self) -> None:
        loop = asyncio.get_running_loop()
        end = loop.time() + CHECK_SECONDS
        while not self._doubt and (now := loop.time()) < end:
            await asyncio.sleep(LOOK_SECONDS)
            self._doubt |= now - next(iter(self._waiting.values()), now) > SLOW_SECONDS

    def _doubt_it(self, error: Exception) -> None:
        self._doubt = True
        now = asyncio.get_running_loop().time()
        if now - self._told >= CHECK_SECONDS:  # once for all that wait
            self._told = now
            log.warning("no ack from Kafka", extra={"error": repr(error)})


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
            await reachable(self._kafka)
            self._client = AIOKafkaClient(**client_options(self._kafka), client_id="leadpulse-gateway-probe")
            await self._client.bootstrap()
        return self._client


def _unavailable() -> web.HTTPServiceUnavailable:
    return web.HTTPServiceUnavailable(
        text="not stored, try again: no answer from Kafka", headers={"Retry-After": str(RETRY_AFTER)}
    )

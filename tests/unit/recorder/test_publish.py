"""Trying again while the broker is away, with a scripted producer."""

import asyncio
import itertools
from typing import Any

import pytest
from aiokafka.errors import KafkaConnectionError, KafkaTimeoutError

from recorder.publish import NotPublished, Publisher, capped


class Producers:
    """Makes producers that fail as `script` says: the exceptions of the next calls, None for success."""

    def __init__(self, *script: BaseException | None) -> None:
        self.script = list(script)
        self.made = self.stopped = 0
        self.sent: list[tuple[str, bytes, bytes]] = []

    def __call__(self) -> Any:
        self.made += 1
        return self

    async def start(self) -> None:
        self._next()

    async def stop(self) -> None:
        self.stopped += 1

    async def send_and_wait(self, topic: str, value: bytes, key: bytes) -> None:
        self._next()
        self.sent.append((topic, key, value))

    def _next(self) -> None:
        error = self.script.pop(0) if self.script else None
        if error:
            raise error


async def test_until_it_is_there() -> None:
    """A broker that comes back gets the record once, from a new producer; the failed ones are closed."""
    producers = Producers(KafkaConnectionError("away"), None, KafkaTimeoutError("slow"), OSError("net"))
    publisher = Publisher(producers, "test.", lambda: itertools.repeat(0.0), itertools.count(0.0, 10.0).__next__)
    await publisher.publish("t", "k", b"v")
    await publisher.publish("t", "k", b"w")
    assert producers.sent == [("test.t", b"k", b"v"), ("test.t", b"k", b"w")]
    assert (producers.made, producers.stopped) == (4, 3)
    assert not publisher.failing


async def test_gives_up_when_told() -> None:
    """With a limited number of attempts the record is not called sent."""
    producers = Producers(*[KafkaConnectionError("away")] * 2)
    publisher = Publisher(producers, "", lambda: (0.0, 0.0), itertools.count(0.0, 10.0).__next__)
    with pytest.raises(NotPublished):
        await publisher.publish("t", "k", b"v")
    assert (publisher.failing, publisher.failures) == (0, 2)
    assert producers.made == producers.stopped == 2


async def test_one_refused_record_holds_up_no_other() -> None:
    """While the broker refuses one record for ever, the next ones pass over a new connection."""
    producers = Producers()

    async def send(topic: str, value: bytes, key: bytes) -> None:
        if key == b"bad":
            raise KafkaTimeoutError("refused")
        producers.sent.append((topic, key, value))

    producers.send_and_wait = send  # type: ignore[method-assign]
    publisher = Publisher(producers, "", lambda: itertools.repeat(0.0))
    stuck = asyncio.create_task(publisher.publish("t", "bad", b"v"))
    while not publisher.failing:
        await asyncio.sleep(0)
    for key in ("a", "b"):
        await publisher.publish("t", key, b"v")
    assert [key for _, key, _ in producers.sent] == [b"a", b"b"]
    stuck.cancel()
    with pytest.raises(asyncio.CancelledError):
        await stuck
    assert publisher.failing == 0


async def test_many_wait_for_one_broker() -> None:
    """A broker that is away is called once a second, however many records wait; and it is said once."""
    producers = Producers(KafkaConnectionError("away"))
    now = [100.0]
    publisher = Publisher(producers, "", lambda: itertools.repeat(0.0), lambda: now[0])
    waiting = [asyncio.create_task(publisher.publish("t", str(n), b"v")) for n in range(50)]
    while publisher.failing < 50:
        await asyncio.sleep(0)
    assert producers.made == 1
    now[0] += 1.5
    await asyncio.gather(*waiting)
    assert producers.made == 2
    assert len(producers.sent) == 50
    assert publisher.failing == 0


def test_capped() -> None:
    """Pauses double up to the cap and never end."""
    assert list(itertools.islice(capped(0.5, 4.0), 6)) == [0.5, 1.0, 2.0, 4.0, 4.0, 4.0]
    assert next(itertools.islice(capped(), 5000, None)) == 30.0

"""Trying again while the broker is away, with a scripted producer."""

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
    publisher = Publisher(producers, "test.", lambda: itertools.repeat(0.0))
    await publisher.publish("t", "k", b"v")
    await publisher.publish("t", "k", b"w")
    assert producers.sent == [("test.t", b"k", b"v"), ("test.t", b"k", b"w")]
    assert (producers.made, producers.stopped) == (4, 3)
    assert not publisher.failing


async def test_gives_up_when_told() -> None:
    """With a limited number of attempts the record is not called sent."""
    producers = Producers(*[KafkaConnectionError("away")] * 2)
    publisher = Publisher(producers, "", lambda: (0.0, 0.0))
    with pytest.raises(NotPublished):
        await publisher.publish("t", "k", b"v")
    assert publisher.failing
    assert producers.made == producers.stopped == 2


def test_capped() -> None:
    """Pauses double up to the cap and never end."""
    assert list(itertools.islice(capped(0.5, 4.0), 6)) == [0.5, 1.0, 2.0, 4.0, 4.0, 4.0]
    assert next(itertools.islice(capped(), 5000, None)) == 30.0

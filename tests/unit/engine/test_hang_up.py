"""A consumer that is closed while the broker is away: aiokafka hands the end of its own fetches on to who closes it."""

import asyncio
from typing import Any

import pytest
from aiokafka.errors import KafkaTimeoutError

from schemas.topics import COMMANDS
from streams.engine.connect import hang_up
from streams.engine.reader import Reader
from streams.engine.worker import EXIT_CRASH, Worker
from streams.settings import Kafka, Settings


class Consumer:
    """Its topic is empty. `away`: the broker does not answer, and closing it raises what its fetches ended with,
    and its task for metadata; `stops`: only the latter."""

    def __init__(self, *, away: bool, stops: bool = False) -> None:
        self.away, self.stops, self.closed = away, stops, False
        self._client = self
        self._sync_task: object = object()

    async def start(self) -> None:
        """Connected."""

    def assign(self, _: Any) -> None:
        """Nothing to do."""

    async def seek_to_beginning(self, *_: Any) -> None:
        """It is there."""

    async def end_offsets(self, tps: Any) -> Any:
        """Not from a broker that is away."""
        if self.away:
            raise KafkaTimeoutError("30000 ms")
        return dict.fromkeys(tps, 0)

    async def getmany(self, *_: Any, timeout_ms: int) -> Any:
        """Nothing."""
        await asyncio.sleep(0)
        return {}

    async def position(self, _: Any) -> int:
        """At the end."""
        return 0

    async def stop(self) -> None:
        """As aiokafka 0.14 does it."""
        if self.away and not self.stops:
            raise asyncio.CancelledError
        await self.close()

    async def close(self) -> None:
        """Of the client."""
        if self.away and self._sync_task is not None:
            raise RuntimeError("the handler is closed")
        self.closed = True


@pytest.mark.parametrize("stops", [False, True])
async def test_the_end_of_its_fetches_is_not_ours(stops: bool) -> None:
    """It is closed all the same; who is really cancelled is."""
    consumer: Any = Consumer(away=True, stops=stops)
    await hang_up(consumer)
    assert consumer.closed

    async def waits() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await hang_up(consumer)

    task = asyncio.ensure_future(waits())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_topic_is_followed_again_behind_a_long_outage(monkeypatch: pytest.MonkeyPatch) -> None:
    """A broker that was away for longer than a request may take: every table went on as it was for ever."""
    consumers = iter([Consumer(away=True), Consumer(away=True), Consumer(away=False)])
    reader, at_end = Reader(Kafka(), COMMANDS), asyncio.Event()

    async def there() -> None:
        return

    async def take(record: Any) -> None:
        assert record is None
        at_end.set()

    monkeypatch.setattr(reader, "there", there)
    monkeypatch.setattr(reader, "_consumer", lambda **_: next(consumers))
    following = asyncio.ensure_future(reader.follow(take))
    try:
        async with asyncio.timeout(30):
            await at_end.wait()
        assert not following.done()
    finally:
        following.cancel()


async def test_a_part_that_is_cancelled_from_within_ends_the_worker() -> None:
    """Nobody else would hear that it stands still."""
    worker = Worker("pipeline", Settings())
    worker._ended = asyncio.get_running_loop().create_future()

    async def work() -> None:
        raise asyncio.CancelledError

    await worker._guard("tables", work)
    assert worker._ended.result() == EXIT_CRASH

    worker._ended = asyncio.get_running_loop().create_future()
    task = asyncio.ensure_future(worker._guard("tables", asyncio.Event().wait))  # type: ignore[arg-type]
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not worker._ended.done()

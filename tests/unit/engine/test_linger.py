"""While records flow the broker gathers; when nothing flows it answers at once."""

from types import SimpleNamespace
from typing import Any

import pytest
from faust.transport.drivers import aiokafka as driver

from streams.engine.batches import BatchConsumer
from streams.engine.loop_consumer import GATHERED_BYTES, IDLE_WAIT_MS, LINGER_MS, LoopConsumer


class Fetches:
    """Answers of aiokafka, one a call; keeps how long each call would have waited."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *answers: dict[str, list[int]]) -> None:
        self.timeouts: list[float | None] = []
        self.fetcher = SimpleNamespace(_fetch_max_wait_ms=1500, _fetch_min_bytes=1)
        self.thread = LoopConsumer.__new__(LoopConsumer)
        coming = iter(answers)

        async def fetch(_: Any, __: Any, ___: Any, timeout: float | None = None, max_records: int | None = None) -> Any:
            self.timeouts.append(timeout)
            return next(coming)

        monkeypatch.setattr(driver.AIOKafkaConsumerThread, "_fetch_records", fetch)

    async def take(self, timeout: float = 1.0) -> tuple[int, int]:
        """One call; the long poll (ms, bytes) that the next fetch will ask for."""
        await self.thread._fetch_records(SimpleNamespace(_fetcher=self.fetcher), set(), timeout=timeout)
        return self.fetcher._fetch_max_wait_ms, self.fetcher._fetch_min_bytes


async def test_flow_is_gathered_and_the_first_record_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """The fetch behind records waits for more, at most the linger; behind an empty one the first byte ends it."""
    fetches = Fetches(monkeypatch, {}, {"tp": [1]}, {"tp": [2]}, {}, {})
    assert await fetches.take() == (IDLE_WAIT_MS, 1)
    assert await fetches.take() == (LINGER_MS, GATHERED_BYTES)
    assert await fetches.take() == (LINGER_MS, GATHERED_BYTES)
    assert await fetches.take() == (IDLE_WAIT_MS, 1)
    await fetches.take()
    flowing, idle = fetches.timeouts[2:4], [*fetches.timeouts[:2], fetches.timeouts[4]]
    assert idle == [1.0] * 3
    assert all(LINGER_MS / 1000 < seconds < 1.0 for seconds in flowing if seconds)


async def test_a_worker_gathers_as_long_as_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """The store's linger is in its URL; without one it is the engine's."""
    monkeypatch.setattr(driver.Consumer, "__init__", lambda self, transport: setattr(self, "transport", transport))

    def linger(url: str) -> int:
        from yarl import URL

        return BatchConsumer(SimpleNamespace(url=[URL(url)]))._linger_ms

    assert linger("batches://127.0.0.1:9092?linger=400") == 400
    assert linger("batches://127.0.0.1:9092") == LINGER_MS


async def test_a_full_partition_shortens_the_linger(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not in the fetch under way: it must not wait long for the next one."""
    fetches = Fetches(monkeypatch, {"tp": [1]})
    fetches.thread.linger_ms = 50
    assert await fetches.take() == (50, GATHERED_BYTES)


async def test_who_gathers_nothing_does_not_ask_all_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a linger the long poll stays long while records flow: the first byte ends it."""
    fetches = Fetches(monkeypatch, {"tp": [1]}, {"tp": [2]})
    fetches.thread.linger_ms = 0
    assert [await fetches.take(), await fetches.take()] == [(IDLE_WAIT_MS, 1)] * 2

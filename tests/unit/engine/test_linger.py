"""While records flow the broker gathers; when nothing flows it answers at once."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from faust.transport.drivers import aiokafka as driver

from streams.engine.batches import WATCHED_MS, BatchConsumer
from streams.engine.calm import BURST, QUICK_MS, Calm
from streams.engine.loop_consumer import GATHERED_BYTES, IDLE_WAIT_MS, LINGER_MS, LoopConsumer


class Fetches:
    """Answers of aiokafka, one a call; keeps how long each call would have waited."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *answers: dict[str, list[int]]) -> None:
        self.timeouts: list[float | None] = []
        self.fetcher = SimpleNamespace(_fetch_max_wait_ms=1500, _fetch_min_bytes=1)
        self.thread = LoopConsumer.__new__(LoopConsumer)
        self.thread._calm = Calm()
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


async def test_a_long_linger_is_for_a_flow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Behind a calm while what belongs together is read soon; when it goes on, the broker gathers in full."""
    fetches = Fetches(monkeypatch, *({"tp": [n]} for n in range(BURST + 3)))
    fetches.thread.linger_ms = 1600
    waits = [(await fetches.take())[0] for _ in range(BURST + 3)]
    assert waits == [QUICK_MS] * BURST + [1600] * 3
    assert all(wait is not None and wait < 1.0 for wait in fetches.timeouts[1 : BURST + 1])


@pytest.mark.parametrize(("every_s", "most"), [(0.01, 1.01), (1.0, 1.01), (4.0, 1.01), (30.0, 1.0), (600.0, 1.0)])
def test_a_day_costs_no_more_fetches_than_before(every_s: float, most: float) -> None:
    """An event, and what it brings 0.1 and 0.25 s later: how often a store reads in a day with a linger for all
    fetches, and with one for a flow. So many inserts are there, and so many parts to be merged."""
    times = sorted(at + after for at in _days(every_s) for after in (0.0, 0.1, 0.25))
    always, calm = _fetches(times, lambda _: 1600), Calm()
    ours = _fetches(times, lambda now: calm.gather_ms(1600, now))
    assert len(ours) <= most * len(always) + BURST
    assert max(ours) - times[-1] <= 1.6


def _days(every_s: float) -> list[float]:
    return [n * every_s for n in range(int(min(86_400 / every_s, 20_000)))]


def _fetches(times: list[float], gather_ms: Callable[[float], int]) -> list[float]:
    """When the reader got something: at once where nothing flowed, else behind what it gathered."""
    got, at = [], 0
    while at < len(times):
        now = times[at]
        while at < len(times) and times[at] <= now:
            at += 1
        got.append(now)
        while at < len(times) and times[at] <= (until := got[-1] + gather_ms(got[-1]) / 1000):
            while at < len(times) and times[at] <= until:
                at += 1
            got.append(until)
    return got


async def test_a_worker_gathers_as_long_as_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """The store's linger is in its URL; without one it is the engine's. Looked at, it is short."""
    monkeypatch.setattr(driver.Consumer, "__init__", lambda self, transport: setattr(self, "transport", transport))

    def linger(url: str) -> tuple[int, int]:
        from yarl import URL

        consumer = BatchConsumer(SimpleNamespace(url=[URL(url)]))
        return consumer._linger_ms, consumer._watched_ms

    assert linger("batches://127.0.0.1:9092?linger=400") == (400, WATCHED_MS)
    assert linger("batches://127.0.0.1:9092?linger=0") == (0, 0)
    assert linger("batches://127.0.0.1:9092") == (LINGER_MS, LINGER_MS)


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

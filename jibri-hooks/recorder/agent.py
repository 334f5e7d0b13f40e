"""The loop: sweep, markers whose turn it is, retries. Each directory is a task of its own and holds up no other."""

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

from recorder.chores import Chores, few
from recorder.crew import Crew
from recorder.handover import Handover
from recorder.health import Health
from recorder.publish import Publisher
from recorder.settings import Settings
from recorder.spool import Marker, Spool

log = logging.getLogger(__name__)

SWEEP_S = 60.0
RETRY_FIRST_S, RETRY_MOST_S = 1.0, 60.0


class Agent:
    """Works through the spool. `now_ms` is the wall clock; passing faults are retried for ever, capped."""

    def __init__(
        self,
        settings: Settings,
        spool: Spool,
        crew: Crew,
        publisher: Publisher,
        health: Health,
        now_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
    ) -> None:
        self._settings, self._spool, self._crew, self._publisher = settings, spool, crew, publisher
        self._health, self._now_ms = health, now_ms
        self._handover = Handover(settings, spool, crew, publisher, health, now_ms)
        self._chores = Chores(settings, spool, health)
        self._busy: dict[str, asyncio.Task[None]] = {}
        self._retries: dict[Path, tuple[float, float]] = {}
        self._said: str | None = None

    async def run(self) -> None:
        """Until cancelled. A cancelled copy leaves its `.part` and its marker, and is continued at the next start."""
        beating = asyncio.create_task(self._beat())
        swept_at = -SWEEP_S
        try:
            while True:
                if time.monotonic() - swept_at >= SWEEP_S:
                    swept_at = time.monotonic()
                    self.sweep()
                if not self._begin() and not self._health.pending:
                    await self._crew.close()  # an idle host gives the memory back
                await asyncio.sleep(self._settings.poll_seconds)
        finally:
            beating.cancel()
            for task in self._busy.values():
                task.cancel()
            await asyncio.gather(*self._busy.values(), return_exceptions=True)

    async def work(self) -> int:
        """One attempt at each marker whose turn it is; the number of markers that still wait."""
        if tasks := self._begin():
            await asyncio.wait(tasks)
        return self._health.pending

    def sweep(self) -> None:
        """Write a marker for each directory that Jibri has forgotten; clean up; look at the disk."""
        self._chores.run(self._now_ms())

    def _begin(self) -> list[asyncio.Task[None]]:
        """Start a task for each directory with a marker whose turn it is; its markers go one after the other."""
        try:
            markers = self._spool.pending()
        except OSError as error:
            self._chores.tell("odd markers", str(error))
            self._health.pending = 1
            return []
        self._chores.tell("odd markers", few(self._spool.odd))
        self._health.pending = len(markers)
        here = {marker.path for marker in markers}
        self._retries = {path: turn for path, turn in self._retries.items() if path in here}
        if not self._retries:
            self._health.faults.pop("markers", None)
        due: dict[str, list[Marker]] = defaultdict(list)
        for marker in markers:
            name = marker.directory.name
            if name not in self._busy and self._retries.get(marker.path, (0.0, 0.0))[1] <= time.monotonic():
                due[name].append(marker)
        for name, group in due.items():
            self._busy[name] = task = asyncio.create_task(self._attempt_all(group))
            task.add_done_callback(lambda _, name=name: self._busy.pop(name))  # type: ignore[misc]  # mypy: default
        return [self._busy[name] for name in due]

    async def _attempt_all(self, markers: list[Marker]) -> None:
        for marker in markers:
            await self._attempt(marker)

    async def _attempt(self, marker: Marker) -> None:
        try:
            await self._settle(marker)
        except OSError as error:  # disk, share, network, Kafka: it passes
            pause = min(self._retries.get(marker.path, (RETRY_FIRST_S / 2, 0.0))[0] * 2, RETRY_MOST_S)
            self._retries[marker.path] = pause, time.monotonic() + pause
            self._health.retries += 1
            if error.strerror != self._said or "markers" not in self._health.faults:  # once loudly, then counted
                self._said = error.strerror
                log.warning("will try again", extra={"marker": marker.path.name, "error": str(error)})
            self._health.faults["markers"] = f"tried again; the last fault: {error}"
            return
        self._retries.pop(marker.path, None)
        self._health.pending -= 1
        if not self._retries:
            self._health.faults.pop("markers", None)

    async def _settle(self, marker: Marker) -> None:
        try:
            await self._handover.take(marker)
        except OSError:
            raise
        except Exception as error:  # noqa: BLE001  # a fault of our own meets the same file again and must not stop the next
            await self._handover.bury(marker, error)

    async def _beat(self) -> None:
        faults, publisher = self._health.faults, self._publisher
        while True:
            self._health.beat = self._health.clock()
            self._health.hung, self._health.peaks = self._crew.hung, self._crew.peaks
            self._health.kafka_failures, self._health.unacknowledged = publisher.failures, publisher.failing
            for name, waits, fault in (
                ("kafka", publisher.failing, "the broker takes no records"),
                ("target", self._crew.hung, "a copy hangs in the kernel"),
            ):
                if waits:
                    faults[name] = fault
                else:
                    faults.pop(name, None)
            await asyncio.sleep(1.0)

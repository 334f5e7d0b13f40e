"""Workers and the broker that die, stop and start again at moments that a seed decides."""

import asyncio
import random
import signal
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from subprocess import Popen

from streams.embedded.broker import Broker
from tests.installation import Installation
from tests.semantics.chaos_load import Plan

WORKERS = ("gateway", "pipeline", "transcribe", "minutes", "store", "notify")

QUIET_S = 15.0
"""The same worker is not hurt twice within so many seconds."""


class Trouble:
    """Kills, stops and starts, each at a moment that the seed decides."""

    def __init__(self, here: Installation, broker: Broker, dice: random.Random) -> None:
        self._here, self._broker, self._dice = here, broker, dice
        self.done: Counter[str] = Counter()
        self.log: list[str] = []
        self._down: set[str] = set()
        self._hurt = dict.fromkeys(WORKERS, -QUIET_S)
        self._running: dict[str, Popen[bytes]] = {name: here.worker(name) for name in WORKERS}

    async def run(self, plan: Plan, down: Callable[[], Awaitable[None]]) -> None:
        """As many faults as planned, spread over the time. `down` is called while `pipeline` is down."""
        kinds = ["broker"] * plan.broker_faults + ["worker"] * (plan.faults - plan.broker_faults)
        self._dice.shuffle(kinds)
        began, step = time.monotonic(), plan.seconds / (plan.faults + 1)
        for number, kind in enumerate(kinds):
            at = began + step * (number + 1) + self._dice.uniform(-0.4, 0.4) * step
            await asyncio.sleep(max(0.0, at - time.monotonic()))
            await (self._break_broker() if kind == "broker" else self._break_worker(down))

    async def _break_worker(self, down: Callable[[], Awaitable[None]]) -> None:
        now = time.monotonic()
        name = self._dice.choice([name for name in WORKERS if now - self._hurt[name] >= QUIET_S])
        self._hurt[name] = now
        how = self._dice.choice((signal.SIGKILL, signal.SIGKILL, signal.SIGTERM))
        self._down.add(name)
        self._note(f"{how.name} {name}")
        await asyncio.to_thread(self._here.end, self._running[name], how)
        if name == "pipeline":
            await down()
        await asyncio.sleep(self._dice.choice((0.0, 0.0, 2.0)))
        self._running[name] = self._here.worker(name)
        self._down.discard(name)

    async def _break_broker(self) -> None:
        if self._dice.random() < 0.5:
            self._note("SIGKILL broker")
            self._broker.kill()
            await self._broker.ended()
        else:
            self._note("SIGTERM broker")
            await self._broker.stop()
        await asyncio.sleep(self._dice.uniform(0.5, 2.0))
        await self._broker.start()

    def _note(self, what: str) -> None:
        self.done[what.split()[0]] += 1
        self.log.append(f"{time.strftime('%H:%M:%S')} {what}")

    async def supervise(self) -> None:
        """Start again what ends by itself, as the supervisor does; for ever."""
        while True:
            for name, process in self._running.items():
                if name not in self._down and process.poll() is not None:
                    self._note(f"exit-{process.returncode} {name}")
                    self._running[name] = self._here.worker(name)
            await asyncio.sleep(0.5)

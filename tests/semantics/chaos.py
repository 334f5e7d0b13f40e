"""Workers and the broker that die, stop and start again at moments that a seed decides."""

import asyncio
import random
import signal
import time
from collections import Counter

from streams.embedded.broker import Broker
from tests.installation import Installation, Started
from tests.semantics.chaos_load import Plan, Sender

WORKERS = ("gateway", "pipeline", "transcribe", "minutes", "store", "notify")

BROKER = "broker"

QUIET_S = 15.0
"""The same worker is not hurt twice within so many seconds."""


def deal(dice: random.Random, workers: int, brokers: int) -> tuple[str, ...]:
    """Victims in an order of chance: the workers in turn, each turn shuffled anew, the broker anywhere."""
    turns = [name for _ in range(-(-workers // len(WORKERS))) for name in dice.sample(WORKERS, len(WORKERS))]
    victims = turns[:workers]
    for _ in range(brokers):
        victims.insert(dice.randrange(len(victims) + 1), BROKER)
    return tuple(victims)


class Trouble:
    """Kills, stops and starts, each at a moment that the seed decides."""

    def __init__(self, here: Installation, broker: Broker, dice: random.Random) -> None:
        self._here, self._broker, self._dice = here, broker, dice
        self.done: Counter[str] = Counter()
        self.log: list[str] = []
        self._down: set[str] = set()
        self._hurt = dict.fromkeys(WORKERS, -QUIET_S)
        self._running: dict[str, Started] = {name: here.worker(name) for name in WORKERS}

    async def run(self, plan: Plan, sender: Sender) -> None:
        """As many faults as planned, spread over the time, each in a burst of work; links while `pipeline` is down."""
        left = list(plan.victims)
        began, step = time.monotonic(), plan.seconds / (len(left) + 1)
        for number in range(len(left)):
            at = began + step * (number + 1) + self._dice.uniform(-0.4, 0.4) * step
            await asyncio.sleep(max(0.0, at - time.monotonic()))
            name = next((name for name in left if self._is_quiet(name)), "")
            if not name:
                raise AssertionError(f"all of {left} were hurt within {QUIET_S} s")
            left.remove(name)
            await (self._break_broker() if name == BROKER else self._break_worker(name, sender))

    def _is_quiet(self, name: str) -> bool:
        return name == BROKER or time.monotonic() - self._hurt[name] >= QUIET_S

    async def _break_worker(self, name: str, sender: Sender) -> None:
        sender.burst(name)
        await asyncio.sleep(self._dice.uniform(0.1, 1.0))
        how = self._dice.choice((signal.SIGKILL, signal.SIGKILL, signal.SIGTERM))
        self._hurt[name] = time.monotonic()
        self._down.add(name)
        self._note(f"{how.name} {name}")
        await asyncio.to_thread(self._here.end, self._running[name], how)
        if name == "pipeline":
            await sender.link_next()
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

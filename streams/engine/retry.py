"""The only way to try again: a policy as a frozen value, and waiting with an injected clock, sleep and chance.

A loop that looks at something again and again (a poll, a schedule, a limiter) is no retry and does not belong here.
"""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from random import Random
from typing import TypeVar

from schemas.errors import Transient

T = TypeVar("T")

Told = Callable[[Exception], None]
"""Called with every fault that is followed by another attempt: the caller's log line and metric."""


@dataclass(frozen=True, slots=True)
class Policy:
    """How long to wait between attempts, and when to stop. All times in seconds.

    The roof of a pause is `first`, then `factor` times the one before, at most `longest`. `jitter` is the share of it
    that is left to chance: 0 none, 0.5 a pause of half the roof up to the roof, 1 "full jitter" (anything below it; AWS
    architecture blog, "Exponential Backoff And Jitter"). `attempts` and `total` end the trying. A fault that asks for a
    pause longer than `patience` is not waited for.
    """

    first: float = 0.1
    longest: float = 15.0
    factor: float = 2.0
    jitter: float = 0.5
    attempts: float = math.inf
    total: float = math.inf
    patience: float = math.inf

    def roof(self, tried: int) -> float:
        """The longest pause after `tried` attempts (1 and up) have failed."""
        if self.first >= self.longest or self.factor <= 1:
            return min(self.first, self.longest)
        steps = math.log(self.longest / self.first, self.factor) if self.first > 0 else 0.0
        return self.longest if tried - 1 >= steps else min(self.longest, self.first * self.factor ** (tried - 1))

    def pause(self, tried: int, dice: Random) -> float:
        """A pause after `tried` attempts have failed."""
        return self.roof(tried) * (1 - self.jitter * dice.random())

    def after(self, fault: Exception, tried: int, dice: Random) -> float:
        """As `pause`; a time that the other side named is kept to the letter.

        Except where it named none worth the name ("Retry-After: 0"): then `first`, or it would be asked without pause.
        """
        asked = fault.retry_after if isinstance(fault, Transient) else None
        return self.pause(tried, dice) if asked is None else max(asked, min(self.first, self.longest))


@dataclass(frozen=True, slots=True)
class World:
    """What is outside: `clock` in seconds, monotonic."""

    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep
    dice: Random = field(default_factory=Random)


WORLD = World()


class Attempts:
    """One run of attempts, for a loop that does more than call one function: tell it `failed` or `well`."""

    def __init__(self, policy: Policy, world: World = WORLD) -> None:
        self._policy, self._world = policy, world
        self.well()

    def well(self) -> None:
        """It went well: the next fault is the first one again."""
        self._tried, self._began = 0, self._world.clock()

    async def failed(self, fault: Exception) -> None:
        """Wait before the next attempt. Raises `fault` where the policy allows none."""
        await self._world.sleep(self.next_pause(fault))

    def next_pause(self, fault: Exception) -> float:
        """Seconds until the next attempt. Raises `fault` where the policy allows none."""
        self._tried += 1
        policy = self._policy
        pause = policy.after(fault, self._tried, self._world.dice)
        spent = self._world.clock() - self._began
        if self._tried >= policy.attempts or pause > policy.patience or spent + pause > policy.total:
            raise fault
        return pause


async def retry(
    policy: Policy,
    attempt: Callable[[], Awaitable[T]],
    *,
    told: Told = lambda _: None,
    passing: type[Exception] | tuple[type[Exception], ...] = Transient,
    world: World = WORLD,
) -> T:
    """What `attempt` returns in the end.

    Raises its last fault where the policy allows no more attempts, and at once what is not `passing`.
    """
    attempts = Attempts(policy, world)
    while True:
        try:
            return await attempt()
        except passing as fault:
            pause = attempts.next_pause(fault)
            told(fault)
        await world.sleep(pause)

"""How often the bot may write. Sliding windows, not buckets: Telegram judges any 60 s, and a bucket lets twice as much
through at its edge (its burst and the refill of the same minute).
"""

import asyncio
import math
import time
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable

from streams.settings import Telegram

CHAT_BURST = 3
"""Messages that a private chat may get at once, as long as the mean holds: three alerts are not spread over seconds.
Telegram: about one a second, short bursts are borne (core.telegram.org/bots/faq, "My bot is hitting limits")."""


class Window:
    """At most `most` in any `seconds`."""

    def __init__(self, most: int, seconds: float) -> None:
        self._taken: deque[float] = deque(maxlen=most)
        self._seconds = seconds

    @classmethod
    def of_rate(cls, per_second: float, span: float) -> "Window":
        """The mean `per_second`, held over `span` seconds, or over what one call takes where that is longer."""
        most = max(1, math.floor(per_second * span + 1e-9))
        return cls(most, most / per_second)

    def wait(self, now: float) -> float:
        """Seconds until one more is allowed; 0 when it is."""
        if len(self._taken) < (self._taken.maxlen or 0):
            return 0.0
        return max(0.0, self._taken[0] + self._seconds - now)

    def take(self, now: float) -> None:
        """Count one."""
        self._taken.append(now)


class Limits:
    """All windows of one bot. A caller waits; nothing is dropped."""

    def __init__(
        self,
        telegram: Telegram,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._clock, self._sleep = clock, sleep
        self._all = Window.of_rate(telegram.per_second, 1.0)
        self._chats: defaultdict[int, Window] = defaultdict(
            lambda: Window.of_rate(telegram.per_chat_second, CHAT_BURST / telegram.per_chat_second)
        )
        self._groups: defaultdict[int, Window] = defaultdict(
            lambda: Window.of_rate(telegram.per_group_minute / 60, 60.0)
        )

    async def take(self, chat: int) -> None:
        """Wait for a place for one message to `chat`; a negative id is a group."""
        windows = [self._all, self._chats[chat]] + ([self._groups[chat]] if chat < 0 else [])
        while True:
            now = self._clock()
            pause = max(window.wait(now) for window in windows)
            if pause <= 0:
                break
            await self._sleep(pause)
        for window in windows:
            window.take(now)

    async def take_any(self) -> None:
        """Wait for a place for a call that belongs to no chat."""
        while (pause := self._all.wait(self._clock())) > 0:
            await self._sleep(pause)
        self._all.take(self._clock())

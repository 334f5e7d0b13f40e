"""How many sessions run at once and how fast they start. One event loop; the clock is an argument."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager


class Slots:
    """At most `size` at once; fewer after each `narrow`, one more after each `widen`."""

    def __init__(self, size: int) -> None:
        self._size = self._limit = self._permits = size
        self._free = asyncio.Semaphore(size)
        self._taken = 0

    @property
    def limit(self) -> int:
        return self._limit

    @asynccontextmanager
    async def taken(self) -> AsyncIterator[None]:
        """Waits for a place, first come first served."""
        await self._free.acquire()
        self._taken += 1
        try:
            yield
        finally:
            self._taken -= 1
            if self._permits > self._limit:
                self._permits -= 1
            else:
                self._free.release()

    def narrow(self) -> None:
        """The service has no room for the caller, who still holds a place: from now on as many as the others, whom it
        has let in. Halving instead would cost a recording minutes for one refusal by chance."""
        self._limit = max(1, min(self._limit, self._taken - 1))

    def widen(self) -> None:
        """A segment went well."""
        if self._limit == self._size:
            return
        self._limit += 1
        if self._permits < self._limit:
            self._permits += 1
            self._free.release()


class Starts:
    """A token bucket of one token: `per_second` starts, evenly spaced."""

    def __init__(
        self,
        per_second: float,
        clock: Callable[[], float],
        pause: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._step = 1 / per_second
        self._clock, self._pause = clock, pause
        self._next = float("-inf")

    async def wait(self) -> None:
        """Until this caller may start. A caller cancelled here leaves its turn unused."""
        now = self._clock()
        turn = max(self._next, now)
        self._next = turn + self._step
        if turn > now:
            await self._pause(turn - now)

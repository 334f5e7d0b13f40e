"""How many sessions run at once and how fast they start. One event loop; the clock is an argument."""

import asyncio
import heapq
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from itertools import count

RESUMED, FRESH = 0, 1
"""Ranks in the queue: what was begun is ended first, or broken segments would all be left for the end."""


class Slots:
    """At most `size` at once; fewer after each `narrow`, one more after each `widen`."""

    def __init__(self, size: int) -> None:
        self._size = self._limit = size
        self._taken = 0
        self._waiting: list[tuple[int, int, asyncio.Future[None]]] = []
        self._numbers = count()

    @property
    def limit(self) -> int:
        return self._limit

    def taken(self) -> AbstractAsyncContextManager[None]:
        """Waits for a place, first come first served."""
        return self._place(FRESH)

    def taken_again(self) -> AbstractAsyncContextManager[None]:
        """The same before all who wait for their first place."""
        return self._place(RESUMED)

    def narrow(self) -> None:
        """The service has no room for the caller, who still holds a place: from now on as many as the others, whom it
        has let in. Halving instead would cost a recording minutes for one refusal by chance."""
        self._limit = max(1, min(self._limit, self._taken - 1))

    def widen(self) -> None:
        """A segment went well."""
        self._limit = min(self._limit + 1, self._size)
        self._admit()

    @asynccontextmanager
    async def _place(self, rank: int) -> AsyncIterator[None]:
        turn = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (rank, next(self._numbers), turn))
        self._admit()
        try:
            await turn
        except asyncio.CancelledError:
            if not turn.cancelled():  # the place came together with the cancellation
                self._leave()
            raise
        try:
            yield
        finally:
            self._leave()

    def _leave(self) -> None:
        self._taken -= 1
        self._admit()

    def _admit(self) -> None:
        while self._waiting and self._taken < self._limit:
            turn = heapq.heappop(self._waiting)[2]
            if not turn.cancelled():
                turn.set_result(None)
                self._taken += 1


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

"""How often somebody may knock: attempts to log in by the address that they come from."""

from collections import defaultdict, deque

from streams.engine.clock import Clock
from streams.web.faults import Fault

MINUTE_MS = 60_000
MOST_ADDRESSES = 10_000
"""Remembered at once; those who have not knocked for a minute are forgotten then."""


class Doorman:
    """Counts in the minute that ends now."""

    def __init__(self, per_minute: int, clock: Clock) -> None:
        self._per_minute, self._clock = per_minute, clock
        self._knocks: defaultdict[str, deque[int]] = defaultdict(deque)

    def knock(self, address: str) -> None:
        """Count one attempt. Raises `Fault` 429 when there were too many."""
        now = self._clock()
        if len(self._knocks) > MOST_ADDRESSES:
            self._forget(now)
        knocks = self._knocks[address]
        while knocks and knocks[0] <= now - MINUTE_MS:
            knocks.popleft()
        if len(knocks) >= self._per_minute:
            raise Fault(429, "Слишком много попыток войти. Подождите минуту.")
        knocks.append(now)

    def _forget(self, now: int) -> None:
        for address in [address for address, knocks in self._knocks.items() if knocks[-1] <= now - MINUTE_MS]:
            del self._knocks[address]

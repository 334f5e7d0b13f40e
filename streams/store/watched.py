"""Whether somebody looks at where records are: then the store gathers them for a short time only."""

from streams.engine.clock import Clock

LOOKS_MS = 30_000
"""So long after his last question a person still looks: who waits for something asks again sooner."""


class Watched:
    """Told of each question (`look`). Times are ms of `clock`."""

    def __init__(self, clock: Clock) -> None:
        self._clock, self._until = clock, 0

    def look(self) -> None:
        """Somebody asked."""
        self._until = self._clock() + LOOKS_MS

    def now(self) -> bool:
        """Whether somebody looks."""
        return self._clock() < self._until

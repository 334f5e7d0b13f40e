"""How long the broker gathers for a reader with a long linger: shortly after a calm while, in full when records flow.

Each fetch that brings records costs its reader inserts, whatever is in them. So fetches are what is counted: each
spends one, and one comes back in `REFILL` lingers. Who reads seldom has some to spare and need not wait for company.
"""

QUICK_MS = 300
"""What belongs together (an event, its signal, its alert, what Telegram said) comes within so much, in one fetch."""
BURST = 6
"""Fetches to spare after a calm while: an event on its way to a person is read in two or three."""
REFILL = 2
"""Lingers for which a fetch to spare is owed: a flow that fills every linger never earns one."""


class Calm:
    """Fetches to spare of one reader; times are seconds of one steady clock."""

    def __init__(self) -> None:
        self._spare, self._at = float(BURST), 0.0

    def gather_ms(self, linger_ms: int, now: float) -> int:
        """Records came at `now`: how long the next fetch may be held, at most `linger_ms`."""
        if linger_ms <= QUICK_MS:
            return linger_ms
        earned = (now - self._at) * 1000 / (REFILL * linger_ms)
        self._spare = min(BURST, self._spare + max(0.0, earned))
        self._at = now
        spare = self._spare >= 1
        self._spare = max(0.0, self._spare - 1)
        return QUICK_MS if spare else linger_ms

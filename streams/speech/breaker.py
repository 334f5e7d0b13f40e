"""Whether an engine is worth a segment now: a circuit breaker as a pure state machine. The clock is an argument.

    closed ──AUTH or MODEL once; 5 failures in a row; half of the last 20 within 2 min──► open
    open ──its time is over──► half_open: one real segment at a time, never a probe (a session costs money)
    half_open ──2 successes──► closed
    half_open ──a failure──► open, twice as long as before

Only failures that speak of the engine count (`COUNTS`). One breaker per engine and process, nothing is shared.
"""

from collections import deque
from collections.abc import Callable
from enum import StrEnum
from random import Random

from streams.speech.faults import ErrorKind

COUNTS = frozenset(
    {
        ErrorKind.AUTH,
        ErrorKind.MODEL,
        ErrorKind.RESOURCE,
        ErrorKind.QUOTA,
        ErrorKind.TRANSIENT,
        ErrorKind.TIMEOUT,
    }
)
"""The other kinds say something about the segment or about us."""
LASTING = frozenset({ErrorKind.AUTH, ErrorKind.MODEL})
"""Kinds that do not pass by themselves: a person must act, so the first one opens, for the longest time."""
IN_A_ROW = 5
WINDOW, WINDOW_S = 20, 120.0
"""Outcomes that are looked at for the share of failures, and how old they may be."""
SHARE = 0.5
OPEN_S, OPEN_MAX_S = 30.0, 600.0
JITTER = 0.2
"""An open time is made up to this share longer, so that workers do not come back together."""
SUCCESSES = 2
TRIAL_S = 900.0
"""A trial without an outcome for so long was lost; the next segment may be one. A segment with retries takes less."""


class State(StrEnum):
    """Of a breaker."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


Changed = Callable[[State, ErrorKind | None], None]
"""Told the new state, and the kind of the failure that opened it."""


class Breaker:
    """Ask `allow` before a segment; then tell exactly one of `succeeded`, `failed`, `abandoned`.

    `clock` in seconds, monotonic. Outcomes of segments that began before it opened are passed over while it is open.
    """

    def __init__(
        self, clock: Callable[[], float], *, changed: Changed | None = None, dice: Random | None = None
    ) -> None:
        self._clock = clock
        self._changed = changed or _ignore
        self._dice = dice or Random()
        self._state = State.CLOSED
        self._outcomes: deque[tuple[float, bool]] = deque(maxlen=WINDOW)
        self._failed_in_a_row = 0
        self._opened_in_a_row = 0
        self._open_until = 0.0
        self._trial_since: float | None = None
        self._trials_won = 0
        self.cause: ErrorKind | None = None
        """The kind that opened it last; None once it is closed again."""

    @property
    def state(self) -> State:
        """`half_open` as soon as the open time is over, also before somebody asks `allow`."""
        if self._state is State.OPEN and self._clock() >= self._open_until:
            return State.HALF_OPEN
        return self._state

    @property
    def retry_in_s(self) -> float:
        """Seconds until `allow` may say yes; 0 where it may now."""
        return max(0.0, self._open_until - self._clock()) if self._state is State.OPEN else 0.0

    def allow(self) -> bool:
        """Whether a segment may go to the engine now. In half-open a yes is the trial itself."""
        if self._state is State.CLOSED:
            return True
        if self._state is State.OPEN:
            if self._clock() < self._open_until:
                return False
            self._trials_won, self._trial_since = 0, None
            self._turn(State.HALF_OPEN)
        if self._trial_since is not None and self._clock() - self._trial_since < TRIAL_S:
            return False
        self._trial_since = self._clock()
        return True

    def succeeded(self) -> None:
        """A segment came back with words (or with none: silence is no failure)."""
        if self._state is State.OPEN:
            return
        self._failed_in_a_row = 0
        self._outcomes.append((self._clock(), True))
        if self._state is State.CLOSED:
            return
        self._trial_since = None
        self._trials_won += 1
        if self._trials_won >= SUCCESSES:
            self._outcomes.clear()
            self._opened_in_a_row = 0
            self.cause = None
            self._turn(State.CLOSED)

    def failed(self, kind: ErrorKind) -> None:
        """A segment came back with an `EngineError` of this kind."""
        if self._state is State.OPEN:
            return
        if kind not in COUNTS:
            self._trial_since = None
            return
        self._failed_in_a_row += 1
        self._outcomes.append((self._clock(), False))
        if self._state is State.HALF_OPEN or kind in LASTING or self._too_many():
            self._open(kind)

    def abandoned(self) -> None:
        """A segment was let through, but cancelled before it had an outcome: the trial is free again."""
        self._trial_since = None

    def _too_many(self) -> bool:
        if self._failed_in_a_row >= IN_A_ROW:
            return True
        since = self._clock() - WINDOW_S
        recent = [well for at, well in self._outcomes if at >= since]
        return len(recent) == WINDOW and recent.count(False) >= SHARE * WINDOW

    def _open(self, kind: ErrorKind) -> None:
        spell = OPEN_MAX_S if kind in LASTING else min(OPEN_S * 2**self._opened_in_a_row, OPEN_MAX_S)
        self._open_until = self._clock() + spell * (1 + JITTER * self._dice.random())
        self._opened_in_a_row = min(self._opened_in_a_row + 1, 10)
        self._failed_in_a_row = 0
        self._outcomes.clear()
        self._trial_since = None
        self.cause = kind
        self._turn(State.OPEN, kind)

    def _turn(self, state: State, kind: ErrorKind | None = None) -> None:
        self._state = state
        self._changed(state, kind)


def _ignore(_state: State, _kind: ErrorKind | None) -> None: ...

"""The wall clock, for workers that get it as an argument."""

import time
from collections.abc import Callable

from schemas.types import Millis

Clock = Callable[[], Millis]


def wall_clock() -> Millis:
    """Now, in ms UTC."""
    return time.time_ns() // 1_000_000

"""What of Bitrix24's REST API is arithmetic and spelling: leaky bucket, blocked methods, PHP's query strings."""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

BLOCKED_WAIT, LONGEST_BLOCK = 60.0, 600.0
"""Seconds for a method that is blocked for the time it took: where the portal names no end, one of the ten buckets of
a minute; never longer than all of them."""


class Bucket:
    """The portal's leaky bucket, kept on our side: every call adds one, `per_second` run out, `burst` is the brim."""

    def __init__(self, per_second: float, burst: int, clock: Callable[[], float]) -> None:
        self._per_second, self._burst, self._clock = per_second, burst, clock
        self._level, self._at = 0.0, clock()

    def wait(self) -> float:
        """Seconds until one more call fits."""
        return max(0.0, (self._now() + 1 - self._burst) / self._per_second)

    def take(self) -> None:
        """Count a call."""
        self._level = self._now() + 1

    def fill(self) -> None:
        """The portal says that it is full: others behind our address use it too."""
        self._level = max(self._now(), float(self._burst))

    def _now(self) -> float:
        now = self._clock()
        self._level = max(0.0, self._level - (now - self._at) * self._per_second)
        self._at = now
        return self._level


def until_reset(time: Any) -> float | None:
    """Seconds from an answer to `operating_reset_at`, by the portal's own clock: ours may differ from it."""
    match time:
        case {"operating_reset_at": int() | float() as reset, "finish": int() | float() as finish} if reset:
            return min(max(reset - finish, 1.0), LONGEST_BLOCK)
    return None


def query(params: dict[str, Any]) -> str:
    """Parameters in the spelling of PHP's `http_build_query`, as `batch` wants them."""
    return urlencode(list(_pairs(params)))


def _pairs(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """A tree in the spelling of PHP's `http_build_query`."""
    match value:
        case dict():
            for key, inner in value.items():
                yield from _pairs(inner, f"{name}[{key}]" if name else str(key))
        case list():
            for index, inner in enumerate(value):
                yield from _pairs(inner, f"{name}[{index}]")
        case _:
            yield name, str(value)

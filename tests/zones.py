"""Tests in another time zone than Moscow's."""

from collections.abc import Iterator
from contextlib import contextmanager
from zoneinfo import ZoneInfo

from processors.days import HOME, live_in, zone_name

MOSCOW = ZoneInfo(HOME)
VLADIVOSTOK, BERLIN = "Asia/Vladivostok", "Europe/Berlin"


@contextmanager
def living_in(name: str) -> Iterator[None]:
    """The process lives there for a while, and then where it did."""
    before = zone_name()
    live_in(name)
    try:
        yield
    finally:
        live_in(before)

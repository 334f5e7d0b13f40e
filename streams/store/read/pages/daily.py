"""A client's figures by day beside what is usual for him."""

from collections import defaultdict

from processors.daily import BEFORE, series
from processors.days import day_start, local_day
from processors.pages import Daily
from schemas.errors import Refused
from schemas.types import LeadId, LocalDay, Millis
from streams.store.database import Database
from streams.store.read.pages.sight import Sight

MOST_DAYS = 100
"""Four series of it are at most four hundred points."""

_FIGURES = {
    "shipment": ("shipment", ""),
    "reservation": ("reservation", "created"),
    "return": ("return", ""),
    "message": ("message", "client"),
}


async def daily(database: Database, lead: LeadId, days: int, now: Millis) -> Daily:
    """The last `days` local days, today the last. Raises `Refused`, `Transient`, `StatementFailed`."""
    check(days)
    return await daily_of(Sight(database, lead), days, now)


async def daily_of(sight: Sight, days: int, now: Millis) -> Daily:
    """The same of a lead that is looked at."""
    today: LocalDay = local_day(now)
    first = today - days + 1
    days_of: dict[tuple[str, str], dict[LocalDay, tuple[int, int]]] = defaultdict(dict)
    for one in await sight.done(first - BEFORE):
        if first - BEFORE <= one.day <= today:
            days_of[one.kind, one.action][one.day] = (one.documents, one.pieces)
    shown = range(first, today + 1)
    return Daily(
        sight.lead,
        [day_start(day) for day in shown],
        [series(name, shown, days_of[of]) for name, of in _FIGURES.items()],
    )


def check(days: int) -> None:
    """Raises `Refused`."""
    if not 1 <= days <= MOST_DAYS:
        raise Refused(f"days is a number from 1 to {MOST_DAYS}")


def how_many(given: str) -> int:
    """How many days a request asks for. Raises `Refused`."""
    if not given.isascii() or not given.isdigit() or len(given) > 3:
        raise Refused(f"days is a number from 1 to {MOST_DAYS}")
    return int(given)

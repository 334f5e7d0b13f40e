"""The days of a tool's call, and what is usual over as many. Pure."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import NamedTuple

from processors.answers.intents import USUAL_DAYS
from processors.days import DAY_MS, day_start, local_day_of, local_time
from schemas.answers import ToolCall
from schemas.errors import Refused
from schemas.types import Millis

MOST_DAYS = 3 * 366
"""The store keeps three years."""
PERIODS = 4
"""So many periods before it make what is usual."""
USUAL_OF = "обычно за такой же срок"


class Span(NamedTuple):
    """Local days, YYYY-MM-DD, both whole."""

    since: str
    until: str

    @property
    def first(self) -> date:
        """The first day."""
        return date.fromisoformat(self.since)

    @property
    def last(self) -> date:
        """The last day."""
        return date.fromisoformat(self.until)

    @property
    def days(self) -> int:
        """How many, from 1."""
        return (self.last - self.first).days + 1

    def start(self) -> Millis:
        """When it begins, ms UTC."""
        return day_start(local_day_of(self.first))

    def end(self) -> Millis:
        """When it is over, ms UTC."""
        return day_start(local_day_of(self.last) + 1)

    def former(self) -> "Span":
        """As many days just before it."""
        last = self.first - timedelta(days=1)
        return Span(str(last - timedelta(days=self.days - 1)), str(last))

    def bounds(self) -> dict[str, Millis]:
        """Of statements: in [`since`, `until`), and from `before` on for what is usual, in periods of `length`."""
        length = self.days * DAY_MS
        before = max(self.start() - PERIODS * length, 0)
        return {"since": self.start(), "until": self.end(), "before": before, "length": length}

    def periods_back(self, ts: Millis) -> int:
        """Which of the periods before it a time is in: 0 just before; -1 in it or after it."""
        return (self.start() - 1 - ts) // (self.days * DAY_MS)


def span_of(call: ToolCall, now: Millis) -> Span:
    """The call's days; the last thirty where it names none. Raises `Refused`."""
    return _checked(call.since, call.until, local_time(now).date())


def second_span(call: ToolCall, later: Span) -> Span:
    """The days that it is compared with; as many before it where it names none. Raises `Refused`."""
    if not call.since2 and not call.until2:
        return later.former()
    return _checked(call.since2, call.until2, later.last)


def _checked(since: str, until: str, today: date) -> Span:
    try:
        last = date.fromisoformat(until) if until else today
        first = date.fromisoformat(since) if since else last - timedelta(days=USUAL_DAYS - 1)
    except ValueError:
        raise Refused("days are YYYY-MM-DD") from None
    if not timedelta(0) <= last - first < timedelta(days=MOST_DAYS) or first.year < 1980:
        raise Refused(f"since is not after until, and they are at most {MOST_DAYS} days apart")
    return Span(str(first), str(last))


def usual(before: Mapping[int, float], oldest: Millis, span: Span) -> float | None:
    """The mean of the whole periods before it that the history reaches back to, at most four; None where it reaches to
    none. `before` are their sums, 0 the period just before; `oldest` is the first event's time (0: none)."""
    whole = min(int((span.start() - oldest) // (span.days * DAY_MS)), PERIODS) if oldest else 0
    return round(sum(before.get(number, 0) for number in range(whole)) / whole, 1) if whole >= 1 else None

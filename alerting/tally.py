"""What a rehearsal would have cost the curators, and what it would have been worth: counts over its lines. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from statistics import median

import msgspec

from alerting.rehearsal import Line
from processors.days import local_day
from schemas.alerts import RULES
from schemas.topics import DAY_MS
from schemas.types import LeadId, LocalDay, Millis

ALL = "all"
"""The row of all rules together."""


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """Counts of one rule, or of `ALL`. `rings` are messages to curators; `told` are those that another alert's message
    told of; `opened` are alerts, whether they rang or not. With labels: `right` are the rings of clients who left
    within the horizon or had left; `found` the leavers with such a ring, `in_time` of them before the day, and
    `lead_days` the median of the days from the first such ring to the day left (negative: after it).
    """

    rule: str
    opened: int
    rings: int
    told: int
    a_curator_week: float
    right: int | None = None
    precision: float | None = None
    found: int | None = None
    in_time: int | None = None
    recall: float | None = None
    lead_days: float | None = None


class Tally:
    """Counts lines as they come; keeps the rings only."""

    def __init__(self, curators: int) -> None:
        self._curators = max(1, curators)
        self._opened: dict[str, set[str]] = {}
        self._news: list[tuple[str, LeadId, Millis, bool]] = []
        self._grouped: set[tuple[str, LocalDay]] = set()
        self._alerting: set[str] = set()

    def add(self, line: Line) -> None:
        """Count a line in."""
        if line.status is None:
            return
        self._opened.setdefault(line.rule, set()).add(line.alert_id)
        if line.rings:
            self._news.append((line.rule, line.lead_id, line.ts, self._own_message(line)))

    def _own_message(self, line: Line) -> bool:
        """Whether a message of its own goes out. Of a group, the first of the day stands for the one message."""
        if line.held != "grouped":
            return not line.within
        group = line.rule, local_day(line.ts)
        fresh = group not in self._grouped
        self._grouped.add(group)
        return fresh

    def rows(
        self, span: tuple[Millis, Millis], left: Mapping[LeadId, LocalDay] | None = None, horizon: int = 60
    ) -> Sequence[Row]:
        """A row a rule that opened anything, then `ALL`. `span` is the time of the events; `left` the labels."""
        weeks = max(1.0, (span[1] - span[0]) / DAY_MS / 7) * self._curators
        rules: list[str] = [rule for rule in RULES if rule in self._opened]
        return [self._row(rule, weeks, left, horizon) for rule in (*rules, ALL)]

    def _row(self, rule: str, weeks: float, left: Mapping[LeadId, LocalDay] | None, horizon: int) -> Row:
        news = [one for one in self._news if rule in (one[0], ALL)]
        rings = sum(own for *_, own in news)
        opened = self._opened.get(rule) or set().union(*self._opened.values())
        row = Row(
            rule=rule,
            opened=len(opened) if rule in self._opened or rule == ALL else 0,
            rings=rings,
            told=len(news) - rings,
            a_curator_week=round(rings / weeks, 2),
        )
        return row if left is None else _judged(row, [(lead, ts) for _, lead, ts, _ in news], left, horizon)


def _judged(row: Row, news: Iterable[tuple[LeadId, Millis]], left: Mapping[LeadId, LocalDay], horizon: int) -> Row:
    """The row with its worth. A ring of a client who has already left is right, only late."""
    all_news, right, first = 0, 0, dict[LeadId, int]()
    for lead, ts in news:
        all_news += 1
        ahead = left[lead] - local_day(ts) if lead in left else None
        if ahead is not None and ahead <= horizon:
            right += 1
            first[lead] = max(ahead, first.get(lead, ahead))
    return msgspec.structs.replace(
        row,
        right=right,
        precision=round(right / all_news, 3) if all_news else None,
        found=len(first),
        in_time=sum(ahead >= 0 for ahead in first.values()),
        recall=round(len(first) / len(left), 3) if left else None,
        lead_days=median(first.values()) if first else None,
    )

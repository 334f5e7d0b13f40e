"""Whether all is well with a source, from what its readers report and what comes of it.

One that is asked is judged by its rounds: an answer without news is an answer. One that sends by itself, or puts files
into a folder, is judged by its habit.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from processors.days import DAY_MS, HOUR_MS
from processors.habit import Hour, due
from schemas.rounds import REPORT_MS, SourceRound, SourceState
from schemas.types import LocalDay, Millis

MISSED = 3
"""Rounds that a reader may leave out (a slow one takes longer than its pause) before nobody seems to read."""
START_MS = 600_000
"""A restart of everything takes less: nobody is missed before."""
FLICKER_MS = 120_000
"""One round that fails is nobody's work."""
SETTLE_MS = HOUR_MS
"""After a start of ours: who repeats what we missed does it within this time."""
LEFT_MS = 30 * DAY_MS
"""Nobody waits any more."""


class Judged(NamedTuple):
    """`since` it has been so, ms UTC; `due_at` as in `processors.habit.due`, 0 where its habit says nothing."""

    state: SourceState
    since: Millis = 0
    due_at: Millis = 0
    error: str = ""


def judged(
    reports: Iterable[SourceRound],
    active: Sequence[Hour],
    last_arrival: Millis,
    now: Millis,
    began: Millis,
    rests: Collection[LocalDay] = (),
) -> Judged:
    """The state of a source. `reports`: the last one of each way; `active`: hours in which something came, rising;
    `last_arrival` 0 where nothing ever did; `began`: when whoever judges was started. Times in ms UTC.
    """
    # something came after the reports ended: it comes another way now, the old one is not missed
    living = [one for one in reports if not _stale(one, now, began) or last_arrival <= one.ts + _patience(one)]
    stale = [one for one in living if _stale(one, now, began)]
    if stale:
        oldest = min(stale, key=lambda one: one.ts)
        return Judged("unread", oldest.ts)
    failing = [one for one in living if one.error and now - one.well_at > FLICKER_MS]
    if failing:
        worst = min(failing, key=lambda one: one.well_at)
        return Judged("failing", worst.well_at, error=worst.error)
    if any(one.way == "poll" for one in living):
        return Judged("well")
    if last_arrival and now - last_arrival > LEFT_MS:
        return Judged("left", last_arrival)
    at = due(active, rests) if active else None
    if at is None:
        return Judged("well" if living else "new")
    if now >= max(at, began + SETTLE_MS):
        return Judged("silent", last_arrival, at)
    return Judged("well", due_at=at)


def _stale(report: SourceRound, now: Millis, began: Millis) -> bool:
    return now - max(report.ts, began) > _patience(report)


def _patience(report: SourceRound) -> Millis:
    return MISSED * report.every_ms + REPORT_MS + START_MS

"""The table `sources`: each source hour by hour, and whether it is silent; ops are told, and when that ends.

Looked at every minute by the worker that has partition 0 of `lead.events`, from the tables alone: a restart goes on
with the hour that was written last, and the first look ever writes the last two months.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import suppress
from typing import Final, NamedTuple

from alerting.sources import kind_of, named, silence_told
from processors.days import DAY_MS, HOUR_MS
from processors.sources import LEFT_MS, Judged, judged
from schemas.errors import Transient
from schemas.rounds import RED, SourceRound
from schemas.types import LocalDay, Millis
from streams.engine import metrics
from streams.engine.clock import Clock
from streams.engine.notices import Notices
from streams.store.clickhouse import StatementFailed
from streams.store.database import Database
from streams.store.jobs.arrivals import Hour, arrivals, reported
from streams.store.jobs.daily import Progress
from streams.store.sinks.columns import Rows
from streams.store.sinks.sources import SOURCES

log = logging.getLogger(__name__)

LOOK_SECONDS: Final = 60.0
GATHER_SECONDS: Final = 2.0
"""From a change to the look: others of the same moment are on their way."""
PATIENCE: Final = 10.0
"""Seconds that what is on its way is waited for; what is not stored has not come."""
FIRST_MS: Final = 60 * DAY_MS
"""Of the past that the first look writes: more than the habit's eight weeks."""
KNOWN: Final = """
SELECT source, intDiv(toUnixTimestamp(hour), 3600), events > 0, toUnixTimestamp64Milli(last_event),
    toUnixTimestamp64Milli(last_round), toUnixTimestamp64Milli(due_at), state, toUnixTimestamp64Milli(since), error,
    backlog
FROM sources FINAL WHERE hour >= fromUnixTimestamp64Milli({since:Int64}) ORDER BY source, hour"""


WAITED_FOR: Final = frozenset({"silent", "unread"})


class Ending(NamedTuple):
    """How it stood at the end of an hour."""

    last_event: Millis
    last_round: Millis
    judged: Judged
    backlog: int


class Sources:
    """Keeps the table. `backlog`: records not read yet, by kind of source; `rests`: local days that are nobody's."""

    def __init__(
        self,
        database: Database,
        lag: Progress,
        backlog: Callable[[], Awaitable[Mapping[str, int]]],
        notices: Notices,
        clock: Clock,
        rests: Collection[LocalDay] = (),
    ) -> None:
        self._database, self._lag, self._notices, self._clock = database, lag, notices, clock
        self._backlog = backlog
        self._changed = asyncio.Event()
        self._errors: dict[tuple[str, str], str] = {}
        self._rests = frozenset(rests)
        self._began = clock()
        self._forget()

    def _forget(self) -> None:
        """Another worker may go on."""
        self._since: Millis | None = None  # hours before are written
        self._active: defaultdict[str, set[int]] = defaultdict(set)
        self._last: dict[str, Millis] = {}
        self._lag_ms: dict[str, int] = {}
        self._judged: dict[str, Judged] = {}
        self._ends: dict[tuple[str, int], Ending] = {}  # as written last, of hours that may be written again
        self._figures: dict[tuple[str, int], Hour] = {}

    def notice(self, stored: Sequence[tuple[SourceRound, object]]) -> None:
        """Reports that are stored now: a new reader, or another fault, is looked at soon."""
        for report, _ in stored:
            if self._errors.get((report.source, report.way)) != report.error:
                self._errors[report.source, report.way] = report.error
                self._changed.set()

    async def run(self) -> None:
        """Look every minute, and soon after a change, until cancelled."""
        await self._database.opened()
        while True:
            try:
                if 0 in self._lag.partitions():
                    await self.look()
                elif self._since is not None:
                    self._forget()
                    metrics.forget_sources()
            except (Transient, StatementFailed) as fault:
                log.warning("sources are looked at later", extra={"error": str(fault)})
            with suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), LOOK_SECONDS)
                await asyncio.sleep(GATHER_SECONDS)
            self._changed.clear()

    async def look(self) -> None:
        """Write what has changed, and tell it. Raises `Transient`, `StatementFailed`."""
        if not await self._lag.caught_up(PATIENCE):
            return  # who is behind would call everybody silent
        waiting = await self._backlog()
        now = self._clock()
        since = await self._known(now) if self._since is None else self._since
        found = await arrivals(self._database, since)
        reports = await reported(self._database, now - LEFT_MS)
        for (source, hour), one in sorted(found.items()):
            if one.events:
                self._active[source].add(hour)
                self._last[source] = max(self._last.get(source, 0), one.last_event)
                self._lag_ms[source] = one.lag_ms
        current = now // HOUR_MS
        for source in {source for source, _ in found} | self._judged.keys() | reports.keys():
            backlog = waiting.get(kind_of(source), 0)
            self._judge(source, reports.get(source, []), now, backlog)
            last_round = max((report.well_at for report in reports.get(source, [])), default=0)
            self._ends[source, current] = Ending(self._last.get(source, 0), last_round, self._judged[source], backlog)
            found.setdefault((source, current), Hour())
        await self._write(found, now)
        self._since = (current - 1) * HOUR_MS  # the hour before may still get what was stored late
        self._tell(found, current)

    async def _known(self, now: Millis) -> Millis:
        """Take what is written; from which time on it is to be written anew."""
        newest = 0
        for row in await self._database.read(KNOWN, {"since": now - FIRST_MS}):
            source, hour, active, last, last_round, due_at, state, since, error, backlog = row
            if active:
                self._active[source].add(hour)
            self._last[source] = max(self._last.get(source, 0), last)
            self._judged[source] = Judged(state, since, due_at, error)
            self._ends[source, hour] = Ending(last, last_round, self._judged[source], backlog)
            newest = max(newest, hour)
        return ((newest - 1) if newest else (now - FIRST_MS) // HOUR_MS) * HOUR_MS

    def _judge(self, source: str, reports: Sequence[SourceRound], now: Millis, backlog: int) -> None:
        self._active[source] = {hour for hour in self._active[source] if hour >= now // HOUR_MS - FIRST_MS // HOUR_MS}
        active, former = sorted(self._active[source]), self._judged.get(source)
        # a start of ours takes nothing back that was told
        began = 0 if former is not None and former.state in WAITED_FOR else self._began
        found = judged(reports, active, self._last.get(source, 0), now, began, self._rests)
        if found.state == "silent" and backlog:  # what it sent may be among that
            found = former or Judged("well")
        if not found.since:
            found = found._replace(since=former.since if former and former.state == found.state else now)
        self._judged[source] = found

    async def _write(self, found: Mapping[tuple[str, int], Hour], now: Millis) -> None:
        rows: list[tuple[object, ...]] = []
        for (source, hour), one in sorted(found.items()):
            end = self._ends.get((source, hour), Ending(one.last_event, 0, Judged("well"), 0))
            if self._figures.get((source, hour)) != one or hour == now // HOUR_MS:
                told = end.judged
                figures = (one.events, one.history, one.rejected, end.backlog, one.lag_ms, one.lag_max_ms)
                went = (one.rounds, one.failed_rounds, one.gap_ms)
                state = (told.due_at, told.state, told.since, told.error)
                rows.append((source, hour * 3600, *figures, *went, end.last_event, end.last_round, *state, now))
        await self._database.insert(Rows(SOURCES, [*zip(*rows, strict=True)]), f"sources:{now}")
        oldest = now // HOUR_MS - 1
        self._figures = {at: one for at, one in found.items() if at[1] >= oldest}
        self._ends = {at: end for at, end in self._ends.items() if at[1] >= oldest}

    def _tell(self, found: Mapping[tuple[str, int], Hour], current: int) -> None:
        """Metrics, and what waits for a person. Failing rounds are told by whoever makes them."""
        for source, now in self._judged.items():
            hours = [found.get((source, hour), Hour()) for hour in (current - 1, current)]
            metrics.SOURCE_RED.labels(source).set(now.state in RED)
            metrics.SOURCE_DUE.labels(source).set(now.due_at / 1000)
            metrics.SOURCE_LAST_EVENT.labels(source).set(self._last.get(source, 0) / 1000)
            metrics.SOURCE_LAST_ROUND.labels(source).set(self._ends[source, current].last_round / 1000)
            metrics.SOURCE_LAG.labels(source).set(self._lag_ms.get(source, 0) / 1000)
            metrics.SOURCE_BACKLOG.labels(source).set(self._ends[source, current].backlog)
            metrics.SOURCE_EVENTS.labels(source).set(sum(hour.events for hour in hours))
            metrics.SOURCE_REJECTED.labels(source).set(sum(hour.rejected for hour in hours))
            metrics.SOURCE_FAILED_ROUNDS.labels(source).set(sum(hour.failed_rounds for hour in hours))
            match now.state:
                case "silent" | "unread":
                    self._notices.begins("source_silent", named(source), silence_told(now.state, now.since))
                case "well" | "new":
                    self._notices.ends("source_silent", named(source))

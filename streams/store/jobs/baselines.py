"""Exact daily figures of a lead, from the store back into `lead.events` (design rule 6).

The fold counts live events; what came late or as history is only stored. A `Baseline` replaces days in the state, but
never the days that live events may still change: it ends two days before the day of (now − 24 h) … day(now − 24 h) − 1.

What is due is derived from ClickHouse, so it outlives a restart: a lead has history that arrived after its last
baseline (whose `ts` says up to which arrival it is exact), or it is active and its last baseline is older than the last
`baseline_at`. Memory only says when to look.
"""

import asyncio
import logging
import time
from collections.abc import Iterable, Sequence

import msgspec

from processors.days import day_start, local_day, zone_name
from processors.lead import LATE_MS
from processors.state import DAYS_KEPT
from processors.stock import WITHDRAWAL
from schemas.codec import encode, event_id
from schemas.errors import Transient
from schemas.events import (
    Baseline,
    Call,
    DayFigures,
    Event,
    Inbound,
    MeetingRecorded,
    Message,
    Pick,
    Reservation,
    Shipment,
)
from schemas.topics import LEAD_EVENTS
from schemas.types import LocalDay, Millis
from streams.engine.clock import Clock
from streams.engine.kafka import Output, partition_of
from streams.store.clickhouse import StatementFailed
from streams.store.database import Database
from streams.store.jobs.clock import latest_at
from streams.store.jobs.daily import Progress
from streams.store.jobs.ticks import Send
from streams.store.sinks.rows import Record

log = logging.getLogger(__name__)

COUNTED = (Reservation, Pick, Shipment, Inbound, Message, Call, MeetingRecorded)
KINDS = ("reservation", "pick", "shipment", "inbound", "message", "call", "meeting_recorded")
"""The events that daily figures are made of."""

CHUNK = 200
"""Leads of one query."""

LOOK_SECONDS = 0.5
PATIENCE = 30.0
LONGEST_QUIET = 12
"""A lead whose history never pauses gets its baseline after so many quiet times."""

SEEN = """
SELECT lead_id, toUnixTimestamp64Milli(maxIf(ingested_at, kind != 'baseline')) AS seen
FROM events
WHERE ts >= fromUnixTimestamp64Milli({since:Int64}) AND kind IN {kinds:Array(String)} AND """

RIPE = SEEN + "lead_id IN {leads:Array(String)} GROUP BY lead_id HAVING seen > 0"

DUE = (
    SEEN
    + """lead_id != ''
GROUP BY lead_id
HAVING seen > 0 AND (
    maxIf(ingested_at, kind != 'baseline' AND (backfill OR ingested_at > ts + toIntervalMillisecond({late:Int64})))
        > maxIf(ts, kind = 'baseline')
    OR maxIf(ts, kind = 'baseline') < fromUnixTimestamp64Milli({night:Int64}))"""
)

FIGURES = """
SELECT lead_id, toInt32(toDate(least(ts, ingested_at), {zone:String})) AS day,
    countIf(kind = 'reservation' AND action = 'created'), sumIf(qty, kind = 'reservation'),
    countIf(kind = 'pick'), sumIf(qty, kind = 'pick'), sumIf(qty, kind = 'shipment'),
    sumIf(qty, kind = 'inbound' AND action != 'planned'), countIf(kind = 'message' AND action = 'client'),
    countIf(kind = 'reservation' AND action != 'created' AND qty < 0),
    -sumIf(qty, kind = 'reservation' AND action != 'created' AND qty < 0),
    sumIf(qty, kind = 'pick' AND action = {withdrawal:String}), sumIf(qty, kind = 'inbound' AND action = 'planned'),
    countIf(kind = 'call'), countIf(kind = 'meeting_recorded'), countIf(kind = 'message' AND action = 'staff')
FROM events FINAL
WHERE lead_id IN {leads:Array(String)} AND kind IN {kinds:Array(String)}
    AND ts >= fromUnixTimestamp64Milli({since:Int64}) AND day BETWEEN {first:Int32} AND {last:Int32}
GROUP BY lead_id, day
ORDER BY lead_id, day"""
"""In the order of `DayFigures`, counted as `processors.lead.step` counts."""


class Baselines:
    """Publishes a baseline soon after history of a lead arrived, and of every active lead each night."""

    def __init__(
        self, database: Database, lag: Progress, send: Send, quiet: float, nightly_at: str, clock: Clock
    ) -> None:
        self._database, self._lag, self._send, self._clock = database, lag, send, clock
        self._quiet, self._at = quiet, nightly_at
        self._waiting: dict[str, tuple[float, float]] = {}  # lead: first and last history, monotonic seconds
        self._covered: tuple[frozenset[int], Millis] = (frozenset(), 0)  # partitions and night looked at last

    def notice(self, stored: Sequence[tuple[Event, Record]]) -> None:
        """Called by the sink with what it stored: history makes a lead's baseline due."""
        now = time.monotonic()
        for event, record in stored:
            if isinstance(event, COUNTED) and (event.backfill or record.timestamp - event.ts > LATE_MS):
                self._waiting[event.lead_id] = (self._waiting.get(event.lead_id, (now,))[0], now)

    async def run(self) -> None:
        """Publish what is due until cancelled."""
        await self._database.opened()
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            partitions = frozenset(self._lag.partitions())
            night = latest_at(self._clock(), self._at)
            ripe = self._ripe()
            if not partitions or (not ripe and self._covered == (partitions, night)):
                continue
            try:
                if not await self._lag.caught_up(PATIENCE):
                    continue
                if self._covered == (partitions, night):
                    await self._publish(partitions, await self._seen(ripe), night)
                else:
                    await self.publish_due(partitions, night)
                    self._covered = partitions, night
            except (Transient, StatementFailed) as fault:
                log.warning("baselines wait", extra={"error": str(fault)})
                continue
            for lead, (_, last) in ripe.items():
                if lead in self._waiting and self._waiting[lead][1] == last:  # nothing came meanwhile
                    del self._waiting[lead]

    def _ripe(self) -> dict[str, tuple[float, float]]:
        now = time.monotonic()
        return {
            lead: (first, last)
            for lead, (first, last) in self._waiting.items()
            if now - last >= self._quiet or now - first >= self._quiet * LONGEST_QUIET
        }

    async def publish_due(self, partitions: frozenset[int], night: Millis) -> int:
        """Send the baselines that ClickHouse says are due; how many. Call it when all is stored.

        Raises `Transient`, `StatementFailed`.
        """
        return await self._publish(partitions, await self._seen(None, night), night)

    async def recount(self, leads: Iterable[str]) -> None:
        """Send baselines of leads that lost events, also of those that have none left. Call it when all is stored.

        Raises `Transient`, `StatementFailed`.
        """
        now = self._clock()
        await self._publish(
            frozenset(range(LEAD_EVENTS.partitions)), dict.fromkeys(leads, now), latest_at(now, self._at)
        )

    async def _seen(self, ripe: Iterable[str] | None, night: Millis = 0) -> dict[str, Millis]:
        """Leads, and up to which arrival their events are stored: those of `ripe`, or all that are due."""
        parameters: dict[str, object] = {
            "since": day_start(local_day(self._clock()) - DAYS_KEPT),
            "kinds": [*KINDS, "baseline"],
        }
        if ripe is None:
            return dict(await self._database.read(DUE, parameters | {"late": LATE_MS, "night": night}))
        return dict(await self._database.read(RIPE, parameters | {"leads": list(ripe)}))

    async def _publish(self, partitions: frozenset[int], seen: dict[str, Millis], night: Millis) -> int:
        now = self._clock()
        first, last = local_day(now) - DAYS_KEPT, local_day(now - LATE_MS) - 1
        due = sorted(lead for lead in seen if partition_of(LEAD_EVENTS.name, lead.encode()) in partitions)
        for start in range(0, len(due), CHUNK):
            leads = due[start : start + CHUNK]
            days = await self._figures(leads, first, last)
            await self._send([_output(lead, max(seen[lead], night), first, last, days.get(lead, [])) for lead in leads])
        if due:
            log.info("baselines published", extra={"leads": len(due), "last_day": last})
        return len(due)

    async def _figures(self, leads: list[str], first: LocalDay, last: LocalDay) -> dict[str, list[DayFigures]]:
        rows = await self._database.read(
            FIGURES,
            {
                "leads": leads,
                "kinds": list(KINDS),
                "withdrawal": WITHDRAWAL,
                "since": day_start(first),
                "zone": zone_name(),
                "first": first,
                "last": last,
            },
        )
        found: dict[str, list[DayFigures]] = {}
        for lead, *figures in rows:
            found.setdefault(lead, []).append(DayFigures(*figures))
        return found


def _output(lead: str, at: Millis, first: LocalDay, last: LocalDay, days: list[DayFigures]) -> Output:
    content = msgspec.json.encode((at, first, days)).decode()
    baseline = Baseline(
        event_id=event_id("baseline", lead, last, content),
        lead_id=lead,
        ts=at,
        source="store",
        first_day=first,
        last_day=last,
        days=days,
    )
    return Output(LEAD_EVENTS.name, lead.encode(), encode(baseline))

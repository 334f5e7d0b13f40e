"""The figures of all clients, from the tables to every partition: each hour before its tick, and at once in a burst.

`processors.fleet` makes them from daily figures. Those are read once a day for the whole span; within the day only from
the oldest day on that anything arrived for. A burst is what one message is to tell instead of many
(`rules.alerts.group_share`): the hour would be over before the next figures say that they are many.

After a stop only the newest hour's figures are made: those of hours gone by would be the same, made late.
"""

import asyncio
import logging
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

import msgspec

from alerting.bell import are_many, is_common
from processors.context import Desk
from processors.days import DAY_MS, HOUR_MS, day_start, hour_start, local_day, zone_name
from processors.fleet import FleetDays
from processors.fleet_formulas import SPAN
from processors.rules.alerts import AlertRules
from schemas.alerts import Alert, Rule
from schemas.codec import encode, event_id
from schemas.errors import Transient
from schemas.events import Fleet
from schemas.topics import LEAD_EVENTS
from schemas.types import LeadId, LocalDay, Millis
from streams.engine.clock import Clock
from streams.engine.kafka import Output
from streams.store.clickhouse import StatementFailed
from streams.store.database import Database
from streams.store.jobs.ticks import Owned, Send
from streams.store.sinks.rows import Record

log = logging.getLogger(__name__)

GATHER_SECONDS = 2.0
"""Between the alert that makes a burst and its figures: the others of the same minute are on their way."""

UNSEEN_MS = 600_000
"""A row may be stored so long after the broker took it and still be found within the day; later ones at night."""

DAYS = """
SELECT lead_id, toInt32(toDate(least(ts, ingested_at), {zone:String})) AS day,
    countIf(action = 'created') AS orders, sum(qty) AS pieces
FROM events FINAL
WHERE kind = 'reservation' AND lead_id != '' AND ts >= fromUnixTimestamp64Milli({since:Int64})
GROUP BY lead_id, day
ORDER BY day"""

ARRIVED = """
SELECT toInt32(toDate(min(ts), {zone:String})), toUnixTimestamp64Milli(max(ingested_at)), count()
FROM events
WHERE kind = 'reservation' AND lead_id != '' AND ts >= fromUnixTimestamp64Milli({since:Int64})
    AND ingested_at > fromUnixTimestamp64Milli({seen:Int64})"""

SOURCES = """
SELECT source, toUnixTimestamp64Milli(min(ingested_at))
FROM events
WHERE NOT backfill AND lead_id != ''
    AND kind NOT IN ('baseline', 'alert_action', 'alert_mailed', 'events_moved', 'command_changed')
    AND ingested_at < fromUnixTimestamp64Milli({before:Int64})
GROUP BY source"""

FIRED = """
SELECT rule, uniqExact(lead_id)
FROM alerts
WHERE version = 1 AND opened_at > fromUnixTimestamp64Milli({since:Int64})
GROUP BY rule"""

RUNG = """
SELECT lead_id, uniqExact(alert_id, version)
FROM alerts
WHERE rings AND updated_at > fromUnixTimestamp64Milli({since:Int64})
GROUP BY lead_id"""

VERDICTS = """
SELECT rule, countIf(said = 'confirmed'), countIf(said = 'false_alarm')
FROM (SELECT any(rule) AS rule, argMax(verdict, version) AS said FROM alerts GROUP BY alert_id)
WHERE said != ''
GROUP BY rule"""


class Figures:
    """Makes the `Fleet` events of this worker's partitions. `desk` says whom a lead rings."""

    def __init__(
        self, database: Database, owned: Owned, send: Send, rules: AlertRules, desk: Desk, clock: Clock
    ) -> None:
        self._database, self._owned, self._send, self._clock = database, owned, send, clock
        self._rules, self._desk = rules, desk
        self._days = FleetDays()
        self._day: LocalDay = 0
        self._seen: Millis = 0
        self._sources: dict[str, Millis] = {}
        self._last: Fleet | None = None
        self._sent: dict[int, Millis] = {}  # partition: the hour whose figures it has
        self._opened: defaultdict[str, set[LeadId]] = defaultdict(set)  # by rule, since the last figures
        self._burst = asyncio.Event()
        self._making = asyncio.Lock()

    async def due(self, partitions: Sequence[int]) -> dict[int, Output]:
        """The figures of this hour for those of `partitions` that do not have them yet: to stand before their tick.

        Without an answer of the database there are none: the fold goes on with those of the hour before.
        """
        hour = hour_start(self._clock())
        without = [partition for partition in partitions if self._sent.get(partition) != hour]
        if not without:
            return {}
        try:
            fleet = await self._made(hour)
        except (Transient, StatementFailed) as fault:
            log.warning("figures of all clients wait for the next hour", extra={"error": str(fault)})
            return {}
        self._sent |= dict.fromkeys(without, hour)
        return {partition: _output(fleet, partition) for partition in without}

    def notice(self, stored: Sequence[tuple[Alert, Record]]) -> None:
        """Called by the sink with alerts: many that opened are told of at once."""
        for alert, _ in stored:
            if alert.version == 1:
                self._opened[alert.rule].add(alert.lead_id)
                if self._is_burst(alert.rule):
                    self._burst.set()

    async def run(self) -> None:
        """Send the figures of bursts until cancelled."""
        await self._database.opened()
        while True:
            await self._burst.wait()
            await asyncio.sleep(GATHER_SECONDS)
            self._burst.clear()
            try:
                await self.send_now()
            except (Transient, StatementFailed) as fault:
                log.warning("figures of a burst wait", extra={"error": str(fault)})
                self._burst.set()

    async def send_now(self) -> None:
        """Send the figures as they are now to all partitions of ours. Raises `Transient`, `StatementFailed`."""
        fleet = await self._made(self._clock())
        await self._send([_output(fleet, partition) for partition in sorted(self._owned.partitions())])
        log.info("figures of all clients sent at once", extra={"clients": fleet.clients})

    def _is_burst(self, rule: Rule) -> bool:
        """Whether the share that the last figures tell of a rule was small, and is not with what opened since."""
        last = self._last
        if last is None or is_common(last, rule, self._rules):
            return False
        share = last.fired.get(rule, 0.0) + len(self._opened[rule]) / max(last.clients, 1)
        return are_many(share, last, self._rules)

    async def _made(self, ts: Millis) -> Fleet:
        async with self._making:
            await self._read_days(ts)
            hour = hour_start(ts)
            if self._last is None or self._last.ts < hour:  # a source is known from its second hour on
                self._sources = dict(await self._database.read(SOURCES, {"before": hour}))
            fired = await self._database.read(FIRED, {"since": ts - DAY_MS})
            rung = await self._database.read(RUNG, {"since": ts - 7 * DAY_MS})
            verdicts = {rule: (yes, no) for rule, yes, no in await self._database.read(VERDICTS)}
            fleet = await asyncio.to_thread(self._days.figures, ts, sources=self._sources, rung=self._by_desk(rung))
            shares = {rule: round(leads / max(fleet.clients, 1), 4) for rule, leads in fired}
            self._last = msgspec.structs.replace(fleet, fired=shares, verdicts=verdicts)
            self._opened.clear()
            return self._last

    async def _read_days(self, ts: Millis) -> None:
        """Bring the daily figures up to date: all of them once a day, else from the oldest on that changed."""
        today = local_day(ts)
        begin = day_start(today - SPAN)
        if today != self._day:
            days, since, seen = FleetDays(), begin, ts - HOUR_MS
        else:
            [(oldest, newest, count)] = await self._database.read(
                ARRIVED, {"since": begin, "seen": self._seen, "zone": zone_name()}
            )
            if not count:
                return
            days, since, seen = self._days, day_start(oldest), newest - UNSEEN_MS
        rows = await self._database.read(DAYS, {"since": since, "zone": zone_name()})
        await asyncio.to_thread(_fill, days, rows)
        self._days, self._day, self._seen = days, today, max(seen, self._seen)

    def _by_desk(self, rung: Sequence[tuple[Any, ...]]) -> dict[str, int]:
        total: Counter[str] = Counter()
        for lead_id, rings in rung:
            total[self._desk(lead_id)] += rings
        return dict(total)


def _fill(days: FleetDays, rows: Sequence[tuple[Any, ...]]) -> None:
    for lead_id, day, orders, pieces in rows:
        days.put(lead_id, day, orders, pieces)


def _output(fleet: Fleet, partition: int) -> Output:
    """The event of one partition: made again from the same tables it is the same."""
    content = msgspec.json.encode(msgspec.structs.replace(fleet, event_id="")).decode()
    one = msgspec.structs.replace(fleet, event_id=event_id("fleet", fleet.ts, partition, content))
    return Output(LEAD_EVENTS.name, None, encode(one), partition)

"""The daily report's figures, published at `report_at`; missed ones are made up.

An event belongs to the report in whose time the broker took it, not to the one of its own time: so each is in exactly
one report, however late it came. History (`backfill`) is in none.
"""

import logging
from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any

from msgspec.structs import replace

from processors.days import day_start, local_day, local_time
from schemas.codec import Codec
from schemas.errors import Refused
from schemas.reports import AskedName, DailyReport, ReportLine
from schemas.topics import REPORTS
from schemas.types import Millis
from streams.engine.clock import Clock
from streams.engine.kafka import Output
from streams.store.database import Database
from streams.store.jobs.clock import at_time
from streams.store.jobs.daily import Daily, Progress, day_before
from streams.store.jobs.digest import UNLINKED, digest
from streams.store.jobs.ticks import Send
from streams.store.sinks.rows import report_rows

log = logging.getLogger(__name__)

_REPORT: Codec[DailyReport] = Codec(DailyReport)

FIRST_DAY = date(2020, 1, 1)
"""A report tells what arrived on a day, and nothing arrived before there was a Leadpulse."""

_ARRIVED = (
    "ingested_at >= fromUnixTimestamp64Milli({since:Int64}) AND ingested_at < fromUnixTimestamp64Milli({until:Int64})"
)

EVENTS = f"""
SELECT lead_id, uniqExactIf(if(album = '', toString(event_id), album), kind = 'message' AND action = 'client'),
    countIf(kind = 'reservation' AND action = 'created'), sumIf(qty, kind = 'reservation' AND qty > 0),
    countIf(kind = 'reservation' AND qty < 0), -sumIf(qty, kind = 'reservation' AND qty < 0)
FROM (SELECT *, JSONExtractString(payload, 'album') AS album FROM events FINAL)
WHERE {_ARRIVED} AND NOT backfill AND kind IN ('message', 'reservation')
GROUP BY lead_id"""

MEETINGS = f"""
SELECT lead_id, count(), sum(duration)
FROM
(
    SELECT lead_id, JSONExtractString(payload, 'recording_id') AS recording,
        max(JSONExtractUInt(payload, 'duration_ms')) AS duration
    FROM events FINAL
    WHERE {_ARRIVED} AND NOT backfill AND kind = 'meeting_recorded'
        AND JSONExtractString(payload, 'status') NOT IN ('empty', 'too_short')
    GROUP BY lead_id, recording
)
GROUP BY lead_id"""

ALERTS = """
SELECT lead_id, countIf(first >= fromUnixTimestamp64Milli({since:Int64})), countIf(now != 'resolved'),
    countIf(now = 'open' AND seen_by = '')
FROM
(
    SELECT alert_id, any(lead_id) AS lead_id, min(ingested_at) AS first, argMax(status, version) AS now,
        argMax(acknowledged_by, version) AS seen_by
    FROM alerts
    WHERE ingested_at < fromUnixTimestamp64Milli({until:Int64})
    GROUP BY alert_id
)
GROUP BY lead_id"""

COUNTS = f"""
SELECT (SELECT count() FROM unassigned FINAL WHERE {_ARRIVED} AND {UNLINKED}),
    (SELECT count() FROM failures FINAL WHERE {_ARRIVED}),
    (SELECT count() FROM failures_current
     WHERE answer = '' AND ingested_at < fromUnixTimestamp64Milli({{until:Int64}}))"""

LAST = """
SELECT toUnixTimestamp64Milli(max(until)), (SELECT toUnixTimestamp64Milli(min(ingested_at)) FROM events)
FROM reports WHERE scheduled"""


Names = Callable[[Millis], Awaitable[list[AskedName]]]
"""Names in meetings of whom nobody is sure at this time. Raises `Transient`, `StatementFailed`."""


async def no_names(_: Millis) -> list[AskedName]:
    """Where nobody is asked."""
    return []


class Reports:
    """Publishes reports."""

    def __init__(
        self, database: Database, lag: Progress, send: Send, at: str, clock: Clock, names: Names = no_names
    ) -> None:
        self._database, self._lag, self._send, self._at, self._clock = database, lag, send, at, clock
        self._names = names
        self.daily = Daily("report", database, lag, at, clock, LAST, self._scheduled)

    async def of_day(self, day: date | None) -> DailyReport:
        """The report of a local day as it would be told, or of today so far. Raises `Refused` for a day to come
        and before `FIRST_DAY`, `Transient`, `StatementFailed`."""
        now = self._clock()
        if day is not None and day < FIRST_DAY:
            raise Refused(f"there is nothing before {FIRST_DAY}")
        await self._lag.caught_up(10.0)
        if day is None:
            return await self.make(f"{local_time(now):%Y-%m-%dT%H:%M:%S}", day_start(local_day(now)), now)
        until = at_time(day, self._at)
        since = day_before(until, self._at)
        if since >= now:
            raise Refused(f"the report of {day} begins only at {local_time(since):%Y-%m-%d %H:%M}")
        return await self.make(f"{day}@{local_time(now):%Y-%m-%dT%H:%M:%S}", since, min(until, now))

    async def publish_now(self, day: date | None = None) -> DailyReport:
        """Publish it, asked for by hand. Raises as `of_day`."""
        report = await self.of_day(day)
        await self._publish(report, scheduled=False)
        return report

    async def make(self, report_id: str, since: Millis, until: Millis) -> DailyReport:
        """The whole report of [`since`, `until`), ms UTC. Raises `Transient`, `StatementFailed`."""
        report = await digest(self._database, await self.figures(report_id, since, until))
        return replace(report, names=await self._names(until))

    async def figures(self, report_id: str, since: Millis, until: Millis) -> DailyReport:
        """Its figures."""
        window = {"since": since, "until": until}
        events: dict[str, list[int]] = {lead: row for lead, *row in await self._database.read(EVENTS, window)}
        meetings: dict[str, list[int]] = {lead: row for lead, *row in await self._database.read(MEETINGS, window)}
        alerts: dict[str, list[int]] = {lead: row for lead, *row in await self._database.read(ALERTS, window)}
        [(unassigned, dead_letters, open_letters)] = await self._database.read(COUNTS, window)
        nothing = [0] * 5
        lines = [
            ReportLine(
                lead_id=lead,
                meetings=meetings.get(lead, [0])[0],
                messages=events.get(lead, nothing)[0],
                reservations=events.get(lead, nothing)[1],
                reserved_qty=events.get(lead, nothing)[2],
                cancelled=events.get(lead, nothing)[3],
                cancelled_qty=events.get(lead, nothing)[4],
                alerts=alerts.get(lead, [0])[0],
            )
            for lead in events.keys() | meetings.keys() | alerts.keys()
        ]
        busy = [line for line in lines if line != ReportLine(line.lead_id)]
        return DailyReport(
            report_id=report_id,
            since=since,
            until=until,
            meetings=_total(meetings, 0),
            meeting_minutes=round(_total(meetings, 1) / 60_000),
            messages=_total(events, 0),
            reservations=_total(events, 1),
            reserved_qty=_total(events, 2),
            cancelled=_total(events, 3),
            cancelled_qty=_total(events, 4),
            alerts_opened=_total(alerts, 0),
            alerts_open=_total(alerts, 1),
            alerts_unseen=_total(alerts, 2),
            unassigned=unassigned,
            dead_letters=dead_letters,
            open_letters=open_letters,
            leads=sorted(busy, key=lambda line: (-line.alerts, -line.meetings, -line.messages, line.lead_id)),
        )

    async def _scheduled(self, since: Millis, until: Millis) -> None:
        await self._publish(await self.make(f"{local_time(until):%Y-%m-%d}", since, until), scheduled=True)

    async def _publish(self, report: DailyReport, *, scheduled: bool) -> None:
        """Kafka first: were the row there before, a crash in between would lose the report."""
        await self._send([Output(REPORTS.name, report.report_id.encode(), _REPORT.encode(report))])
        rows = report_rows(report, scheduled=scheduled, published_at=self._clock())
        await self._database.insert(rows, f"report:{report.report_id}")
        log.info("report published", extra={"report": report.report_id})


def _total(rows: dict[str, list[Any]], column: int) -> int:
    return sum(int(row[column]) for row in rows.values())

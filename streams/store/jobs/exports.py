"""Chats as files, `<folder>/telegram/<day>/<lead>.<format>`, every night.

A file is written whole, from all that the store knows of that local day, for every client and day that something new
was stored of since the last night: what came late or was edited is in it, and writing it again changes nothing. An
import of years changes the days that have files; it makes none for those before.
"""

import asyncio
import errno
import logging
import os
from collections import defaultdict
from collections.abc import Mapping
from datetime import date, timedelta

from processors.day_file import Names, day_file
from processors.days import local_time, zone_name
from processors.russian.system import os_reason
from schemas.errors import Transient
from schemas.exports import DayMessage
from schemas.types import LeadId, Millis
from streams.engine.clock import Clock
from streams.engine.conditions import Condition
from streams.engine.files import write_whole
from streams.settings import Export
from streams.store.database import Database
from streams.store.jobs.clock import at_time
from streams.store.jobs.daily import Daily, Progress
from streams.store.read.day import KEY, messages_of
from streams.store.sinks.tables import TELEGRAM_EXPORTS, Rows

log = logging.getLogger(__name__)

_KINDS = "kind IN ('message', 'message_edited', 'message_deleted') AND startsWith(source, 'telegram:')"
_STORED = (
    "ingested_at >= fromUnixTimestamp64Milli({since:Int64}) AND ingested_at < fromUnixTimestamp64Milli({until:Int64})"
)

OVERLAP = timedelta(days=1)
"""What came after midnight is of a day that is not over, and what the broker took may be stored a while later."""

TOUCHED = f"""
SELECT DISTINCT lead_id, toString(toDate(at, {{zone:String}}))
FROM
(
    SELECT {KEY}, if(countIf(kind = 'message') > 0, minIf(ts, kind = 'message'), min(ts)) AS at
    FROM events
    WHERE {_KINDS} AND lead_id IN (SELECT lead_id FROM events WHERE {_KINDS} AND {_STORED})
    GROUP BY lead_id, chat, message
    HAVING countIf({_STORED}) > 0
)
UNION DISTINCT
SELECT '', toString(toDate(ts, {{zone:String}})) FROM unassigned
WHERE startsWith(source, 'telegram:') AND {_STORED}"""
"""The clients and days of the messages that something new was stored of; nobody's are those of a chat without a lead,
which may have had one."""

LAST = """
SELECT toUnixTimestamp64Milli(max(until)), (SELECT toUnixTimestamp64Milli(min(ingested_at)) FROM events)
FROM telegram_exports"""


class Exports:
    """Writes the files."""

    def __init__(self, database: Database, lag: Progress, export: Export, names: Names, clock: Clock) -> None:
        self._database, self._export, self._names, self._clock = database, export, names, clock
        self.daily = Daily("exports", database, lag, export.at, clock, LAST, self._write)
        self._trouble = ""

    def condition(self) -> Condition:
        """The folder cannot be written; nothing is lost, the night is made up."""
        return Condition("exports_unwritten", str(self._export.telegram), lambda: self._trouble)

    async def _write(self, since: Millis, until: Millis) -> None:
        await self._put(local_time(since).date(), {})  # no work for a folder that cannot be written
        [(last, _)] = await self._database.read(LAST)
        first = local_time(min(since, last) if last else since).date() - OVERLAP
        window = {"since": at_time(first, "00:00"), "until": until, "zone": zone_name()}
        days: dict[date, set[LeadId]] = defaultdict(set)
        for lead, day in await self._database.read(TOUCHED, window):
            days[date.fromisoformat(day)].add(lead)
        today, files = local_time(until).date(), 0
        for day, leads in sorted(days.items()):
            if day == today or (day < first and not (self._export.telegram / str(day)).is_dir()):
                continue  # today's is written tomorrow, whole
            found: dict[LeadId, list[DayMessage]] = defaultdict(list)
            for message in await messages_of(self._database, day):
                found[message.lead_id].append(message)
            await self._put(day, {lead: found[lead] for lead in leads | self._written(day) if lead})
            files += len(found)
        rows = Rows(TELEGRAM_EXPORTS, [[until], [files], [self._clock()]])
        await self._database.insert(rows, f"exports:{until}")
        log.info("chats exported", extra={"files": files, "until": f"{local_time(until):%Y-%m-%d %H:%M}"})

    def _written(self, day: date) -> set[LeadId]:
        """Who has a file of that day: a chat that was linked anew belongs to another now."""
        return {file.stem for file in (self._export.telegram / str(day)).glob(f"*.{self._export.format}")}

    async def _put(self, day: date, found: Mapping[LeadId, list[DayMessage]]) -> None:
        try:
            await asyncio.to_thread(write_files, day, found, self._export, self._names)
        except OSError as error:
            self._trouble = os_reason(error)
            raise Transient(f"{self._export.telegram}: {self._trouble}") from error
        self._trouble = ""


def write_files(day: date, found: Mapping[LeadId, list[DayMessage]], export: Export, names: Names) -> None:
    """`<folder>/telegram/<day>/<lead>.<format>`, for their owner only, each whole or as it was; none for a client
    without messages. Raises OSError."""
    folder = export.telegram
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not os.access(folder, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(folder))
    for lead, messages in found.items():
        if not messages:
            (folder / str(day) / f"{lead}.{export.format}").unlink(missing_ok=True)
            continue
        path = folder / str(day) / f"{lead}.{export.format}"
        body = day_file(messages, export.format, names, bom=export.bom)
        if not path.exists() or path.read_bytes() != body:  # who copies the folder sees only what changed
            write_whole(path, body)

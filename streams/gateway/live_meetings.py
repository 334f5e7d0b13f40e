"""Which meetings there are, from the reports of their rooms: the topic `source.recordings` as a table."""

import asyncio
import contextlib
import logging
from typing import NamedTuple

from aiokafka import ConsumerRecord

from processors.normalize.recordings import FROM_JITSI
from schemas.sources import RoomReport
from schemas.types import Millis
from streams.engine.clock import Clock
from streams.engine.followed import Followed
from streams.engine.reader import Reader

log = logging.getLogger(__name__)

LONGEST_MS = 48 * 3_600_000
"""A meeting that began earlier is none any more, though nobody reported its end."""
AFTERWARDS_MS = 120_000
"""So long after its end a bridge may still connect: it sends what is on its way."""
PATIENCE_S = 3.0
"""A room's first report and the bridge come at the same time, by two ways."""


class Meeting(NamedTuple):
    """`objected`: somebody in it does not agree. `until`: not known any more then."""

    meeting_id: str
    room: str
    until: Millis
    objected: bool = False


class RunningMeetings(Followed):
    """Those that go on or have just ended."""

    def __init__(self, reader: Reader, clock: Clock) -> None:
        super().__init__(reader)
        self._clock = clock
        self._meetings: dict[str, Meeting] = {}
        self._jitsi: dict[str, str] = {}
        self._news = asyncio.Event()

    def put(self, record: ConsumerRecord) -> None:
        """As `Followed.put`; recordings in it are not ours to read."""
        report = FROM_JITSI.decode(record.value)
        if isinstance(report, RoomReport):
            self.take(report)

    def take(self, report: RoomReport) -> None:
        """Something happened in a meeting."""
        known = self._meetings.get(report.meeting_id)
        until = known.until if known is not None else report.ts + LONGEST_MS
        if report.happening == "meeting_ended":
            until = report.ts + AFTERWARDS_MS
        objected = report.happening == "objected" or (known is not None and known.objected)
        if until < self._clock():
            self._forget(report.meeting_id)
            return
        self._meetings[report.meeting_id] = Meeting(report.meeting_id, report.room, until, objected)
        if report.jitsi_meeting_id:
            self._jitsi[report.jitsi_meeting_id] = report.meeting_id
        self._news.set()

    def find(self, meeting_id: str, jitsi_id: str) -> Meeting | None:
        """By our id, else by Jitsi's."""
        found = self._meetings.get(meeting_id or self._jitsi.get(jitsi_id, ""))
        if found is not None and found.until < self._clock():
            self._forget(found.meeting_id)
            return None
        return found

    async def await_one(self, meeting_id: str, jitsi_id: str) -> Meeting | None:
        """As `find`, with patience. While the topic cannot be read nobody can say that there is no such meeting: then
        one that is named is taken at its word, for who names it has proven himself."""
        found = None
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_S):
                while (found := self.find(meeting_id, jitsi_id)) is None:
                    self._news.clear()
                    await self._news.wait()
        if found is None and not self.loaded.is_set() and meeting_id:
            log.warning("meeting taken unseen: rooms' reports cannot be read yet", extra={"meeting": meeting_id})
            return Meeting(meeting_id, "", self._clock() + LONGEST_MS)
        return found

    def is_objected(self, meeting_id: str) -> bool:
        """Whether somebody in it does not agree."""
        found = self._meetings.get(meeting_id)
        return found is not None and found.objected

    def _forget(self, meeting_id: str) -> None:
        self._meetings.pop(meeting_id, None)
        for jitsi_id in [one for one, ours in self._jitsi.items() if ours == meeting_id]:
            del self._jitsi[jitsi_id]

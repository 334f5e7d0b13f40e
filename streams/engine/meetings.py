"""Which meetings have tracks, followed by every worker that meets Jibri's recordings of them: `meeting.tracks` as a
table."""

import logging

from aiokafka import ConsumerRecord

from processors.tracks.entry import entry_id
from schemas.codec import Codec, Rejected
from schemas.tracks import MeetingMark, MeetingTracks
from streams.engine.followed import Followed
from streams.engine.reader import Reader
from streams.engine.rooms import KnownRooms

log = logging.getLogger(__name__)

MARK: Codec[MeetingMark] = Codec(MeetingMark)


class KnownMeetings(Followed):
    """The whole topic, kept up with. `rooms`: what was reported of them, for who must know before the file is made:
    Jibri's recording may come first."""

    def __init__(self, reader: Reader, rooms: KnownRooms | None = None) -> None:
        super().__init__(reader)
        self._rooms = rooms
        self._heard: set[str] = set()
        self._meetings: dict[str, str] = {}

    def put(self, record: ConsumerRecord) -> None:
        """As `Followed.put`."""
        mark = None if record.value is None else MARK.decode(record.value)
        if isinstance(mark, Rejected):
            log.warning("mark of a meeting unreadable", extra={"offset": record.offset, "error": mark.reason})
            return
        if isinstance(mark, MeetingTracks):
            self._heard.add(mark.meeting_id)
            self._meetings |= dict.fromkeys(mark.sessions, mark.meeting_id)

    def entry(self, session_id: str) -> str:
        """The recording id of the meeting in which this session of Jibri was; empty where it has no tracks."""
        meeting = self.meeting(session_id)
        return meeting and entry_id(meeting)

    def meeting(self, session_id: str) -> str:
        """The id of the meeting with tracks in which this session of Jibri was; empty where none is known."""
        known = self._meetings.get(session_id, "")
        if known or self._rooms is None:
            return known
        reported = self._rooms.meeting(session_id)
        return reported if reported in self._heard else ""

"""What Prosody reported of meetings, followed by every worker that must know who is who: `source.recordings` as a
table of rooms and participants.
"""

from aiokafka import ConsumerRecord

from processors.talk import Roster
from schemas.codec import Codec
from schemas.sources import FromJitsi, RoomReport
from schemas.types import Millis
from streams.engine.followed import Followed
from streams.engine.reader import Reader

_FROM_JITSI: Codec[FromJitsi] = Codec(FromJitsi)


class KnownRooms(Followed):
    """Each meeting's latest report, and what its participants are called. Recordings are passed over."""

    def __init__(self, reader: Reader) -> None:
        super().__init__(reader)
        self.roster = Roster()
        self._last: dict[str, RoomReport] = {}
        self._objectors: dict[str, set[str]] = {}
        self._sessions: dict[str, str] = {}

    def put(self, record: ConsumerRecord) -> None:
        """As `Followed.put`; what cannot be read, `pipeline` makes a dead letter of."""
        report = _FROM_JITSI.decode(record.value)
        if isinstance(report, RoomReport):
            self.roster.take(report)
            if report.session_id:
                self._sessions[report.session_id] = report.meeting_id
            if report.happening == "objected":
                self._objectors.setdefault(report.meeting_id, set()).add(report.participant)
            before = self._last.get(report.meeting_id)
            if before is None or before.ts <= report.ts:
                self._last[report.meeting_id] = report

    def of(self, meeting_id: str) -> RoomReport | None:
        """The latest report of the meeting: its room, and whose it is. None where nothing was reported of it."""
        return self._last.get(meeting_id)

    def name(self, meeting_id: str, endpoint: str, at: Millis) -> str:
        """As `Roster.name`."""
        return self.roster.name(meeting_id, endpoint, at)

    def meeting(self, session_id: str) -> str:
        """The meeting that Jibri recorded in this session; empty where nothing was reported of it."""
        return self._sessions.get(session_id, "")

    def objected(self, meeting_id: str) -> bool:
        """Whether somebody in it does not agree to be recorded."""
        return meeting_id in self._objectors

    def is_objector(self, meeting_id: str, endpoint: str) -> bool:
        """Whether that is he; anybody may be, where it was not told who."""
        return not self._objectors.get(meeting_id, set()).isdisjoint((endpoint, ""))

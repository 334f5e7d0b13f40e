"""When a meeting's sound is over, from the records of it alone: whoever takes the work up owes the same. Pure."""

from schemas.audio import AudioBlock, AudioClosed, AudioOpened, AudioRecord
from schemas.types import Millis

SETTLE_MS = 5000
"""After the bridge's own end: what another connection has in hand comes still."""
ASK_MS = 60_000
"""So long after the last record the room's report that all have left is the end, too (research/live.md 4)."""


class Heard:
    """What came of one meeting. Mutable. Offsets and times (ms UTC) are the broker's."""

    def __init__(self, room: str = "") -> None:
        self.room, self.last, self.last_at, self.ended = room, -1, 0, False

    def take(self, record: AudioRecord, offset: int, at: Millis) -> None:
        """A record; one that was taken before changes nothing."""
        if offset <= self.last:
            return
        self.last, self.last_at = offset, max(self.last_at, at)
        match record:
            case AudioOpened():
                self.room, self.ended = record.room or self.room, False
            case AudioBlock():
                self.ended = False
            case AudioClosed():
                self.ended = self.ended or record.ended

    def is_over(self, now: Millis) -> bool:
        """The bridge said so, and nothing came since."""
        return self.ended and now - self.last_at >= SETTLE_MS

    def may_be_over(self, now: Millis) -> bool:
        """It is quiet for so long that the room is to be asked."""
        return now - self.last_at >= ASK_MS

    def is_left(self, now: Millis, quiet_ms: int) -> bool:
        """Nothing comes any more, and nobody says why."""
        return now - self.last_at >= quiet_ms

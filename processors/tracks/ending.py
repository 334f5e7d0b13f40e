"""When a meeting's sound is over, from the records of it alone: whoever takes the work up owes the same. Pure."""

from schemas.audio import AudioBlock, AudioClosed, AudioOpened, AudioRecord
from schemas.topics import AUDIO
from schemas.types import Millis

SETTLE_MS = 5000
"""After the bridge's own end: what another connection has in hand comes still."""
ASK_MS = 60_000
"""So long after the last record the room's report that all have left is the end, too (research/live.md 4)."""


ALONE_MS = 4 * 3_600_000
"""So long nobody says anything though the connection stands: somebody left a tab open. Whoever speaks again has the
file made again."""
WHOLE_MS = AUDIO.retention_ms - 6 * 3_600_000
"""After a meeting's beginning: later, its first sound goes off the topic. What is not made by then is made of what is
there, and what is made by then is not made again without its beginning."""


class Heard:
    """What came of one meeting. Mutable. Offsets and times (ms UTC) are the broker's."""

    def __init__(self, room: str = "") -> None:
        self.room, self.last, self.last_at, self.ended = room, -1, 0, False
        self._spoke_at: Millis = 0

    def take(self, record: AudioRecord, offset: int, at: Millis) -> None:
        """A record; one that was taken before changes nothing."""
        if offset <= self.last:
            return
        self.last, self.last_at = offset, max(self.last_at, at)
        self._spoke_at = self._spoke_at or at
        match record:
            case AudioOpened():
                self.room, self.ended = record.room or self.room, False
            case AudioBlock():
                self.ended, self._spoke_at = False, max(self._spoke_at, at)
            case AudioClosed():
                self.ended = self.ended or record.ended

    def is_over(self, now: Millis) -> bool:
        """The bridge said so, and nothing came since."""
        return self.ended and now - self.last_at >= SETTLE_MS

    def may_be_over(self, now: Millis) -> bool:
        """It is quiet for so long that the room is to be asked."""
        return now - self.last_at >= ASK_MS

    def is_left(self, now: Millis, quiet_ms: int) -> bool:
        """Nothing comes any more, and nobody says why; or nothing but signs that the connection stands."""
        return now - self.last_at >= quiet_ms or now - self._spoke_at >= ALONE_MS

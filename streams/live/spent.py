"""How much sound SpeechKit was given live, by local days: what is told stands on `source.said`, for all processes and
after a restart; the rest is this process's own to count.
"""

from collections import defaultdict

from aiokafka import ConsumerRecord

from processors.days import local_day
from schemas.codec import Codec
from schemas.said import Said
from schemas.types import LocalDay
from streams.engine import metrics
from streams.engine.clock import Clock
from streams.engine.followed import Followed
from streams.engine.reader import Reader

_SAID: Codec[Said] = Codec(Said)
MINUTE_MS = 60_000


class Spent(Followed):
    """`minutes` a local day are allowed, 0: any number."""

    def __init__(self, reader: Reader, minutes: float, clock: Clock) -> None:
        super().__init__(reader)
        self._minutes, self._clock = minutes, clock
        self._told: dict[LocalDay, int] = defaultdict(int)
        self._ours: dict[LocalDay, int] = defaultdict(int)

    def put(self, record: ConsumerRecord) -> None:
        """As `Followed.put`; what cannot be read costs nothing."""
        said = _SAID.decode(record.value)
        if isinstance(said, Said):
            self._told[local_day(said.start_ms)] += said.speechkit_ms

    def sent(self, ms: int) -> None:
        """SpeechKit is given so much now."""
        self._ours[self._today] += ms
        metrics.LIVE_SPEECHKIT_MINUTES.set(self._ms() / MINUTE_MS)

    def told(self, ms: int) -> None:
        """So much of that goes to the topic."""
        self._ours[self._today] = max(0, self._ours[self._today] - ms)

    def over(self) -> bool:
        """Whether the day's minutes are spent."""
        return self._minutes > 0 and self._ms() >= self._minutes * MINUTE_MS

    @property
    def _today(self) -> LocalDay:
        return local_day(self._clock())

    def _ms(self) -> int:
        return self._told[self._today] + self._ours[self._today]

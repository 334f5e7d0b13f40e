"""Whether dead letters come in heaps: one now and then is somebody's typing error, many are a broken sender."""

import threading
from collections import Counter, deque
from collections.abc import Callable, Collection, Iterable

from aiokafka import ConsumerRecord

from schemas.failed import DeadLetter
from schemas.types import Millis
from streams.engine.clock import Clock
from streams.engine.mutes import Heap, nothing_muted

WINDOW_MS = 600_000
MANY = 20
"""In ten minutes. A WMS that sends one bad event a minute is told by the daily figures; one every half minute rings."""


class Heaps:
    """The letters of the last ten minutes. `look` may be called from another thread. `muted` says of which stages and
    faults somebody knows at a time: these ring for nobody."""

    def __init__(self, clock: Clock, muted: Callable[[Millis], Collection[Heap]] = nothing_muted) -> None:
        self._clock, self._muted = clock, muted
        self._seen: deque[tuple[Millis, str, Heap]] = deque(maxlen=10_000)
        self._lock = threading.Lock()

    def add(self, letters: Iterable[tuple[Millis, str, Heap]]) -> None:
        """Letters by the time the broker took them, the topic they were on, and whose they are: an old one that is read
        late is old."""
        with self._lock:
            self._seen.extend(letters)

    def notice(self, stored: Iterable[tuple[DeadLetter, ConsumerRecord]]) -> None:
        """What the sink stored, by the broker's time; what people answer is no heap."""
        self.add(
            (record.timestamp, letter.topic, (letter.agent, letter.error_class))
            for letter, record in stored
            if not letter.answer
        )

    def look(self) -> str:
        """What is wrong, in Russian."""
        now = self._clock()
        muted = self._muted(now)
        with self._lock:
            topics = Counter(topic for ts, topic, heap in self._seen if ts >= now - WINDOW_MS and heap not in muted)
        if topics.total() < MANY:
            return ""
        topic, count = topics.most_common(1)[0]
        return f"{topics.total()} за 10 минут, больше всего из темы {topic} ({count})"

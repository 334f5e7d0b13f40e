"""When a recording must be left to its last engine to be in time. The worst case counts: what is begun now fails.

Rule and figures: research/speech.md 3.3, 4.6, 1.6. Pure.
"""

from streams.transcribe.sound.audio import Segment

LAST_RTF = 0.3
"""Wall time of the last engine over the sound, on one of its threads: of Vosk "plan for 0.1-0.3 until measured";
asynchronous SpeechKit is documented with 10 s per minute, 0.17."""
LAST_START_S = 30.0
"""Until the last engine hears the first word: loading vosk-model-ru-0.42 took 29.8 s."""


class Pressure:
    """Mutable: the sound of a recording's `segments` that has no words yet, against its `deadline` (s, UTC)."""

    def __init__(self, segments: int, deadline: float) -> None:
        self._segments, self._deadline = segments, deadline
        self._came = self._came_ms = self._done = self._done_ms = 0

    def came(self, segment: Segment) -> None:
        """It is to be heard."""
        self._came += 1
        self._came_ms += _length_ms(segment)

    def done(self, segment: Segment) -> None:
        """It has words."""
        self._done += 1
        self._done_ms += _length_ms(segment)

    def late(self, now: float, segment: Segment, threads: int) -> bool:
        """Whether it is too late to begin the segment on an engine that hears in real time and to give all that has no
        words now to so many threads of the last one. Segments that did not come yet count as long as those that did."""
        left_s = (self._came_ms * self._segments / max(1, self._came) - self._done_ms) / 1000
        busy = max(1, min(threads, self._segments - self._done))
        return now + _length_ms(segment) / 1000 + LAST_START_S + left_s * LAST_RTF / busy > self._deadline


def _length_ms(segment: Segment) -> int:
    return segment.send_end_ms - segment.send_start_ms

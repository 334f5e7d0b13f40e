"""Degraded transcripts get better: their recording is put on `source.recordings` again when the first engine is back.

The mark in `transcript.segments` is the queue. The job sees it, redoes only what a fallback engine did, and publishes
the next version; so an upgrade is an ordinary job, with the same ownership, crash safety and one in work per partition.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable

from msgspec.structs import replace

from schemas.codec import Codec
from schemas.sources import FromJitsi
from schemas.speech import FinishedRecording
from schemas.topics import DAY_MS, RECORDINGS
from schemas.types import Millis
from streams.engine.kafka import Output
from streams.engine.looking import looking
from streams.settings import Speech
from streams.transcribe.engines.fallback import Lineup
from streams.transcribe.segments import SegmentTopic, Send

log = logging.getLogger(__name__)

_FROM_JITSI: Codec[FromJitsi] = Codec(FromJitsi)

REST_MS = 600_000
"""After an attempt that did not bring all, so long until the next one at the same recording."""


def worth(mark: FinishedRecording, speech: Speech, now: Millis) -> bool:
    """Whether the recording may still be improved: something is poor, it is not too old, attempts are left."""
    young = now - mark.recording.ended_at <= speech.upgrade_days * DAY_MS
    return bool(mark.poor) and young and mark.upgrades < speech.upgrade_attempts


def choose(marks: Iterable[FinishedRecording], speech: Speech, now: Millis) -> FinishedRecording | None:
    """The newest meeting that is worth it and has rested since its last attempt."""
    ripe = (m for m in marks if worth(m, speech, now) and (not m.upgrades or now - m.at >= REST_MS))
    return max(ripe, key=lambda mark: mark.recording.started_at, default=None)


class Upgrades:
    """Looks for something to improve, for ever. `owned` partitions only; never beside a job of this worker."""

    def __init__(
        self,
        speech: Speech,
        lineup: Lineup,
        topic: SegmentTopic,
        send: Send,
        *,
        owned: Callable[[], set[int]],
        busy: Callable[[], bool],
        clock: Callable[[], Millis],
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._speech, self._lineup, self._topic, self._send = speech, lineup, topic, send
        self._owned, self._busy, self._clock, self._pause = owned, busy, clock, pause
        self._asked: set[tuple[str, int]] = set()

    async def run(self) -> None:
        """The background task."""
        await looking(self.look, lambda: self._pause(self._speech.upgrade_seconds), "upgrades not looked for")

    async def look(self) -> str | None:
        """Put one recording into work again; its id. Raises `Transient`."""
        if self._lineup.first.engine.caps.offline or self._lineup.first.away_s is not None or self._busy():
            return None
        now = self._clock()
        marks = await self._topic.marks(self._owned())
        await self._forget([m for m in marks if m.poor and not worth(m, self._speech, now)])
        mark = choose((m for m in marks if _attempt(m) not in self._asked), self._speech, now)
        if mark is None:
            return None
        id_ = mark.recording.recording_id
        await self._send([Output(RECORDINGS.name, id_.encode(), _FROM_JITSI.encode(mark.recording))])
        self._asked.add(_attempt(mark))
        log.info("recording put into work again", extra={"recording": id_, "poor": mark.poor})
        return id_

    async def _forget(self, hopeless: list[FinishedRecording]) -> None:
        """Segments that nobody will use any more."""
        for mark in hopeless:
            memory = await self._topic.open(mark.recording)
            await self._send(memory.close(replace(mark, poor=0), forget=True))


def _attempt(mark: FinishedRecording) -> tuple[str, int]:
    return mark.recording.recording_id, mark.upgrades

"""The way of sound to `source.audio`. Who brings it never waits: while Kafka is away it stays in memory for a minute,
then goes to a file, and when that is full the oldest is dropped and its time noted as a gap. A record may come twice.
"""

import asyncio
import contextlib
import logging
from collections import deque
from typing import NamedTuple, Protocol

from processors.sound import span_of
from schemas.audio import AUDIO_RECORD, AudioBlock, AudioGap, AudioRecord, Hole
from schemas.errors import TooLarge, Transient
from schemas.topics import AUDIO
from schemas.types import Millis
from streams.engine import metrics
from streams.engine.clock import Clock
from streams.engine.kafka import Output
from streams.gateway.intake import Sink
from streams.gateway.live_spool import Kept, Spool

log = logging.getLogger(__name__)

RING_MS = 60_000
RING_BYTES = 64 << 20
"""In memory at most: 25 minutes of one microphone and more, or the minute of two hundred."""
AT_ONCE = 1 << 20
SEND_S, PAUSE_S, LAST_S = 10.0, 1.0, 2.0
"""For an ack; between attempts; for the last attempt before the process ends."""


class Producer(Sink, Protocol):
    """`streams.engine.kafka.Outputs`: one of its own, so that no hook waits behind sound."""

    async def stop(self) -> None:
        """Close it."""


class _Waiting(NamedTuple):
    kept: Kept
    since: Millis
    """When it was brought."""
    span: tuple[Millis, Millis] | None


class Keeper:
    """`put` from anywhere in the loop; `run` is the background task; `finish` when all who bring are gone."""

    def __init__(self, producer: Producer, spool: Spool, clock: Clock) -> None:
        self._producer, self._spool, self._clock = producer, spool, clock
        self._ring: deque[_Waiting] = deque()
        self._bytes = 0
        self._gaps: dict[str, tuple[Millis, Millis]] = {}
        self._news = asyncio.Event()
        self._failed = False

    def put(self, record: AudioRecord) -> None:
        """Keep it. Never waits, never raises."""
        kept = Kept(record.meeting_id.encode(), AUDIO_RECORD.encode(record))
        span = span_of(record) if isinstance(record, AudioBlock) else None
        self._ring.append(_Waiting(kept, self._clock(), span))
        self._bytes += kept.size
        while self._bytes > 2 * RING_BYTES:  # the disk does not take it either
            self._drop(self._pop())
        self._news.set()

    def gap(self, meeting_id: str, since: Millis, until: Millis, why: Hole) -> None:
        """Nobody kept what was said then."""
        metrics.LIVE_LOST_SECONDS.labels(why).inc(max(0, until - since) / 1000)
        self.put(AudioGap(meeting_id, since, until, why))

    async def run(self) -> None:
        """For ever."""
        await asyncio.to_thread(self._spool.open)
        while True:
            if not (self._ring or self._gaps or self._spool.waits):
                self._news.clear()
                await self._news.wait()
            try:
                await self._send()
            except (Transient, TimeoutError) as error:
                if not self._failed:
                    log.warning("sound waits for Kafka", extra={"error": repr(error)})
                self._failed = True
                await self._shed()
                await asyncio.sleep(PAUSE_S)
            else:
                if self._failed:
                    log.info("sound goes to Kafka again")
                self._failed = False
            metrics.LIVE_WAITING_BYTES.set(self._bytes + self._spool.waiting_bytes)

    async def finish(self) -> None:
        """What is left goes to Kafka, or to the file, also where the end came before `run` had opened that."""
        await asyncio.to_thread(self._spool.open)
        with contextlib.suppress(Transient, TimeoutError):
            async with asyncio.timeout(LAST_S):
                while self._ring or self._gaps or self._spool.waits:
                    await self._send()
        self._tell_gaps()
        await self._shed(everything=True)
        await asyncio.to_thread(self._spool.close)
        await self._producer.stop()

    async def _send(self) -> None:
        """Some of it, the oldest first. Raises `Transient`, TimeoutError."""
        if self._spool.waits:
            records = await asyncio.to_thread(self._spool.take, AT_ONCE)
            await self._deliver(records)
            await asyncio.to_thread(self._spool.done, records)
            return
        self._tell_gaps()
        count, size = 0, 0
        for one in self._ring:
            if size >= AT_ONCE:
                break
            count, size = count + 1, size + one.kept.size
        batch = [self._ring[number] for number in range(count)]
        await self._deliver([one.kept for one in batch])
        for one in batch:
            if self._ring and self._ring[0] is one:  # it may have been dropped meanwhile
                self._pop()

    async def _deliver(self, records: list[Kept]) -> None:
        async with asyncio.timeout(SEND_S):
            try:
                await self._producer.send([Output(AUDIO.name, one.key, one.value) for one in records])
            except TooLarge as error:  # a block is bounded: only a setting of the broker can say so
                log.error("sound is too large for Kafka", extra={"error": repr(error)})

    async def _shed(self, *, everything: bool = False) -> None:
        """The oldest go to the file while there is too much; what has no room there is dropped."""
        now, left, due = self._clock(), self._bytes, []
        for one in self._ring:
            if not (everything or left > RING_BYTES or now - one.since > RING_MS):
                break
            due.append(one)
            left -= one.kept.size
        refused = {id(one) for one in await asyncio.to_thread(self._spool.add, [one.kept for one in due])}
        for one in due:
            if self._ring and self._ring[0] is one:
                self._pop()
                if id(one.kept) in refused:
                    self._drop(one)

    def _pop(self) -> _Waiting:
        one = self._ring.popleft()
        self._bytes -= one.kept.size
        return one

    def _drop(self, one: _Waiting) -> None:
        if one.span is None:
            return
        meeting = one.kept.key.decode()
        since, until = self._gaps.get(meeting, one.span)
        self._gaps[meeting] = min(since, one.span[0]), max(until, one.span[1])

    def _tell_gaps(self) -> None:
        """In front of what is in memory: it is what was before that."""
        gaps, self._gaps = self._gaps, {}
        for meeting, (since, until) in gaps.items():
            metrics.LIVE_LOST_SECONDS.labels("spilled").inc((until - since) / 1000)
            kept = Kept(meeting.encode(), AUDIO_RECORD.encode(AudioGap(meeting, since, until, "spilled")))
            self._ring.appendleft(_Waiting(kept, self._clock(), None))
            self._bytes += kept.size

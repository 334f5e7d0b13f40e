"""Settle's process of `source.audio`: blocks of sound → open turns; turns that are over → `telling.Telling`.

It keeps nothing that it cannot make again: a partition that it sees first, or after another owner, is heard again from
`WINDOW_MS` before (a turn is much shorter), and what was told of it is passed over by its place in the sound.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from contextlib import aclosing

from processors.turns import Act, Begun, Ended, Heard
from schemas.audio import AUDIO_RECORD, TICKS_PER_MS, AudioBlock, AudioClosed, AudioOpened, AudioRecord
from schemas.codec import Codec, Rejected
from schemas.errors import Transient
from schemas.said import Said
from schemas.types import Millis
from streams.engine import metrics
from streams.engine.clock import Clock
from streams.engine.process import Batch, Outcome
from streams.engine.reader import Reader
from streams.live.ears import Ear
from streams.live.listener import Listener
from streams.live.source import OUT, Source
from streams.live.telling import Telling, Turn
from streams.speech.faults import EngineRefusal

WINDOW_MS = 120_000
"""So far back a partition is heard again."""
LOOK_S = 0.1
FULL_MS = 900
"""A shorter block was closed because nothing came: the entrance gathers a second."""
QUIET_S, QUIET_AFTER_FULL_S = 0.5, 1.5
"""So long after a block nothing more has come of its turn: it is over. After a full one the next needs a second. What
others say meanwhile tells the time: the broker's, by which each block was appended."""

_SAID: Codec[Said] = Codec(Said)

Skips = Callable[[str, str], bool]
"""Whether nobody may listen to this endpoint of this meeting."""


class Listened:
    """A source with its open turn. `fed`: when its last block was appended (ms), `full`: whether that was whole."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.ear: Ear | None = None
        self.mark, self.first = 0, -1
        self.fed, self.full = 0, True


class Part:
    """A partition: its sources by connection and tag, up to which record it was heard, what was told of it before.
    `at`: when the last record was appended (ms), `idle_since`: since when none has come (s of the loop's clock)."""

    def __init__(self, told: dict[tuple[str, str], int]) -> None:
        self.told = told
        self.sources: dict[tuple[str, str], Listened] = {}
        self.next, self.at = 0, 0
        self.lock = asyncio.Lock()
        self.idle_since = 0.0


class Hear:
    """`behind_ms`: older sound is not listened to any more, the final text has it. `skips`: nor is this."""

    def __init__(
        self,
        ears: Listener,
        telling: Telling,
        audio: Reader,
        said: Reader,
        skips: Skips,
        behind_ms: Millis,
        clock: Clock,
    ) -> None:
        self._ears, self._telling = ears, telling
        self._audio, self._said = audio, said
        self._skips, self._behind_ms, self._clock = skips, behind_ms, clock
        self._parts: dict[int, Part] = {}

    async def __call__(self, batch: Batch) -> Outcome:
        """Settle's `Process`."""
        outcome = Outcome()
        part = self._parts.get(batch.partition)
        if part is None or part.next < batch.records[0].offset:
            part = await self._again(batch)
        try:
            async with part.lock:
                await self._ears.ready()
                for record in batch.records:
                    value = AUDIO_RECORD.decode(record.value)
                    if isinstance(value, Rejected):
                        outcome.rejected.append((record, value))
                    elif record.offset >= part.next:
                        await self._take(part, value, record.timestamp)
                    part.next = max(part.next, record.offset + 1)
                await self._telling.room()
        except EngineRefusal as refusal:  # of the model, not of the record: it is waited for
            raise Transient(str(refusal), retry_after=5.0) from refusal
        finally:
            part.idle_since = _now()
        return outcome

    async def quiet(self) -> None:
        """Close turns of which nothing comes any more: a muted microphone sends nothing. Until cancelled."""
        while True:
            await asyncio.sleep(LOOK_S)
            for part in list(self._parts.values()):
                if not part.lock.locked():
                    async with part.lock:
                        await self._close_quiet(part)

    async def _close_quiet(self, part: Part) -> None:
        for one in part.sources.values():
            wait = QUIET_AFTER_FULL_S if one.full else QUIET_S
            if one.source.open and (part.at - one.fed) / 1000 + _now() - part.idle_since > wait:
                await self._act(one, one.source.close())

    def moved(self, owned: Iterable[int]) -> None:
        """Partitions that are not ours any more are somebody else's to hear."""
        for partition in set(self._parts) - set(owned):
            for one in self._parts.pop(partition).sources.values():
                if one.ear is not None:
                    self._ears.drop(one.ear)

    async def _again(self, batch: Batch) -> Part:
        """The partition as it was before the batch. Raises `Transient`."""
        first, partition = batch.records[0], batch.partition
        self.moved(set(self._parts) - {partition})
        at = first.timestamp - WINDOW_MS
        part = Part({})
        async with aclosing(self._said.read([partition], at=at)) as records:
            async for record in records:
                said = _SAID.decode(record.value)
                if isinstance(said, Said):
                    place = said.connection, said.tag
                    part.told[place] = max(part.told.get(place, -1), said.last)
        async with aclosing(self._audio.read([partition], at=at)) as records:
            async for record in records:
                if record.offset >= first.offset:
                    break
                value = AUDIO_RECORD.decode(record.value)
                if not isinstance(value, Rejected):
                    await self._take(part, value, record.timestamp)
        part.next = first.offset
        self._parts[partition] = part
        return part

    async def _take(self, part: Part, record: AudioRecord, appended: Millis) -> None:
        part.at = max(part.at, appended)
        match record:
            case AudioBlock() if record.packets:
                await self._listen(part, record)
            case AudioOpened() if record.room:
                self._telling.in_room(record.meeting_id, record.room)
            case AudioClosed():
                for place in [place for place in part.sources if place[0] == record.connection]:
                    one = part.sources.pop(place)
                    await self._act(one, one.source.close())

    async def _listen(self, part: Part, block: AudioBlock) -> None:
        span_ms = (block.packets[-1].ts - block.packets[0].ts) / TICKS_PER_MS
        ended = block.zero + block.packets[-1].ts / TICKS_PER_MS
        if self._skips(block.meeting_id, block.endpoint):
            return
        if self._clock() - ended > self._behind_ms:
            metrics.LIVE_SKIPPED.inc(span_ms / 1000)
            return
        place = block.connection, block.tag
        one = part.sources.get(place)
        if one is None:
            one = part.sources[place] = Listened(Source(block, part.told.get(place, -1)))
        one.full = span_ms >= FULL_MS
        await self._act(one, one.source.take(block))
        one.fed = part.at

    async def _act(self, one: Listened, acts: Iterator[Act]) -> None:
        sound: list[bytes] = []
        for act in acts:
            match act:
                case Begun(mark):
                    one.ear = self._ears.open(one.source.who, one.source.wall(mark))
                    one.mark, one.first = mark, -1
                case Heard(ts, _, pcm):
                    one.first = ts if one.first < 0 else one.first
                    sound.append(pcm)
                case Ended(last):
                    await self._give(one, sound)
                    ear, one.ear = one.ear, None
                    if ear is not None:
                        self._telling.tell(Turn(one.source, ear, one.mark, one.first, last))
        await self._give(one, sound)

    async def _give(self, one: Listened, sound: list[bytes]) -> None:
        if sound and one.ear is not None:
            pcm = b"".join(sound)
            sound.clear()
            metrics.LIVE_SECONDS.inc(len(pcm) / 2 / OUT)
            await self._ears.hear(one.ear, pcm)


def _now() -> float:
    return asyncio.get_running_loop().time()

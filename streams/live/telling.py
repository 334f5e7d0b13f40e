"""Turns that are over: their words are fetched and put on `source.said`. What the broker has not got is owed: it is
sent until it has, and made again from the sound after a kill.
"""

import asyncio
from typing import NamedTuple

from processors.turns import PACKET
from schemas.codec import Codec
from schemas.errors import Transient
from schemas.said import Said
from schemas.sources import Word
from schemas.topics import SAID
from streams.engine import metrics
from streams.engine.clock import Clock
from streams.engine.kafka import Output, Outputs
from streams.engine.retry import Attempts, Policy
from streams.engine.rooms import KnownRooms
from streams.live.ears import Ear
from streams.live.listener import Listener
from streams.live.source import Source
from streams.speech.faults import EngineRefusal

PATIENCE = Policy(first=0.2, longest=10.0)
MOST = 64
"""Turns that wait for their words or for the broker; more, and no more sound is taken."""

_SAID: Codec[Said] = Codec(Said)


class Turn(NamedTuple):
    """One that is over. `mark`: its first loud packet, `first` and `last`: where its sound begins and ends (ticks)."""

    source: Source
    ear: Ear
    mark: int
    first: int
    last: int


class Telling:
    """The turns of all meetings; each is told by itself, so none waits for another's words."""

    def __init__(self, ears: Listener, rooms: KnownRooms, outputs: Outputs, clock: Clock) -> None:
        self._ears, self._rooms, self._outputs, self._clock = ears, rooms, outputs, clock
        self._tasks: set[asyncio.Task[None]] = set()
        self._room_of: dict[str, str] = {}

    def in_room(self, meeting_id: str, room: str) -> None:
        """What the bridge's entrance says, for a meeting whose reports are not here yet."""
        self._room_of[meeting_id] = room

    def tell(self, turn: Turn) -> None:
        """Begin to tell it."""
        task = asyncio.create_task(self._told(turn))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def room(self) -> None:
        """Return when not too many wait."""
        while len(self._tasks) > MOST:
            await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)

    async def _told(self, turn: Turn) -> None:
        waits = Attempts(PATIENCE)
        said: Said | None = None
        while True:
            try:
                if said is None and (said := await self._said(turn)) is None:
                    return
                if self._rooms.is_objector(said.meeting_id, said.endpoint):  # since it was heard
                    metrics.LIVE_TURNS.labels("objected").inc()
                    return
                await self._outputs.send([Output(SAID.name, said.meeting_id.encode(), _SAID.encode(said))])
                metrics.LIVE_DELAY.observe(max(0, self._clock() - said.end_ms) / 1000)
                return
            except Transient as fault:
                await waits.failed(fault)
            except EngineRefusal as refusal:  # the model is not there: it is waited for, as in `Hear`
                await waits.failed(Transient(str(refusal)))

    async def _said(self, turn: Turn) -> Said | None:
        """What was said, or None where it was no speech."""
        words = await self._ears.words(turn.ear)
        metrics.LIVE_TURNS.labels("said" if words else "silent").inc()
        if not words:
            return None
        source = turn.source
        zero = source.wall(turn.first)
        start = zero + words[0].start_ms
        report = self._rooms.of(source.meeting_id)
        return Said(
            meeting_id=source.meeting_id,
            room=report.room if report else self._room_of.get(source.meeting_id, ""),
            connection=source.connection,
            tag=source.tag,
            endpoint=source.endpoint,
            mark=turn.mark,
            last=turn.last - PACKET // 2,
            start_ms=start,
            end_ms=zero + words[-1].end_ms,
            words=[_since(words[0].start_ms, word) for word in words],
            name=self._rooms.name(source.meeting_id, source.endpoint, start),
            lead_id=report.lead_id if report else None,
            lead_known=report.lead_known if report else True,
            speechkit_ms=turn.ear.speechkit_ms,
        )


def _since(zero: int, word: Word) -> Word:
    return Word(word.text, word.start_ms - zero, word.end_ms - zero, word.confidence)

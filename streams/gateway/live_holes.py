"""What nobody kept because nobody was there: a hole from the last sign of a meeting to a new connection.

This process knows of its own connections. After a restart the topic knows the last sign: a block, or `alive`.
"""

import asyncio
import logging
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from processors.sound import span_of
from schemas.audio import AUDIO_RECORD, AudioAlive, AudioBlock, AudioClosed, AudioOpened, Hole
from schemas.codec import Rejected
from schemas.errors import Transient
from schemas.topics import AUDIO
from schemas.types import Millis
from streams.engine.kafka import partition_of
from streams.engine.reader import Reader
from streams.gateway.live_keeper import Keeper

log = logging.getLogger(__name__)

LEAST_MS = 200
"""Shorter is no hole: nobody says a word in it."""
LOOK_BACK_MS = 3_600_000
"""How far back the topic is read for the last sign: `alive` comes every few seconds while a connection stands."""
AGAIN_S = 5.0
FORGET_MS = 3_600_000


class Sign(NamedTuple):
    """The last of a meeting. `ended`: the session was over, so that nothing was lost behind it."""

    at: Millis
    ended: bool


class Tail(Protocol):
    """Asks the topic."""

    async def last(self, meeting_id: str, before: Millis, ours: frozenset[str]) -> Sign | None:
        """The last sign of a meeting in other connections than `ours`. Raises `Transient`."""


class TopicTail:
    """The topic itself."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def last(self, meeting_id: str, before: Millis, ours: frozenset[str]) -> Sign | None:
        """As `Tail.last`."""
        key, found = meeting_id.encode(), None
        partition = partition_of(AUDIO.name, key)
        async for record in self._reader.read([partition], at=max(1, before - LOOK_BACK_MS)):
            if record.key == key and (sign := _sign(record.value, ours)) is not None:
                found = sign if found is None or sign.at >= found.at else found
        return found


@dataclass
class _Known:
    open: int = 0
    at: Millis = 0
    ended: bool = False


class Holes:
    """Of all meetings of this process."""

    def __init__(self, keeper: Keeper, tail: Tail) -> None:
        self._keeper, self._tail = keeper, tail
        self._known: dict[str, _Known] = {}
        self._ours: set[str] = set()
        self._asking: set[asyncio.Task[None]] = set()

    def opened(self, meeting_id: str, connection: str, now: Millis) -> None:
        """A connection begins."""
        self._ours.add(connection)
        known = self._known.get(meeting_id)
        if known is None:
            self._known[meeting_id] = _Known(1, now)
            asking = asyncio.ensure_future(self._ask(meeting_id, now))
            self._asking.add(asking)
            asking.add_done_callback(self._asking.discard)
            return
        if not known.open and not known.ended:
            self._note(meeting_id, known.at, now, "silent")
        known.open, known.ended = known.open + 1, False

    def closed(self, meeting_id: str, now: Millis, *, ended: bool) -> None:
        """A connection is over."""
        known = self._known[meeting_id]
        known.open, known.at, known.ended = known.open - 1, now, ended
        for old in [one for one, its in self._known.items() if not its.open and now - its.at > FORGET_MS]:
            del self._known[old]

    def stop(self) -> None:
        """Ask no more."""
        for asking in self._asking:
            asking.cancel()

    async def _ask(self, meeting_id: str, now: Millis) -> None:
        while True:
            try:
                sign = await self._tail.last(meeting_id, now, frozenset(self._ours))
            except Transient as error:
                log.warning("the end of sound cannot be read yet", extra={"error": str(error)})
                await asyncio.sleep(AGAIN_S)
                continue
            if sign is not None and not sign.ended:
                self._note(meeting_id, sign.at, now, "restarted")
            return

    def _note(self, meeting_id: str, since: Millis, until: Millis, why: Hole) -> None:
        if until - since >= LEAST_MS:
            self._keeper.gap(meeting_id, since, until, why)


def _sign(value: bytes | None, ours: frozenset[str]) -> Sign | None:
    match AUDIO_RECORD.decode(value):
        case Rejected():
            return None
        case AudioBlock() as block if block.connection not in ours and block.packets:
            return Sign(span_of(block)[1], False)
        case AudioClosed() as closed if closed.connection not in ours:
            return Sign(closed.at, closed.ended)
        case (AudioOpened() | AudioAlive()) as sign if sign.connection not in ours:
            return Sign(sign.at, False)
        case _:
            return None

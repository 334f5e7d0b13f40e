"""Words back into the room: each turn of `source.said` to the videobridge, for whoever turned captions on.

A courtesy: what is late or finds no connection is left out, and nothing waits for it.
"""

import logging
from collections.abc import Awaitable, Callable

from aiokafka import ConsumerRecord

from schemas.codec import Codec, Rejected
from schemas.said import Said
from schemas.types import Millis
from streams.engine.clock import Clock
from streams.engine.followed import Followed
from streams.engine.reader import Reader

log = logging.getLogger(__name__)

LATE_MS = 15_000
"""A caption that comes later would stand under other words."""

_SAID: Codec[Said] = Codec(Said)

Show = Callable[[Said], Awaitable[None]]


class Captions(Followed):
    """`show` sends one to its room."""

    def __init__(self, reader: Reader, show: Show, clock: Clock) -> None:
        super().__init__(reader)
        self._show, self._clock = show, clock
        self._fresh: list[Said] = []

    def put(self, record: ConsumerRecord) -> None:
        """As `Followed.put`; what cannot be read, `pipeline` makes a dead letter of."""
        said = _SAID.decode(record.value)
        if not isinstance(said, Rejected) and self._clock() - said.end_ms <= LATE_MS:
            self._fresh.append(said)

    async def _take(self, record: ConsumerRecord | None) -> None:
        await super()._take(record)
        while self._fresh:
            await self._show(self._fresh.pop(0))


def caption(said: Said) -> dict[str, object]:
    """As the bridge takes it (it reads `event`, the web client `type`); `timestamp` in ms UTC."""
    sure = sum(word.confidence for word in said.words) / len(said.words)
    timestamp: Millis = said.start_ms
    return {
        "event": "transcription-result",
        "type": "transcription-result",
        "is_interim": False,
        "message_id": f"{said.tag}-{said.mark}",
        "language": "ru-RU",
        "participant": {"id": said.endpoint},
        "timestamp": timestamp,
        "transcript": [{"text": " ".join(word.text for word in said.words), "confidence": round(sure, 3)}],
    }

"""Whoever reads a source reports how it goes: a source that is quiet and one that cannot be read are told apart.

A report is owed when things change, and else every few minutes: thousands of rounds in which nothing happened are one
record. One that Kafka does not take is not made up; the next one says the same.
"""

import logging
from collections.abc import Awaitable, Callable

from schemas.codec import Codec
from schemas.errors import Transient
from schemas.rounds import REPORT_MS, SourceRound, Way
from schemas.topics import SOURCE_ROUNDS
from schemas.types import Millis
from streams.engine.clock import Clock
from streams.engine.kafka import Output

log = logging.getLogger(__name__)

MOST_ERROR = 300
"""Characters of a fault's own text."""

ROUND: Codec[SourceRound] = Codec(SourceRound)

Send = Callable[[list[Output]], Awaitable[None]]


class Reports:
    """Of one way into one source. `every` in seconds."""

    def __init__(self, source: str, way: Way, every: float, send: Send, clock: Clock) -> None:
        self._source, self._way, self._every_ms = source, way, round(every * 1000)
        self._send, self._clock = send, clock
        self._well = self._failed = 0
        self._well_at: Millis = 0
        self._told: SourceRound | None = None

    async def failed(self, error: str) -> None:
        """A round was broken off; `error` is empty when the source is not to blame: then nothing is known of it."""
        if error:
            await self.ended(error)

    async def ended(self, error: str = "") -> None:
        """A round has ended; `error` in Russian, nothing when it went well."""
        now, error = self._clock(), error[:MOST_ERROR]
        if error:
            self._failed += 1
        else:
            self._well, self._well_at = self._well + 1, now
        told = self._told
        if told is not None and told.error == error and now - told.ts < REPORT_MS:
            return
        report = SourceRound(
            self._source, self._way, now, self._every_ms, self._well, self._failed, self._well_at, error
        )
        key = f"{self._source}/{self._way}".encode()
        try:
            await self._send([Output(SOURCE_ROUNDS.name, key, ROUND.encode(report))])
        except Transient as fault:
            log.warning("a round is not reported", extra={"source": self._source, "error": str(fault)})
            return
        self._told, self._well, self._failed = report, 0, 0

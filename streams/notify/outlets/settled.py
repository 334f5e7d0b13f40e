"""What became of each thing that an outlet was given, on `out.settled`: so that it can be told whether it arrived.

It goes out with the outlet's own outputs, before the batch is acked: a crash gives it again with the record, under the
same place. That something waits is told when it begins, when the reason changes, and whenever the other side names a
time; the records of one batch wait together.
"""

import logging
from collections.abc import Awaitable, Callable, Iterable, Iterator
from typing import Literal

import msgspec

from schemas.codec import Codec, Rejected
from schemas.errors import LeadpulseError, NotYet, Transient
from schemas.outlets import Forget, Handover, Outlet, forgotten
from schemas.topics import OUT_SETTLED
from schemas.types import Millis
from streams.engine.clock import Clock
from streams.engine.kafka import Output
from streams.engine.process import Batch, Outcome, Process, Record

log = logging.getLogger(__name__)

Send = Callable[[Iterable[Output]], Awaitable[object]]

_HANDOVER: Codec[Handover] = Codec(Handover)

LONGEST_ERROR = 500
"""Characters of a fault's own text."""


class About(msgspec.Struct, frozen=True):
    """What a record is about, as `Handover` names it."""

    key: str
    version: int
    lead_id: str
    origin: str


class _Version(msgspec.Struct, frozen=True):
    version: int = 1


class _Minutes(msgspec.Struct, frozen=True):
    recording_id: str
    lead_id: str
    minutes: _Version
    origin: str = ""


class _Copy(msgspec.Struct, frozen=True):
    """Of a `MinutesCopy` what is wanted here: the words in it may be megabytes."""

    minutes: _Minutes


class _Hook(msgspec.Struct, frozen=True):
    id: str
    lead_id: str = ""
    origin: str = ""


_COPY: Codec[_Copy] = Codec(_Copy)
_FORGET: Codec[Forget] = Codec(Forget)
_HOOK: Codec[_Hook] = Codec(_Hook)


def of_copy(value: bytes | None) -> About | None:
    """Of a record of `out.files`, `out.bitrix`, `out.notebook`; None where it cannot be read."""
    copy = _COPY.decode(value)
    if isinstance(copy, Rejected):
        forget = _FORGET.decode(value)
        return None if isinstance(forget, Rejected) else About(forgotten(forget.forget_id), 1, "", "")
    of = copy.minutes
    return About(of.recording_id, of.minutes.version, of.lead_id, of.origin)


def of_webhook(value: bytes | None) -> About | None:
    """Of a record of `out.webhooks`."""
    hook = _HOOK.decode(value)
    return None if isinstance(hook, Rejected) else About(hook.id, 1, hook.lead_id, hook.origin)


class Settled:
    """Settle's `Process` round that of an outlet. Raises what it raises."""

    def __init__(
        self,
        outlet: Outlet,
        process: Process,
        about: Callable[[bytes | None], About | None],
        send: Send,
        clock: Clock,
    ) -> None:
        self._outlet: Outlet = outlet
        self._process, self._about, self._send, self._clock = process, about, send, clock
        self._tries: dict[tuple[int, int], int] = {}
        self._waits: dict[tuple[int, int], str] = {}

    async def __call__(self, batch: Batch) -> Outcome:
        """The outlet's answer, and behind its outputs what became of each record."""
        self._begin(batch)
        try:
            outcome = await self._process(batch)
        except NotYet:
            raise
        except Transient as fault:
            await self._tell_waiting(batch, fault)
            raise
        refused = {record.offset: why.reason for record, why in outcome.rejected}
        for record in batch.records:
            error = refused.get(record.offset)
            outcome.outputs += self._told(batch, record, "delivered" if error is None else "refused", error or "")
        return outcome

    def _begin(self, batch: Batch) -> None:
        """One more try; what stands before the batch is settled, whoever did it."""
        first = batch.records[0].offset
        settled = [place for place in self._tries if place[0] == batch.partition and place[1] < first]
        for place in settled:
            del self._tries[place]
            self._waits.pop(place, None)
        for record in batch.records:
            place = batch.partition, record.offset
            self._tries[place] = self._tries.get(place, 0) + 1

    async def _tell_waiting(self, batch: Batch, fault: Transient) -> None:
        told: list[Output] = []
        why = str(fault)[:LONGEST_ERROR]
        retry_at = self._clock() + round(fault.retry_after * 1000) if fault.retry_after else 0
        for record in batch.records:
            place = batch.partition, record.offset
            if retry_at or self._waits.get(place) != why:
                told += self._told(batch, record, "waiting", why, retry_at)
                self._waits[place] = why
        try:
            await self._send(told)
        except LeadpulseError as error:  # the fault itself is what counts, and it is raised
            log.warning("not told that an outlet waits", extra={"outlet": self._outlet, "error": str(error)})

    def _told(
        self,
        batch: Batch,
        record: Record,
        outcome: Literal["waiting", "delivered", "refused"],
        error: str = "",
        retry_at: Millis = 0,
    ) -> Iterator[Output]:
        about = self._about(record.value)
        if about is None:
            return
        told = Handover(
            outlet=self._outlet,
            place=batch.meta(record).place,
            key=about.key,
            version=about.version,
            outcome=outcome,
            given_at=record.timestamp,
            at=self._clock(),
            tries=self._tries[batch.partition, record.offset],
            retry_at=retry_at,
            error=error[:LONGEST_ERROR],
            lead_id=about.lead_id,
            origin=about.origin,
        )
        yield Output(OUT_SETTLED.name, f"{self._outlet}/{about.key}".encode(), _HANDOVER.encode(told))

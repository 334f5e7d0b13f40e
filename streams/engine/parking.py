"""An origin whose budget is spent: its records on `source.parked` and their way back, a word to ops."""

from collections.abc import Awaitable, Callable, Mapping

from aiokafka import ConsumerRecord
from msgspec.structs import replace

from processors.days import local_day
from schemas.codec import Codec
from schemas.errors import NotYet
from schemas.failed import Parked
from schemas.notices import OpsNotice, Trouble
from schemas.sources import Inbound
from schemas.topics import OPS_NOTICES, PARKED
from schemas.types import Millis
from streams.engine.budget import Spent
from streams.engine.clock import Clock
from streams.engine.kafka import FIRST_APPENDED, FIRST_PLACE, Output
from streams.engine.process import Batch, Outcome, first_appended, first_place

_PARKED: Codec[Parked] = Codec(Parked)
_NOTICE: Codec[OpsNotice] = Codec(OpsNotice)
_INBOUND: Codec[Inbound] = Codec(Inbound)

LOOK_AGAIN_S = 30.0
"""Longest pause between two looks at what is parked: its partition may have moved meanwhile."""


def origin(value: bytes | None) -> str:
    """`Origin` of what comes in by the gateway's hooks: the system, bot or portal that the entrance names."""
    arrived = _INBOUND.decode(value)
    return arrived.source if isinstance(arrived, Inbound) else ""


def parked_output(topic: str, record: ConsumerRecord[bytes, bytes], origin_: str, until: Millis) -> Output:
    """The record, unread, for `source.parked`."""
    headers = [header for header in record.headers if header[0] not in (FIRST_APPENDED, FIRST_PLACE)]
    headers.append((FIRST_APPENDED, b"%d" % first_appended(record)))
    headers.append((FIRST_PLACE, first_place(record, topic).encode()))
    parked = Parked(topic, origin_, until, record.value or b"", record.key, headers)
    return Output(PARKED.name, f"{topic}/{origin_}".encode(), _PARKED.encode(parked))


def notice_output(agent: str, batch: Batch, spent: Spent) -> Output:
    """A word to ops: one a day and origin, whichever partition it is about and however often it is said. With the heaps
    (`agent` and faults) that the letters lie on: of those somebody may know."""
    ts = batch.records[spent.index].timestamp
    subject = f"{batch.topic}/{spent.origin or batch.partition}"
    kind: Trouble = "source_parked" if spent.until else "records_rejected"
    told = OpsNotice(_id(subject, spent.until or ts), ts, kind, subject, spent.why, since=ts, until=spent.until)
    return _notice(replace(told, agent=agent, faults=spent.faults))


def subject_of(parked: Parked) -> str:
    """What people call its origin."""
    return f"{parked.topic}/{parked.origin}"


def returned(parked: Parked) -> Output:
    """The record for the topic that it came from."""
    return Output(parked.topic, parked.key, parked.payload, headers=tuple(parked.headers))


def over_output(parked: Parked, now: Millis) -> Output:
    """A word to ops that its origin waits no more."""
    subject = subject_of(parked)
    return _notice(OpsNotice(_id(subject, parked.until), now, "source_parked", subject, over=True))


def _id(subject: str, ts: Millis) -> str:
    return f"rejected:{subject}:{local_day(ts)}"


def _notice(notice: OpsNotice) -> Output:
    return Output(OPS_NOTICES.name, notice.notice_id.encode(), _NOTICE.encode(notice))


Released = Callable[[], Awaitable[Mapping[str, int]]]
"""By subject, the offset before which a person has let everything go already. Raises `Transient`."""


class Return:
    """Settle's `Process` for `source.parked`: back to where it came from in due time. Ids make a repeat harmless."""

    def __init__(self, clock: Clock, released: Released) -> None:
        self._clock, self._released = clock, released

    async def __call__(self, batch: Batch) -> Outcome:
        """Raises `NotYet`, `Transient`."""
        outcome, now = Outcome(), self._clock()
        over: dict[str, Output] = {}
        gone = await self._released()
        for record, parked in outcome.readable(batch, _PARKED):
            subject = subject_of(parked)
            if record.offset < gone.get(subject, 0):
                continue
            left = parked.until - now
            if left > 0:
                raise NotYet(f"{parked.origin} is parked", min(left / 1000, LOOK_AGAIN_S))
            outcome.outputs.append(returned(parked))
            over[subject] = over_output(parked, now)
        outcome.outputs += over.values()
        return outcome

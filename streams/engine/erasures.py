"""Whom erasures deny, followed by every worker that lets something in: the topic `erasures` as a table."""

import asyncio
import logging

from aiokafka import ConsumerRecord

from processors.privacy.erasing import Denied
from schemas.codec import Codec, Rejected
from schemas.erasures import HOLD as HOLD_KEY
from schemas.erasures import Erasure, Hold
from schemas.topics import ERASURES
from streams.engine.kafka import Reader
from streams.engine.process import Batch, Outcome, Process
from streams.settings import Kafka

log = logging.getLogger(__name__)

ERASURE: Codec[Erasure] = Codec(Erasure)
HOLD: Codec[Hold] = Codec(Hold)


class KnownErasures:
    """The whole topic, kept up with. `changed` is set with every record."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self.loaded, self.changed = asyncio.Event(), asyncio.Event()
        self.denied = Denied()

    async def follow(self) -> None:
        """Until cancelled."""
        await self._reader.follow(self._take)

    async def _take(self, record: ConsumerRecord | None) -> None:
        if record is None:
            self.loaded.set()
        else:
            take(self.denied, record)
            self.changed.set()

    def before(self, process: Process) -> Process:
        """`process`, once all that stands in the topic at the start is read."""

        async def informed(batch: Batch) -> Outcome:
            await self.loaded.wait()
            return await process(batch)

        return informed


async def read_erasures(kafka: Kafka) -> Denied:
    """The table as it is now, for a command. Raises `Transient`."""
    denied = Denied()
    async for record in Reader(kafka, ERASURES).read(range(ERASURES.partitions), deadline=20):
        take(denied, record)
    return denied


def take(denied: Denied, record: ConsumerRecord) -> None:
    """A record of the topic. One that cannot be read is told and changes nothing."""
    of_hold = (record.key or b"").startswith(HOLD_KEY.encode())
    known = (HOLD if of_hold else ERASURE).decode(record.value or b"")
    match known:
        case Rejected():
            log.error("erasure unreadable", extra={"offset": record.offset, "error": known.reason})
        case Hold():
            denied.keep(known)
        case Erasure():
            denied.apply(known)

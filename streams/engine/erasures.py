"""Whom erasures deny, followed by every worker that lets something in: the topic `erasures` as a table."""

import asyncio
import logging
from functools import partial

from aiokafka import ConsumerRecord

from processors.privacy.erasing import Denied
from schemas.codec import Codec, Rejected
from schemas.erasures import HOLD as HOLD_KEY
from schemas.erasures import UNSAID as UNSAID_KEY
from schemas.erasures import Erasure, Hold, Unsaid
from schemas.topics import ERASURES
from streams.engine.followed import Followed, read_through
from streams.engine.reader import Reader
from streams.settings import Kafka

log = logging.getLogger(__name__)

ERASURE: Codec[Erasure] = Codec(Erasure)
HOLD: Codec[Hold] = Codec(Hold)
UNSAID: Codec[Unsaid] = Codec(Unsaid)


class KnownErasures(Followed):
    """The whole topic, kept up with. `changed` is set with every record."""

    def __init__(self, reader: Reader) -> None:
        super().__init__(reader)
        self.changed, self.denied = asyncio.Event(), Denied()

    def put(self, record: ConsumerRecord) -> None:
        """As `Followed.put`."""
        take(self.denied, record)
        self.changed.set()


async def read_erasures(kafka: Kafka) -> Denied:
    """The table as it is now, for a command. Raises `Transient`."""
    denied = Denied()
    await read_through(kafka, ERASURES, partial(take, denied))
    return denied


def take(denied: Denied, record: ConsumerRecord) -> None:
    """A record of the topic. One that cannot be read is told and changes nothing."""
    key = (record.key or b"").decode(errors="replace")
    codec = HOLD if key.startswith(HOLD_KEY) else UNSAID if key.startswith(UNSAID_KEY) else ERASURE
    known = codec.decode(record.value or b"")
    match known:
        case Rejected():
            log.error("erasure unreadable", extra={"offset": record.offset, "error": known.reason})
        case Hold():
            denied.keep(known)
        case Unsaid():
            denied.unsay(known)
        case Erasure():
            denied.apply(known)

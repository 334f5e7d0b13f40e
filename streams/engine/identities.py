"""Who is who, followed: the topic `identities` as a table, and how far the table has come."""

import logging

from aiokafka import ConsumerRecord

from processors.identity import Identities
from schemas.codec import Codec, Rejected
from schemas.errors import NotYet
from schemas.sources import Identity
from schemas.topics import IDENTITIES
from streams.engine.ends import Ends
from streams.engine.followed import Followed
from streams.engine.reader import Reader

log = logging.getLogger(__name__)

IDENTITY: Codec[Identity] = Codec(Identity)

KNOWN = "identities"
"""Header of a record that was put on its source topic again: it is read with a table that holds all before this offset
(decimal). Another process's table may lag behind the one of the process that sent it."""

LOOK_AGAIN = 0.05
"""Seconds; a record of `identities` is in every table some milliseconds after it was written."""


def identity_of(record: ConsumerRecord) -> Identity | Rejected | None:
    """What a record of the topic says; None is a tombstone, which forgets it."""
    return None if record.value is None else IDENTITY.decode(record.value)


class KnownIdentities(Followed):
    """The whole topic, followed by every process. The normalizers read `identities`."""

    def __init__(self, reader: Reader, ends: Ends) -> None:
        super().__init__(reader)
        self._ends, self._next = ends, 0
        self.identities = Identities()

    def put(self, record: ConsumerRecord) -> None:
        """As `Followed.put`."""
        if record.offset < self._next:  # followed anew after a fault: an old link must not come back for a moment
            return
        self._next = record.offset + 1
        identity = identity_of(record)
        if isinstance(identity, Rejected):
            log.warning("identity unreadable", extra={"offset": record.offset, "error": identity.reason})
            return
        self.identities.apply((record.key or b"").decode(errors="replace"), identity)

    async def reach(self, offset: int) -> None:
        """Return when the table holds everything before `offset`. Raises `NotYet` while it does not."""
        if self._reader.followed < offset:
            await self.catch_up()  # not to `offset`: in a topic that was made anew it may never come

    async def catch_up(self) -> int:
        """Return, when the table holds all that the topic holds now, where that ends. Raises `NotYet`, `Transient`."""
        end = await self._ends.of(IDENTITIES.name)
        if self._reader.followed < end:
            raise NotYet("identities are not followed to their end yet", retry_after=LOOK_AGAIN)
        return end

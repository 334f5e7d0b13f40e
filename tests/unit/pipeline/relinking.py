"""Records that wait for a link, links, and the tables and topics of a process that reads both."""

from collections.abc import AsyncIterator, Iterable

import msgspec
from aiokafka import ConsumerRecord

from schemas.codec import Codec
from schemas.sources import ClientRef, Identity, Unassigned
from streams.engine.identities import KnownIdentities
from streams.engine.kafka import Output
from streams.engine.settle import Batch

FIRST = 1_795_000_000_000
UNASSIGNED: Codec[Unassigned] = Codec(Unassigned)


def record(
    offset: int, key: bytes, value: bytes | None, headers: tuple[tuple[str, bytes], ...] = ()
) -> ConsumerRecord[bytes, bytes]:
    """A record long after `FIRST`."""
    return ConsumerRecord("t", 0, offset, FIRST + 10**6, 1, key, value, None, 0, 0, headers)


def waiting(offset: int, chat: str, number: int, size: int = 0) -> ConsumerRecord[bytes, bytes]:
    """A record of `lead.unassigned`."""
    raw = msgspec.Raw(msgspec.json.encode({"n": number, "text": "x" * size}))
    event = Unassigned(f"{number:016x}", 5, "s", ClientRef("tg_chat", chat), "source.telegram", raw, FIRST, chat)
    return record(offset, f"tg_chat:{chat}".encode(), UNASSIGNED.encode(event))


def linked(offset: int, chat: str, lead: str | None) -> ConsumerRecord[bytes, bytes]:
    """A record of `identities`."""
    value = None if lead is None else msgspec.json.encode(Identity("tg_chat", chat, lead))
    return record(offset, f"tg_chat:{chat}".encode(), value)


class Topic:
    """A stand-in for a reader: `followed` is how far the table has come."""

    def __init__(self, *records: ConsumerRecord[bytes, bytes]) -> None:
        self.records, self.followed, self.reads = records, 0, 0

    async def read(self, _: Iterable[int]) -> AsyncIterator[ConsumerRecord[bytes, bytes]]:
        """Every record."""
        self.reads += 1
        for one in self.records:
            yield one


class Sent(list[Output]):
    """A producer that keeps what it is given, and how much at once."""

    def __init__(self) -> None:
        super().__init__()
        self.sizes: list[int] = []

    async def send(self, outputs: Iterable[Output]) -> None:
        """As `Outputs.send`."""
        given = list(outputs)
        self.extend(given)
        self.sizes.append(len(given))


class End:
    """Where `identities` ends now."""

    def __init__(self, end: int) -> None:
        self.end = end

    async def of(self, _: str) -> int:
        """As `Ends.of`."""
        return self.end


def table(*records: ConsumerRecord[bytes, bytes], end: int) -> tuple[KnownIdentities, Topic]:
    """A table that holds `records` of a topic that ends at `end`."""
    topic = Topic()
    known = KnownIdentities(topic, End(end))  # type: ignore[arg-type]
    for one in records:
        known.identities.apply(
            (one.key or b"").decode(), None if one.value is None else msgspec.json.decode(one.value, type=Identity)
        )
        topic.followed = one.offset + 1
    known.loaded.set()
    return known, topic


def batch(*records: ConsumerRecord[bytes, bytes], topic: str = "identities") -> Batch:
    """A batch of the records."""
    return Batch(topic, 0, 1, records)


def moved(offset: int, old: str, new: str) -> ConsumerRecord[bytes, bytes]:
    """A group became a supergroup."""
    return record(offset, f"tg_moved:{new}".encode(), msgspec.json.encode(Identity("tg_moved", new, was=old)))

"""What a process is given and what it answers."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias, TypeVar

from aiokafka import ConsumerRecord

from schemas.codec import Codec, Rejected
from schemas.types import Meta, Millis
from streams.engine.kafka import FIRST_APPENDED, FIRST_PLACE, Output, Placed

T = TypeVar("T")
Record: TypeAlias = "ConsumerRecord[bytes, bytes]"

LONGEST_NUMBER = 13
"""Digits of a header: of a time in ms up to 2286, and more than a topic has offsets."""


def first_appended(record: Record) -> Millis:
    """When the broker took the record; of one that was sent again, when it took it first."""
    at: Millis = record.timestamp
    return next((number_of(value, at) for name, value in record.headers if name == FIRST_APPENDED), at)


def number_of(header: bytes | None, otherwise: int) -> int:
    """What a header of ours says; `otherwise` where it is none of ours: it must not stop those who only pass it on."""
    return int(header) if header is not None and header.isdigit() and len(header) <= LONGEST_NUMBER else otherwise


def sent_again(record: Record) -> bool:
    """Whether it stood here before: it was parked, waited for a link, or was replayed."""
    return bool(record.headers) and any(name == FIRST_APPENDED for name, _ in record.headers)


def first_place(record: Record, topic: str) -> str:
    """Where the record stands on `topic` (our name); of one that was sent again, where it stood first."""
    for name, value in record.headers:
        if name == FIRST_PLACE:
            return str((value or b"").decode(errors="replace"))
    return f"{topic}/{record.partition}/{record.offset}"


@dataclass(frozen=True, slots=True)
class Batch:
    """Records of one partition, in order. `topic` is our name of it, without the installation's prefix."""

    topic: str
    partition: int
    generation: int
    records: Sequence[Record]

    def meta(self, record: Record) -> Meta:
        """Where a record of this batch stands, and when the broker took it (the first time, if it was sent again)."""
        at = first_appended(record) if record.headers else record.timestamp
        return Meta(self.topic, self.partition, record.offset, at)

    def origin(self, record: Record) -> str:
        """The trace of what is made of this record: its place, or the first one of a record that was sent again."""
        if record.headers:
            return first_place(record, self.topic)
        return f"{self.topic}/{self.partition}/{record.offset}"


@dataclass(slots=True)
class Outcome:
    """What processing a batch came to. `state` is sent when the broker has all of `outputs`.

    A state record carries the fence: were it there before the alerts, a crash in between would lose them. `placed` is
    told where the state lies when the broker has it, and answers with what is to be sent after it; and so on.
    """

    outputs: list[Output] = field(default_factory=list)
    state: list[Output] = field(default_factory=list)
    rejected: list[tuple[Record, Rejected]] = field(default_factory=list)
    placed: Callable[[list[Placed]], Awaitable[list[Output]]] | None = None

    @property
    def bad(self) -> dict[int, str]:
        """What was rejected: by offset the class of its fault."""
        return {record.offset: why.error_class for record, why in self.rejected}

    def readable(self, batch: Batch, codec: Codec[T]) -> Iterator[tuple[Record, T]]:
        """The records with what they say; one that cannot be read is rejected."""
        for record in batch.records:
            value = codec.decode(record.value)
            if isinstance(value, Rejected):
                self.rejected.append((record, value))
            else:
                yield record, value


Process = Callable[[Batch], Awaitable[Outcome]]
"""Raises `Transient` to be called again with the same batch. Where the fault is a record's (`of_record`, or any other
exception) the batch is halved until the record that does it is alone: tried again, and at last a dead letter. So a
process must bear being called again, also with a part, and after an answer that could not be sent."""

"""The vocabulary that every other module uses. One line a name, no code.

A client is a **lead**: its id is the Bitrix24 lead id, a string of 1–12 digits, and the join key of everything.
"""

from typing import Annotated

import msgspec

LeadId = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{1,12}\Z")]
"""Bitrix24 lead id; the key of all `lead.*` topics."""

SomeLead = Annotated[str, msgspec.Meta(pattern=r"^([0-9]{1,12})?\Z")]
"""A `LeadId`, or "" where it is about no single client. (Of `LeadId | Literal[""]` msgspec takes the pattern alone.)"""

EventId = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{16}\Z")]
"""First 8 bytes of blake2b over the source and the source's own id, as 16 hex digits (`schemas.codec.event_id`)."""

SomeEvent = Annotated[str, msgspec.Meta(pattern=r"^([0-9a-f]{16})?\Z")]
"""An `EventId`, or "" where there is none."""

Millis = Annotated[int, msgspec.Meta(ge=0, le=4_102_444_800_000)]
"""Milliseconds since 1970-01-01 UTC (up to 2100). Only `processors.days` knows the time zone."""

Pieces = Annotated[int, msgspec.Meta(ge=-10_000_000, le=10_000_000)]
"""A count of goods."""

LocalDay = int
"""Days since 1970-01-01 on the calendar of the installation (`processors.days.local_day`)."""


class Meta(msgspec.Struct, frozen=True, gc=False):
    """Where a record stands in Kafka, and when the broker appended it."""

    topic: str
    partition: int
    offset: int
    ts: Millis

    @property
    def place(self) -> str:
        """`topic/partition/offset`: the trace (`origin`) of what is made of a raw record."""
        return f"{self.topic}/{self.partition}/{self.offset}"

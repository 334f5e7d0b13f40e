"""What could not be used, and what waits for another time: `dead.letters`, `dead.mutes`, `source.parked`,
`source.releases`.
"""

from typing import Literal

import msgspec

from schemas.types import Millis


class Attempt(msgspec.Struct, frozen=True, omit_defaults=True):
    """One time that a record was a letter and was replayed: the letter's number (its offset in `dead.letters`), when
    the record came, what was wrong then, who replayed it and when."""

    number: int
    ts: Millis
    error_class: str
    error: str
    by: str
    at: Millis


class DeadLetter(msgspec.Struct, frozen=True, omit_defaults=True):
    """A record that could not be used, with all it takes to find and replay it.

    `cut` bytes of the payload were left out: the whole record stands where `topic`, `partition` and `offset` say.
    `answer` is what a person did about it, or begins to do: a letter of the same place and agent, without payload, that
    says `by` whom and `at` which time. Who begins says which command of his it is (`claim`) and where the topic's
    partition ended then (`end`), so that after a kill it can be told whether the record went back. `item` parts the
    letters of one place where no record of a topic of its own stands behind each: messages of the outbox.
    """

    topic: str
    partition: int
    offset: int
    ts: Millis
    agent: str
    error_class: str
    error: str
    payload: bytes
    key: bytes | None = None
    cut: int = 0
    answer: Literal["", "claimed", "released", "replayed", "dropped"] = ""
    headers: list[tuple[str, bytes]] = []
    by: str = ""
    at: Millis = 0
    claim: str = ""
    end: int = 0
    item: str = ""


class Muted(msgspec.Struct, frozen=True):
    """What travels on `dead.mutes` (key `stage/class of fault`): somebody knows of these letters, and why they stand;
    until then nobody is told of them again. They stay open. A tombstone ends it sooner."""

    agent: str
    error_class: str
    until: Millis
    reason: str
    by: str
    at: Millis


class Parked(msgspec.Struct, frozen=True, omit_defaults=True):
    """A record of an origin that sends too much that is bad (`source.parked`): unread, back in `topic` at `until`, with
    its headers, which say when the broker took it first.
    """

    topic: str
    origin: str
    until: Millis
    payload: bytes
    key: bytes | None = None
    headers: list[tuple[str, bytes]] = []


class Released(msgspec.Struct, frozen=True):
    """A person let an origin's parked records go (`source.releases`): those of `subject` (topic/origin) that stand
    before this offset of `source.parked` are back on their topic. Who did it, and when."""

    subject: str
    before: int
    by: str
    at: Millis

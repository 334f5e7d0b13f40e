"""Heaps of dead letters that somebody knows of: the topic `dead.mutes` as a table, and what is put on it."""

import logging
from collections.abc import Collection

from aiokafka import ConsumerRecord

from schemas.codec import Codec, Rejected
from schemas.errors import Refused
from schemas.failed import Muted
from schemas.topics import DEAD_MUTES
from schemas.types import Millis
from streams.engine.followed import Followed
from streams.engine.kafka import Output
from streams.engine.reader import Reader

log = logging.getLogger(__name__)

Heap = tuple[str, str]
"""Stage (`worker.topic`) and class of fault."""

MOST_HOURS = 168
"""A week: who knows of something longer than that mends it, or closes the letters."""
LONGEST_REASON = 200

_MUTED: Codec[Muted] = Codec(Muted)


def nothing_muted(_: Millis) -> Collection[Heap]:
    """Where nobody can say that he knows of them."""
    return ()


class KnownMutes(Followed):
    """The whole topic, kept up with."""

    def __init__(self, reader: Reader) -> None:
        super().__init__(reader)
        self._known: dict[str, Muted] = {}

    def put(self, record: ConsumerRecord) -> None:
        """As `Followed.put`."""
        muted = None if record.value is None else _MUTED.decode(record.value)
        if isinstance(muted, Rejected):
            log.warning("mute unreadable", extra={"offset": record.offset, "error": muted.reason})
            return
        self.apply((record.key or b"").decode(errors="replace"), muted)

    def apply(self, key: str, muted: Muted | None) -> None:
        """A record of the topic. The table is made anew: other threads look into it."""
        others = {name: one for name, one in self._known.items() if name != key}
        self._known = others if muted is None else others | {key: muted}

    def now(self, at: Millis) -> dict[Heap, Muted]:
        """What is muted at this time."""
        return {(one.agent, one.error_class): one for one in self._known.values() if one.at <= at < one.until}


def muted(heap: Heap, hours: float, reason: str, by: str, at: Millis) -> Muted:
    """For so long from `at` on. Raises `Refused` without a reason, and for more than `MOST_HOURS`."""
    said = " ".join(reason.split())
    if not said or len(said) > LONGEST_REASON:
        raise Refused(f"нужна причина, до {LONGEST_REASON} знаков: другие увидят её вместо напоминания")
    if not 0 < hours <= MOST_HOURS:
        raise Refused(f"не напоминать можно от одного часа до {MOST_HOURS} часов")
    return Muted(*heap, until=at + round(hours * 3_600_000), reason=said, by=by, at=at)


def key_of(heap: Heap) -> str:
    """What a heap is called on the topic."""
    return "/".join(heap)


def output(heap: Heap, one: Muted | None) -> Output:
    """The record; None ends what there is."""
    return Output(DEAD_MUTES.name, key_of(heap).encode(), None if one is None else _MUTED.encode(one))

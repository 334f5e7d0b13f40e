"""How much goes where (`GET /api/flow`), for the page «Поток»."""

from typing import Literal

import msgspec

from schemas.types import Millis


class MinuteCount(msgspec.Struct, frozen=True):
    """Records of a minute: events of a source and kind, dead letters of a stage and class, deliveries of an outlet."""

    minute: Millis
    edge: Literal["event", "dead_letter", "delivery"]
    name: str
    kind: str
    records: int


class OpenHeap(msgspec.Struct, frozen=True):
    """Open dead letters of one stage (`worker.topic`) and class of fault; the newest came at `last`."""

    agent: str
    error_class: str
    letters: int
    last: Millis


class Waiting(msgspec.Struct, frozen=True):
    """What an outlet has not taken: so many things, the oldest since then, for this reason (of the newest)."""

    outlet: str
    things: int
    since: Millis
    error: str


class DayCount(msgspec.Struct, frozen=True):
    """The same of the last 24 hours, without kinds."""

    edge: Literal["event", "dead_letter", "delivery"]
    name: str
    records: int


class FlowFigures(msgspec.Struct, frozen=True):
    """`usual`: events a minute of each source at this hour of the day, over the last four weeks."""

    at: Millis
    minutes: list[MinuteCount]
    usual: dict[str, float]
    letters: list[OpenHeap]
    waiting: list[Waiting]
    day: list[DayCount] = []

"""Events that belong to no lead and go to every partition: the hour, and the figures of all clients."""

from typing import Annotated

import msgspec

from schemas.types import EventId, LocalDay, Millis

Factor = Annotated[float, msgspec.Meta(ge=0.01, le=100)]
"""How many times the ordinary: one is divided by it, and its logarithm is taken."""


class Tick(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type", tag="tick"):
    """An hour passed, in every partition: time is an event. Belongs to no lead."""

    event_id: EventId
    ts: Millis
    lead_id: str = ""
    source: str = "store"
    v: int = 1
    backfill: bool = False


class Fleet(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type", tag="fleet"):
    """Figures of all clients together, hourly to every partition. Belongs to no lead. (`processors.fleet` makes them.)

    `day` is the local day of `ts`. `ratios` are the fleet's factor F of the days up to `day`, the last one of today so
    far; `weekdays` the pooled shape, Monday first, mean 1. `closed` are the days on which the fleet rested, `pauses`
    those on which clients of the same week did: who hardly work on Mondays, on Tuesdays … (seven lists, or none).
    `size_spread` is the pooled deviation of ln(pieces of an active day); `decline` the median of 28 d over the 56 d
    before, holidays left out. `clients` is how many are active. `sources` says since when each source sends live
    events, `fired` for which share of the active clients a rule's alert opened within 24 h, `rung` how often each
    curator (chat id, "" for the shared one) was rung within 7 days, `verdicts` how many alerts of a rule people called
    confirmed and false.
    """

    event_id: EventId
    ts: Millis
    day: LocalDay
    ratios: list[Factor] = []
    weekdays: list[Factor] = []
    closed: list[LocalDay] = []
    pauses: list[list[LocalDay]] = []
    size_spread: float = 0.0
    decline: Factor = 1.0
    clients: int = 0
    sources: dict[str, Millis] = {}
    fired: dict[str, float] = {}
    rung: dict[str, int] = {}
    verdicts: dict[str, tuple[int, int]] = {}
    lead_id: str = ""
    source: str = "store"
    v: int = 1
    backfill: bool = False

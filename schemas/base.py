"""What every lead event has, so that its kinds can stand in modules of their own (`schemas.events` joins them)."""

import msgspec

from schemas.types import EventId, LeadId, Millis


class LeadEvent(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type"):
    """A thing that happened with a lead. `ts` in ms UTC is of the source; `backfill` marks history."""

    event_id: EventId
    lead_id: LeadId
    ts: Millis
    source: str
    v: int = 1
    backfill: bool = False

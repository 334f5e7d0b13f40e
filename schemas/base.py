"""What every lead event has, so that its kinds can stand in modules of their own (`schemas.events` joins them)."""

import msgspec

from schemas.types import EventId, LeadId, Millis


class LeadEvent(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False, tag_field="type"):
    """A thing that happened with a lead. `ts` in ms UTC is of the source; `backfill` marks history. `client`: the name
    by which its lead was found (key of `identities`); empty where its source named the lead itself, or by its chat.
    `origin`: where the raw record stood, `topic/partition/offset`; empty for what is no record's, and before 0.1.

    Without `gc`: no event holds what holds it, and a collector that looks at each takes a sixth of decoding.
    """

    event_id: EventId
    lead_id: LeadId
    ts: Millis
    source: str
    v: int = 1
    backfill: bool = False
    client: str = ""
    origin: str = ""

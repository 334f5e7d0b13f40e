"""What a client has few of: notes, minutes, words of people, stages of the portal. One look for all of them."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from schemas.types import LeadId, Millis
from streams.store.database import Database

_FEW = """
SELECT kind, event_id, toUnixTimestamp64Milli(ts), action, if(kind = 'crm_changed', '', payload),
    JSONExtractString(payload, 'entity'), JSONExtractString(payload, 'entity_id'),
    JSONExtractString(payload, 'fields', 'stageId'), seniority
FROM events PREWHERE lead_id = {lead:String} AND kind IN {kinds:Array(String)}"""
"""Put in order here: a plain statement costs a half. `FINAL` would read all that the client ever did."""


class Few(NamedTuple):
    """An event of such a kind, `ts` in ms UTC. A change in the portal has no payload."""

    kind: str
    number: int
    ts: Millis
    action: str
    payload: str
    entity: str
    entity_id: str
    stage: str
    seniority: int


async def few(database: Database, lead: LeadId, kinds: Iterable[str]) -> list[Few]:
    """Of these kinds, the oldest first, of one moment in the order in which they were accepted; of a repeat the row
    that was accepted first. Raises `Transient`, `StatementFailed`."""
    rows: Sequence[Sequence[Any]] = await database.read(_FEW, {"lead": lead, "kinds": list(kinds)})
    first = {one.number: one for one in sorted((Few(*row) for row in rows), key=lambda one: one.seniority)}
    return sorted(first.values(), key=lambda one: (one.ts, -one.seniority))

"""What became of clients: for the read API, and for whoever writes in a person's name."""

from collections.abc import Iterable
from datetime import date

import msgspec

from processors.days import local_time
from processors.outcomes import Stage, hinted
from schemas.codec import EVENT, event_id
from schemas.errors import Refused
from schemas.outcomes import ClientOutcome, Hint, Outcome, Said
from schemas.topics import LEAD_EVENTS
from schemas.types import LeadId
from streams.engine.clock import Clock
from streams.engine.kafka import Output
from streams.store.database import Database
from streams.store.jobs.ticks import Send
from streams.store.read import requests
from streams.store.read.few import Few, few

LONGEST_REASON = 500
"""Characters."""
FIRST_DAY = date(2000, 1, 1)
"""No client of ours left before."""

_COLUMNS = "lead_id, outcome, since_day, author, toUnixTimestamp64Milli(ts), reason"

OF_LEAD = f"""
SELECT {_COLUMNS} FROM outcomes FINAL WHERE lead_id = {{lead:String}} ORDER BY ts, event_id"""

OF_ALL = f"""
SELECT {_COLUMNS} FROM outcomes FINAL
WHERE {{outcome:String}} = '' OR lead_id IN (SELECT lead_id FROM outcomes_current WHERE outcome = {{outcome:String}})
ORDER BY ts, event_id"""

STAGES = "crm_changed"
"""The kind of event that says them."""
WORD = "client_outcome"
"""The kind of event of a person's word."""


class Saying(msgspec.Struct, frozen=True):
    """What a person says became of the client, since which local day (ISO; empty: today). Who says it, the caller
    knows."""

    outcome: Outcome
    since: str = ""
    reason: str = ""


class OfLead(msgspec.Struct, frozen=True):
    """All that people said of a client, the newest first, and the portal's hint where nobody has spoken since it."""

    lead_id: LeadId
    said: list[Said]
    hint: Hint | None


class OfAll(msgspec.Struct, frozen=True):
    """What people said, the oldest first."""

    outcomes: list[Said]


async def of_lead(database: Database, lead: LeadId) -> OfLead:
    """Raises `Transient`, `StatementFailed`."""
    return with_stages(lead, await said_of(database, lead), await few(database, lead, [STAGES]))


async def said_of(database: Database, lead: LeadId) -> list[Said]:
    """What people said of him, the oldest first. Raises as `of_lead`."""
    return [Said(*row) for row in await database.read(OF_LEAD, {"lead": lead})]


def with_stages(lead: LeadId, said: list[Said], events: Iterable[Few]) -> OfLead:
    """All that is known of it, of events of which those of the kind `STAGES` count."""
    stages = sorted((one for one in events if one.entity in ("lead", "deal")), key=lambda one: (one.ts, one.number))
    hint = hinted(
        lead, (Stage(one.entity, one.entity_id, one.stage, one.ts, one.action == "deleted") for one in stages)
    )
    if hint is not None and said and said[-1].ts >= hint.ts:
        hint = None
    return OfLead(lead, said[::-1], hint)


async def of_all(database: Database, outcome: Outcome | str) -> list[Said]:
    """All that people said, the oldest first; with `outcome` only of those of whom it is the last word. Raises as
    `of_lead`."""
    return [Said(*row) for row in await database.read(OF_ALL, {"outcome": outcome})]


async def say(send: Send, clock: Clock, lead: LeadId, said: Saying, author: str) -> ClientOutcome:
    """Put `author`'s word on `lead.events`. Raises `Refused`, `Transient`."""
    now = clock()
    today = local_time(now).date()
    since = requests.day(said.since) or today
    if not FIRST_DAY <= since <= today:
        raise Refused(f"since is a day from {FIRST_DAY} to {today}")
    reason = said.reason.strip()
    if len(reason) > LONGEST_REASON or not reason.isprintable():
        raise Refused(f"reason is a line of at most {LONGEST_REASON} characters, without control characters")
    event = ClientOutcome(
        said.outcome,
        since.isoformat(),
        author,
        reason,
        event_id=event_id("outcome", lead, said.outcome, author, now),
        lead_id=lead,
        ts=now,
        source="person",
    )
    await send([Output(LEAD_EVENTS.name, lead.encode(), EVENT.encode(event))])
    return event

"""Events of the store that a changed link may move: which they are, and what goes with them."""

import logging
from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec

from processors.belonging import CHATS, MEETINGS
from processors.contact import link_key
from processors.lead import LATE_MS
from schemas.codec import EVENT, Rejected
from schemas.events import Event, Message, MessageEdited
from schemas.sources import ClientRef
from schemas.types import LeadId, Millis
from streams.store.database import Database
from streams.store.sinks.event_columns import KINDS

log = logging.getLogger(__name__)

CHAT = (Message, MessageEdited)

OWN = {"alert_action", "alert_mailed", "alerts_muted", "baseline", "events_moved", "identity_linked", "tick", "fleet"}
"""Kinds that no link moves: what is about alerts, and what is counted."""
NAMED = sorted(set(KINDS.values()) - OWN)
"""Kinds that belong to whom a link says: also one that is new tomorrow."""

FIELD = "JSONExtractString(payload, '{}')"
COLUMNS = """lead_id, event_id, payload, toUnixTimestamp64Milli(ts) AS at,
    toUnixTimestamp64Milli(ingested_at) AS stored, backfill"""
FOUND_BY = f"""
WITH {FIELD.format("client")} AS said, {FIELD.format("chat_id")} AS chat
SELECT {COLUMNS} FROM events FINAL
WHERE kind IN {{kinds:Array(String)}} AND stored >= {{since:Int64}}
    AND (at, event_id, lead_id) > ({{at:Int64}}, {{id:UInt64}}, {{lead:String}})
    AND (
        multiIf(said != '', said, kind IN {{chats:Array(String)}}, concat('tg_chat:', chat), concat('lead:', lead_id))
            IN {{clients:Array(String)}}
        OR (kind IN {{chats:Array(String)}}
            AND concat('tg_topic:', chat, '/', {FIELD.format("topic")}) IN {{clients:Array(String)}})
        OR (kind IN {{meetings:Array(String)}}
            AND (concat('jitsi_room:', lowerUTF8({FIELD.format("room")})) IN {{clients:Array(String)}}
                OR concat('recording:', {FIELD.format("recording_id")}) IN {{clients:Array(String)}}))
    )
ORDER BY at, event_id, lead_id LIMIT {{limit:UInt32}}"""
"""Events of which a link of `clients` may say whose they are, after the one that was seen last."""

ABOUT = f"""
SELECT {COLUMNS} FROM events FINAL
WHERE kind = 'phrase_verdict' AND lead_id IN {{leads:Array(String)}}
    AND {FIELD.format("about")} IN {{events:Array(String)}}"""
"""What a model said of words that go to another lead goes with them."""

SPOILT = f"""
SELECT {COLUMNS} FROM events FINAL
WHERE kind = 'chat_summary'
    AND arrayExists((lead, said) -> lead = lead_id AND said < at AND said >= at - 86400000,
        {{leads:Array(String)}}, {{said:Array(Int64)}})"""
"""Summaries of the days (as `jobs.chats` cuts them) that tell of these messages, too."""


class Row(NamedTuple):
    """An event of the store: its lead, its id, and when it was appended (ms)."""

    lead: LeadId
    id: int
    event: Event
    at: Millis
    stored: Millis
    live: bool


class Move(NamedTuple):
    """`to`: None where nobody has it now, and it waits as `client`."""

    row: Row
    to: LeadId | None
    client: ClientRef


class Events:
    """Reads them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def found_by(self, clients: Sequence[str], since: Millis, after: Row | None, limit: int) -> list[Row]:
        """Of which a link of `clients` may say whose they are, stored since then (ms), in order, after the one that was
        seen last. Raises `Transient`, `StatementFailed`."""
        given: dict[str, Any] = {"clients": list(clients), "since": since, "limit": limit}
        given |= {"kinds": NAMED, "chats": list(CHATS), "meetings": list(MEETINGS)}
        seen = {"at": -(1 << 62), "id": 0, "lead": ""}
        if after is not None:
            seen = {"at": after.at, "id": after.id, "lead": after.lead}
        return await self.read(FOUND_BY, given | seen)

    async def verdicts(self, moves: Sequence[Move]) -> list[Move]:
        """What a model said of the words that go. Raises as `found_by`."""
        goes = {(move.row.lead, move.row.event.event_id): move for move in moves}
        found = []
        for row in await self._about(list(goes)):
            move = goes.get((row.lead, getattr(row.event, "about", "")))
            if move is not None:
                event = msgspec.structs.replace(row.event, client=link_key(move.client))
                found.append(move._replace(row=row._replace(event=event)))
        return found

    async def _about(self, events: Sequence[tuple[LeadId, str]]) -> list[Row]:
        given = {"leads": sorted({lead for lead, _ in events}), "events": [id_ for _, id_ in events]}
        return await self.read(ABOUT, given)

    async def spoilt(self, moves: Sequence[Move]) -> list[Row]:
        """Summaries of chats that tell of what goes, and stay. Raises as `found_by`."""
        said = [row for row, _, _ in moves if isinstance(row.event, CHAT) and not row.event.backfill]
        given = {"leads": [row.lead for row in said], "said": [row.stored for row in said]}
        going = {(row.lead, row.id) for row, _, _ in moves}  # a merged lead's go with it
        return [row for row in await self.read(SPOILT, given) if (row.lead, row.id) not in going] if said else []

    async def read(self, sql: str, given: dict[str, Any]) -> list[Row]:
        """The rows of a query for `COLUMNS`. Raises as `found_by`."""
        return [
            Row(lead, id_, event, at, stored, not backfill and stored - at <= LATE_MS)
            for lead, id_, payload, at, stored, backfill in await self._database.read(sql, given)
            if (event := event_in(id_, payload)) is not None
        ]


def event_in(id_: int, payload: str) -> Event | None:
    """The event of a row. One that this version cannot read (a later one wrote it) stays as it is, and the log says so:
    nobody else's events wait for it."""
    event = EVENT.decode(payload.encode())
    if isinstance(event, Rejected):
        log.error("a stored event cannot be read", extra={"id": f"{id_:016x}", "error": event.reason})
        return None
    return event

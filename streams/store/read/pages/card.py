"""A client's card: what is known of him, his risk now and a week ago, open alerts, notes, promises."""

from collections.abc import Sequence
from typing import Any

import msgspec

from processors.cards import Cards
from processors.days import day_start
from processors.identity import Identities
from processors.notes import KeptNote, kept
from processors.pages import Card
from schemas.events import Note
from schemas.scores import Score
from schemas.topics import DAY_MS
from schemas.types import LeadId, Millis
from streams.store.alerts import alert_of
from streams.store.database import Database
from streams.store.read import outcomes, promises
from streams.store.read.pages.clients import CONTACTS, is_contact
from streams.store.read.pages.fresh import last_night, last_seen
from streams.store.read.profiles import read_profile
from streams.store.read.risks import ALERTS, score_of

MOST_PROMISES = 100

_NOTE = msgspec.json.Decoder(Note)

_NOTES = """
SELECT payload FROM events PREWHERE lead_id = {lead:String} AND kind = 'note' ORDER BY ts, seniority DESC"""
"""A repeat says the same, so nothing has to be merged: `FINAL` would read all that the client ever did."""

_SCORES = """
SELECT at, lower(hex(score_id)), version, toUnixTimestamp64Milli(ts), points, level, background, parts FROM scores
ARRAY JOIN {times:Array(Int64)} AS at
PREWHERE lead_id = {lead:String}
WHERE ts <= fromUnixTimestamp64Milli(at) ORDER BY at, ts DESC, version DESC, seniority DESC LIMIT 1 BY at"""
"""The newest at each of the times; of a repeat the row that was accepted first."""


async def card(database: Database, asked: LeadId, cards: Cards, known: Identities, now: Millis) -> Card:
    """The card of the lead, or of that with which it was merged. Raises `Transient`, `StatementFailed`."""
    lead = known.merged(asked)
    named = cards.find(lead)
    became = await outcomes.of_lead(database, lead)
    seen = await last_seen(database, await last_night(database), [lead], [*CONTACTS, "shipment"])
    scores = await _scores(database, lead, [now, now - 7 * DAY_MS])
    last: dict[str, Millis] = {}
    for one in filter(is_contact, (one for one in seen if one.kind in CONTACTS)):
        last[one.kind] = max(one.last, last.get(one.kind, 0))
    return Card(
        lead,
        await read_profile(database, lead, now),
        name="" if named is None else named.name,
        curator="" if named is None else named.responsible,
        address="" if named is None else named.card,
        phones=[] if named is None else named.phones,
        mails=[] if named is None else named.mails,
        since=day_start(min(one.began for one in seen)) if seen else 0,
        score=scores.get(now),
        week_ago=scores.get(now - 7 * DAY_MS),
        alerts=[alert_of(row) for row in await database.read(ALERTS, {"lead": lead})],
        notes=[note for note in await notes(database, lead) if not note.gone],
        promises=await promises.of_lead(database, lead, "", MOST_PROMISES),
        last=last,
        outcome=became.said[0] if became.said else None,
        hint=became.hint,
        asked="" if lead == asked else asked,
    )


async def notes(database: Database, lead: LeadId) -> list[KeptNote]:
    """All notes on a lead, the newest first."""
    rows = await database.read(_NOTES, {"lead": lead})
    return kept(_NOTE.decode(payload) for (payload,) in rows)


async def _scores(database: Database, lead: LeadId, times: Sequence[Millis]) -> dict[Millis, Score]:
    """By the time at which it was the newest; nothing for a time before the first."""
    rows: Sequence[tuple[Any, ...]] = await database.read(_SCORES, {"lead": lead, "times": times})
    return {at: score_of((number, lead, *rest)) for at, number, *rest in rows}

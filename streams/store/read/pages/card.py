"""A client's card: what is known of him, his risk now and a week ago, open alerts, notes, promises."""

from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace

from processors.cards import Cards
from processors.days import day_start, local_day
from processors.identity import Identities
from processors.pages import Card
from schemas.promises import Promise
from schemas.scores import Score
from schemas.topics import DAY_MS
from schemas.types import LeadId, Millis
from streams.store.database import Database
from streams.store.read import outcomes, promises
from streams.store.read.pages.clients import is_contact
from streams.store.read.pages.sight import CONTACTS, Sight
from streams.store.read.profiles import profile_of
from streams.store.read.risks import score_of

MOST_PROMISES = 100

_SCORES = """
SELECT at, lower(hex(score_id)), version, toUnixTimestamp64Milli(ts), points, level, background, parts FROM scores
ARRAY JOIN {times:Array(Int64)} AS at
PREWHERE lead_id = {lead:String}
WHERE ts <= fromUnixTimestamp64Milli(at) ORDER BY at, ts DESC, version DESC, seniority DESC LIMIT 1 BY at"""
"""The newest at each of the times; of a repeat the row that was accepted first."""


async def card(database: Database, asked: LeadId, cards: Cards, known: Identities, now: Millis) -> Card:
    """The card of the lead, or of that with which it was merged. Raises `Transient`, `StatementFailed`."""
    return await card_of(Sight(database, known.merged(asked)), asked, cards, known, now)


async def card_of(sight: Sight, asked: LeadId, cards: Cards, known: Identities, now: Millis) -> Card:
    """The same of a lead that is looked at."""
    database, lead = sight.database, sight.lead
    named = cards.find(lead)
    events = await sight.few()
    said = await outcomes.said_of(database, lead) if await sight.had(outcomes.WORD) else []
    became = outcomes.with_stages(lead, said, events)
    seen = [one for one in await sight.seen() if one.kind in CONTACTS or one.kind == "shipment"]
    scores = await _scores(database, lead, [now, now - 7 * DAY_MS])
    last: dict[str, Millis] = {}
    for one in filter(is_contact, (one for one in seen if one.kind in CONTACTS)):
        last[one.kind] = max(one.last, last.get(one.kind, 0))
    return Card(
        lead,
        profile_of(lead, events),
        name="" if named is None else named.name,
        curator="" if named is None else named.responsible,
        address="" if named is None else named.card,
        phones=[] if named is None else named.phones,
        mails=[] if named is None else named.mails,
        since=day_start(local_day(min(one.first for one in seen))) if seen else 0,
        score=scores.get(now),
        week_ago=scores.get(now - 7 * DAY_MS),
        alerts=await sight.open_alerts(),
        notes=[note for note in await sight.notes() if not note.gone],
        promises=[_named(one, known) for one in await promises.of_lead(database, lead, "", MOST_PROMISES)],
        last=last,
        outcome=became.said[0] if became.said else None,
        hint=became.hint,
        asked="" if lead == asked else asked,
    )


def _named(promise: Promise, known: Identities) -> Promise:
    """A promise of a meeting under the name of who gave it, as a person said it since."""
    answer = known.participant(promise.lead_id, promise.owner) if promise.kind == "meeting" else None
    return promise if answer is None or answer.refused else replace(promise, owner=answer.name)


async def _scores(database: Database, lead: LeadId, times: Sequence[Millis]) -> dict[Millis, Score]:
    """By the time at which it was the newest; nothing for a time before the first."""
    rows: Sequence[tuple[Any, ...]] = await database.read(_SCORES, {"lead": lead, "times": times})
    return {at: score_of((number, lead, *rest)) for at, number, *rest in rows}

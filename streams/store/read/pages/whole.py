"""A client's page in one answer: card, figures by day, first rows of the time line."""

from processors.cards import Cards
from processors.daily import BEFORE
from processors.days import local_day
from processors.identity import Identities
from processors.pages import CardPage
from schemas.types import LeadId, Millis
from streams.store.database import Database
from streams.store.read.pages.card import card_of
from streams.store.read.pages.daily import check, daily_of
from streams.store.read.pages.places import GROUPS, LATEST, Place
from streams.store.read.pages.sight import Sight
from streams.store.read.pages.timeline import timeline_of


async def whole(database: Database, asked: LeadId, cards: Cards, known: Identities, days: int, now: Millis) -> CardPage:
    """Of the lead, or of that with which it was merged. Raises `Refused`, `Transient`, `StatementFailed`."""
    check(days)
    sight = Sight(database, known.merged(asked), local_day(now) - days + 1 - BEFORE, known=known)
    rows = await timeline_of(sight, frozenset(GROUPS), Place(LATEST, ""), 0)
    return CardPage(await card_of(sight, asked, cards, known, now), await daily_of(sight, days, now), rows)

"""What was said and written: search over messages, mails, calls, notes, minutes and meetings, newest first."""

import asyncio
import re

from processors.identity import Identities
from processors.russian.search import MOST_WORDS, wanted
from schemas.errors import Refused
from schemas.lists import FoundPage
from streams.store.database import Database
from streams.store.read.hits import START, Asked, Place, Row, Where, hits
from streams.store.read.speakers import renamed_rows

LONGEST_QUERY = 200
"""Characters."""
MOST = 200
"""Of a page: a person reads it."""
_CURSOR = re.compile(r"(\d{1,13})-([0-9a-f]{1,16})(?::(\d{1,9}))?", re.ASCII)


async def search(database: Database, query: str, where: Where, limit: int, before: str, known: Identities) -> FoundPage:
    """A page, newest first; `next` of the answer is the `before` of the next one. Raises `Refused`, `Transient`."""
    rows, following = await search_rows(database, query, where, limit, before)
    rows = await renamed_rows(database, known, rows)
    return FoundPage([row.told() for row in rows], following or None)


async def search_rows(database: Database, query: str, where: Where, limit: int, before: str) -> tuple[list[Row], str]:
    """The same as rows, with the cursor of the next page (empty: there is none). Raises as `search`."""
    if len(query) > LONGEST_QUERY:
        raise Refused(f"q is at most {LONGEST_QUERY} characters")
    look = await asyncio.to_thread(wanted, query)
    if not look.words and not look.phrases:
        raise Refused('q is what to look for: words, or a phrase in "quotes"')
    if len(look.words) + len(look.phrases) > MOST_WORDS:
        raise Refused(f"q is at most {MOST_WORDS} words and phrases")
    if limit > MOST:
        raise Refused(f"limit is at most {MOST} here")
    asked = Asked(look.words, look.phrases, where, _cursor(before), limit)
    newest = await hits(database, asked)
    return newest, newest[-1].place.told() if len(newest) == limit else ""


def _cursor(before: str) -> Place:
    """Raises `Refused`."""
    if not before:
        return START
    found = _CURSOR.fullmatch(before)
    if found is None:
        raise Refused("before is the `next` of the last page")
    return Place(int(found[1]), int(found[2], 16), int(found[3] or 0))

"""The access log as pages ask for it: by person, client and time. The proof is the chain on its topic."""

import re
from typing import Any, Final

import msgspec
from aiohttp import web

from schemas.errors import Refused
from schemas.lists import AccessLines
from schemas.people import AccessEntry
from streams.store.database import Database
from streams.store.read import requests
from streams.store.read.answers import as_json

LINES: Final = """
SELECT toUnixTimestamp64Milli(ts) AS at, user_id, person, deed, lead_id, object, address, writer, number, digest
FROM access_log FINAL
WHERE ts >= fromUnixTimestamp64Milli({since:Int64}) AND ts < fromUnixTimestamp64Milli({until:Int64})
    AND {user:String} IN ('', user_id) AND {lead:String} IN ('', lead_id)
ORDER BY access_log.ts DESC, writer DESC, number DESC LIMIT {limit:UInt32}"""
MOST: Final = 1000
FIELDS: Final = ("at", "user", "name", "action", "lead", "object", "address", "writer", "number", "digest")
_USER = re.compile(r"[a-z0-9]{0,32}")
_EVER: Final = 1 << 42
"""ms UTC; the year 2109."""


async def lines(database: Database, user: str, lead: str, since: int, until: int, limit: int) -> AccessLines:
    """Newest first, at most `limit`; empty `user` or `lead`: of all. Raises `Transient`, `StatementFailed`."""
    given = {"user": user, "lead": lead, "since": since, "until": until, "limit": limit + 1}
    rows = await database.read(LINES, given)
    found = [_entry(dict(zip(FIELDS, row, strict=True))) for row in rows]
    return AccessLines(found[:limit], len(found) > limit)


def _entry(row: dict[str, Any]) -> AccessEntry:
    """Of a line about no client the lead is left out: an empty one is no lead to msgspec."""
    return msgspec.convert({name: value for name, value in row.items() if value or name != "lead"}, AccessEntry)


def routes(database: Database) -> list[web.RouteDef]:
    """`GET /api/access`."""

    async def _lines(request: web.Request) -> web.Response:
        query = request.query
        user, lead = query.get("user", ""), requests.maybe_lead(query.get("lead", ""))
        if not _USER.fullmatch(user):
            raise Refused("user is a user's id")
        since = requests.time(request, "since") if "since" in query else 0
        until = requests.time(request, "until") if "until" in query else _EVER
        limit = min(requests.limit(request, 200), MOST)
        return as_json(await lines(database, user, lead, since, until, limit))

    return [web.get("/api/access", _lines)]

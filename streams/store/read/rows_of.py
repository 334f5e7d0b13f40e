"""How many rows each table has of one client: for the plan of an erasure, and for its end."""

from collections.abc import Awaitable, Callable, Sequence

import msgspec
from aiohttp import web

from schemas.people import Sha256
from schemas.types import LeadId
from streams.store.database import Database
from streams.store.read import requests

KEPT = frozenset({"llm_calls", "access_log"})
"""Which model was asked what, as digests without words: the proof of what left the house; who of ours opened what. No
erasure touches them."""

TABLES = """
SELECT DISTINCT c.table FROM system.columns AS c
INNER JOIN system.tables AS t ON t.database = c.database AND t.name = c.table
WHERE c.database = currentDatabase() AND c.name = 'lead_id' AND t.engine LIKE '%MergeTree'
ORDER BY c.table"""
"""Every table of ours that has clients: one that is new tomorrow, too."""


class RowsOf(msgspec.Struct, frozen=True):
    """The answer: `tables` by name, also those without a row of his."""

    lead_id: LeadId
    tables: dict[str, int]


async def tables_of_leads(database: Database) -> list[str]:
    """Their names. Raises `Transient`, `StatementFailed`."""
    return [table for (table,) in await database.read(TABLES) if table not in KEPT]


async def rows_of(database: Database, lead: LeadId) -> dict[str, int]:
    """By table; a table without a row of his too. Raises as `tables_of_leads`."""
    found = {}
    for table in await tables_of_leads(database):
        [(rows,)] = await database.read(f"SELECT count() FROM {table} WHERE lead_id = {{lead:String}}", {"lead": lead})
        found[table] = int(rows)
    return found


class OfPerson(msgspec.Struct, frozen=True):
    """Digests by which one of the client's people is known (`processors.privacy.erasing.digests`)."""

    denied: list[Sha256]


PersonsRows = Callable[[LeadId, Sequence[str]], Awaitable[dict[str, int]]]
"""`streams.store.jobs.parting.Parting.rows`."""


def routes(database: Database, of_person: PersonsRows) -> list[web.RouteDef]:
    """`/api/leads/{lead}/rows`: GET of the client, POST of one of his people."""

    async def _rows(request: web.Request) -> web.Response:
        lead = requests.client(request)
        return web.json_response(msgspec.to_builtins(RowsOf(lead, await rows_of(database, lead))))

    async def _persons(request: web.Request) -> web.Response:
        lead, known = requests.client(request), await requests.body(request, OfPerson)
        return web.json_response(msgspec.to_builtins(RowsOf(lead, await of_person(lead, known.denied))))

    return [web.get("/api/leads/{lead}/rows", _rows), web.post("/api/leads/{lead}/rows", _persons)]

"""Commands as they stand and what happened to each; talks with the assistant: as requests to the read API."""

import re
from collections.abc import Sequence
from typing import Any, Final, get_args

import msgspec
from aiohttp import web

from schemas.commands import State
from schemas.errors import Refused
from schemas.told_commands import CommandHistory, Line, Lines, Step, ToldCommand, ToldCommands
from schemas.types import LeadId
from streams.store.database import Database
from streams.store.read import requests
from streams.store.read.answers import as_json

STATES: Final[tuple[State, ...]] = get_args(State)
MOST: Final = 500

_MS = "toUnixTimestamp64Milli"
_COLUMNS = f"""lead_id, lower(leftPad(hex(e.command_id), 16, '0')) AS id, number, {_MS}(ts) AS at, name,
    effect, before, state, title, proposer, confidence, how, person, user_id, reason, what,
    {_MS}(due_at) AS due_at, digest, command"""
_NAMES: Final = (
    *("lead_id", "command_id", "number", "at", "name", "effect", "before", "state", "title", "proposer", "confidence"),
    *("how", "by", "by_user", "why", "what", "due_at", "digest", "body"),
)

STANDING: Final = f"""
SELECT {_COLUMNS} FROM command_events AS e
INNER JOIN
(
    SELECT command_id AS id, max(number) AS newest, max(ts) AS moved FROM command_events
    WHERE {{all:Bool}} OR lead_id IN {{leads:Array(String)}} GROUP BY command_id
    HAVING {{state:String}} IN ('', argMax(state, number))
    ORDER BY moved DESC, id LIMIT {{limit:UInt32}}
) AS latest ON e.command_id = latest.id AND e.number = latest.newest
ORDER BY e.ts DESC, e.command_id, e.seniority DESC LIMIT 1 BY e.command_id"""

STEPS: Final = f"""
SELECT {_COLUMNS} FROM command_events AS e WHERE e.command_id = {{command:UInt64}}
ORDER BY e.number, e.seniority DESC LIMIT 1 BY e.number"""

LINES: Final = f"""
SELECT person, {_MS}(ts) AS at, side, line_id, text, name, via, lead_id, of, question, options, choice, command
FROM assistant_lines FINAL
WHERE {{person:String}} IN ('', person) AND ({{all:Bool}} OR lead_id IN {{leads:Array(String)}})
    AND assistant_lines.ts < fromUnixTimestamp64Milli({{before:Int64}})
ORDER BY assistant_lines.ts DESC, side DESC, line_id LIMIT {{limit:UInt32}}"""
_LINE: Final = (
    *("person", "at", "side", "line_id", "text", "name", "via", "lead_id", "of", "question", "options", "choice"),
    "command",
)

_EVER: Final = 1 << 42
"""ms UTC; the year 2109."""
_COMMAND = re.compile(r"[0-9a-f]{16}")
_WHO = re.compile(r"(web/[a-z0-9]{1,32}|tg:-?[0-9]{1,20})?")


async def standing(database: Database, leads: Sequence[LeadId], state: str, limit: int) -> ToldCommands:
    """The newest first, at most `limit`; no leads: of all. Raises `Transient`, `StatementFailed`."""
    given = {"all": not leads, "leads": list(leads), "state": state, "limit": limit + 1}
    found = [_told(_named(row)) for row in await database.read(STANDING, given)]
    return ToldCommands(found[:limit], len(found) > limit)


async def history(database: Database, command: str) -> CommandHistory | None:
    """None for one that is not there (yet). Raises as `standing`."""
    rows = [_named(row) for row in await database.read(STEPS, {"command": int(command, 16)})]
    if not rows:
        return None
    steps = [msgspec.convert({name: row[name] for name in Step.__struct_fields__}, Step) for row in rows]
    return CommandHistory(command_id=command, command=_told(rows[-1]), steps=steps)


async def lines(database: Database, person: str, leads: Sequence[LeadId], before: int, limit: int) -> Lines:
    """The newest first; an empty `person` or no leads: of all. Raises as `standing`."""
    given = {"person": person, "all": not leads, "leads": list(leads), "before": before or _EVER, "limit": limit}
    found = [dict(zip(_LINE, row, strict=True)) for row in await database.read(LINES, given)]
    return Lines([msgspec.convert(one | {"options": msgspec.json.decode(one["options"])}, Line) for one in found])


def _named(row: Sequence[Any]) -> dict[str, Any]:
    return dict(zip(_NAMES, row, strict=True))


def _told(row: dict[str, Any]) -> ToldCommand:
    return msgspec.convert(
        {
            "lead_id": row["lead_id"],
            "name": row["name"],
            "proposer": row["proposer"],
            "confidence_percent": row["confidence"],
            "standing": row,
        },
        ToldCommand,
    )


def routes(database: Database) -> list[web.RouteDef]:
    """`GET /api/commands`, `/api/commands/{command}`, `/api/assistant/lines`."""

    async def _standing(request: web.Request) -> web.Response:
        state = requests.one_of(request, "state", STATES)
        return as_json(await standing(database, _leads(request), state, min(requests.limit(request, 200), MOST)))

    async def _history(request: web.Request) -> web.Response:
        command = request.match_info["command"]
        if not _COMMAND.fullmatch(command):
            raise Refused("a command's id is 16 hex digits")
        found = await history(database, command)
        if found is None:
            raise web.HTTPNotFound
        return as_json(found)

    async def _lines(request: web.Request) -> web.Response:
        person = request.query.get("person", "")
        if not _WHO.fullmatch(person):
            raise Refused("person is web/USER or tg:ID")
        before, limit = requests.time(request, "before"), min(requests.limit(request, 100), MOST)
        return as_json(await lines(database, person, _leads(request), before, limit))

    return [
        web.get("/api/commands", _standing),
        web.get("/api/commands/{command}", _history),
        web.get("/api/assistant/lines", _lines),
    ]


def _leads(request: web.Request) -> list[LeadId]:
    """All numbers of the client that is asked for; none: of all."""
    given = requests.maybe_client(request)
    return request[requests.IDENTITIES].leads(given) if given else []

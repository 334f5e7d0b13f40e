"""`/commands`: what the assistant proposes and people sign. A command is shown from the bytes that are signed."""

import hashlib

from aiohttp import web
from msgspec.structs import replace

from processors.commands.shown import Shown, chat_names, shown
from processors.commands.words import STATES
from processors.pseudonyms.hidden import hidden
from schemas.codec import Rejected
from schemas.commands import FINAL, Command, Standing
from schemas.errors import LeadpulseError
from schemas.told_commands import CommandHistory
from streams.web.asking import name_of, told
from streams.web.command_form import fields
from streams.web.command_queue import Seen, may_sign, of_path, visible
from streams.web.faults import Wrong
from streams.web.route import May, Route
from streams.web.told import commands as words
from streams.web.told.times import when
from streams.web.visit import Visit

MOST = 100
"""Commands of a list."""


async def commands(visit: Visit) -> web.StreamResponse:
    """Those of the user's clients; those that he may sign first, by the time that is left."""
    section = visit.request.query.get("state", "waiting")
    if section not in words.SECTIONS:
        raise Wrong("Такого списка нет.")
    found, now = visible(visit, section), visit.office.clock()
    lines = [
        words.in_list(standing, one, _view(visit, standing, one), now, mine=may_sign(visit, one))
        for standing, one in found
    ]
    if section == "waiting":
        lines.sort(key=lambda line: (not line.mine, line.until, line.command_id))
    return visit.page(
        "commands.html",
        lines=lines[:MOST],
        total=len(lines),
        section=section,
        sections=words.SECTION_WORDS,
        mark=_mark(found),
    )


async def changed(visit: Visit) -> web.StreamResponse:
    """For htmx: nothing, or word that the page is to be loaded anew. No word about a client, so nothing to log."""
    query = visit.request.query
    if id_ := query.get("command", ""):
        standing = visit.office.commands.standings.get(id_)
        is_new = standing is not None and str(standing.number) != query.get("mark", "")
    else:
        section = query.get("state", "waiting")
        is_new = section in words.SECTIONS and _mark(visible(visit, section)) != query.get("mark", "")
    return web.Response(status=204, headers={"HX-Refresh": "true"} if is_new else {})


async def command(visit: Visit) -> web.StreamResponse:
    """The card: all of it is made of what is signed."""
    standing, one = of_path(visit)
    await visit.log("view", one.lead_id, f"команда {standing.command_id}")
    desk, now = visit.office.commands, visit.office.clock()
    definition, mine = desk.definition(one), may_sign(visit, one)
    return visit.page(
        "command.html",
        standing=standing,
        command=one,
        view=_view(visit, standing, one),
        state=words.stands(standing, now),
        tone=words.TONES.get(standing.state, ""),
        left=words.left(one.expires_at, now),
        link=words.occasion_link(one),
        may_sign=mine and standing.state == "asking",
        may_decide=mine and standing.state == "unknown",
        needs_key=desk.needs_key(one),
        has_key=bool(visit.user.passkeys),
        fields=fields(definition, one) if definition and mine and standing.state == "asking" else [],
        reasons=words.REASONS,
        final=standing.state in FINAL,
        steps=await _steps(visit, standing),
        replaced=one.supersedes if one.supersedes in desk.standings else "",
    )


def _view(visit: Visit, standing: Standing, one: Command) -> Shown | None:
    """What is signed, in words; contacts are hidden from who may not read them. None where its definition is gone."""
    definition = visit.office.commands.definition(one)
    if definition is None:
        return None
    kind, _, who = one.proposer.partition("/")
    user = visit.office.members.users.get(who) if kind in ("web", "mcp") else None
    client = name_of(visit, one.lead_id) if one.lead_id else ""
    names = {"proposer": user.name} if user is not None else {}
    names |= chat_names(one, client, visit.office.identities.identities.title)
    found = shown(standing.body, definition, client, names)
    if isinstance(found, Rejected):
        return None
    if visit.reads_contacts(one.lead_id) or may_sign(visit, one):
        return found
    lines = [replace(line, text=hidden(line.text)) for line in found.lines]
    return replace(found, lines=lines, quote=hidden(found.quote), why=hidden(found.why))


async def _steps(visit: Visit, standing: Standing) -> list[dict[str, str]]:
    """What happened to it; without the store only what stands now."""
    now = visit.office.clock()
    try:
        found = await told(visit, CommandHistory, f"/api/commands/{standing.command_id}")
    except LeadpulseError:
        return []
    return [
        {
            "at": when(step.at, now),
            "words": STATES[step.state],
            "more": ", ".join(filter(None, (step.by, words.HOW.get(step.how, ""), step.what, step.why))),
        }
        for step in found.steps
    ]


def _mark(found: list[Seen]) -> str:
    """Another where the list is another."""
    listed = ",".join(f"{one.command_id}{one.number}" for one, _ in found)
    return hashlib.sha256(listed.encode()).hexdigest()[:16]


ROUTES = (
    Route("GET", "/commands", commands, May("view"), deed="view"),
    Route("GET", "/commands/changed", changed, May("view")),
    Route("GET", "/commands/{command}", command, May("view"), about="command"),
)

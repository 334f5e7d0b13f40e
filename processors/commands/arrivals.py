"""A proposal comes to the desk. Pure but for the desk, which it changes."""

from typing import Final

from msgspec.structs import replace

from processors.commands import canon, words
from processors.commands.admission import runs_itself, too_many, unreplaceable, without_occasion, wrong
from processors.commands.entitlement import by_id
from processors.commands.entries import Entry, Who
from processors.commands.memory import Desk
from processors.commands.signing import opened
from processors.commands.tally import purse_of
from processors.commands.world import World
from schemas.codec import Rejected, event_id
from schemas.command_defs import Definition
from schemas.commands import FINAL, Command, CommandChange, Proposal, Standing, State
from schemas.types import Millis

SETTLED: Final = FINAL | {"unknown"}
"""States that a restart takes over: nothing is done in them any more."""
FORGED: Final = "forged"


def proposed(desk: Desk, record: Proposal, offset: int, at: Millis, world: World) -> list[CommandChange]:
    """Asked, run by itself, or at once rejected or dropped. The same one again is nothing."""
    if desk.find(record.command_id) is not None:
        return []
    command = opened(record, world.keys, at)
    if isinstance(command, Rejected):
        # Anybody may have written it under anybody's id: it is told, and not kept in that one's place.
        return [] if desk.tally.floods(FORGED) else [_forged(record, command.reason, offset, at)]
    if desk.tally.floods(f"{command.proposer.partition('/')[0]}/{purse_of(command)}"):
        return []
    entry = _entry(command, record, at, world)
    stood = world.stood(command.command_id)
    believed = (
        stood is not None and stood.digest == entry.standing.digest and stood.state not in ("rejected", "dropped")
    )
    if believed and stood is not None and stood.state in SETTLED:
        entry.standing, entry.restored, entry.stood_at = stood, True, stood.at
        desk.tally.admit(command)
        desk.keep(entry)
        return []
    if believed and stood is not None and stood.state == "running":
        entry.ran, entry.heard = stood, stood.how == "auto"
    state, why = _judged(desk, command, at, world, believed=believed)
    entry.standing = replace(entry.standing, state=state, why=why)
    if state in FINAL:
        desk.keep(entry)
        return [entry.first()]
    desk.tally.admit(command)
    return [*_supersede(desk, command, at, world), _kept(desk, entry)]


def _judged(desk: Desk, command: Command, at: Millis, world: World, *, believed: bool) -> tuple[State, str]:
    definition = world.definitions.get((command.name, command.version))
    if definition is None:
        return "rejected", words.NO_DEFINITION
    if believed:
        return "asking", ""
    former = desk.find(command.supersedes) if command.supersedes else None
    if why := wrong(command, definition, at, world) or unreplaceable(command, former):
        return "rejected", why
    if why := without_occasion(command, former, world):
        return "rejected", why
    if command.confidence_percent < definition.ask_below:
        return "dropped", ""
    if why := too_many(command, definition, desk.tally):
        return "rejected", why
    return "asking", ""


def by_itself(desk: Desk, entry: Entry, definition: Definition) -> bool:
    """Whether it may be approved without a person."""
    return runs_itself(entry.command, definition, unlocked=entry.command.name in desk.unlocked)


def _kept(desk: Desk, entry: Entry) -> CommandChange:
    desk.keep(entry)
    return entry.first()


def _entry(command: Command, record: Proposal, at: Millis, world: World) -> Entry:
    definition = world.definitions.get((command.name, command.version))
    standing = Standing(
        command_id=command.command_id,
        body=record.body,
        digest=canon.digest(record.body.encode()),
        state="asking",
        at=at,
        title=definition.title if definition is not None else command.name,
        effect=definition.effect if definition is not None else "",
    )
    return Entry(command, record.key_id, standing, command.expires_at)


def _supersede(desk: Desk, command: Command, at: Millis, world: World) -> list[CommandChange]:
    former = desk.find(command.supersedes) if command.supersedes else None
    if former is None or former.state != "asking":
        return []
    kind, _, user_id = command.proposer.partition("/")
    editor = by_id(user_id, world) if kind != "agent" else ""
    standing = replace(former.standing, state="superseded", why="")
    if isinstance(editor, Who):
        standing = replace(standing, by=editor.name, by_user=editor.user)
    change = former.move(standing, at)
    desk.keep(former)
    return [change]


def _forged(record: Proposal, why: str, offset: int, at: Millis) -> CommandChange:
    """Without its body: whoever reads changes takes a body for what somebody of ours signed. The log has it."""
    standing = Standing(
        command_id=record.command_id,
        body="",
        digest=canon.digest(record.body.encode(errors="surrogatepass")),
        state="rejected",
        at=at,
        why=why,
    )
    return CommandChange(
        change_id=event_id("command", FORGED, offset),
        command_id=record.command_id,
        lead_id="",
        name="unknown",
        at=at,
        before="",
        standing=standing,
    )

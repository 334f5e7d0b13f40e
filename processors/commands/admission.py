"""What is looked at before a proposal is put before a person. Pure."""

from typing import Final

from processors.commands import words
from processors.commands.definitions import faults, foreign, ttl_ms
from processors.commands.entitlement import INSIDE, known_client, may_propose, ordered
from processors.commands.entries import Entry
from processors.commands.schedule import moment_of
from processors.commands.tally import Tally
from processors.commands.world import World
from processors.days import DAY_MS
from schemas.command_defs import Definition
from schemas.commands import Command
from schemas.types import Millis

SKEW_MS: Final = 300_000
"""By which the clock of who proposes may run ahead of the broker's."""
FARTHEST_MS: Final = 60 * DAY_MS
"""How far ahead a reminder may be: who reads the log anew finds it there for 90 days."""
LEAST_AUTO: Final = {"inward": 80, "reversible": 90}
"""Percent below which nothing runs by itself, whatever its definition says (research/web.md 2.C)."""


def wrong(command: Command, definition: Definition, at: Millis, world: World) -> str:
    """What is wrong with the proposal itself, in Russian; "" where nothing is."""
    if definition.effect == "money" and command.proposer.startswith("agent/"):
        return words.NO_DEFINITION
    if found := faults(definition, command.params):
        return "; ".join(found)
    if scope := _out_of_scope(command, definition, world):
        return scope
    if command.proposed_at > at + SKEW_MS:
        return words.FROM_FUTURE
    if command.expires_at <= at:
        return words.LATE
    if command.expires_at > at + ttl_ms(definition) + SKEW_MS:
        return words.TOO_LONG
    if why := _untimely(command, definition, at):
        return why
    return foreign(definition, command.params, command.lead_id, world.filled)


def _untimely(command: Command, definition: Definition, at: Millis) -> str:
    if definition.handler.kind != "reminder.set":
        return ""
    due = moment_of(command.params.get("at")) or 0
    if due <= at:
        return words.PAST
    return words.TOO_FAR if due > at + FARTHEST_MS else ""


def _out_of_scope(command: Command, definition: Definition, world: World) -> str:
    if command.lead_id and definition.lead == "none":
        return words.LEAD_TOO_MANY
    if not command.lead_id and definition.lead == "required":
        return words.LEAD_NEEDED
    if command.lead_id and not known_client(command, world):
        return words.LEAD_UNKNOWN
    return "" if may_propose(command, world) else words.NOT_ALLOWED


def too_many(command: Command, definition: Definition, tally: Tally) -> str:
    """Which limit it breaks, in Russian. Another text of a command that waits, by a person, breaks none."""
    by_person = command.proposer.startswith("web/")
    if by_person and command.supersedes:
        return ""
    if command.name in tally.paused and not by_person:
        return words.PAUSED
    if (command.name, command.lead_id) in tally.paused_for and not by_person:
        return words.PAUSED_FOR
    match tally.full(command, definition.limits):
        case "lead":
            return words.PER_LEAD
        case "day":
            return words.PER_DAY
        case _:
            return ""


def is_edit(command: Command, former: Entry | None) -> bool:
    """Whether it is the one for which it stands, said otherwise: on the same occasion."""
    return former is not None and former.command.trigger == command.trigger


def without_occasion(command: Command, former: Entry | None, world: World) -> str:
    """Why nobody knows what made him propose it. An edit has that of the one for which it stands; and what was refused
    for it once stays refused when the log is read again, where it can no longer be looked for."""
    if is_edit(command, former):
        return ""
    stood = world.stood(command.command_id)
    if stood is not None and (stood.state, stood.why) == ("rejected", words.NO_TRIGGER):
        return words.NO_TRIGGER
    return "" if world.trigger_exists(command) else words.NO_TRIGGER


def unreplaceable(command: Command, former: Entry | None) -> str:
    """Why it cannot stand for the one that it supersedes: that one is not waiting, or is about something else."""
    if not command.supersedes:
        return ""
    same = former is not None and (former.command.name, former.command.lead_id) == (command.name, command.lead_id)
    return "" if same and former is not None and former.state == "asking" else words.FORMER_DECIDED


def runs_itself(command: Command, definition: Definition, *, unlocked: bool) -> bool:
    """Whether nobody has to be asked. Never for what leaves the house, for orders to a machine, for what another
    program proposes; and for others' data never on a client's words."""
    if definition.effect not in INSIDE or not unlocked or ordered(command):
        return False
    if not command.proposer.startswith("agent/") or (definition.effect == "reversible" and command.trigger.client):
        return False
    return command.confidence_percent >= max(definition.auto.min_percent, LEAST_AUTO[definition.effect])

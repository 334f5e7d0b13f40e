"""What is looked at again when an approved command begins: who signed may have left since. Pure."""

from typing import Final

from processors.commands import words
from processors.commands.admission import runs_itself
from processors.commands.definitions import foreign
from processors.commands.entitlement import by_id, entitled
from processors.commands.entries import Entry
from processors.commands.signing import revoked
from processors.commands.tally import Tally
from processors.commands.world import World
from schemas.command_defs import Definition, Handler
from schemas.types import Millis

AT_ONCE: Final[frozenset[str]] = frozenset(
    ("note.add", "mail.draft", "fact.correct", "alert.action", "room.link", "command.new")
)
"""Kinds of handlers whose effect is an event of our own history: done as soon as they are approved."""


def at_once(handler: Handler) -> bool:
    """Whether nothing is handed over."""
    return handler.kind in AT_ONCE


def objection(entry: Entry, definition: Definition | None, at: Millis, world: World, tally: Tally) -> str:
    """Why it must not begin, in Russian; "" where it may."""
    command, key = entry.command, world.keys.get(entry.key_id)
    if definition is None:
        return words.DEFINITION_GONE
    if at >= entry.deadline:
        return words.RAN_OUT
    if key is None or revoked(key, at):
        return words.KEY_REVOKED
    if entry.standing.how == "auto":
        allowed = runs_itself(command, definition, unlocked=command.name in tally.unlocked)
        return foreign(definition, command.params, command.lead_id, world.filled) if allowed else words.LOCKED_AGAIN
    if len(entry.signers) < definition.approval.count:
        return words.ONE_MORE
    for signer in entry.signers:
        now = by_id(signer.user, world)
        if isinstance(now, str) or not (entry.ran is not None or entitled(now, definition, command, world)):
            return words.APPROVER_GONE
    return foreign(definition, command.params, command.lead_id, world.filled)

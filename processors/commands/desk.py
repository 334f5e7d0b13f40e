"""The desk: a pure fold of the log `commands`. Same records, same world → same standings, whatever the batches.

    asking ─► approved ─► running ─► done | failed | unknown ─(a person)─► done | failed
      └► refused | expired | superseded          at once: rejected | dropped
    approved ─► done     inward ones, where nothing is handed over;  approved ─► failed | expired   when it should begin

What is to be done for a change says `effects.effects`; `to_be_done` says for which changes. The only clock is the time
at which the broker appended a record (`at`); what a record itself says of the time decides nothing.
"""

from msgspec.structs import replace

from processors.commands import words
from processors.commands.answers import approved, decided, refused, sign, switched, unheard
from processors.commands.arrivals import by_itself, proposed
from processors.commands.attesting import Said, unattested
from processors.commands.entries import Entry
from processors.commands.execution import at_once, objection
from processors.commands.memory import Desk, definition_of
from processors.commands.world import World
from schemas.commands import (
    Approval,
    Begun,
    Clock,
    CommandChange,
    Decided,
    LogRecord,
    Proposal,
    Refusal,
    Result,
    Switched,
)
from schemas.types import Millis

__all__ = ["Desk", "decide", "to_be_done"]

LONGEST = 500
"""Characters of what an outlet says."""


def decide(desk: Desk, record: LogRecord, offset: int, at: Millis, world: World) -> list[CommandChange]:
    """What the record at `offset`, appended at `at` (LogAppendTime), changes; the desk has it applied.

    A change from `asking` to `asking` tells why somebody's answer did not count. Never raises.
    """
    if offset <= desk.offset:
        return []
    desk.offset, desk.now = offset, max(at, desk.now)
    at = desk.now
    changes = _time(desk, at, world)
    if isinstance(record, Said) and (why := unattested(record, at, world)):
        return [*changes, *unheard(desk, record, why, at), *_begin(desk, changes, at, world)]
    match record:
        case Proposal():
            fresh = proposed(desk, record, offset, at, world)
            changes += fresh + (_by_itself(desk, record, at, world) if fresh else [])
        case Approval():
            changes += approved(desk, record, at, world)
        case Refusal():
            changes += refused(desk, record, at, world)
        case Begun():
            changes += _begun(desk, record, at, world)
        case Result():
            changes += _result(desk, record, at, world)
        case Decided():
            changes += decided(desk, record, at, world)
        case Switched():
            switched(desk, record, at, world)
        case Clock():
            pass
    return [*changes, *_begin(desk, changes, at, world)]


def to_be_done(change: CommandChange) -> bool:
    """Whether this change is the one at which `effects` are due (once in a command's life)."""
    return change.before == "approved" and change.standing.state in ("running", "done")


def _time(desk: Desk, at: Millis, world: World) -> list[CommandChange]:
    """What time alone changes: what has run out, and what has waited long enough."""
    new_day, changes = desk.tally.turn(at), []
    for entry in desk.opened():
        if entry.state in ("asking", "approved") and at >= entry.deadline:
            changes.append(entry.to("expired", at, words.RAN_OUT if entry.state == "approved" else ""))
            desk.keep(entry)
        elif entry.state == "approved" and at >= entry.standing.due_at:
            changes.append(_started(desk, entry, at, world))
    if new_day:
        desk.prune(at)
    return changes


def _by_itself(desk: Desk, record: Proposal, at: Millis, world: World) -> list[CommandChange]:
    entry = desk.find(record.command_id)
    if entry is None or entry.state != "asking":
        return []
    definition = definition_of(entry, world)
    if definition is None or not by_itself(desk, entry, definition):
        return []
    return [sign(desk, entry, definition, at, "", "", "auto")]


def _begin(desk: Desk, changes: list[CommandChange], at: Millis, world: World) -> list[CommandChange]:
    """Those that were approved just now and have nothing to wait for."""
    entries = [desk.find(change.command_id) for change in changes if change.standing.state == "approved"]
    ready = (entry for entry in entries if entry is not None and entry.state == "approved")
    return [_started(desk, entry, at, world) for entry in ready if at >= entry.standing.due_at]


def _started(desk: Desk, entry: Entry, at: Millis, world: World) -> CommandChange:
    """Verified again, it is handed over, or done at once where it changes our own history alone."""
    definition = definition_of(entry, world)
    why = objection(entry, definition, at, world, desk.tally)
    if why or definition is None:
        change = entry.to("failed", at, why)
    else:
        change = entry.to("done" if at_once(definition.handler) else "running", at)
    if entry.ran is not None and entry.state == "running":
        entry.standing, entry.stood_at = entry.ran, entry.ran.at
    desk.keep(entry)
    return change


def _begun(desk: Desk, record: Begun, at: Millis, world: World) -> list[CommandChange]:
    entry = desk.find(record.command_id)
    if entry is None or entry.begun or entry.final:
        return []
    if why := unattested(record, at, world):
        return unheard(desk, record, why, at)
    entry.begun = True
    return []


def _may_be_told(entry: Entry, at: Millis) -> bool:
    """Whether an outlet may say what became of it. It ran before a restart, and who approved it is not known any more:
    then, too."""
    if entry.state == "asking":
        return entry.ran is not None and entry.heard
    return entry.state in ("running", "unknown") and at > entry.stood_at


def _result(desk: Desk, record: Result, at: Millis, world: World) -> list[CommandChange]:
    """What the outlet says has happened has happened; what is `unknown` to it may be found out later. Its signature is
    verified where the word would change something: most that are read again would not."""
    entry = desk.find(record.command_id)
    if entry is None or not _may_be_told(entry, at):
        return []
    if why := unattested(record, at, world):
        return unheard(desk, record, why, at)
    entry.begun = True
    if record.outcome == entry.state:
        return []
    said = replace(
        entry.standing, state=record.outcome, what=record.what.strip()[:LONGEST], why=record.error.strip()[:LONGEST]
    )
    change = entry.move(said, at)
    desk.keep(entry)
    return [change]

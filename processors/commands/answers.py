"""What people say to a command: yes, no, "I have looked", and an administrator's switches. Pure but for the desk."""

from typing import Final, Literal

from msgspec.structs import replace

from processors.access import may_at_all
from processors.commands import words
from processors.commands.attesting import Call, Signed
from processors.commands.definitions import latest
from processors.commands.entitlement import INSIDE, by_id, entitled, needed, unproven, who
from processors.commands.entries import Entry, Who
from processors.commands.memory import Desk, definition_of
from processors.commands.schedule import begins_by, runs_at
from processors.commands.world import World
from schemas.command_defs import NEVER, Definition
from schemas.commands import Answered, Approval, Begun, CommandChange, Decided, Refusal, Result, Switched
from schemas.types import Millis

LONGEST: Final = 300
"""Characters of a reason."""
UNHEARD: Final = "unheard"


def approved(desk: Desk, record: Approval, at: Millis, world: World) -> list[CommandChange]:
    """Yes. It counts for exactly the signed text, from who may, proven as it has to be, once."""
    entry = desk.answered(record)
    if entry is None or entry.state != "asking":
        if entry is not None and _said_before(entry, record, world):
            desk.tally.approved(entry.command.name, entry.command.lead_id)
        return []
    definition = definition_of(entry, world)
    ran = _ran_by(entry, record, world)
    entry.heard = entry.heard or ran
    one = _answering(entry, definition, record, world, ran=ran)
    if isinstance(one, str) or definition is None:
        return _noted(desk, entry, one if isinstance(one, str) else words.DEFINITION_GONE, at)
    if why := _unproven(desk, entry, definition, record, one, world):
        return _noted(desk, entry, why, at)
    if record.passkey is not None:
        desk.nonces[record.passkey.nonce] = at
    entry.signers.append(one)
    if len(entry.signers) < definition.approval.count:
        return _noted(desk, entry, words.ONE_MORE, at)
    desk.tally.approved(entry.command.name, entry.command.lead_id)
    names = ", ".join(signer.name for signer in entry.signers)
    return [sign(desk, entry, definition, at, names, one.user, _how(record))]


def sign(
    desk: Desk,
    entry: Entry,
    definition: Definition,
    at: Millis,
    by: str,
    by_user: str,
    how: Literal["", "auto", "button", "passkey"],
) -> CommandChange:
    """It is approved, and has its time. Where that has come, the desk lets it begin in the same breath."""
    runs = runs_at(entry.command, definition, at)
    due_at = runs if runs > at else 0
    entry.deadline = begins_by(entry.command, definition, due_at)
    standing = replace(entry.standing, state="approved", by=by, by_user=by_user, how=how, due_at=due_at, why="")
    change = entry.move(standing, at)
    desk.keep(entry)
    return change


def refused(desk: Desk, record: Refusal, at: Millis, world: World) -> list[CommandChange]:
    """No, from who could have said yes; it needs no device's key."""
    entry = desk.answered(record)
    if entry is None or entry.state != "asking":
        if entry is not None and _said_before(entry, record, world):
            desk.tally.refused(entry.command.name, entry.command.lead_id)
        return []
    one = _answering(entry, definition_of(entry, world), record, world)
    if isinstance(one, str):
        return _noted(desk, entry, one, at)
    reason = record.reason.strip()[:LONGEST]
    standing = replace(entry.standing, state="refused", by=one.name, by_user=one.user, why=reason)
    change = entry.move(standing, at)
    desk.keep(entry)
    desk.tally.refused(entry.command.name, entry.command.lead_id)
    return [change]


def decided(desk: Desk, record: Decided, at: Millis, world: World) -> list[CommandChange]:
    """A person has looked what became of one that was cut off in mid-call."""
    entry = desk.find(record.command_id)
    definition = None if entry is None else definition_of(entry, world)
    if entry is None or entry.state != "unknown" or at <= entry.stood_at:
        return []
    one = by_id(record.user_id, world)
    if isinstance(one, str) or (definition is not None and not entitled(one, definition, entry.command, world)):
        return _noted(desk, entry, one if isinstance(one, str) else words.NO_RIGHT, at)
    change = entry.to(record.outcome, at, words.looked(one.name))
    desk.keep(entry)
    return [change]


def switched(desk: Desk, record: Switched, at: Millis, world: World) -> None:
    """An administrator's word; nobody else's, and nothing that leaves the house is ever unlocked. Written down once
    more, later, it says nothing."""
    one = by_id(record.user_id, world)
    if isinstance(one, str) or not may_at_all(one.person, "definitions"):
        return
    if record.sig and not desk.tally.is_news(record.name, record.at, at):
        desk.tally.disbelieve(words.WORD_OLD)
        return
    if record.paused is not None:
        desk.tally.pause(record.name, on=record.paused)
    if record.auto is not None and (not record.auto or _unlockable(desk, record.name, world)):
        desk.tally.unlock(record.name, at, on=record.auto)


def unheard(desk: Desk, record: Signed, why: str, at: Millis) -> list[CommandChange]:
    """Nobody knows that it was said: it changes nothing, is counted, and people see why; of a call where they wait for
    its end: what is not known of one that was cut off stays as it was told."""
    flood = desk.tally.floods(UNHEARD)
    desk.tally.disbelieve(why)
    match record:
        case Switched():
            entry = None
        case Decided() | Begun() | Result():
            entry = desk.find(record.command_id)
        case _:
            entry = desk.answered(record)
    if flood or entry is None or entry.final or at <= entry.stood_at:
        return []
    if isinstance(record, Call) and entry.state != "running":
        return []
    return _noted(desk, entry, why, at)


def _unlockable(desk: Desk, name: str, world: World) -> bool:
    definition = latest(world.definitions).get(name)
    if definition is None or definition.effect not in INSIDE or definition.auto.min_percent >= NEVER:
        return False
    return desk.may_unlock(name)


def _answering(
    entry: Entry, definition: Definition | None, answer: Answered, world: World, *, ran: bool = False
) -> Who | str:
    """Who answers this text, and may; or why it does not count. By an answer by which it `ran` he may."""
    if definition is None:
        return words.DEFINITION_GONE
    if not _same_text(entry, answer):
        return words.OTHER_TEXT
    one = who(answer, world)
    if isinstance(one, str):
        return one
    return one if ran or entitled(one, definition, entry.command, world) else words.NO_RIGHT


def _ran_by(entry: Entry, answer: Approval, world: World) -> bool:
    """Whether it is the approval by which the command ran before a restart. Of who is not known any more it is
    believed: nothing is handed over on that, only what the outlet says of it counts."""
    if entry.ran is None or not _same_text(entry, answer):
        return False
    one = who(answer, world)
    if isinstance(one, Who):
        return one.user == entry.ran.by_user or one.name in entry.ran.by.split(", ")
    return answer.user_id == entry.ran.by_user if answer.button is None else entry.ran.how == "button"


def _same_text(entry: Entry, answer: Answered) -> bool:
    """A button has the beginning of the digest only, all others the whole."""
    if answer.button is not None:
        return entry.standing.digest.startswith(answer.digest)
    return entry.standing.digest == answer.digest


def _unproven(desk: Desk, entry: Entry, definition: Definition, record: Approval, one: Who, world: World) -> str:
    if record.passkey is not None and record.passkey.nonce in desk.nonces:
        return words.NONCE_USED
    if any(signer.user == one.user for signer in entry.signers):
        return words.SIGNED_TWICE
    return unproven(record, one, entry.standing.digest, needed(definition, entry.command), world)


def _said_before(entry: Entry, answer: Answered, world: World) -> bool:
    """Whether it is the answer by which it stands as it stood before a restart: it counts in the row of refusals."""
    if not entry.restored or not _same_text(entry, answer) or entry.standing.how == "auto":
        return False
    one = who(answer, world)
    said_no = isinstance(answer, Refusal)
    if not isinstance(one, Who) or one.user != entry.standing.by_user or said_no != (entry.state == "refused"):
        return False
    entry.restored = False  # once: a copy of it further on in the log is not another answer
    return True


def _noted(desk: Desk, entry: Entry, why: str, at: Millis) -> list[CommandChange]:
    changes = entry.note(why, at)
    desk.keep(entry)
    return changes


def _how(record: Approval) -> Literal["", "button", "passkey"]:
    if record.passkey is not None:
        return "passkey"
    return "button" if record.button is not None else ""

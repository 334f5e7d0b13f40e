"""Who may answer a command, and whether he has shown that it is he. Pure."""

import re
from typing import Final, Literal

from processors.access import Action, may, may_at_all
from processors.commands import words
from processors.commands.entries import Who
from processors.commands.params import seen
from processors.commands.signing import passkey_holds
from processors.commands.world import World, person
from processors.minutes import is_order
from schemas.command_defs import Definition
from schemas.commands import Answered, Approval, Command

How = Literal["none", "button", "passkey"]

_TELEGRAM: Final = re.compile(r"tg:(-?[0-9]{1,19})", re.ASCII)
INSIDE: Final = ("inward", "reversible")
"""Effects that can be approved by a button, and that may run without a person; all others never, whatever says so."""


def needed(definition: Definition, command: Command) -> How:
    """How it has to be signed. A device's key for all that leaves the house, and where words contain orders to a
    machine: a definition cannot ask for less."""
    if definition.effect not in INSIDE or ordered(command):
        return "passkey"
    return definition.approval.how


def ordered(command: Command) -> bool:
    """Whether what made somebody propose it contains orders to a machine, whether or not he says so, and whether or not
    signs that nobody sees stand between their letters."""
    return command.trigger.orders or is_order(seen(command.trigger.words).replace("\u200d", "").replace("\u00ad", ""))


def who(answer: Answered, world: World) -> Who | str:
    """Who answered; or why nobody may, in Russian. A button's sender is a user of the page where one has his chat, one
    who may still enter before one who may not."""
    if answer.button is None:
        return by_id(answer.user_id, world)
    telegram_id = answer.button.telegram_id
    if answer.user_id or (isinstance(answer, Approval) and answer.passkey is not None):
        return words.PROOF_DOUBLE
    users = [one for one in world.users.values() if telegram_id and one.telegram_id == telegram_id]
    user = min(users, key=lambda one: (one.disabled, one.user_id), default=None)
    return by_id(f"tg:{telegram_id}" if user is None else user.user_id, world)


def by_id(user_id: str, world: World) -> Who | str:
    """Somebody by `Who.user`, with the rights that he has now."""
    if spoke := _TELEGRAM.fullmatch(user_id):
        found = world.person_of_telegram(int(spoke[1]))
        return words.WHO_UNKNOWN if found is None else Who(user_id, *found)
    user = world.users.get(user_id)
    if user is None:
        return words.WHO_UNKNOWN
    return words.WHO_DISABLED if user.disabled else Who(user_id, user.name, person(user))


def entitled(one: Who, definition: Definition, command: Command, world: World) -> bool:
    """Whether his role may approve or refuse this command, and this client is his."""
    action: Action = "approve_inside" if definition.effect in INSIDE else "approve_outward"
    if one.person.role not in definition.approval.by:
        return False
    if not command.lead_id:
        return may_at_all(one.person, action)
    return may(one.person, action, world.owner_of(command.lead_id))


def may_propose(command: Command, world: World) -> bool:
    """Whether a person who proposes it may write to this client's history; the agent works for all."""
    kind, _, user_id = command.proposer.partition("/")
    if kind == "agent":
        return True
    one = by_id(user_id, world)
    if isinstance(one, str):
        return False
    if not command.lead_id:
        return may_at_all(one.person, "write")
    return may(one.person, "write", world.owner_of(command.lead_id))


def known_client(command: Command, world: World) -> bool:
    """Whether the lead is one."""
    return world.owner_of(command.lead_id).assigned


def unproven(approval: Approval, one: Who, digest: str, how: How, world: World) -> str:
    """Why this proof is not enough, in Russian; "" where it is. A proof that is there has to hold, needed or not."""
    if approval.passkey is not None:
        user = world.users.get(one.user)
        if user is None or approval.digest != digest:
            return words.OTHER_TEXT if user is not None else words.PASSKEY_FOREIGN
        return passkey_holds(approval.passkey, digest, user, world.origin)
    match how:
        case "passkey":
            return words.PASSKEY_NEEDED
        case "button":
            return "" if approval.button is not None else words.PROOF_NEEDED
        case "none":
            return ""

"""A reply to a client: proposed, signed, and approved."""

from functools import cache

from processors.commands import signing
from schemas.commands import Approval
from tests.unit.processors.commands.office import PRIVATE, REPLY, Office, command

MADE = command(*REPLY)
PROPOSAL = signing.proposal(MADE, "k1", PRIVATE)


@cache
def approval() -> Approval:
    office = Office()
    office.say(PROPOSAL)
    return office.approval(MADE.command_id, "olga")

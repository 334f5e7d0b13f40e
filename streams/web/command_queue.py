"""Which commands a user sees, and which of them wait for his signature: the list's, and the menu's."""

from functools import lru_cache
from typing import TYPE_CHECKING

from processors.commands import canon
from schemas.codec import Rejected
from schemas.commands import Command, Standing
from streams.web.faults import Fault
from streams.web.told.commands import SECTIONS

if TYPE_CHECKING:
    from streams.web.visit import Visit

Seen = tuple[Standing, Command]


@lru_cache(maxsize=4096)
def _read(body: str) -> Command | None:
    found = canon.read(body)
    return None if isinstance(found, Rejected) else found


def command_of(standing: Standing) -> Command | None:
    """What was signed."""
    return _read(standing.body)


def visible(visit: "Visit", section: str) -> list[Seen]:
    """Of clients whom the user may see, those that moved last first."""
    found = [one for one in visit.office.commands.standings.values() if one.state in SECTIONS[section]]
    found.sort(key=lambda one: (-one.at, one.command_id))
    pairs = ((one, command_of(one)) for one in found)
    return [(one, command) for one, command in pairs if command is not None and may_see(visit, command)]


def may_see(visit: "Visit", command: Command) -> bool:
    """What is about no client is seen by who may sign it, by who asked for it, and by administrators."""
    if command.lead_id:
        return visit.may("view", command.lead_id)
    mine = command.asked_by == visit.user.user_id or command.proposer == f"web/{visit.user.user_id}"
    return mine or visit.may("definitions") or may_sign(visit, command)


def may_sign(visit: "Visit", command: Command) -> bool:
    """Whether the user's word on it counts."""
    return visit.office.commands.may_sign(visit.user, command)


def waiting(visit: "Visit") -> int:
    """How many the user may sign now."""
    if not visit.may("approve_inside"):
        return 0
    return sum(1 for _, command in visible(visit, "waiting") if may_sign(visit, command))


def of_path(visit: "Visit") -> Seen:
    """Raises `Fault` 404, also for a client who is not the user's: that it is there is nobody else's business."""
    standing = visit.office.commands.standings.get(visit.request.match_info["command"])
    one = command_of(standing) if standing is not None else None
    if standing is None or one is None or not may_see(visit, one):
        raise Fault(404)
    return standing, one

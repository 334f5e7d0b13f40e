"""What a decision is made in: all that the log of commands does not hold itself. Frozen and injected; pure.

The zone of quiet hours and of times in params is the installation's (`processors.days`).
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from processors.access import Owner, Person
from processors.commands.definitions import Filled, Key
from schemas.command_defs import Definition, SigningKey
from schemas.commands import Command, Standing
from schemas.people import WebUser
from schemas.types import LeadId, Millis


def _nobody(_: int) -> tuple[str, Person] | None:
    return None


def _nothing(_: str, __: LeadId) -> Collection[str]:
    return ()


def _exists(_: Command) -> bool:
    return True


def _no_standing(_: str) -> Standing | None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """`owner_of`: whose a client is; for an id that is no client, `processors.access.UNASSIGNED`.

    `person_of_telegram`: name and rights of who has this Telegram id: a user of the page, or a curator without one;
    None for all others, and for the disabled. `filled(source, lead)`: the values of an `x-from`:
    `identities.telegram_chat` the client's chats, `portal.responsible` the portal's id of his responsible,
    `rooms.link` the address of his room, `commands.workflows` the names of the settings (lead is "" where there is
    none). `trigger_exists`: whether what the command calls its occasion is known; where nobody can tell, True.
    `stood`: how a command stood before a restart (`command.state`): a new start does not judge anew what was decided
    under rights that have changed since.
    `origin`: of the page, as keys of devices are bound to it. `words_since`: from then on people's words have to be
    attested (`schemas.command_defs.WordsSigned`); None: nobody has set it yet, and they count as they are.
    `calls_since`: the same of what is said of calls (`CallsSigned`).
    """

    definitions: Mapping[Key, Definition]
    keys: Mapping[str, SigningKey]
    users: Mapping[str, WebUser]
    owner_of: Callable[[LeadId], Owner]
    origin: str
    person_of_telegram: Callable[[int], tuple[str, Person] | None] = _nobody
    filled: Filled = _nothing
    trigger_exists: Callable[[Command], bool] = _exists
    stood: Callable[[str], Standing | None] = _no_standing
    words_since: Millis | None = None
    calls_since: Millis | None = None


def person(user: WebUser) -> Person:
    """A user as far as his rights go."""
    return Person(role=user.role, name=user.name, chat=user.telegram_id, leads=user.leads)

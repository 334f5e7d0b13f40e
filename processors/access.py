"""Who may do what on the page: four roles, one table, one question (`may`). Pure.

Every reach is an allow list: an action that has no row, or a role that has no cell in it, may not.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from processors.curators import same
from schemas.people import Role

Leads = Literal["own", "all"]
Reach = Literal["own", "unassigned", "all"]
"""Of which clients: the user's own; these and those that are nobody's yet; all."""

Action = Literal[
    "view",
    "contacts",
    "play",
    "export",
    "write",
    "link",
    "alert",
    "approve_inside",
    "approve_outward",
    "flow",
    "payloads",
    "users",
    "definitions",
    "audit_own",
    "audit",
    "erase_request",
    "erase_confirm",
    "erase_execute",
    "consents",
]
"""`view`: list, card, timeline, chat · `contacts`: phones and mails unmasked · `write`: notes, corrections, verdicts ·
`link`: who a chat belongs to · `alert`: seen, later · `flow`: counts · `payloads`: what a record holds, dead letters ·
`audit_own`: one's own entries of the access log."""

ROLES: Final[tuple[Role, ...]] = ("viewer", "curator", "head", "admin")

MATRIX: Final[Mapping[Action, Mapping[Role, Reach]]] = {
    "view": {"viewer": "own", "curator": "own", "head": "all", "admin": "all"},
    "contacts": {"curator": "own", "head": "all", "admin": "all"},
    "play": {"curator": "own", "head": "all", "admin": "all"},
    "export": {"head": "all", "admin": "all"},
    "write": {"curator": "own", "head": "all"},
    "link": {"curator": "unassigned", "head": "all"},
    "alert": {"curator": "unassigned", "head": "all"},
    "approve_inside": {"curator": "own", "head": "all"},
    "approve_outward": {"curator": "own", "head": "all"},
    "flow": {"head": "all", "admin": "all"},
    "payloads": {"admin": "all"},
    "users": {"admin": "all"},
    "definitions": {"admin": "all"},
    "audit_own": {"viewer": "all", "curator": "all", "head": "all", "admin": "all"},
    "audit": {"head": "all", "admin": "all"},
    "erase_request": {"curator": "own", "head": "all"},
    "erase_confirm": {"head": "all"},
    "erase_execute": {"admin": "all"},
    "consents": {"curator": "own", "head": "all", "admin": "all"},
}
"""The table of docs/page.md: what is not in it is not allowed."""

OTHERS_TOO: Final = frozenset[Action]({"view"})
"""What a viewer or a curator whose setting is `all` may of other people's clients too: look, nothing else."""


@dataclass(frozen=True, slots=True)
class Person:
    """A user as far as his rights go. `name` as Bitrix24 calls him; `chat` is his Telegram id, 0 without one."""

    role: Role
    name: str = ""
    chat: int = 0
    leads: Leads = "own"


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose a client is: the responsible of his card, and the chat that his alerts go to. Empty and 0: nobody's."""

    name: str = ""
    chat: int = 0
    assigned: bool = True
    """False: no client yet, but something in the inbox."""


UNASSIGNED: Final = Owner(assigned=False)


def owns(user: Person, owner: Owner) -> bool:
    """Whether the client is this user's own: by name as the portal writes it, or by the chat that is rung."""
    by_name = bool(owner.name) and same(owner.name) == same(user.name)
    return owner.assigned and (by_name or (owner.chat != 0 and owner.chat == user.chat))


def may(user: Person, action: Action, owner: Owner) -> bool:
    """Whether `user` may do `action` to a client of `owner` (or to `UNASSIGNED`)."""
    match MATRIX.get(action, {}).get(user.role):
        case "all":
            return True
        case "unassigned":
            return not owner.assigned or owns(user, owner)
        case "own":
            return owns(user, owner) or (owner.assigned and user.leads == "all" and action in OTHERS_TOO)
        case None:
            return False


def may_at_all(user: Person, action: Action) -> bool:
    """Whether there can be a client to whom `user` may do `action`: for pages that are about no single client."""
    return user.role in MATRIX.get(action, {})


def sees_all(user: Person, action: Action) -> bool:
    """Whether a list for `action` has every client; else it has to be filtered by `may`."""
    return MATRIX.get(action, {}).get(user.role) == "all" or (
        may_at_all(user, action) and user.leads == "all" and action in OTHERS_TOO
    )

"""Routes are data: what a handler answers to, who may ask, and what the access log says of it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from aiohttp import web

from processors.access import Action
from schemas.people import Deed

if TYPE_CHECKING:
    from streams.web.visit import Visit

Handler = Callable[["Visit"], Awaitable[web.StreamResponse]]
Method = Literal["GET", "POST", "PATCH"]


@dataclass(frozen=True, slots=True)
class Public:
    """Everybody, without a session."""


@dataclass(frozen=True, slots=True)
class Signed:
    """Every user, whatever his role."""


@dataclass(frozen=True, slots=True)
class May:
    """Who may do `action`: to the client of the path (`Route.lead`), else to at least some client."""

    action: Action


Access = Public | Signed | May


@dataclass(frozen=True, slots=True)
class Route:
    """One method of one path.

    `deed`: the answer is personal, and its access record stands before it goes out. `lead`: the parameter of the path
    that is a client. `about`: the one that says what of his it is. `stepped`: needs a device key used minutes ago.
    """

    method: Method
    path: str
    handler: Handler
    access: Access
    deed: Deed | None = None
    lead: str = ""
    about: str = ""
    stepped: bool = False

    def told(self) -> dict[str, object]:
        """As `docs/access.json` and `leadpulse web routes --json` show it."""
        match self.access:
            case Public():
                access = "public"
            case Signed():
                access = "signed"
            case May(action):
                access = action
        return {
            "method": self.method,
            "path": self.path,
            "access": access,
            "lead": self.lead,
            "logged": self.deed or "",
            "stepped": self.stepped,
        }

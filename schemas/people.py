"""Who uses the page, and what they opened: `web.users`, `web.sessions`, `web.logins`, `audit.access`."""

import hashlib
from typing import Annotated, Literal

import msgspec

from schemas.types import Millis, SomeLead

UserId = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9]{1,32}\Z")]
Sha256 = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}\Z")]
"""A secret as it stands on a topic: who reads the topic cannot use it."""
UserName = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]

Role = Literal["viewer", "curator", "head", "admin"]

Deed = Literal[
    "view",
    "play",
    "search",
    "ask",
    "export",
    "note",
    "correct",
    "alert",
    "link",
    "approve",
    "erase",
    "consent",
    "users",
    "key",
    "audit",
    "payload",
    "login",
    "logout",
    "refused",
]
"""What somebody did, or tried to: `refused` is a request that his role does not allow, or a login that failed."""


class Passkey(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A key of a device (WebAuthn). `credential` and `public_key` are base64url without padding."""

    credential: str
    public_key: str
    sign_count: int = 0
    name: str = ""
    made: Millis = 0


class WebUser(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody of our people. `name` as Bitrix24 calls him: his own clients are found by it, and by `telegram_id`.

    A session that was made before `sessions_from` is over: a new role, or `disabled`, moves it.
    """

    user_id: UserId
    name: UserName
    role: Role
    telegram_id: int = 0
    leads: Literal["own", "all"] = "own"
    passkeys: list[Passkey] = []
    disabled: bool = False
    sessions_from: Millis = 0


class WebSession(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Key: sha256 of the cookie. `stepped`: when its user last proved with a key of his device that it is he."""

    user_id: UserId
    made: Millis
    seen: Millis
    agent: str = ""
    address: str = ""
    stepped: Millis = 0


class Invited(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="invited"):
    """A link of `leadpulse web link`, for once. Key: sha256 of its code."""

    user_id: UserId
    until: Millis


class LoginStarted(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="started"):
    """The page shows `number` and waits for the bot. Key: as `LOGIN_KEY` says; `browser`: sha256 of its cookie."""

    browser: Sha256
    number: Annotated[int, msgspec.Meta(ge=10, le=99)]
    others: list[int]
    """The wrong numbers that the bot offers beside it."""
    agent: str = ""
    until: Millis = 0


class LoginAsked(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="asked"):
    """Somebody opened the bot by the page's link. Key: that of the login."""

    telegram_id: int
    at: Millis


class LoginAnswered(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="answered"):
    """A button under the bot's question. `number` 0 is «Это не я». Key: that of the login."""

    telegram_id: int
    number: int
    at: Millis


class LoginUsed(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="used"):
    """It is over, whatever came of it: nobody gets in by it any more."""

    user_id: Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9]{0,32}\Z")] = ""


Login = Invited | LoginStarted | LoginAsked | LoginAnswered | LoginUsed

LOGIN_KEY = 32
"""Characters of the digest of a nonce that are its key: 128 bits, and short enough for the data of a button."""


def login_key(nonce: str) -> str:
    """Of a nonce: who reads the topic cannot use it."""
    return hashlib.sha256(nonce.encode()).hexdigest()[:LOGIN_KEY]


class LoginStep(msgspec.Struct, frozen=True):
    """A record of `web.logins`, as it comes from Telegram."""

    key: str
    said: LoginAsked | LoginAnswered


class AccessEntry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line of the access log, before its answer goes out (`processors.audit` makes and checks the chain).

    `writer` is a process's name for itself, `number` counts its lines in this partition from 0, `before` is the digest
    of the line that it follows: its own last one, or at its start the last one that it found there ("" for the first).
    """

    at: Millis
    user: Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9]{0,32}\Z")]
    """Empty where nobody is signed in: a login that failed."""
    name: str
    action: Deed
    lead: SomeLead = ""
    object: str = ""
    address: str = ""
    writer: str = ""
    number: int = 0
    before: str = ""
    digest: str = ""

"""The two users of the door and what each may read."""

import hashlib
import hmac
from base64 import b64decode
from binascii import Error
from importlib.resources import files
from typing import NamedTuple

from aiohttp import web

from streams.settings import Store
from streams.store.door.wire import Fault

OPS, ANALYST = "ops", "analyst"


class User(NamedTuple):
    """`plain`: the columns of our tables that he may read; all of them where it is None."""

    name: str
    plain: frozenset[str] | None


def plain_columns() -> frozenset[str]:
    """Columns without words, names or numbers of clients. What is not on the list is hidden, a new column too."""
    lines = (files("streams.store.door") / "plain_columns.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


class Users:
    """Whom the door lets in: those with a password in the settings."""

    def __init__(self, store: Store) -> None:
        known = ((OPS, store.http_ops_password, plain_columns()), (ANALYST, store.http_analyst_password, None))
        said = [(User(name, plain), password.get_secret_value()) for name, password, plain in known]
        self._users = [(user, _hash(user.name, password)) for user, password in said if password]

    @property
    def all(self) -> tuple[User, ...]:
        """Who has a password."""
        return tuple(user for user, _ in self._users)

    def of(self, request: web.Request) -> User:
        """Who asks. Raises `Fault` with code 516, the same for a wrong name and a wrong password; what is compared is
        of one length, and all users are compared with."""
        given = _hash(*_credentials(request))
        found = [user for user, known in self._users if hmac.compare_digest(known, given)]
        if not found:
            raise Fault.ours(
                516,
                "AUTHENTICATION_FAILED",
                "Authentication failed: password is incorrect, or there is no user with such name.",
            )
        return found[0]


def _credentials(request: web.Request) -> tuple[str, str]:
    """Name and password: basic authentication, or headers, or parameters, as ClickHouse takes them."""
    scheme, _, basic = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            name, _, password = b64decode(basic).decode().partition(":")
        except (Error, ValueError):
            return "", ""
        return name, password
    if "X-ClickHouse-User" in request.headers:
        return request.headers["X-ClickHouse-User"], request.headers.get("X-ClickHouse-Key", "")
    return request.query.get("user", ""), request.query.get("password", "")


def _hash(name: str, password: str) -> bytes:
    said = f"{name}:{password}".encode("utf-8", "surrogateescape")
    return hashlib.sha256(said).digest()

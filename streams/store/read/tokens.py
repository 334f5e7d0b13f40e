"""Who asks the read API: the holder of the installation's token, a person with a token of his own, or the page."""

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from processors.russian.system import os_reason
from schemas.errors import ConfigError
from streams.settings import Store
from streams.settings.store import web_token_file

OPERATOR = "оператор"
"""What the holder of the installation's own token is called, in what he writes."""

WEB = "/web"
"""The holder of the page's token: whose name counts is in its header."""


def api_token(store: Store) -> str:
    """The bearer token: from the settings, else from its file, else made now and kept there (0600).

    Raises `ConfigError`.
    """
    return store.api_token.get_secret_value() or _kept(store.api_token_file)


def web_token(store: Store) -> str:
    """The same for the page. Raises `ConfigError`."""
    return store.web_token.get_secret_value() or _kept(web_token_file(store))


def _kept(path: Path) -> str:
    try:
        known = path.read_text().strip() if path.exists() else ""
        if known:
            return known
        path.parent.mkdir(parents=True, exist_ok=True)
        made = secrets.token_urlsafe(32)
        draft = path.with_name(path.name + ".part")
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(made + "\n")
        draft.replace(path)
    except OSError as error:
        raise ConfigError(f"store.api_token_file: токен не сохраняется в {path}: {os_reason(error)}") from error
    return made


class Tokens:
    """All tokens, as hashes: a comparison takes as long for a wrong one as for a right one, whatever its length.

    The page's has the name `WEB`, which no person's token can have.
    """

    def __init__(self, store: Store) -> None:
        """Raises `ConfigError`."""
        named = {name: token.get_secret_value() for name, token in store.api_tokens.items()}
        ours = {OPERATOR: api_token(store), WEB: web_token(store)}
        self._hashes = {name: _hash(token.encode()) for name, token in (named | ours).items()}

    def holder(self, header: str) -> str | None:
        """The name behind `Authorization: Bearer …`; None for any other header. Its bytes may be no UTF-8."""
        scheme, _, token = header.partition(" ")
        given = _hash(token.strip().encode("utf-8", "surrogateescape"))
        found = [name for name, known in self._hashes.items() if hmac.compare_digest(given, known)]
        return found[0] if found and scheme.lower() == "bearer" else None


def _hash(token: bytes) -> bytes:
    return hashlib.sha256(token).digest()

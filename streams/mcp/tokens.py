"""Tokens of people's programs: made by a command, known by their digest alone, `mcp.tokens` as a table."""

import hashlib
import logging
import secrets
from typing import Final

from aiokafka import ConsumerRecord

from schemas.codec import Codec, Rejected
from schemas.mcp import McpToken
from schemas.people import WebUser
from schemas.topics import DAY_MS
from schemas.types import Millis
from streams.engine.followed import Followed
from streams.engine.reader import Reader

log = logging.getLogger(__name__)

TOKEN: Codec[McpToken] = Codec(McpToken)
MOST_DAYS: Final = 30
PREFIX: Final = "lpm_"
"""So that a token is known for one wherever it is found."""


def new_token() -> str:
    """256 bits."""
    return PREFIX + secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """What stands on the topic instead of the token."""
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()


def counts(token: McpToken, user: WebUser, at: Millis) -> bool:
    """Whether it opens the door: in its time, of a user who may still come in, in the role that he had then."""
    young = token.made <= at < token.until <= token.made + MOST_DAYS * DAY_MS
    return young and not user.disabled and token.made >= user.sessions_from


class KnownTokens(Followed):
    """By digest."""

    def __init__(self, reader: Reader) -> None:
        super().__init__(reader)
        self.tokens: dict[str, McpToken] = {}

    def put(self, record: ConsumerRecord) -> None:
        """As `Followed.put`."""
        key = (record.key or b"").decode(errors="replace")
        token = None if record.value is None else TOKEN.decode(record.value)
        if isinstance(token, McpToken):
            self.tokens[key] = token
            return
        self.tokens.pop(key, None)  # one that cannot be read opens nothing
        if isinstance(token, Rejected):
            log.warning("token unreadable", extra={"offset": record.offset, "error": token.reason})

"""Curators who told the bot who they are: a code that a person was given, said to the bot in private. Pure."""

import hashlib
import re
from typing import Final

from schemas.topics import DAY_MS

CODE: Final = re.compile(r"/start(?:@\w+)?\s+([a-z0-9]{16})")
"""What Telegram sends when somebody opens `https://t.me/<bot>?start=<code>` (Bot API, "Deep linking")."""

VALID_MS: Final = 7 * DAY_MS
"""A code that nobody used for so long is void: it lies in somebody's mail."""


def digest(code: str) -> str:
    """What stands on `identities` instead of the code: who reads the topic cannot use it."""
    return hashlib.sha256(code.encode()).hexdigest()[:32]


def same(name: str) -> str:
    """A name as it is compared with the responsible of a card."""
    return " ".join(name.casefold().replace("ё", "е").split())

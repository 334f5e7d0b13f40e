"""Whom programs of our people (Claude, n8n) speak for: `mcp.tokens`."""

import msgspec

from schemas.people import UserId
from schemas.types import Millis


class McpToken(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A token of a program of this user (key: sha256 of the token; a tombstone revokes it). It reads what he may read,
    from `made` until `until`. `propose`: it may propose commands, too. `external`: a model abroad reads the answers, so
    they are masked."""

    user_id: UserId
    made: Millis
    until: Millis
    propose: bool = False
    external: bool = False

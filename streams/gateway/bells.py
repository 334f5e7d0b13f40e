"""`POST /hooks/polls/{source}/{secret}`: a system that is asked says that something has changed; it is asked at once.

МойСклад's webhooks (`_webhook`, `_webhookstock`) name a document, or only that stock moved, and nobody signs them: so
nothing of a body is used, and nothing is owed for it. What changed is read from where the poll's own note stands, with
the limits of the poll, so a repeat (the same `requestId`) and a webhook that was dropped come to the same.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from aiohttp import web
from pydantic import SecretStr

from streams.gateway.auth import UNPROVEN, is_secret
from streams.gateway.body import Bodies, proven
from streams.settings import Gateway

BELLS = "/hooks/polls/{source}/{secret}"


class Bell(NamedTuple):
    """Of one system: what its address ends with, and what wakes its poll."""

    secret: SecretStr
    ring: Callable[[], None]


class BellEntrance:
    """Takes the webhooks of systems that are asked."""

    def __init__(self, settings: Gateway, bells: Mapping[str, Bell]) -> None:
        self._bells = bells
        self._bodies = Bodies(proven(settings))

    async def take(self, request: web.Request) -> web.Response:
        """200 `{}` at once: МойСклад waits for 1500 ms, tries three times more and gives up. Raises 400, 401, 408, 413,
        429."""
        bell = self._bells.get(request.match_info["source"])
        if not is_secret(request.match_info["secret"], None if bell is None else bell.secret) or bell is None:
            raise web.HTTPUnauthorized(text=UNPROVEN)
        await self._bodies.read(request)
        bell.ring()
        return web.json_response({})

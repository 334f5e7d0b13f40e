"""`POST /hooks/bitrix`: outgoing webhooks of Bitrix24, which sends each of them once and never again."""

from aiohttp import web

from processors.bitrix_hook import TOKEN, form_of, hook_of
from schemas.bitrix import wrapped
from schemas.codec import Rejected
from schemas.topics import BITRIX
from streams.engine.kafka import Output
from streams.gateway.auth import is_secret
from streams.gateway.body import Bodies, unproven
from streams.gateway.intake import Intake
from streams.settings import Gateway


class BitrixEntrance:
    """Takes the events of the portal. Its token stands in the body, and goes no further than here."""

    def __init__(self, settings: Gateway, intake: Intake) -> None:
        self._settings, self._intake = settings, intake
        self._bodies = Bodies(unproven(settings))

    async def take(self, request: web.Request) -> web.Response:
        """200 `{}` after the broker's ack. Raises 400, 401, 408, 413, 429, 503."""
        if self._settings.bitrix_token is None:
            raise web.HTTPUnauthorized(text="no application_token in the settings")
        self._intake.check()
        form = form_of(await self._bodies.read(request))
        if isinstance(form, Rejected):
            raise web.HTTPBadRequest(text=form.reason)
        if not is_secret(form.get(TOKEN, ""), self._settings.bitrix_token):
            raise web.HTTPUnauthorized(text="wrong application_token")
        hook = hook_of(form)
        if isinstance(hook, Rejected):
            raise web.HTTPBadRequest(text=hook.reason)
        key, value = wrapped(hook)
        await self._intake.put([Output(BITRIX.name, key, value)])
        return web.json_response({})

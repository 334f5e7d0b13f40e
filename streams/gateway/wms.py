"""`POST /hooks/wms/{source}`: canonical warehouse events (`schemas.sources.WmsPayload`), one or a list."""

from datetime import datetime

import msgspec
from aiohttp import web

from schemas.codec import Codec, Rejected
from schemas.sources import Inbound, WmsPayload
from schemas.topics import WMS
from schemas.types import Millis
from streams.engine.kafka import Output
from streams.gateway.auth import SIGNATURE, is_bearer, is_signed
from streams.gateway.http import read_body
from streams.gateway.intake import Intake
from streams.settings import Gateway, WmsSource

_UNKNOWN = WmsSource()
_ITEMS: Codec[list[msgspec.Raw]] = Codec(list[msgspec.Raw])
_ITEM: Codec[msgspec.Raw] = Codec(msgspec.Raw)
_PAYLOAD: Codec[WmsPayload] = Codec(WmsPayload)
_MILLIS: Codec[Millis] = Codec(Millis)
_INBOUND: Codec[Inbound] = Codec(Inbound)


class WmsEntrance:
    """Takes the events of every warehouse system in the settings: all of a request, or nothing."""

    def __init__(self, settings: Gateway, intake: Intake) -> None:
        self._settings, self._intake = settings, intake

    async def take(self, request: web.Request) -> web.Response:
        """200 `{"accepted": n}` after the broker's ack of all n. Raises 400, 401, 413, 503."""
        name = request.match_info["source"]
        body = await self._proven_body(request, self._settings.wms.get(name, _UNKNOWN))
        items = split(body)
        if isinstance(items, Rejected):
            raise web.HTTPBadRequest(text=items.reason)
        if len(items) > self._settings.max_items:
            raise web.HTTPRequestEntityTooLarge(
                self._settings.max_items, text=f"{len(items)} events; at most {self._settings.max_items} in a request"
            )
        outputs = wrap(name, items)
        if isinstance(outputs, Rejected):
            raise web.HTTPBadRequest(text=outputs.reason)
        await self._intake.put(outputs)
        return web.json_response({"accepted": len(outputs)})

    async def _proven_body(self, request: web.Request, source: WmsSource) -> bytes:
        """The body, after the sender proved himself in the way *he* chose: that tells nothing of our settings."""
        signature = request.headers.get(SIGNATURE)
        if signature is None and not is_bearer(request.headers.get("Authorization", ""), source.token):
            raise _unauthorized()
        body = await read_body(request, self._settings)
        if signature is not None and not is_signed(signature, body, source.hmac_secret):
            raise _unauthorized()
        return body


def split(body: bytes) -> list[msgspec.Raw] | Rejected:
    """The events of a body, each in the bytes it was sent in."""
    if body.lstrip()[:1] == b"[":
        return _ITEMS.decode(body)
    item = _ITEM.decode(body)
    return item if isinstance(item, Rejected) else [item]


def wrap(source: str, items: list[msgspec.Raw]) -> list[Output] | Rejected:
    """One `source.wms` record an event, keyed by its client; or what is wrong with the first bad event."""
    outputs = []
    for index, item in enumerate(items):
        event = _read(item)
        if isinstance(event, Rejected):
            return Rejected(f"event {index}: {event.reason}")
        key = f"{event.client.kind}:{event.client.value}"
        outputs.append(Output(WMS.name, key.encode(), _INBOUND.encode(Inbound(source, item))))
    return outputs


def _read(item: msgspec.Raw) -> WmsPayload | Rejected:
    """The event, with what its types cannot say checked as well."""
    event = _PAYLOAD.decode(bytes(item))
    if isinstance(event, Rejected):
        return event
    if not (event.id and event.client.kind and event.client.value):
        return Rejected("`id`, `client.kind` and `client.value` must not be empty")
    fault = _ts_fault(event.ts) if isinstance(event.ts, str) else ""
    return Rejected(fault) if fault else event


def _ts_fault(ts: str) -> str:
    try:
        moment = datetime.fromisoformat(ts)
    except ValueError:
        return "`ts` is neither ISO 8601 nor ms UTC"
    if moment.tzinfo is None:
        return "`ts` has no time zone"
    if isinstance(_MILLIS.decode(str(int(moment.timestamp() * 1000)).encode()), Rejected):
        return "`ts` is before 1970 or after 2100"
    return ""


def _unauthorized() -> web.HTTPUnauthorized:
    return web.HTTPUnauthorized(text="unknown source, or wrong token or signature")

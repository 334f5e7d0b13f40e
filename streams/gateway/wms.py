"""`POST /hooks/wms/{source}`: canonical warehouse events (`schemas.wms.WmsPayload`), one or a list; or, from a
system that has a mapping, whatever it says in its own words.

A system that signs its bodies posts to `/hooks/wms/{source}/{secret}`: the path says whether a body is worth reading.
"""

import asyncio
from codecs import BOM_UTF8
from collections.abc import Mapping, Sequence

import msgspec
from aiohttp import web

from processors.mapping import SourceMapping, items_of, read_items
from processors.wms_event import Fault, Good, read
from schemas.codec import Codec, Rejected
from schemas.sources import Inbound
from schemas.topics import WMS
from schemas.types import Millis
from streams.engine.clock import Clock
from streams.engine.kafka import Output
from streams.gateway.auth import SIGNATURE, UNPROVEN, is_bearer, is_secret, is_signed
from streams.gateway.body import Bodies, proven, unproven, utf8
from streams.gateway.intake import Intake
from streams.settings import Gateway, WmsSource

AHEAD_MS = 10 * 60_000
"""The oldest event that is taken is so much younger than the oldest that is kept: it may stand in Kafka for a while
before the normaliser looks at it, and the broker's clock is not ours."""
SPARE_DEPTH = 100
"""JSON may be nested so much less deeply than Python allows here: it is read again under another stack."""
MOST_FAULTS = 20
"""Faults that an answer names; a list of 1000 bad events has no use for all of theirs."""
LONG_BODY = 32 << 10
"""Bytes from which a body is mapped beside the loop: some milliseconds."""

_UNKNOWN = WmsSource()
_ITEMS: Codec[list[msgspec.Raw]] = Codec(list[msgspec.Raw])
_ITEM: Codec[msgspec.Raw] = Codec(msgspec.Raw)
_INBOUND: Codec[Inbound] = Codec(Inbound)


class WmsEntrance:
    """Takes the events of every warehouse system in the settings: all of a request, or nothing."""

    def __init__(self, settings: Gateway, intake: Intake, clock: Clock, mappings: Mapping[str, SourceMapping]) -> None:
        self._settings, self._intake, self._clock, self._mappings = settings, intake, clock, mappings
        self._proven = {name: Bodies(proven(settings)) for name in settings.wms}
        self._unproven = {name: Bodies(unproven(settings)) for name in settings.wms}

    async def take(self, request: web.Request) -> web.Response:
        """200 `{"accepted": n}` after the broker's ack of all n events. Raises 400, 401, 408, 413, 429, 503."""
        name = request.match_info["source"]
        body = await self._proven_body(request, name, self._settings.wms.get(name, _UNKNOWN))
        mapping = self._mappings.get(name)
        if mapping is None:
            outputs = self._canonical(name, body)
            accepted = len(outputs)
        else:
            outputs, accepted = await self._whole(name, mapping, body)
        await self._intake.put(outputs)
        return web.json_response({"accepted": accepted})

    def _canonical(self, name: str, body: bytes) -> list[Output]:
        items = split(body)
        if isinstance(items, Rejected):
            raise web.HTTPBadRequest(text=items.reason)
        self._count(len(items), "events")
        outputs = wrap(name, items, self._clock() + AHEAD_MS)
        if isinstance(outputs, Rejected):
            raise web.HTTPBadRequest(text=outputs.reason)
        return outputs

    async def _whole(self, name: str, mapping: SourceMapping, body: bytes) -> tuple[list[Output], int]:
        items = Rejected("the body is nested too deeply") if _is_deep(body) else items_of(mapping, body)
        if isinstance(items, Rejected):
            raise web.HTTPBadRequest(text=items.reason)
        self._count(len(items), "items")
        now = self._clock() + AHEAD_MS
        if len(body) > LONG_BODY:
            goods = await asyncio.to_thread(read_items, mapping, items, now)
        else:
            goods = read_items(mapping, items, now)
        if isinstance(goods, Rejected):
            raise web.HTTPBadRequest(text=goods.reason)
        return [whole(name, body, goods)] if items else [], len(goods)

    def _count(self, number: int, of_what: str) -> None:
        most = self._settings.max_items
        if number > most:
            raise web.HTTPRequestEntityTooLarge(most, text=f"{number} {of_what}; at most {most} in a request")

    async def _proven_body(self, request: web.Request, name: str, source: WmsSource) -> bytes:
        """The body, after the sender proved himself in the way *he* chose: that tells nothing of our settings."""
        signature, secret = request.headers.get(SIGNATURE), request.match_info.get("secret")
        if secret is None:
            admitted, places = is_bearer(request.headers.get("Authorization", ""), source.token), self._proven
        else:
            admitted, places = is_secret(secret, source.path_secret) and signature is not None, self._unproven
        if not admitted:
            raise _unauthorized()
        self._intake.check()
        body = await places[name].read(request)
        if signature is not None and not is_signed(signature, body, source.hmac_secret):
            raise _unauthorized()
        return utf8(body.removeprefix(BOM_UTF8))  # 1C puts it before its JSON


def split(body: bytes) -> list[msgspec.Raw] | Rejected:
    """The events of a body, each in the bytes it was sent in."""
    if body.lstrip()[:1] == b"[":
        return _ITEMS.decode(body)
    item = _ITEM.decode(body)
    return item if isinstance(item, Rejected) else [item]


def wrap(source: str, items: Sequence[msgspec.Raw], now: Millis) -> list[Output] | Rejected:
    """One `source.wms` record an event, keyed by its client; or what is wrong with which events.

    The normaliser itself is asked, so what is accepted here is used there.
    """
    outputs, faults = [], []
    for index, item in enumerate(items):
        event = [Fault("", "is nested too deeply")] if _is_deep(bytes(item)) else read(bytes(item), now)
        if isinstance(event, Good):
            client = event.payload.client
            key = f"{client.kind}:{client.value}"
            outputs.append(Output(WMS.name, key.encode(), _INBOUND.encode(Inbound(source, item))))
        else:
            faults += [(index, fault) for fault in event]
    return _named(faults) if faults else outputs


def whole(source: str, body: bytes, goods: Sequence[Good]) -> Output:
    """The `source.wms` record of a body: as it came, keyed by its client, or by its source where it has several."""
    clients = {f"{client.kind}:{client.value}" for client in (good.payload.client for good in goods)}
    key = clients.pop() if len(clients) == 1 else source
    return Output(WMS.name, key.encode(), _INBOUND.encode(Inbound(source, msgspec.Raw(body), whole=True)))


def _is_deep(item: bytes) -> bool:
    if item.count(b"[") + item.count(b"{") < SPARE_DEPTH:
        return False
    return isinstance(_ITEM.decode(b"[" * SPARE_DEPTH + item + b"]" * SPARE_DEPTH), Rejected)


def _named(faults: list[tuple[int, Fault]]) -> Rejected:
    lines = [f"event {index}: {fault}" for index, fault in faults[:MOST_FAULTS]]
    if len(faults) > MOST_FAULTS:
        lines.append(f"and {len(faults) - MOST_FAULTS} more")
    return Rejected("; ".join(lines))


def _unauthorized() -> web.HTTPUnauthorized:
    return web.HTTPUnauthorized(text=UNPROVEN)

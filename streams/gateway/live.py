"""From the videobridge: `GET /live/{meeting}`, a WebSocket by which a meeting's sound comes, each participant's own.

It always reads and answers every `ping` at once, whatever Kafka does: a bridge that is not answered within 3 s leaves,
and what it would have sent meanwhile is lost. Of two connections at once (it makes twins then) we never close one.
"""

import asyncio
import logging
import secrets
from collections.abc import Iterable
from contextlib import suppress
from typing import Protocol

from aiohttp import WSMsgType, web

from processors.bridge import Message, read
from processors.sound import Gathering
from schemas.audio import AudioAlive, AudioBlock, AudioClosed, AudioOpened, AudioUnreadable, Reason
from schemas.codec import Rejected
from schemas.notices import Trouble
from schemas.said import Said
from schemas.types import Millis
from streams.engine import metrics
from streams.engine.clock import Clock
from streams.gateway.auth import is_bearer
from streams.gateway.live_captions import caption
from streams.gateway.live_holes import Holes
from streams.gateway.live_keeper import Keeper
from streams.gateway.live_meetings import Meeting, RunningMeetings
from streams.settings import Gateway

log = logging.getLogger(__name__)

MESSAGE_BYTES = 64 << 10
HEARTBEAT_S = 30.0
"""A ping of WebSocket itself: an older bridge sends none, and a line that is dead says nothing."""
TICK_S = 0.25
ALIVE_MS = 2000
RETRY_AFTER = 5
SHOW_S = 3.0
WHY: dict[Reason, str] = {
    "encrypted": "включено сквозное шифрование",
    "red": "пакеты RED не разобрать",
    "encoding": "кодек не Opus",
    "limit": "слишком много микрофонов в одной встрече",
}


class Ops(Protocol):
    """What is used of `streams.engine.notices.Notices`."""

    def begins(self, kind: Trouble, subject: str, detail: str = "") -> None:
        """Something waits for a person."""

    def ends(self, kind: Trouble, subject: str) -> None:
        """It is over."""


class LiveEntrance:
    """All connections of bridges."""

    def __init__(
        self, settings: Gateway, meetings: RunningMeetings, keeper: Keeper, holes: Holes, clock: Clock, ops: Ops
    ) -> None:
        self._settings, self._meetings, self._clock, self._ops = settings, meetings, clock, ops
        self._keeper, self._holes = keeper, holes
        self._open: dict[web.WebSocketResponse, _Connection] = {}

    async def take(self, request: web.Request) -> web.StreamResponse:
        """The WebSocket, when it is over. Raises 400 without an upgrade, 401, 404 of a meeting that we know nothing of,
        429."""
        if not is_bearer(request.headers.get("Authorization", ""), self._settings.live_token):
            raise web.HTTPUnauthorized(text="wrong token")
        if len(self._open) >= self._settings.live_connections:
            raise web.HTTPTooManyRequests(text="too many connections", headers={"Retry-After": str(RETRY_AFTER)})
        ws = web.WebSocketResponse(max_msg_size=MESSAGE_BYTES, compress=False, heartbeat=HEARTBEAT_S)
        if not ws.can_prepare(request):
            raise web.HTTPBadRequest(text="a WebSocket is expected here")
        meeting = await self._meetings.await_one(request.query.get("meeting", ""), request.match_info["meeting"])
        if meeting is None or meeting.objected:
            raise web.HTTPNotFound(text="no such meeting")
        await ws.prepare(request)
        connection = _Connection(meeting, self._keeper, self._clock(), self._ops)
        self._open[ws] = connection
        self._holes.opened(meeting.meeting_id, connection.id, self._clock())
        metrics.LIVE_CONNECTIONS.set(len(self._open))
        log.info("a bridge is connected", extra={"meeting": meeting.meeting_id, "connection": connection.id})
        try:
            await self._listen(ws, connection)
        finally:
            del self._open[ws]
            connection.close(self._clock())
            self._holes.closed(meeting.meeting_id, self._clock(), ended=connection.ended)
            metrics.LIVE_CONNECTIONS.set(len(self._open))
            log.info("a bridge has gone", extra={"meeting": meeting.meeting_id, "connection": connection.id})
        return ws

    async def tick(self) -> None:
        """For ever: close blocks of who fell silent, and say that the silent connections stand."""
        while True:
            await asyncio.sleep(TICK_S)
            now = self._clock()
            for connection in list(self._open.values()):
                connection.muted = self._meetings.is_objected(connection.meeting.meeting_id)
                connection.tick(now)

    async def show(self, said: Said) -> None:
        """Send a turn back to the room it was said in, by the connection that its sound came from or the newest one."""
        here = [(ws, one) for ws, one in self._open.items() if one.meeting.meeting_id == said.meeting_id]
        if not here:
            return
        ws = next((ws for ws, one in here if one.id == said.connection), here[-1][0])
        with suppress(TimeoutError, ConnectionError):
            async with asyncio.timeout(SHOW_S):
                await ws.send_json(caption(said))

    async def close(self, _: web.Application | None = None) -> None:
        """The process ends: bridges connect again, to the next one."""
        self._holes.stop()
        for ws in list(self._open):
            await ws.close(code=1001)

    async def _listen(self, ws: web.WebSocketResponse, connection: "_Connection") -> None:
        async for arrived in ws:
            if arrived.type is not WSMsgType.TEXT:
                continue
            message = read(arrived.data)
            if isinstance(message, Rejected):
                connection.refuse(message)
            elif message.event == "ping":
                await ws.send_json({"event": "pong", "id": message.id})
            else:
                connection.take(message, self._clock())


class _Connection:
    """One WebSocket. `muted`: somebody does not agree, so nothing is kept any more."""

    def __init__(self, meeting: Meeting, keeper: Keeper, now: Millis, ops: Ops) -> None:
        self.meeting, self.id, self._keeper, self._ops = meeting, secrets.token_hex(6), keeper, ops
        self.ended, self.muted = False, False
        self._gathering = Gathering(meeting.meeting_id, self.id, now)
        self._opened, self._alive, self._readable, self._rejected = now, now, False, False
        keeper.put(AudioOpened(meeting.meeting_id, self.id, now, meeting.room))

    def take(self, message: Message, now: Millis) -> None:
        """A message of the bridge; one of a kind that we do not know says nothing to us."""
        if message.media is not None and message.event == "media":
            self._keep(self._gathering.media(message.media, now), now)
        elif message.start is not None and message.event == "start":
            self._keep(self._gathering.start(message.start), now)
        elif message.event == "session-end":
            self.ended = True
        elif message.event == "info":
            told = AudioOpened(self.meeting.meeting_id, self.id, self._opened, self.meeting.room, message.version or "")
            self._keeper.put(told)
        else:
            metrics.LIVE_MESSAGES.labels("unknown").inc()

    def refuse(self, rejected: Rejected) -> None:
        """It cannot be read: said once a connection, counted always."""
        metrics.LIVE_MESSAGES.labels("rejected").inc()
        if not self._rejected:
            self._rejected = True
            log.warning(
                "a message of the bridge cannot be read", extra={"connection": self.id, "error": rejected.error_class}
            )

    def tick(self, now: Millis) -> None:
        """Time goes by."""
        self._keep(self._gathering.due(now), now)
        if now - self._alive >= ALIVE_MS:
            self._alive = now
            self._keeper.put(AudioAlive(self.meeting.meeting_id, self.id, now))

    def close(self, now: Millis) -> None:
        """It is over."""
        self._keep(self._gathering.rest(), now)
        metrics.LIVE_MESSAGES.labels("unannounced").inc(self._gathering.unknown)
        self._keeper.put(AudioClosed(self.meeting.meeting_id, self.id, now, self.ended))

    def _keep(self, records: Iterable[AudioBlock | AudioUnreadable], now: Millis) -> None:
        for record in records:
            if self.muted:
                continue
            self._keeper.put(record)
            if isinstance(record, AudioBlock):
                self._alive = now
                metrics.LIVE_PACKETS.inc(len(record.packets))
                self._tell_readable()
            elif isinstance(record, AudioUnreadable):
                subject = self.meeting.room or self.meeting.meeting_id
                self._ops.begins("sound_unreadable", subject, WHY[record.why])

    def _tell_readable(self) -> None:
        if not self._readable and self.meeting.room:
            self._ops.ends("sound_unreadable", self.meeting.room)
        self._readable = True

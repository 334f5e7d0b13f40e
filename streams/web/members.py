"""Users and their sessions: `web.users`, as all of the process know it, and `web.sessions` as a table."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from aiokafka import ConsumerRecord
from msgspec.structs import replace

from processors.access import Person
from schemas.codec import Codec, Rejected, event_id
from schemas.errors import Transient
from schemas.people import UserId, WebSession, WebUser
from schemas.topics import WEB_SESSIONS, WEB_USERS
from streams.engine.clock import Clock
from streams.engine.command_tables import USER, KnownUsers
from streams.engine.kafka import Output
from streams.engine.reader import Reader
from streams.settings import Kafka, Web
from streams.web.cookies import digest, new_secret

log = logging.getLogger(__name__)

SESSION: Codec[WebSession] = Codec(WebSession)

Send = Callable[[list[Output]], Awaitable[None]]

SEEN_EVERY_S: Final = 60.0
"""How often is written down who was seen: an idle session ends in hours."""
STEP_MS: Final = 5 * 60_000
"""So long after a device key was used it counts for what leaves the house."""
AGAIN_S: Final = 2.0
"""Between two tries to write the first administrator."""
HOUR_MS: Final = 3_600_000


def person(user: WebUser) -> Person:
    """A user as `processors.access` sees him."""
    return Person(role=user.role, name=user.name, chat=user.telegram_id, leads=user.leads)


class Members:
    """`signed` answers from memory; a session is on the topic before its cookie is given out. `known`: the users, whom
    the worker follows."""

    def __init__(self, kafka: Kafka, settings: Web, known: KnownUsers, send: Send, clock: Clock) -> None:
        self._sessions_reader, self._known = Reader(kafka, WEB_SESSIONS), known
        self._settings, self._send, self._clock = settings, send, clock
        self.sessions: dict[str, WebSession] = {}
        self._seen: set[str] = set()
        self.sessions_loaded = asyncio.Event()

    @property
    def users(self) -> Mapping[UserId, WebUser]:
        """By their id, the disabled ones included."""
        return self._known.users

    def ready(self) -> bool | str:
        """A need of `/readyz`: before, everybody would be sent to the login."""
        known = self._known.loaded.is_set() and self.sessions_loaded.is_set()
        return known or "пользователи и входы ещё не прочитаны"

    async def follow_sessions(self) -> None:
        """Until cancelled."""
        await self._sessions_reader.follow(self._take_session)

    async def _take_session(self, record: ConsumerRecord | None) -> None:
        if record is None:
            self.sessions_loaded.set()
            return
        key = (record.key or b"").decode(errors="replace")
        session = None if record.value is None else SESSION.decode(record.value)
        if isinstance(session, Rejected):
            log.warning("session unreadable", extra={"offset": record.offset, "error": session.reason})
        elif session is None:
            self.sessions.pop(key, None)
        else:
            known = self.sessions.get(key)
            later = known is not None and known.seen > session.seen  # ours, not written down yet
            self.sessions[key] = replace(session, seen=known.seen) if known is not None and later else session

    def signed(self, cookie: str) -> tuple[WebUser, WebSession] | None:
        """Whose session it is; None where it is over, or never was. The session counts as seen now."""
        key, now, found = digest(cookie), self._clock(), self.known(cookie)
        if found is None:
            return None
        user, session = found
        if now > session.seen:
            session = self.sessions[key] = replace(session, seen=now)
            self._seen.add(key)
        return user, session

    def known(self, cookie: str) -> tuple[WebUser, WebSession] | None:
        """The same, without being seen."""
        session = self.sessions.get(digest(cookie))
        user = self.users.get(session.user_id) if session is not None else None
        if session is None or user is None or not self._lasts(session, user, self._clock()):
            return None
        return user, session

    def _lasts(self, session: WebSession, user: WebUser, now: int) -> bool:
        idle = now - session.seen > self._settings.idle_hours * HOUR_MS
        old = now - session.made > self._settings.longest_days * 24 * HOUR_MS
        return not (user.disabled or idle or old) and session.made >= user.sessions_from

    def stepped(self, session: WebSession) -> bool:
        """Whether its user proved with a device key, minutes ago, that it is he."""
        return 0 <= self._clock() - session.stepped <= STEP_MS

    async def open(self, user: WebUser, agent: str, address: str, *, stepped: int = 0) -> str:
        """A new session; returns its cookie, when the broker has it. Raises `Transient`."""
        cookie, now = new_secret(), self._clock()
        session = WebSession(
            user_id=user.user_id, made=now, seen=now, agent=agent, address=digest(address), stepped=stepped
        )
        await self.put(digest(cookie), session)
        return cookie

    async def put(self, key: str, session: WebSession) -> None:
        """Write a session. Raises `Transient`."""
        await self._send([Output(WEB_SESSIONS.name, key.encode(), SESSION.encode(session))])
        self.sessions[key] = session

    async def close(self, cookie: str) -> None:
        """End a session. Raises `Transient`."""
        key = digest(cookie)
        await self._send([Output(WEB_SESSIONS.name, key.encode(), None)])
        self.sessions.pop(key, None)
        self._seen.discard(key)

    async def put_user(self, user: WebUser) -> None:
        """Write a user. Raises `Transient`."""
        await self._send([Output(WEB_USERS.name, user.user_id.encode(), USER.encode(user))])
        self._known.learn(user)

    async def let_first_in(self) -> None:
        """Open the page to the first administrator of the settings while it is open to nobody; until cancelled."""
        await self._known.loaded.wait()
        name, telegram = self._settings.first_admin, self._settings.first_admin_telegram
        while name and not self.users:
            try:
                await self.put_user(
                    WebUser(user_id=event_id("first admin", name), name=name, role="admin", telegram_id=telegram)
                )
            except Transient as error:
                log.warning("the first administrator cannot be written", extra={"error": str(error)})
                await asyncio.sleep(AGAIN_S)
        await asyncio.Event().wait()

    async def keep_seen(self) -> None:
        """Write down now and then who was seen, and end what is over; until cancelled."""
        while True:
            await asyncio.sleep(SEEN_EVERY_S)
            try:
                await self.write_seen()
            except Transient as error:  # it is written the next time
                log.warning("sessions cannot be written", extra={"error": str(error)})

    async def write_seen(self) -> None:
        """Once. Raises `Transient`: all of it is there for the next time."""
        now = self._clock()
        over = [
            key
            for key, session in self.sessions.items()
            if (user := self.users.get(session.user_id)) is None or not self._lasts(session, user, now)
        ]
        seen = [key for key in self._seen if key in self.sessions and key not in over]
        written = [Output(WEB_SESSIONS.name, key.encode(), SESSION.encode(self.sessions[key])) for key in seen]
        await self._send(written + [Output(WEB_SESSIONS.name, key.encode(), None) for key in over])
        self._seen.difference_update(seen)
        for key in over:
            self.sessions.pop(key, None)

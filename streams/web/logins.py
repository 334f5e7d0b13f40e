"""Logins that have begun and links for once: the topic `web.logins` as a table, followed by every process.

What is over is forgotten a day later, when the topic forgets it.
"""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from aiokafka import ConsumerRecord

from schemas.codec import Codec, Rejected
from schemas.people import Invited, Login, LoginAnswered, LoginAsked, LoginStarted, LoginUsed, UserId
from schemas.topics import WEB_LOGINS
from streams.engine.clock import Clock
from streams.engine.kafka import Output
from streams.engine.reader import Reader
from streams.settings import Kafka

log = logging.getLogger(__name__)

LOGIN: Codec[Login] = Codec(Login)
DAY_MS = 86_400_000

Send = Callable[[list[Output]], Awaitable[None]]


@dataclass(slots=True)
class Attempt:
    """All that is known of one nonce or code. `first` is when it began, ms UTC."""

    first: int
    begun: LoginStarted | Invited | None = None
    asked: list[LoginAsked] = field(default_factory=list)
    answer: LoginAnswered | None = None
    used: bool = False


class Logins:
    """`use` is the only way in, and opens once: the use stands on the topic before anybody is let in."""

    def __init__(self, kafka: Kafka, send: Send, clock: Clock) -> None:
        self._reader, self._send, self._clock = Reader(kafka, WEB_LOGINS), send, clock
        self._attempts: dict[str, Attempt] = {}
        self.on_asked: Callable[[str, LoginAsked], Awaitable[None]] = _nobody
        """Called when somebody opens the bot by the page's link while it lives. Raises `Transient`."""

    async def follow(self) -> None:
        """Until cancelled."""
        await self._reader.follow(self._take)

    async def _take(self, record: ConsumerRecord | None) -> None:
        if record is None:
            self._forget()
            return
        said = LOGIN.decode(record.value)
        if isinstance(said, Rejected):
            log.warning("login unreadable", extra={"offset": record.offset, "error": said.reason})
            return
        key = (record.key or b"").decode(errors="replace")
        self.apply(key, said, record.timestamp)
        if isinstance(said, LoginAsked) and self.lives(key):
            await self.on_asked(key, said)

    def apply(self, key: str, said: Login, ts: int) -> None:
        """Take a record. One that is told twice, as after a fault of the broker, changes nothing."""
        attempt = self._attempts.setdefault(key, Attempt(ts))
        match said:
            case LoginStarted() | Invited():
                attempt.begun = attempt.begun or said
            case LoginAsked():
                attempt.asked += [] if said in attempt.asked else [said]
            case LoginAnswered():
                attempt.answer = attempt.answer or said  # the first one counts: who may try again, guesses
            case LoginUsed():
                attempt.used = True

    def find(self, key: str) -> Attempt | None:
        """What is known of a nonce or a code (its SHA-256); None where nothing is."""
        return self._attempts.get(key)

    def lives(self, key: str) -> bool:
        """Whether it has begun, is not used and its time is not over."""
        attempt = self._attempts.get(key)
        begun = attempt.begun if attempt is not None and not attempt.used else None
        return begun is not None and self._clock() < begun.until

    async def write(self, key: str, said: Login) -> None:
        """Put a record. Raises `Transient`."""
        await self._send([Output(WEB_LOGINS.name, key.encode(), LOGIN.encode(said))])
        self.apply(key, said, self._clock())

    async def use(self, key: str, user_id: UserId) -> bool:
        """End it; True for the one who may go in by it. Raises `Transient`: then it is over all the same."""
        if not self.lives(key):
            return False
        self._attempts[key].used = True  # before waiting: a second request must not find it alive meanwhile
        await self._send([Output(WEB_LOGINS.name, key.encode(), LOGIN.encode(LoginUsed(user_id=user_id)))])
        return True

    def _forget(self) -> None:
        old = self._clock() - DAY_MS
        for key in [key for key, attempt in self._attempts.items() if attempt.first < old]:
            del self._attempts[key]


async def _nobody(_: str, __: LoginAsked) -> None:
    """Until somebody listens."""

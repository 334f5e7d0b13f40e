"""Login by the bot: the page shows a number, the bot asks for it, and the browser that began it is let in.

    GET /login            nonce and number; a cookie binds them to this browser; `LoginStarted` on web.logins
    t.me/<bot>?start=…    source.telegram → normalize → `LoginAsked` → here: a user? → bot.commands → notify asks
    a number is pressed   source.telegram → normalize → `LoginAnswered`
    POST /login/state     the browser asks every two seconds, and goes in when the right user pressed the right number

One question, one answer, 120 seconds: a wrong number, «Это не я» or a stranger ends the login.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from schemas.bot import BotCommand, LoginQuestion
from schemas.codec import Codec, event_id
from schemas.people import LoginAsked, LoginStarted, WebUser, login_key
from schemas.topics import BOT_COMMANDS
from streams.engine.kafka import Output
from streams.web.cookies import digest, new_secret
from streams.web.logins import Logins, Send
from streams.web.members import Members

_COMMAND: Codec[BotCommand] = Codec(BotCommand)

TTL_MS: Final = 120_000
NONCE_BYTES: Final = 16
NUMBERS: Final = range(10, 100)

State = Literal["waiting", "denied", "over"]


@dataclass(frozen=True, slots=True)
class Begun:
    """What the page shows. `cookie` is `nonce.secret`: it finds the login again and proves the browser."""

    nonce: str
    number: int
    cookie: str


class BotLogin:
    """`chance` picks numbers: a source that cannot be foreseen."""

    def __init__(self, logins: Logins, members: Members, send: Send, clock: Callable[[], int]) -> None:
        self._logins, self._members, self._send, self._clock = logins, members, send, clock
        logins.on_asked = self._ask

    async def begin(self, agent: str) -> Begun:
        """A new login of the browser `agent`. Raises `Transient`."""
        nonce, secret = secrets.token_urlsafe(NONCE_BYTES), new_secret()
        number, *others = secrets.SystemRandom().sample(NUMBERS, 3)
        started = LoginStarted(
            browser=digest(secret), number=number, others=others, agent=agent, until=self._clock() + TTL_MS
        )
        await self._logins.write(login_key(nonce), started)
        return Begun(nonce, number, f"{nonce}.{secret}")

    async def _ask(self, key: str, asked: LoginAsked) -> None:
        """Have the bot ask who opened it, where he is a user; to a stranger nothing is said."""
        attempt = self._logins.find(key)
        if attempt is None or not isinstance(attempt.begun, LoginStarted) or self._user(asked.telegram_id) is None:
            return
        begun = attempt.begun
        question = LoginQuestion(
            login=key, agent=begun.agent, at=begun.until - TTL_MS, numbers=sorted([begun.number, *begun.others])
        )
        command = BotCommand(
            command_id=event_id("login", key, asked.telegram_id),
            chat_id=str(asked.telegram_id),  # a private chat has the id of its user
            command="login",
            ts=asked.at,
            login=question,
        )
        await self._send([Output(BOT_COMMANDS.name, command.chat_id.encode(), _COMMAND.encode(command))])

    async def look(self, cookie: str) -> WebUser | State:
        """How it stands with the login of this browser: its user, once, when it is won. Raises `Transient`."""
        nonce, _, secret = cookie.partition(".")
        key = login_key(nonce)
        attempt = self._logins.find(key)
        begun = attempt.begun if attempt is not None else None
        if (
            attempt is None
            or not isinstance(begun, LoginStarted)
            or not secrets.compare_digest(begun.browser, digest(secret))
        ):
            return "over"
        if not self._logins.lives(key):
            return "over"
        if attempt.answer is None:
            return "waiting"
        user = self._user(attempt.answer.telegram_id)
        right = user is not None and attempt.answer.number == begun.number and attempt.answer.at < begun.until
        if not await self._logins.use(key, user.user_id if user is not None and right else ""):
            return "over"
        return user if user is not None and right else "denied"

    def _user(self, telegram_id: int) -> WebUser | None:
        known = self._members.users.values()
        return next((user for user in known if user.telegram_id == telegram_id and not user.disabled), None)

"""An SMTP server on 127.0.0.1 (aiosmtpd) that keeps the letters it is given, and has the faults of real ones.

`async with FakeSmtp(login=("robot", "secret")) as smtp: … smtp.settings(head="b@x.ru")`.
"""

import asyncio
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, Self

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from streams.settings import Mail


class FakeSmtp:
    """`letters` in the order they came, `to` whom. `unknown` addresses are refused; `answer` replaces the one to DATA
    ("451 later"), `lost` takes the letter and closes the connection without an answer.
    """

    def __init__(self, login: tuple[str, str] | None = None) -> None:
        self.login = login
        self.letters: list[EmailMessage] = []
        self.to: list[str] = []
        self.unknown: set[str] = set()
        self.answer, self.lost, self.port = "", False, 0

    async def __aenter__(self) -> Self:
        """Listen."""
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop."""
        await self.stop()

    async def start(self) -> None:
        """Listen, on the port of before if there was one."""

        def protocol() -> SMTP:
            return SMTP(self, authenticator=self._check, auth_require_tls=False)

        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(protocol, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """As if ended."""
        self._server.close()
        await self._server.wait_closed()

    def settings(self, **more: object) -> Mail:
        """The settings that reach it."""
        user, password = self.login or ("", "")
        given: dict[str, Any] = {"username": user, "password": password, "sender": "leadpulse@x.ru", "timeout": 5.0}
        return Mail(**given | {"server": "127.0.0.1", "port": self.port, "security": "none"} | more)

    async def handle_MAIL(  # noqa: N802
        self, _: object, session: Session, envelope: Envelope, address: str, __: object
    ) -> str:
        """aiosmtpd's hook."""
        if self.login and not session.authenticated:
            return "530 5.7.0 authentication required"
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, _: object, __: object, envelope: Envelope, address: str, ___: object) -> str:  # noqa: N802
        """aiosmtpd's hook."""
        if address in self.unknown:
            return "550 5.1.1 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _: object, envelope: Envelope) -> str:  # noqa: N802
        """aiosmtpd's hook."""
        if self.answer:
            return self.answer
        letter = message_from_bytes(envelope.content or b"", policy=policy.default)  # type: ignore[arg-type]
        assert isinstance(letter, EmailMessage)
        self.letters.append(letter)
        self.to += envelope.rcpt_tos
        if self.lost and server.transport is not None:
            server.transport.close()
        return "250 OK"

    def _check(self, _: object, __: object, ___: object, ____: object, given: object) -> AuthResult:
        good = self.login is not None and isinstance(given, LoginPassword)
        known = good and (given.login.decode(), given.password.decode()) == self.login  # type: ignore[attr-defined]
        return AuthResult(success=known, handled=False)

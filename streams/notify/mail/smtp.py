"""One SMTP server, a letter at a time. Its password is in no error."""

from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP as POLICY
from email.utils import format_datetime

import aiosmtplib

from alerting.letters import Letter
from schemas.errors import Transient
from schemas.types import Millis
from streams.settings import Mail

LONGEST_REPLY = 200
"""Characters of the server's own words."""


class LetterRefused(Transient):
    """The server is there and has no objection to us, but will not have this letter: its address, or its words."""


class Post:
    """Calls raise `Transient`: whatever it is, a person mends it in the settings or at the server, and it comes again.

    An answer that is lost after the letter left is not told from one that never was: the letter comes again under the
    same `Message-ID`, by which a mail program shows it once.
    """

    def __init__(self, mail: Mail) -> None:
        self._mail = mail

    async def send(self, address: str, letter: Letter, letter_id: str, ts: Millis, origin: str = "") -> None:
        """One letter; `letter_id` is the same whenever it is tried, `origin` its trace, told in a header. Raises
        `LetterRefused` too."""
        message = EmailMessage(policy=POLICY)
        message["From"], message["To"] = self._mail.sender or self._mail.username, address
        message["Subject"], message["Message-ID"] = letter.subject, f"<{letter_id}@leadpulse.invalid>"
        message["Date"] = format_datetime(datetime.fromtimestamp(ts / 1000, UTC))
        message["Auto-Submitted"] = "auto-generated"
        if origin:
            message["X-Leadpulse-Origin"] = origin
        message.set_content(letter.text, cte="base64")
        message.add_alternative(letter.html, subtype="html", cte="base64")
        try:
            async with self._client() as client:
                await client.send_message(message)
        except (aiosmtplib.SMTPRecipientsRefused, aiosmtplib.SMTPDataError) as error:
            raise LetterRefused(_said(error)) from None
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            raise Transient(_said(error)) from None

    async def greet(self) -> None:
        """Connect and log in, and nothing more."""
        try:
            async with self._client() as client:
                await client.noop()
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            raise Transient(_said(error)) from None

    def _client(self) -> aiosmtplib.SMTP:
        mail = self._mail
        return aiosmtplib.SMTP(
            hostname=mail.server,
            port=mail.port,
            username=mail.username or None,
            password=mail.password.get_secret_value() if mail.username else None,
            use_tls=mail.security == "tls",
            start_tls=mail.security == "starttls",
            timeout=mail.timeout,
        )


def _said(error: Exception) -> str:
    match error:
        case aiosmtplib.SMTPRecipientsRefused():
            return _said(error.recipients[0])
        case aiosmtplib.SMTPResponseException():
            return f"{error.code} {error.message}"[:LONGEST_REPLY]
        case _:
            return type(error).__name__

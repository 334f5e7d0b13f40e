"""Settings of the outlets. An outlet without its address is off."""

from pathlib import Path

from pydantic import Field, SecretStr

from streams.settings.section import Section


class Minutes(Section):
    """The worker `minutes` and what readers of minutes get."""

    exports: Path = Path("exports/minutes")
    """Root of `<lead>/<date>.md`."""
    link: str = ""
    """Address of a meeting for readers, with `{lead_id}` and `{recording_id}` in it; the lead's card in Bitrix24 when
    empty and `bitrix.portal` is set."""
    chat_at: str = Field("19:45", pattern=r"^\d\d:\d\d$")
    """Moscow time at which the day's chats are summarised; some minutes before the report."""


class Bitrix(Section):
    """Bitrix24 through an incoming webhook."""

    webhook: SecretStr = SecretStr("")
    """`https://<portal>/rest/<user>/<code>/`; the code in it is the secret."""
    portal: str = ""
    """`https://<portal>`, for links to a lead's card."""
    timeout: float = Field(60.0, gt=0)
    """Seconds for one call."""
    per_second: float = Field(2.0, gt=0)
    """Calls a second that the portal allows (Enterprise: 5)."""
    burst: int = Field(50, ge=1)
    """Calls that it takes at once (Enterprise: 250)."""

    @property
    def enabled(self) -> bool:
        """Whether it is set up."""
        return bool(self.webhook.get_secret_value())


class Notebook(Section):
    """Open Notebook."""

    url: str = ""
    """Such as `http://127.0.0.1:5055`."""
    password: SecretStr = SecretStr("")
    """Its OPEN_NOTEBOOK_PASSWORD."""
    embed: bool = False
    """Let it embed what it gets: whoever serves its embedding model, maybe outside the house, then gets the words."""
    timeout: float = Field(60.0, gt=0)
    """Seconds for one call."""

    @property
    def enabled(self) -> bool:
        """Whether it is set up."""
        return bool(self.url)


class Webhooks(Section):
    """Signed webhooks for n8n."""

    url: str = ""
    """Where events are posted."""
    secret: SecretStr = SecretStr("")
    """Key of `X-Leadpulse-Signature: sha256=<hex of HMAC-SHA256 over timestamp, a dot and the body>`."""
    timeout: float = Field(15.0, gt=0)
    """Seconds for one call."""
    give_up_hours: float = Field(24.0, gt=0)
    """After so long an event that nobody took becomes a dead letter."""

    @property
    def enabled(self) -> bool:
        """Whether it is set up."""
        return bool(self.url)

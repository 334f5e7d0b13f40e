"""Settings of inbound HTTP."""

from pydantic import Field, SecretStr

from streams.settings.section import Section


class WmsSource(Section):
    """How one warehouse system proves itself. One of the two."""

    token: SecretStr | None = None
    """Bearer token."""
    hmac_secret: SecretStr | None = None
    """Key of `X-Leadpulse-Signature: sha256=<hex of HMAC-SHA256 over the body>`."""


class TelegramBot(Section):
    """How one bot's webhook proves itself."""

    secret: SecretStr
    """What Telegram sends back in `X-Telegram-Bot-Api-Secret-Token`."""


class Gateway(Section):
    """Inbound HTTP."""

    host: str = "127.0.0.1"
    """Address to listen on."""
    port: int = Field(8080, ge=0, le=65535)
    """Port to listen on."""
    max_body: int = Field(1 << 20, ge=1024)
    """Largest body in bytes; a larger one gets 413."""
    max_items: int = Field(1000, ge=1)
    """Largest number of events in one WMS request."""
    ack_timeout: float = Field(10.0, gt=0)
    """Seconds to wait for the broker before 503."""
    read_timeout: float = Field(10.0, gt=0)
    """Seconds that a sender has for the whole body before 408."""
    max_in_work: int = Field(128, ge=1)
    """Requests at once, each holding at most one body in memory; one more gets 503."""
    wms: dict[str, WmsSource] = Field({})
    """Warehouse systems by the name in the path."""
    telegram: dict[str, TelegramBot] = Field({})
    """Bots by the name in the path."""
    jitsi_token: SecretStr | None = None
    """Bearer token of the Prosody module's reports (`/hooks/jitsi`); without it nobody is let in."""

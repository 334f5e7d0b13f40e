"""Settings of the bot that talks to people."""

from pydantic import Field, SecretStr

from streams.settings.section import Section


class Telegram(Section):
    """The bot that talks to curators."""

    api: str = "https://api.telegram.org"
    """Bot API server."""
    token: SecretStr = SecretStr("")
    """Bot token; without it nothing is sent and alerts wait in Kafka."""
    curator_chat: int = 0
    """Chat of curators that have no chat of their own in `curators`."""
    curators: dict[str, int] = Field({})
    """Lead id to the chat of its curator."""
    report_chat: int = 0
    """Shared chat of the daily report; `curator_chat` when 0."""
    ops_chat: int = 0
    """Chat of those who run the installation; `report_chat` when 0."""
    staff: list[int] = Field([])
    """Telegram user ids of our own people: their words raise no alert, and only they may press buttons."""
    timeout: float = Field(15.0, gt=0)
    """Seconds for one call."""
    per_second: float = Field(25.0, gt=0)
    """Calls a second over all chats (Telegram allows about 30)."""
    per_chat_second: float = Field(1.0, gt=0)
    """Messages a second to one private chat."""
    per_group_minute: float = Field(18.0, gt=0)
    """Messages a minute to one group (Telegram allows 20)."""

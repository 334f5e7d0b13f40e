"""Settings of MCP, the door for our people's own programs."""

from pydantic import Field

from streams.settings.section import Section


class Mcp(Section):
    """MCP: вход для Claude, n8n и других программ сотрудников, `leadpulse mcp`. Как подключить, см. assistant.md."""

    host: str = "127.0.0.1"
    """Адрес, на котором слушать. Снаружи — только через Caddy, по имени из `site.public_url`."""
    port: int = Field(8083, ge=0, le=65535)
    """Порт, на котором слушать."""
    calls_per_minute: int = Field(60, ge=1, le=10_000)
    """Сколько обращений в минуту принимать с одним токеном; на лишние отвечает отказ."""

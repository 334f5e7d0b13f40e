"""What `make demo KEEP=1` says when it goes on: where everything is, and what to try."""

from pathlib import Path

from demo import material
from schemas.people import WebUser
from streams.cli.web import DEMO_NAMES, invite, let_in
from streams.settings import Settings
from streams.web.passkeys import origin_of


def commands(settings: Settings, root: Path) -> list[str]:
    """Three command lines to try, run from `root`."""
    token = _short(settings.store.api_token_file, root)
    leadpulse = f"LEADPULSE_STORE__API_TOKEN_FILE={token} .venv/bin/leadpulse"
    return [
        f"{leadpulse} history {material.MEETING_LEAD}",
        f"{leadpulse} signals {material.SPIKE_LEAD}",
        f"{leadpulse} report",
    ]


def lines(settings: Settings, root: Path) -> list[str]:
    """All of it, in Russian."""
    gateway, store, metrics = settings.gateway, settings.store, settings.metrics
    return [
        "KEEP=1: всё работает дальше, Ctrl-C останавливает",
        f"  приём событий   http://{gateway.host}:{gateway.port}",
        f"  API хранилища   http://{store.api_host}:{store.api_port}",
        f"  токен для него  {_short(store.api_token_file, root)}",
        f"  Kafka           {settings.kafka.bootstrap}",
        f"  состояние       http://{metrics.host}:{metrics.store}/readyz и /metrics; журнал var/demo/up.log",
        "Попробуйте в другом окне:",
        *(f"  {line}" for line in commands(settings, root)),
    ]


async def page_lines(settings: Settings) -> list[str]:
    """A link that lets the head of curators in to the page, once. Raises `Transient`."""
    head = WebUser(user_id="demohead", name=DEMO_NAMES["head"], role="head")
    await let_in(settings.kafka, head)
    return [
        f"Страница: {origin_of(settings)}",
        f"  войти (один раз, 15 минут)  {await invite(settings, head)}",
        "  вход для других ролей       .venv/bin/leadpulse web demo-users --print",
    ]


def _short(path: Path, root: Path) -> Path:
    return path.relative_to(root) if path.is_relative_to(root) else path

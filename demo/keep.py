"""What `make demo` says of its page, and with KEEP=1 when it goes on: where everything is, and what to try."""

from pathlib import Path

from demo import material
from schemas.people import WebUser
from streams.cli.web import DEMO_NAMES, invite, let_in
from streams.engine.command_world import origin_of
from streams.settings import Settings


def commands(settings: Settings, root: Path) -> list[str]:
    """Three command lines to try, run from `root`."""
    token = _short(settings.store.api_token_file, root)
    leadpulse = f"LEADPULSE_STORE__API_TOKEN_FILE={token} .venv/bin/leadpulse"
    return [
        f"{leadpulse} history {material.LEAVES}",
        f"{leadpulse} signals {material.LEAVES}",
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
    """The page's address, and a link that lets the head of curators in, once. Raises `Transient`."""
    head = WebUser(user_id="demohead", name=DEMO_NAMES["head"], role="head")
    await let_in(settings.kafka, head)
    return [
        f"Страница: {origin_of(settings)}",
        f"  войти (один раз, 15 минут)  {await invite(settings, head)}",
    ]


def roles_line() -> str:
    """How to look with other people's eyes."""
    return "  вход для других ролей       .venv/bin/leadpulse web demo-users --print"


def closing_lines(root: Path, summary: Path) -> list[str]:
    """Where what came of it can be looked at, once the page has gone with the demo."""
    return [
        "Страница закрыта вместе с показом; оставить её открытой: make demo KEEP=1",
        f"  итог показа     {_short(summary, root)}",
        "  снимки страницы docs/img/page-*.png, сообщения в Telegram docs/img/*.svg (заново: make docs)",
    ]


def _short(path: Path, root: Path) -> Path:
    return path.relative_to(root) if path.is_relative_to(root) else path

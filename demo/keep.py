"""What `make demo KEEP=1` says when it goes on: where everything is, and what to try."""

from pathlib import Path

from demo import material
from streams.settings import Settings


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


def _short(path: Path, root: Path) -> Path:
    return path.relative_to(root) if path.is_relative_to(root) else path

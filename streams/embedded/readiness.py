"""When all workers are ready, and until then what is waited for."""

import asyncio
import logging
from collections.abc import Sequence
from typing import Any, NamedTuple

import aiohttp

from streams.embedded.child import Child
from streams.engine.health import PID_HEADER
from streams.settings import Metrics

log = logging.getLogger("leadpulse.up")

SAY_AGAIN_SECONDS = 15.0
"""What is waited for is said anew so often."""

LOOK_SECONDS = 0.5

NAMES = {
    "assigned": "разделы Kafka",
    "kafka": "Kafka",
    "clickhouse": "ClickHouse",
    "api": "свой API",
    "identities": "привязки клиентов",
    "telegram": "Telegram",
    "outbox": "очередь сообщений",
    "engine": "распознавание речи",
    "model": "модель распознавания",
}
"""What `/readyz` calls its checks, in words; the others stand for themselves."""


class Look(NamedTuple):
    """A worker as its page shows it: ready, or what is missing."""

    ready: bool
    missing: str = ""


async def all_ready(children: Sequence[Child], metrics: Metrics) -> None:
    """Return when every one of our own workers says it is ready. Another process on its port does not count."""
    said, loop = 0.0, asyncio.get_running_loop()
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as session:
        while True:
            looks = await asyncio.gather(*(_look(session, child, metrics) for child in children))
            waiting = [
                f"{child.name} ({look.missing})" if look.missing else child.name
                for child, look in zip(children, looks, strict=True)
                if not look.ready
            ]
            if not waiting:
                return
            if loop.time() - said >= SAY_AGAIN_SECONDS:
                said = loop.time()
                log.info("жду процессы: %s", ", ".join(waiting))
            await asyncio.sleep(LOOK_SECONDS)


async def _look(session: aiohttp.ClientSession, child: Child, metrics: Metrics) -> Look:
    try:
        url = f"http://{metrics.host}:{getattr(metrics, child.name)}/readyz"
        async with session.get(url) as answer:
            if child.pid is None or answer.headers.get(PID_HEADER) != str(child.pid):
                return Look(False, "" if child.pid is None else "на его порту отвечает чужой процесс")
            return Look(answer.status == 200, _missing(await answer.json()))
    except (aiohttp.ClientError, ValueError, TimeoutError):
        return Look(False)


def _missing(checks: dict[str, Any]) -> str:
    lacking = {name: check for name, check in checks.items() if check is not True}
    return ", ".join(check if isinstance(check, str) else NAMES.get(name, name) for name, check in lacking.items())

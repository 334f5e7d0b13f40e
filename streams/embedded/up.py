"""`leadpulse up`: the embedded broker and all workers on one machine, under supervisord.

supervisord (a well-kept supervisor) starts them in the order of `PROGRAMS`, restarts what ends with a growing pause,
and stops them in the reverse order. This module writes its configuration, passes signals on, and says when all are
ready. Each process writes its own name in front of its lines, so one terminal shows one log.
"""

import asyncio
import contextlib
import logging
import os
import shlex
import signal
import sys
from pathlib import Path

import aiohttp
import psutil

from streams.settings import Settings

log = logging.getLogger("leadpulse.up")

PROGRAMS: tuple[tuple[str, str], ...] = (
    ("broker", "broker"),
    ("topics", "topics apply --wait 120"),
    ("store", "worker store"),
    ("pipeline", "worker pipeline"),
    ("transcribe", "worker transcribe"),
    ("minutes", "worker minutes"),
    ("notify", "worker notify"),
    ("gateway", "worker gateway"),
)
"""Name and arguments of `leadpulse`, in the order of starting. The gateway comes last and goes first."""

ONCE = frozenset({"topics"})

STOP_SECONDS = 12
"""More than a worker takes for its own graceful end (`streams.engine.worker.STOP_SECONDS`)."""

_HEAD = """[supervisord]
nodaemon=true
silent=true
logfile={folder}/supervisord.log
logfile_maxbytes=1MB
logfile_backups=1
pidfile={folder}/supervisord.pid
childlogdir={folder}
"""

_PROGRAM = """
[program:{name}]
command={python} -m streams.cli {arguments}
priority={priority}
startsecs={startsecs}
startretries=100000
autorestart={autorestart}
stopsignal=TERM
stopwaitsecs={stop}
killasgroup=true
redirect_stderr=true
stdout_logfile=/dev/stdout
stdout_logfile_maxbytes=0
"""


def configuration(folder: Path, python: str) -> str:
    """The text of supervisord.conf. `%` is its own escape and stands doubled."""

    def escaped(text: object) -> str:
        return str(text).replace("%", "%%")

    parts = [_HEAD.format(folder=escaped(folder))]
    parts += [
        _PROGRAM.format(
            name=name,
            python=escaped(shlex.quote(python)),
            arguments=arguments,
            priority=(number + 1) * 10,
            startsecs=0 if name in ONCE else 3,
            autorestart="unexpected" if name in ONCE else "true",
            stop=STOP_SECONDS,
        )
        for number, (name, arguments) in enumerate(PROGRAMS)
    ]
    return "".join(parts)


async def run(settings: Settings, folder: Path = Path("var/supervisor")) -> int:
    """Start everything; return when all has stopped. The first SIGINT or SIGTERM stops in order, the second at once."""
    conf = _write_configuration(folder)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "supervisor.supervisord", "-n", "-c", str(conf), start_new_session=True
    )
    log.info("starting", extra={"supervisor": process.pid})
    signals = _Signals(process)
    announcing = asyncio.ensure_future(_announce(settings))
    try:
        code = await process.wait()
    finally:
        announcing.cancel()
    log.info("stopped")
    return 0 if signals.count else code


def _write_configuration(folder: Path) -> Path:
    folder = folder.absolute()
    folder.mkdir(parents=True, exist_ok=True)
    conf = folder / "supervisord.conf"
    conf.write_text(configuration(folder, sys.executable))
    return conf


class _Signals:
    """Passes SIGINT and SIGTERM on."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.count = 0
        self._process = process
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._stop)

    def _stop(self) -> None:
        self.count += 1
        if self.count == 1:
            log.info("stopping in order; press Ctrl-C again to stop at once")
            self._process.send_signal(signal.SIGTERM)
            return
        log.warning("stopping at once")
        with contextlib.suppress(psutil.NoSuchProcess, ProcessLookupError):
            root = psutil.Process(self._process.pid)
            for process in [*root.children(recursive=True), root]:
                os.kill(process.pid, signal.SIGKILL)


async def _announce(settings: Settings) -> None:
    """Say once that every worker is ready, and where the doors are."""
    names = [arguments.split()[1] for _, arguments in PROGRAMS if arguments.startswith("worker")]
    urls = [f"http://{settings.metrics.host}:{getattr(settings.metrics, name)}/readyz" for name in names]
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=2)) as session:
        while not all(await asyncio.gather(*(_ready(session, url) for url in urls))):  # noqa: ASYNC110 — other processes
            await asyncio.sleep(0.5)
    log.info(
        "ready",
        extra={
            "gateway": f"http://{settings.gateway.host}:{settings.gateway.port}",
            "api": f"http://{settings.store.api_host}:{settings.store.api_port}",
        },
    )


async def _ready(session: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with session.get(url) as answer:
            return answer.status == 200
    except (aiohttp.ClientError, TimeoutError):
        return False

"""`leadpulse-recorder`: `run` (the default) until SIGTERM, `once` for one pass, `check` before the first one."""

import asyncio
import logging
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable
from contextlib import asynccontextmanager, suppress
from typing import Any

import click

from recorder.agent import Agent
from recorder.check import Finding, check, notes
from recorder.crew import Crew
from recorder.health import Health, HealthServer
from recorder.log import configure
from recorder.publish import Publisher, capped, make_producer
from recorder.settings import Settings, SettingsError, load
from recorder.spool import Spool

log = logging.getLogger(__name__)

ENDING = (signal.SIGTERM, signal.SIGINT)

ONCE_DELAYS = (0.5, 1.0, 2.0)
"""`once` does not wait for a broker that is away: the marker stays for the next call."""


@click.group(invoke_without_command=True)
@click.pass_context
def main(context: click.Context) -> None:
    """Take Jibri's recordings to the shared storage and tell Kafka. Settings: LEADPULSE_RECORDER__… (see README.md)."""
    os.umask(0o077)  # its markers and reports are for its owner only; recordings get the rights of UMASK (settings.py)
    if context.invoked_subcommand is None:
        context.invoke(run)


@main.command()
def run() -> None:
    """Watch the spool until SIGTERM or Ctrl-C."""
    settings = _settings()
    health = Health()
    try:
        server = HealthServer(health, settings.metrics_host, settings.metrics_port)
    except OSError as error:
        raise click.ClickException(
            f"cannot listen on {settings.metrics_host}:{settings.metrics_port}: {error}"
        ) from error
    server.start()
    try:
        asyncio.run(_until_signal(_serve(settings, health, server.port)))
    finally:
        server.stop()


@main.command()
def once() -> None:
    """Sweep, try each waiting marker once, and end; exit 1 when one is left."""
    left: list[int] = []
    asyncio.run(_until_signal(_pass(_settings(), left)))
    sys.exit(0 if left == [0] else 1)


@main.command("check")
def check_command() -> None:
    """Try every permission and connection that a recording will need, as this user; exit 1 when one is wrong."""
    found: list[Finding] = []
    settings = _settings()
    asyncio.run(_until_signal(_check(settings, found)))
    for finding in found:
        click.echo(f"FAULT  {finding.what}: {finding.fault}" if finding.fault else f"ok     {finding.what}")
    for text in notes(settings):
        click.echo(f"note   {text}")
    sys.exit(1 if not found or any(finding.fault for finding in found) else 0)


def _settings() -> Settings:
    try:
        settings = load(os.environ)
    except SettingsError as error:
        click.echo(str(error), err=True)
        sys.exit(2)
    configure(settings.log_level)
    return settings


async def _serve(settings: Settings, health: Health, port: int) -> None:
    log.info("listening", extra={"port": port})
    async with _agent(settings, health, capped) as agent:
        await agent.run()


async def _pass(settings: Settings, left: list[int]) -> None:
    async with _agent(settings, Health(), lambda: ONCE_DELAYS) as agent:
        agent.sweep()
        left.append(await agent.work())


async def _check(settings: Settings, found: list[Finding]) -> None:
    crew = Crew(settings)
    try:
        found += await check(settings, crew)
    finally:
        await crew.close()


@asynccontextmanager
async def _agent(settings: Settings, health: Health, delays: Callable[[], Iterable[float]]) -> AsyncIterator[Agent]:
    publisher, crew = Publisher(lambda: make_producer(settings), settings.kafka_prefix, delays), Crew(settings)
    try:
        yield Agent(settings, Spool(settings.spool), crew, publisher, health)
    finally:
        await crew.close()
        await publisher.close()


async def _until_signal(work: Coroutine[Any, Any, None]) -> None:
    """Do `work` until it ends or SIGTERM or SIGINT cancels it."""
    loop, task = asyncio.get_running_loop(), asyncio.create_task(work)

    def end(_number: int, _frame: object) -> None:
        if not task.cancelling():  # a second one would break off what the first one lets it finish
            loop.call_soon_threadsafe(task.cancel)

    for number in ENDING:  # not by the loop: closed, it would give them back, and a late one would end us with -15
        signal.signal(number, end)
    with suppress(asyncio.CancelledError):
        await task
    for number in ENDING:
        signal.signal(number, signal.SIG_IGN)

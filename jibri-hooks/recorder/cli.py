"""`leadpulse-recorder`: `run` (the default) until SIGTERM, `once` for one pass."""

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

import click

from recorder.agent import Agent
from recorder.health import Health, HealthServer
from recorder.log import configure
from recorder.publish import Publisher, capped, make_producer
from recorder.settings import Settings, SettingsError, load
from recorder.spool import Spool

log = logging.getLogger(__name__)

ONCE_DELAYS = (0.5, 1.0, 2.0)
"""`once` does not wait for a broker that is away: the marker stays for the next call."""


@click.group(invoke_without_command=True)
@click.pass_context
def main(context: click.Context) -> None:
    """Take Jibri's recordings to the shared storage and tell Kafka. Settings: LEADPULSE_RECORDER__… (see README.md)."""
    if context.invoked_subcommand is None:
        context.invoke(run)


@main.command()
def run() -> None:
    """Watch the spool until SIGTERM or Ctrl-C."""
    settings = _settings()
    publisher = Publisher(lambda: make_producer(settings), settings.kafka_prefix, capped)
    health = Health()
    try:
        server = HealthServer(health, settings.metrics_host, settings.metrics_port)
    except OSError as error:
        raise click.ClickException(
            f"cannot listen on {settings.metrics_host}:{settings.metrics_port}: {error}"
        ) from error
    server.start()
    try:
        asyncio.run(
            _until_signal(_serve(Agent(settings, Spool(settings.spool), publisher, health), publisher, server.port))
        )
    finally:
        server.stop()


@main.command()
def once() -> None:
    """Sweep, try each waiting marker once, and end; exit 1 when one is left."""
    settings = _settings()
    publisher = Publisher(lambda: make_producer(settings), settings.kafka_prefix, lambda: ONCE_DELAYS)
    agent = Agent(settings, Spool(settings.spool), publisher, Health())
    left: list[int] = []
    asyncio.run(_until_signal(_pass(agent, publisher, left)))
    sys.exit(0 if left == [0] else 1)


def _settings() -> Settings:
    try:
        settings = load(os.environ)
    except SettingsError as error:
        click.echo(str(error), err=True)
        sys.exit(2)
    configure(settings.log_level)
    return settings


async def _serve(agent: Agent, publisher: Publisher, port: int) -> None:
    log.info("listening", extra={"port": port})
    try:
        await agent.run()
    finally:
        await publisher.close()


async def _pass(agent: Agent, publisher: Publisher, left: list[int]) -> None:
    try:
        await agent.sweep()
        left.append(await agent.work())
    finally:
        await publisher.close()


async def _until_signal(work: Coroutine[Any, Any, None]) -> None:
    """Do `work` until it ends or SIGTERM or SIGINT cancels it."""
    task = asyncio.create_task(work)
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    with suppress(asyncio.CancelledError):
        await task

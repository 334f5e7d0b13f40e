"""`up`, `broker`, `worker NAME`: commands that work until they are stopped."""

import asyncio
import faulthandler
import sys
from importlib import import_module
from typing import BinaryIO

import click
import uvloop

from streams import settings
from streams.embedded.handover import receive
from streams.engine import environment, log
from streams.settings.names import PREFIX

WORKERS = {
    "gateway": "streams.gateway.worker",
    "pipeline": "streams.pipeline.worker",
    "transcribe": "streams.transcribe.worker",
    "tracks": "streams.tracks.worker",
    "live": "streams.live.worker",
    "store": "streams.store.worker",
    "minutes": "streams.minutes.worker",
    "notify": "streams.notify.worker",
    "web": "streams.web.worker",
    "agent": "streams.agent.worker",
    "actions": "streams.actions.worker",
}
"""Module with `build(settings) -> Worker`."""

CONFINED = {"store": "streams.store.confinement"}
"""Module with `confine(settings)`: workers that give up what they do not need before they are built."""


@click.command("up")
def up_command() -> None:
    """Запустить встроенную Kafka и все процессы. Ctrl-C останавливает по порядку, второй Ctrl-C — сразу."""
    from streams.embedded.up import run

    log.configure("up")
    sys.exit(asyncio.run(run(settings.load())))


@click.command("broker")
def broker_command() -> None:
    """Запустить встроенную Kafka: один узел, доступна только с этой машины."""
    from streams.embedded.broker import run_broker

    log.configure("broker")
    loaded = settings.load()
    log.configure("broker", form=loaded.log.format)
    sys.exit(asyncio.run(run_broker(loaded)))


@click.command("worker")
@click.argument("name", metavar="ИМЯ", type=click.Choice(list(WORKERS)))
@click.option("--settings", "handed", type=click.File("rb"), hidden=True, help="What `leadpulse up` hands over.")
def worker_command(name: str, handed: BinaryIO | None) -> None:
    """Запустить один процесс: gateway, pipeline, transcribe, tracks, live, store, minutes, notify, web, agent или
    actions.

    Код выхода: 0 — остановлен, 1 — ошибка, 70 — завис."""
    faulthandler.enable()  # chDB, libvosk and FFmpeg die without a word of where
    log.configure(name)
    loaded = receive(handed) if handed else settings.load()
    log.configure(name, form=loaded.log.format)
    environment.forget(PREFIX)
    if name in CONFINED:
        import_module(CONFINED[name]).confine(loaded)
    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    worker = import_module(WORKERS[name]).build(loaded)
    sys.exit(asyncio.run(worker.run()))

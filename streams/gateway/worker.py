"""The gateway worker: HTTP on one side, `source.*` on the other. Consumes nothing."""

from schemas.errors import ConfigError
from schemas.topics import RECORDINGS, TELEGRAM, WMS
from streams.engine.worker import Worker
from streams.gateway.http import application, serve
from streams.gateway.intake import Intake, TopicProbe
from streams.gateway.jitsi import JitsiEntrance
from streams.gateway.telegram import TelegramEntrance
from streams.gateway.wms import WmsEntrance
from streams.settings import Settings

ENVELOPE = 64 << 10
"""Bytes that a record may be larger than its body: the wrapper, key and batch header."""


def build(settings: Settings) -> Worker:
    """The worker. Raises `ConfigError` for a body limit that Kafka would not take."""
    largest = min(TELEGRAM.max_bytes, WMS.max_bytes) - ENVELOPE
    if settings.gateway.max_body > largest:
        raise ConfigError(f"gateway.max_body: Kafka takes at most {largest} bytes")
    worker = Worker("gateway", settings)
    probe = TopicProbe(settings.kafka, (RECORDINGS.name, TELEGRAM.name, WMS.name))
    intake = Intake(worker.outputs, probe, settings.gateway.ack_timeout)
    app = application(
        settings.gateway,
        {
            "/hooks/wms/{source}": WmsEntrance(settings.gateway, intake).take,
            "/hooks/telegram/{bot}": TelegramEntrance(settings.gateway, intake).take,
            "/hooks/jitsi": JitsiEntrance(settings.gateway, intake).take,
        },
    )
    worker.needs["kafka"] = lambda: intake.open
    worker.background("kafka watch", intake.watch)
    worker.background("http", lambda: serve(app, settings.gateway))
    worker.on_close(probe.close)
    return worker

"""Faust as our workers use it: our transport, no web server, no tables, no topics of its own."""

import tempfile
from pathlib import Path
from typing import Any

import faust
from faust.auth import SASLCredentials, SSLCredentials

from streams.engine.connect import client_options
from streams.settings import Kafka, Settings

METADATA_MAX_AGE_S = 20
"""A leader that read its metadata while the broker was starting knows no topics and gives nobody anything until it
reads them anew; Kafka's default is five minutes."""


def group_of(kafka: Kafka, worker: str) -> str:
    """The consumer group of a worker."""
    return f"{kafka.prefix}leadpulse-{worker}"


def faust_app(name: str, settings: Settings, *, jobs: bool, wait_empty: bool, linger_ms: int) -> Any:
    """The app of a worker: consumer group by its name; `jobs` and `linger_ms` as in `streams.engine.batches`."""
    kafka = settings.kafka
    scheme = "jobs" if jobs else "batches"
    return faust.App(
        group_of(kafka, name),
        broker=[f"{scheme}://{address}?linger={linger_ms}" for address in kafka.bootstrap.split(",")],
        broker_credentials=_credentials(kafka),
        store="memory://",
        autodiscover=False,
        datadir=Path(tempfile.gettempdir()) / "leadpulse-faust",
        stream_wait_empty=wait_empty,
        topic_allow_declare=False,
        topic_disable_leader=True,
        consumer_auto_offset_reset="earliest",
        consumer_max_fetch_size=4 << 20,
        consumer_metadata_max_age_ms=METADATA_MAX_AGE_S * 1000,
        broker_max_poll_records=1 if jobs else settings.pipeline.max_batch,
        broker_max_poll_interval=86_400.0,  # a sink that is away for long is no reason to leave the group
        broker_commit_interval=1.0,  # what is done again after a crash is the same
        broker_session_timeout=kafka.session_timeout,
        broker_heartbeat_interval=kafka.session_timeout / 4,
        broker_rebalance_timeout=20.0,
        broker_request_timeout=40.0,
        producer_request_timeout=40.0,
    )


def _credentials(kafka: Kafka) -> Any:
    options = client_options(kafka)
    if "sasl_mechanism" in options:
        return SASLCredentials(
            username=kafka.username,
            password=kafka.password.get_secret_value(),
            mechanism=kafka.sasl_mechanism,
            ssl_context=options.get("ssl_context"),
        )
    return SSLCredentials(options["ssl_context"]) if "ssl_context" in options else None

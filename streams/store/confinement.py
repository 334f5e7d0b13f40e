"""What the store may touch: people's SQL runs in its process, so the kernel holds it where the kernel can."""

import contextlib
import logging
import os
import tempfile
from urllib.parse import urlsplit

from streams.engine import landlock
from streams.settings import Settings
from streams.settings.store import web_token_file
from streams.store.read.tokens import api_token, web_token

log = logging.getLogger(__name__)

DNS = 53
"""Answers too long for UDP come over TCP."""


def confine(settings: Settings) -> None:
    """Make what has to be there, then give up the rest. Before chDB, whose threads would stay free, is loaded.

    Raises `ConfigError`, OSError, RuntimeError.
    """
    if not settings.store.confined:
        log.warning("not confined: store.confined is false")
        return
    settings.store.folder.mkdir(parents=True, exist_ok=True)
    api_token(settings.store)  # made here: their folder is closed afterwards
    web_token(settings.store)
    if settings.export.nightly:
        with contextlib.suppress(OSError):  # the job that writes there tells ops
            settings.export.telegram.mkdir(mode=0o700, parents=True, exist_ok=True)
    scratch = settings.store.folder.with_name(settings.store.folder.name + "-tmp")
    scratch.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.environ["TMPDIR"] = tempfile.tempdir = str(scratch.resolve())  # the system's is everybody's
    version = landlock.confine(needs(settings))
    if version:
        log.info("confined", extra={"landlock": version})
    else:
        log.warning("not confined: this kernel has no Landlock")


def needs(settings: Settings) -> landlock.Needs:
    """Its folders, the thresholds, its ports, and those of Kafka and ClickHouse."""
    store, kafka = settings.store, settings.kafka
    tokens = [store.api_token_file, web_token_file(store)]
    read = [*tokens, *(path for path in (kafka.ca_file, settings.pipeline.rules) if path)]
    connect = {DNS, *store.connect_ports, *(int(address.rpartition(":")[2]) for address in kafka.bootstrap.split(","))}
    if store.backend == "clickhouse":
        url = urlsplit(store.url)
        connect.add(url.port or (8443 if url.scheme == "https" else 8123))
    write = [store.folder, store.folder.with_name(store.folder.name + "-tmp")]
    if settings.export.nightly and settings.export.telegram.is_dir():
        write.append(settings.export.telegram)
    return landlock.Needs(
        read=tuple(path.resolve() for path in read),
        write=tuple(folder.resolve() for folder in write),
        listen=frozenset({store.api_port, settings.metrics.store, *([store.http_port] if store.http_open else [])}),
        connect=frozenset(connect),
    )

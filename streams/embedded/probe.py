"""Whether a broker answers on our port, and whether it is the one that we mean."""

import asyncio
import contextlib
import errno
import socket
from collections.abc import Iterable
from pathlib import Path

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from processors.russian.system import os_reason
from schemas.errors import ConfigError
from streams.embedded.server import HOST
from streams.engine.connect import client_options
from streams.settings import Kafka


def check_free(port: int, setting: str, host: str = HOST) -> None:
    """Raises `ConfigError`, which names the port and the setting, when we cannot listen on it."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as Java does: a port in TIME_WAIT is free
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                told = f"порт {port} занят ({setting}): остановите того, кто его занял, или задайте другой"
            else:
                told = f"порт {port} ({setting}) не открывается на {host}: {os_reason(error)}"
            raise ConfigError(told) from error


async def answering(kafka: Kafka, port: int) -> str | None:
    """The id of the cluster that answers a metadata request, if one does."""
    if not await _listens(port):  # an open port is no answer, but a closed one spares a client's error lines
        return None
    admin = AIOKafkaAdminClient(**client_options(kafka) | {"request_timeout_ms": 5000})
    try:
        await admin.start()
        cluster = await admin.describe_cluster()
    except (KafkaError, OSError):
        return None
    finally:
        await admin.close()
    return str(cluster["cluster_id"]) if cluster["brokers"] else None


async def groups_served(kafka: Kafka, groups: Iterable[str]) -> bool:
    """Whether the broker has a coordinator for each of these groups; the first question makes a new one set that up.

    A worker that asks too early logs that as a fault of Kafka's.
    """
    admin = AIOKafkaAdminClient(**client_options(kafka))
    try:
        await admin.start()
        for group in groups:
            await admin.find_coordinator(group)
    except (KafkaError, OSError):
        return False
    finally:
        await admin.close()
    return True


def cluster_of(folder: Path) -> str:
    """The id of the cluster whose data are in `folder`."""
    meta = (folder / "data" / "meta.properties").read_text()
    return dict(line.split("=", 1) for line in meta.splitlines() if "=" in line)["cluster.id"]


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection(HOST, port)
    except OSError:
        return False
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
    return True

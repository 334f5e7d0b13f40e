"""The archive of the classes that a broker loads (AppCDS).

It halves the start, 1.8 s to 0.9 s; nothing depends on it.
"""

import logging
import socket
from pathlib import Path

from schemas.errors import LeadpulseError
from streams.embedded.broker import Broker
from streams.embedded.jars import scratch
from streams.embedded.java import class_archive, java

log = logging.getLogger(__name__)


async def archive_classes(jars: Path) -> bool:
    """Run a broker in a temporary folder once and keep its classes. False when that did not work, which is no fault."""
    try:
        archive = class_archive(jars, await java())
        if not archive.exists():
            log.info("archiving classes", extra={"folder": str(archive.parent)})
            await _archive(jars, archive)
    except (LeadpulseError, OSError) as error:
        log.warning("no class archive, Kafka starts a second later each time: %s", error)
        return False
    return True


async def _archive(jars: Path, archive: Path) -> None:
    with scratch(jars, ".archive") as folder:
        dump = folder / "classes.jsa"
        options = (f"-XX:ArchiveClassesAtExit={dump}",)
        broker = Broker(folder, *_free_ports(), heap_mb=256, jars=jars, output=folder / "log", jvm=options)
        try:
            await broker.start()
        finally:
            await broker.stop(timeout=None)  # Java writes the archive when it ends: on a busy machine that takes long
        dump.chmod(0o644)  # who sets up need not be who runs
        dump.rename(archive)


def _free_ports() -> tuple[int, int]:
    with socket.socket() as one, socket.socket() as other:
        one.bind(("127.0.0.1", 0))
        other.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1]), int(other.getsockname()[1])

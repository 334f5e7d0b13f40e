"""A record of the log `commands`, decided by whoever folds it: `actions`, and the page for its figures."""

import logging
from collections.abc import Callable

from processors.commands.desk import Desk, decide
from processors.commands.world import World
from schemas.codec import Rejected
from schemas.commands import CommandChange, LogRecord
from streams.engine.process import Record

log = logging.getLogger(__name__)


def folded(desk: Desk, said: LogRecord, record: Record, world: Callable[[], World]) -> list[CommandChange] | Rejected:
    """As `decide`. A record that breaks it changes nothing more, now and whenever the log is read; nor does it stop
    those behind it. `world`: what it is decided in, made when it is asked for."""
    try:
        return decide(desk, said, record.offset, record.timestamp, world())
    except Exception as error:  # noqa: BLE001 — whatever a record does must not stop the log
        log.error("command cannot be decided", extra={"offset": record.offset, "error": type(error).__name__})
        return Rejected(str(error), type(error).__name__)

"""The trace of what is worked on: where the raw record stood, `topic/partition/offset`, from the hook to the alert.

Events carry it as `origin`; here it is what the log adds to every line that is written while a record is in work, in
whatever task or thread of that work.
"""

import logging
from contextvars import ContextVar

from streams.engine.process import Batch

_ORIGIN: ContextVar[str] = ContextVar("origin", default="")


def enter(origin: str) -> None:
    """From here on, in this task and those that it starts, the work is about this record."""
    _ORIGIN.set(origin)


def enter_batch(batch: Batch) -> None:
    """The same for a batch: its only record, or the first and the last one; a process is more exact."""
    first, last = batch.records[0].offset, batch.records[-1].offset
    enter(
        f"{batch.topic}/{batch.partition}/{first}"
        if first == last
        else f"{batch.topic}/{batch.partition}/{first}-{last}"
    )


def traced(record: logging.LogRecord) -> bool:
    """A filter: the trace as a field of the line, where there is one and the line does not name its own."""
    origin = _ORIGIN.get()
    if origin and not hasattr(record, "origin"):
        record.origin = origin
    return True

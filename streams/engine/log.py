"""Logging: one line per event, `worker | time LEVEL logger: event key=value …`.

A repeating fault is said a few times, then counted.
"""

import logging
import sys
import time
from collections.abc import Callable

PLAIN = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}


class EventLine(logging.Formatter):
    """A line with the worker's name in front and the extra fields behind."""

    def __init__(self, worker: str) -> None:
        super().__init__("%(asctime)s.%(msecs)03d %(levelname)s %(name)s: %(message)s", "%Y-%m-%dT%H:%M:%S")
        self._prefix = f"{worker:<10} | "

    def format(self, record: logging.LogRecord) -> str:
        """The text, one prefix on each of its lines."""
        fields = "".join(f" {k}={v}" for k, v in record.__dict__.items() if k not in PLAIN)
        return "\n".join(self._prefix + line for line in (super().format(record) + fields).splitlines())


class Repeats(logging.Filter):
    """Lets `burst` records of one message through per `window` seconds; the next window opens with the count."""

    def __init__(self, burst: int = 3, window: float = 60.0, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._burst, self._window, self._clock = burst, window, clock
        self._seen: dict[tuple[str, int, str], tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether this record is said."""
        key = (record.name, record.levelno, str(record.msg))
        now = self._clock()
        since, count = self._seen.get(key, (now, 0))
        if now - since >= self._window:
            if count > self._burst:
                record.repeated = count - self._burst
            since, count = now, 0
        if len(self._seen) > 1000:  # messages that carry a number in their text would grow this for ever
            self._seen.clear()
        self._seen[key] = since, count + 1
        return count < self._burst


def configure(worker: str, level: str = "INFO") -> None:
    """Send everything of this process to stdout in one form. Third-party chatter starts at WARNING."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(EventLine(worker))
    handler.addFilter(Repeats())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for ours in ("streams", "recorder", "leadpulse"):
        logging.getLogger(ours).setLevel(level)
    logging.getLogger("streams.engine.batches").setLevel(logging.WARNING)  # mode's life cycle of Faust's services

"""Logging: one event is one line with its fields behind, on stderr. No personal data, no secrets.

Control characters, also those of a traceback, are written as escapes: nobody writes a line of his own by the name of a
room or file. The same rules as `streams/engine/log.py`, which is not installed here.
"""

import logging
import unicodedata
from datetime import datetime

PLAIN = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}

HIDDEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Unicode categories that a terminal obeys or a reader does not see."""


class Line(logging.Formatter):
    """`time LEVEL logger: event key=value …`."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802 — logging's name
        """The machine's own time with its distance from UTC, to the millisecond."""
        return datetime.fromtimestamp(record.created).astimezone().isoformat(timespec="milliseconds")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 — logging's name
        """Time, level, logger, event and fields; a traceback comes behind them."""
        fields = "".join(f" {k}={v!r}" for k, v in record.__dict__.items() if k not in PLAIN)
        return super().formatMessage(record) + fields

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        text = super().format(record)
        return "".join(c if unicodedata.category(c) not in HIDDEN else repr(c)[1:-1] for c in text)


def configure(level: str) -> None:
    """Send this process's events to stderr; libraries from ERROR on, since `publish` tells of a broker that is away."""
    lines = logging.StreamHandler()
    lines.setFormatter(Line())
    logging.basicConfig(level=logging.ERROR, handlers=[lines], force=True)
    logging.getLogger("recorder").setLevel(level)

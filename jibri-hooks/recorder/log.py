"""Logging: one line per event with its fields behind, on stderr. No personal data, no secrets."""

import logging

PLAIN = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}


class Line(logging.Formatter):
    """`time LEVEL logger: event key=value …`."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s.%(msecs)03d %(levelname)s %(name)s: %(message)s", "%Y-%m-%dT%H:%M:%S")

    def format(self, record: logging.LogRecord) -> str:
        """The line with the extra fields of the record."""
        fields = "".join(f" {k}={v!r}" for k, v in record.__dict__.items() if k not in PLAIN)
        return super().format(record) + fields


def configure(level: str) -> None:
    """Send this process's events to stderr; libraries from ERROR on, since `publish` tells of a broker that is away."""
    lines = logging.StreamHandler()
    lines.setFormatter(Line())
    logging.basicConfig(level=logging.ERROR, handlers=[lines], force=True)
    logging.getLogger("recorder").setLevel(level)

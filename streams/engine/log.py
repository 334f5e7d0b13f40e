"""Logging: one event is one line, `worker | time LEVEL logger: event key=value …`.

Line breaks and other control characters in it, also those of a traceback, are written as escapes: whoever sends us a
name with a line break and "CRITICAL" behind it writes no line of his own. A repeating fault is said a few times, then
counted. No line holds words, names or numbers of clients: see `discreet`.
"""

import json
import logging
import sys
import time
import unicodedata
from collections.abc import Callable
from datetime import datetime
from types import TracebackType
from typing import Any, Literal, Protocol

from streams.engine import discreet
from streams.engine.trace import traced

PLAIN = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}


HIDDEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Unicode categories that a terminal obeys or a reader does not see: control, direction marks, halves of pairs, line
separators."""


def one_line(text: str) -> str:
    """`text` without any character that could end the line or move a terminal; `\\n` stands for a line feed."""
    if text.isprintable():  # of all the lines nearly every one
        return text
    return "".join(c if unicodedata.category(c) not in HIDDEN else repr(c)[1:-1] for c in text)


def prefix(worker: str) -> str:
    """What stands in front of each of a worker's lines."""
    return f"{worker:<10} | "


class Stream(Protocol):
    """Where lines go."""

    def write(self, text: str, /) -> object:
        """A line with its end."""

    def flush(self) -> None:
        """Nothing may wait."""


class EventLine(logging.Formatter):
    """A line with the worker's name in front and the extra fields behind."""

    def __init__(self, worker: str) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")
        self._prefix = prefix(worker)

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802 — logging's name
        """The machine's own time with its distance from UTC, to the millisecond."""
        return datetime.fromtimestamp(record.created).astimezone().isoformat(timespec="milliseconds")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 — logging's name
        """Time, level, logger, event and fields; a traceback comes behind them."""
        fields = "".join(f" {k}={discreet.field(k, v)}" for k, v in record.__dict__.items() if k not in PLAIN)
        return discreet.text(super().formatMessage(record)) + fields

    def formatException(self, ei: Any) -> str:  # noqa: N802 — logging's name
        """Without what a fault quotes."""
        return discreet.trace(ei[1])

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        return self._prefix + one_line(super().format(record))


class JsonLine(EventLine):
    """The same as one JSON object: `time`, `level`, `worker`, `logger`, `event`, the fields, `traceback` if any.

    A field that bears one of these names stands as `field_NAME`.
    """

    OWN = frozenset({"time", "level", "worker", "logger", "event", "traceback"})

    def __init__(self, worker: str) -> None:
        super().__init__(worker)
        self._worker = worker

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        line: dict[str, object] = {
            "time": self.formatTime(record),
            "level": record.levelname,
            "worker": self._worker,
            "logger": record.name,
            "event": discreet.text(record.getMessage()),
        }
        for name, value in record.__dict__.items():
            if name not in PLAIN:
                line[f"field_{name}" if name in self.OWN else name] = discreet.field(name, value)
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        text = json.dumps(line, ensure_ascii=False, default=str)
        return (
            text
            if text.isprintable()
            else "".join(c if unicodedata.category(c) not in HIDDEN else json.dumps(c)[1:-1] for c in text)
        )


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


def worth_telling(record: logging.LogRecord) -> bool:
    """A filter of aiohttp's own log: whether a fault is more than a request that is no HTTP.

    That one is answered 400; aiohttp logs it as an error all the same, with its bytes, where a secret path may stand.
    """
    error = record.exc_info[1] if record.exc_info else None
    return all(kind.__name__ != "HttpProcessingError" for kind in type(error).__mro__)


def passing_is_a_warning(record: logging.LogRecord) -> bool:
    """A filter: aiokafka logs as an error what is tried again, such as a partition that has no leader yet, a broker or
    a topic that is not there yet."""
    arguments = record.args if isinstance(record.args, tuple) else ()
    passing = str(record.msg).endswith("not found in cluster metadata")
    passing |= any(getattr(one, "retriable", False) is True or isinstance(one, OSError) for one in arguments)
    if record.levelno == logging.ERROR and record.name.startswith("aiokafka") and passing:
        record.levelno, record.levelname = logging.WARNING, logging.getLevelName(logging.WARNING)
    return True


def configure(
    worker: str, level: str = "INFO", stream: Stream | None = None, form: Literal["text", "json"] = "text"
) -> None:
    """Send everything of this process to `stream`, or stdout, in one form. Third-party chatter starts at WARNING."""
    handler = logging.StreamHandler(stream or sys.stdout)
    handler.setFormatter(JsonLine(worker) if form == "json" else EventLine(worker))
    handler.addFilter(passing_is_a_warning)
    handler.addFilter(traced)
    handler.addFilter(Repeats())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for ours in ("streams", "recorder", "leadpulse"):
        logging.getLogger(ours).setLevel(level)
    for faust in ("batches", "loop_consumer"):  # mode's life cycle of Faust's services
        logging.getLogger(f"streams.engine.{faust}").setLevel(logging.WARNING)
    logging.getLogger("aiohttp.server").addFilter(worth_telling)
    sys.excepthook = _ended


def _ended(kind: type[BaseException], error: BaseException, places: TracebackType | None) -> None:
    """The last words of a process, which Python itself would print with all that the fault quotes."""
    if not issubclass(kind, Exception):
        sys.__excepthook__(kind, error, places)
        return
    logging.getLogger("leadpulse").critical("ended by a fault of its own", exc_info=error)

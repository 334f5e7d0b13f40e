"""Log lines and the limit on repeating faults."""

import logging
import time

import pytest
from aiohttp.http_exceptions import BadStatusLine
from aiokafka.errors import NotLeaderForPartitionError, TopicAuthorizationFailedError

from streams.engine.log import EventLine, Repeats, passing_is_a_warning, worth_telling


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        """Seconds."""
        return self.now


def record(
    text: str = "fault", level: int = logging.WARNING, name: str = "streams.x", **fields: object
) -> logging.LogRecord:
    """A log record with extra fields."""
    return logging.makeLogRecord({"msg": text, "levelno": level, "levelname": "WARNING", "name": name} | fields)


def test_line_has_worker_event_and_fields() -> None:
    """One line: the worker, the time, the level, the logger, the event and its fields."""
    line = EventLine("store").format(record("batch settled", rows=3, topic="events"))
    assert line.startswith("store      | ")
    assert line.endswith(" WARNING streams.x: batch settled rows=3 topic=events")


def test_a_traceback_is_one_line() -> None:
    """One event is one line, also with a traceback and a fault whose text has lines of its own."""
    try:
        raise ValueError("two\nlines")
    except ValueError as error:
        text = EventLine("store").format(record(rows=3, exc_info=(ValueError, error, error.__traceback__)))
    assert len(text.splitlines()) == 1
    assert r" fault rows=3\nTraceback (most recent" in text
    assert text.endswith(r"ValueError: two\nlines")


@pytest.mark.parametrize(
    ("evil", "shown"),
    [
        ("x\n2026 CRITICAL y", r"x\n2026"),
        ("x\r\ny", r"x\r\ny"),
        ("\x1b[2J\x1b]0;title\x07", r"\x1b[2J\x1b]0;title\x07"),
        ("\u202eevil\u2028z\x85q", r"\u202eevil\u2028z\x85q"),
        ("\udcff", r"\udcff"),
    ],
)
def test_nobody_writes_a_line_of_his_own(evil: str, shown: str) -> None:
    """What a remote side put into a name or an error text neither ends the line nor moves the terminal."""
    for text in (EventLine("store").format(record(error=evil)), EventLine("store").format(record(evil))):
        assert len(text.splitlines()) == 1
        assert shown in text
        assert text.isprintable()
        text.encode()


def test_plain_russian_stays_readable() -> None:
    """Words for people are not escaped."""
    assert "жду «Kafka» — 3 с" in EventLine("store").format(record("жду «Kafka» — 3 с"))


def test_the_time_has_its_zone(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line from Moscow cannot be taken for one in UTC."""
    monkeypatch.setenv("TZ", "Europe/Moscow")
    time.tzset()
    try:
        text = EventLine("store").format(record(created=0.25))
    finally:
        monkeypatch.undo()
        time.tzset()
    assert "| 1970-01-01T03:00:00.250+03:00 WARNING" in text


def test_burst_then_silence_then_the_count() -> None:
    """Three are said, the rest of the minute is counted, and the next minute's first line tells how many."""
    clock = Clock()
    repeats = Repeats(burst=3, window=60.0, clock=clock)
    assert [repeats.filter(record()) for _ in range(10)] == [True] * 3 + [False] * 7
    clock.now += 60.0
    first, second = record(), record()
    assert repeats.filter(first)
    assert repeats.filter(second)
    assert "repeated=7" in EventLine("x").format(first)
    assert not hasattr(second, "repeated")


def test_quiet_message_brings_no_count() -> None:
    """Nothing was held back, so nothing is told."""
    clock = Clock()
    repeats = Repeats(clock=clock)
    assert all(repeats.filter(record()) for _ in range(3))
    clock.now += 61
    later = record()
    assert repeats.filter(later)
    assert not hasattr(later, "repeated")


def test_messages_are_limited_each_for_itself() -> None:
    """A loud fault does not silence another text, another logger or another level."""
    repeats = Repeats(burst=1, clock=Clock())
    others = [record("other"), record(name="streams.y"), record(level=logging.ERROR)]
    assert repeats.filter(record())
    assert not repeats.filter(record())
    assert all(map(repeats.filter, others))


def test_fields_do_not_make_a_message_new() -> None:
    """The event is what repeats; its fields may differ."""
    repeats = Repeats(burst=1, clock=Clock())
    assert repeats.filter(record(offset=1))
    assert not repeats.filter(record(offset=2))


def test_memory_is_bounded() -> None:
    """Texts with numbers in them, against the house rule, do not grow the table for ever."""
    repeats = Repeats(clock=Clock())
    for number in range(5000):
        repeats.filter(record(f"fault {number}"))
    assert len(repeats._seen) <= 1001


@pytest.mark.parametrize(
    ("error", "level"),
    [
        (NotLeaderForPartitionError(), "WARNING"),
        (ConnectionRefusedError(111, "Connection refused"), "WARNING"),
        (TopicAuthorizationFailedError(), "ERROR"),
    ],
)
def test_what_the_library_tries_again_is_no_error(error: Exception, level: str) -> None:
    """A partition that has no leader yet, a broker that is not there yet; that we may not read it stays an error."""
    said = {"name": "aiokafka", "msg": "no %s: %s", "args": (1, error), "levelno": 40, "levelname": "ERROR"}
    fault = logging.makeLogRecord(said)
    assert passing_is_a_warning(fault)
    assert (fault.levelname, fault.levelno) == (level, getattr(logging, level))


def test_a_topic_that_is_not_there_yet_is_no_error() -> None:
    """aiokafka says it with each look, without an exception, while `topics apply` is still to come."""
    said = {"name": "aiokafka.cluster", "msg": "Topic %s not found in cluster metadata", "args": ("t",)}
    fault = logging.makeLogRecord(said | {"levelno": logging.ERROR, "levelname": "ERROR"})
    assert passing_is_a_warning(fault)
    assert fault.levelno == logging.WARNING


def test_a_request_that_is_no_http_is_answered_and_not_logged() -> None:
    """Anybody may send it, and its bytes may hold the secret of a path; every other fault is told."""

    def fault(error: Exception) -> logging.LogRecord:
        return logging.LogRecord("aiohttp.server", logging.ERROR, "", 0, "fault", (), (type(error), error, None))

    assert not worth_telling(fault(BadStatusLine("POST /hooks/wms/main/secret HTTP/9")))
    assert worth_telling(fault(ValueError("ours")))
    assert worth_telling(logging.makeLogRecord({"msg": "without a fault"}))

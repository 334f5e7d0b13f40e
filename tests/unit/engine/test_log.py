"""Log lines and the limit on repeating faults."""

import logging

from streams.engine.log import EventLine, Repeats


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
    line = EventLine("store").format(record("batch settled", rows=3, table="events"))
    assert line.startswith("store      | ")
    assert line.endswith(" WARNING streams.x: batch settled rows=3 table=events")


def test_every_line_of_a_traceback_has_the_worker() -> None:
    """A fault of many lines stays one worker's in the common log."""
    try:
        raise ValueError("two\nlines")
    except ValueError as error:
        text = EventLine("store").format(record(exc_info=(ValueError, error, error.__traceback__)))
    assert len(text.splitlines()) >= 4
    assert all(line.startswith("store      | ") for line in text.splitlines())


def test_new_lines_in_a_field_cannot_forge_a_line() -> None:
    """What a remote side put into an error text does not look like another worker's line."""
    text = EventLine("store").format(record(error="x\ngateway    | all is well"))
    assert [line[:13] for line in text.splitlines()] == ["store      | "] * 2


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

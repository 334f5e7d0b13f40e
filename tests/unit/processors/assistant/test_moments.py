"""When a line wants something."""

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.assistant.moments import in_office, moment_of, next_working, told
from processors.assistant.tokens import tokens
from processors.days import at_local, local_day, local_time
from tests.unit.processors.assistant.people import DAY, HOUR, NOW


@pytest.mark.parametrize(
    ("line", "when"),
    [
        ("завтра", "завтра в 10:00"),
        ("сегодня", "сегодня в 17:00"),
        ("в 15:30", "сегодня в 15:30"),
        ("в 9", "завтра в 09:00"),
        ("в 3", "сегодня в 15:00"),
        ("завтра в 12", "завтра в 12:00"),
        ("завтра к 11:15", "завтра в 11:15"),
        ("завтра в 7 вечера", "завтра в 19:00"),
        ("завтра утром", "завтра в 10:00"),
        ("завтра после обеда", "завтра в 15:00"),
        ("вечером", "сегодня в 18:00"),
        ("послезавтра", "26 ноября в 10:00"),
        ("пятница", "27 ноября в 10:00"),
        ("в понедельник в девять утра", "30 ноября в 09:00"),
        ("через час", "сегодня в 15:00"),
        ("через полчаса", "сегодня в 14:30"),
        ("через 20 минут", "сегодня в 14:20"),
        ("через неделю", "1 декабря в 10:00"),
        ("на следующей неделе", "30 ноября в 10:00"),
        ("25.11 в 9", "завтра в 09:00"),
        ("первого декабря", "1 декабря в 10:00"),
        ("позвонить насчёт коробок", ""),
        ("отправить 12 коробок", ""),
        ("на днях", ""),
    ],
)
def test_a_time(line: str, when: str) -> None:
    """Days, hours, both, from now on; what names no time has none."""
    found = moment_of(tokens(line), NOW)
    assert (told(found.at, NOW).replace("\u00a0", " ") if found is not None else "") == when


@given(st.text(max_size=200), st.integers(NOW, NOW + 400 * DAY))
def test_any_line(line: str, now: int) -> None:
    """Whatever is said, a time is to come, and its tokens stand in the line."""
    said = tokens(line)
    found = moment_of(said, now)
    assert found is None or (found.at > now - DAY and found.taken <= set(range(len(said))))


@given(st.integers(NOW, NOW + 400 * DAY))
def test_next_working(at: int) -> None:
    """Never on a weekend, never earlier, at the same hour; a working day stays."""
    moved = next_working(at)
    assert local_time(moved).weekday() < 5
    assert moved >= at - HOUR
    assert local_time(at).weekday() >= 5 or moved == at


def test_a_saturday_becomes_a_monday() -> None:
    """At its hour."""
    saturday = at_local(local_day(NOW) + 4, 10 * HOUR)
    assert local_time(saturday).weekday() == 5
    assert told(next_working(saturday), NOW).replace("\u00a0", " ") == "30 ноября в 10:00"


@pytest.mark.parametrize(
    ("said", "due"),
    [
        ("2026-11-30T14:00", "2026-11-30T14:00"),
        ("2026-11-30T23:44", "2026-12-01T10:00"),
        ("2026-11-30T03:10", "2026-11-30T10:00"),
        ("2026-12-04T18:00", "2026-12-07T10:00"),
        ("2026-12-05T12:00", "2026-12-07T10:00"),
        ("2026-12-06T20:00", "2026-12-07T10:00"),
    ],
)
def test_a_task_is_due_when_somebody_works(said: str, due: str) -> None:
    """Nobody calls a client at night, or on a Sunday."""
    zone = timezone(timedelta(hours=3))
    at, wanted = (datetime.fromisoformat(one).replace(tzinfo=zone).timestamp() * 1000 for one in (said, due))
    assert in_office(int(at)) == wanted

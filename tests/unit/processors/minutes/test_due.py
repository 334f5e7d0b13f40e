"""Times as they are said, and the days they mean."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.days import local_day
from processors.minutes.due import due_date
from schemas.minutes import UNKNOWN

TUESDAY = date(2025, 11, 11)

DAYS = {
    "сегодня": "2025-11-11",
    "сегодня вечером": "2025-11-11",
    "завтра": "2025-11-12",
    "завтра до обеда": "2025-11-12",
    "послезавтра": "2025-11-13",
    "до пятницы": "2025-11-14",
    "к пятнице": "2025-11-14",
    "в пятнецу": "2025-11-14",
    "пятница": "2025-11-14",
    "во вторник": "2025-11-18",
    "в следующую среду": "2025-11-19",
    "на понедельник": "2025-11-17",
    "к 25 ноября": "2025-11-25",
    "до двадцать пятого ноября": "2025-11-25",
    "25 ноября 2026": "2026-11-25",
    "к 1 марта": "2026-03-01",
    "25.11": "2025-11-25",
    "до 25.11.2025": "2025-11-25",
    "до 25-го": "2025-11-25",
    "числа двадцатого": "2025-11-20",
    "до пятого числа": "2025-12-05",
    "до конца дня": "2025-11-11",
    "к обеду": "2025-11-11",
    "до 15:00": "2025-11-11",
    "до конца недели": "2025-11-14",
    "до конца следующей недели": "2025-11-21",
    "до конца месяца": "2025-11-30",
    "до конца ноября": "2025-11-30",
    "к концу года": "2025-12-31",
    "через неделю": "2025-11-18",
    "через два дня": "2025-11-13",
    "через месяц": "2025-12-11",
    "через полчаса": "2025-11-11",
    "в течение дня": "2025-11-11",
    "в течение трёх рабочих дней": "2025-11-14",
    "через пять рабочих дней": "2025-11-18",
    "2025-12-01": "2025-12-01",
}

AS_SAID = (
    "на следующей неделе",
    "на днях",
    "через пару дней",
    "после праздников",
    "как можно скорее",
    "31 февраля",
    "когда приедет машина",
    "каждую пятницу",
    "в марте",
)


@pytest.mark.parametrize(("words", "day"), DAYS.items())
def test_a_known_day_is_a_date(words: str, day: str) -> None:
    """Reckoned from a Tuesday; the same from the Moscow day as a number."""
    assert due_date(words, TUESDAY) == day
    assert due_date(words, (TUESDAY - date(1970, 1, 1)).days) == day


@pytest.mark.parametrize("words", AS_SAID)
def test_an_unknown_day_stays_as_it_was_said(words: str) -> None:
    """No guess."""
    assert due_date(words, TUESDAY) == words


def test_without_the_day_of_the_talk_words_stay() -> None:
    """And nothing is UNKNOWN."""
    assert due_date("до пятницы", None) == "до пятницы"
    assert due_date("  ", TUESDAY) == due_date(UNKNOWN, TUESDAY) == UNKNOWN
    assert due_date("завтра", local_day(1_762_848_000_000)) == "2025-11-12"


@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)), st.sampled_from(sorted(DAYS)))
def test_a_deadline_is_not_in_the_past(today: date, words: str) -> None:
    """Whatever the day of the talk; those with a year of their own aside."""
    if "202" in words:
        return
    day = due_date(words, today)
    assert day == words or date.fromisoformat(day) >= today
    assert day == words or date.fromisoformat(day) <= today + timedelta(days=400)


@given(st.text(max_size=60), st.none() | st.dates())
def test_any_words_are_taken(words: str, today: date | None) -> None:
    """Never raises."""
    assert due_date(words, today)

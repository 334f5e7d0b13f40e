"""Days of the past that a question names."""

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.answers.periods import Period, periods, without_periods

TODAY = date(2026, 11, 29)


@pytest.mark.parametrize(
    ("question", "since", "until"),
    [
        ("изменился ли тон за последний месяц?", "2026-10-31", "2026-11-29"),
        ("за последние три недели", "2026-11-09", "2026-11-29"),
        ("что было вчера", "2026-11-28", "2026-11-28"),
        ("на прошлой неделе", "2026-11-16", "2026-11-22"),
        ("за прошлый месяц", "2026-10-01", "2026-10-31"),
        ("с начала года", "2026-01-01", "2026-11-29"),
        ("в прошлом квартале", "2026-07-01", "2026-09-30"),
        ("сколько отгрузили в ноябре", "2026-11-01", "2026-11-29"),
        ("в декабре", "2025-12-01", "2025-12-31"),
        ("в мае прошлого года", "2025-05-01", "2025-05-31"),
        ("за октябрь 2024 года", "2024-10-01", "2024-10-31"),
        ("за 2025 год", "2025-01-01", "2025-12-31"),
        ("с 1 по 15 октября", "2026-10-01", "2026-10-15"),
        ("с 20 декабря по 10 января", "2025-12-20", "2026-01-10"),
        ("с 01.10 по 15.10.2026", "2026-10-01", "2026-10-15"),
        ("двадцать пятого октября", "2026-10-25", "2026-10-25"),
        ("12.10.2026", "2026-10-12", "2026-10-12"),
        ("две недели назад", "2026-11-15", "2026-11-21"),
    ],
)
def test_a_period_is_read_backwards(question: str, since: str, until: str) -> None:
    """Relative ones end today, named ones are the last that have begun."""
    [found] = periods(question, TODAY)
    assert (str(found.since), str(found.until)) == (since, until)


@pytest.mark.parametrize("question", ["третий день пишу", "сколько стоит 2 коробки", "тариф 12.5 рубля", "весь май"])
def test_what_is_no_period_is_none(question: str) -> None:
    """A number beside a noun is a count; a month alone is that month, whatever it is part of."""
    found = periods(question, TODAY)
    assert all(period.days >= 28 for period in found)


def test_two_periods_come_in_the_questions_order() -> None:
    """For a comparison."""
    assert [period.since.month for period in periods("сравни сентябрь и октябрь", TODAY)] == [9, 10]


@pytest.mark.parametrize(
    ("question", "before"),
    [
        ("в октябре", ("2026-09-01", "2026-09-30")),
        ("в ноябре", ("2026-10-01", "2026-10-29")),
        ("за неделю", ("2026-11-16", "2026-11-22")),
    ],
)
def test_what_a_period_is_compared_with(question: str, before: tuple[str, str]) -> None:
    """A month with the same days of the one before, anything else with as many days."""
    [found] = periods(question, TODAY)
    former = found.before()
    assert (str(former.since), str(former.until)) == before


def test_only_what_says_when_is_taken_out_of_the_words() -> None:
    """A month by its name may be what was spoken of."""
    assert without_periods("что писали об оплате за последний месяц", TODAY) == "что писали об оплате"
    assert without_periods("сколько паллет привезут в декабре", TODAY) == "сколько паллет привезут в декабре"


_WORDS = "за с по в последние прошлый 3 12 31 неделю месяц года вчера январе мая 1.10 2025"
_SAID = st.sampled_from(_WORDS.split())


@given(st.lists(_SAID, max_size=12).map(" ".join), st.dates(date(1990, 1, 1)))
def test_any_question_has_periods_that_run_forward(question: str, today: date) -> None:
    """Never a fault, none backwards, none over another."""
    found = periods(question, today)
    assert all(isinstance(period, Period) and period.since <= period.until for period in found)
    assert all(one.last <= other.first for one, other in pairwise(found))

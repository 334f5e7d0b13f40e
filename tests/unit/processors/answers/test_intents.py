"""Which figures and fields a question asks for."""

from datetime import date

import pytest

from processors.answers.intents import plan
from schemas.answers import ToolCall

TODAY = date(2026, 11, 29)


@pytest.mark.parametrize(
    ("question", "call"),
    [
        ("Сколько отгрузили в ноябре?", ToolCall("shipped", "2026-11-01", "2026-11-29")),
        ("Сколько забронировали за неделю?", ToolCall("reserved", "2026-11-23", "2026-11-29")),
        ("Сколько собрали вчера?", ToolCall("picked", "2026-11-28", "2026-11-28")),
        ("Сколько приняли на приёмке в октябре?", ToolCall("inbound", "2026-10-01", "2026-10-31")),
        ("Сколько было возвратов за прошлый месяц?", ToolCall("returns", "2026-10-01", "2026-10-31")),
        ("Сколько сейчас на складе?", ToolCall("stock_now")),
        ("Сколько штук на складе?", ToolCall("stock_now")),
        (
            "Почему упали отгрузки в ноябре?",
            ToolCall("compare", "2026-11-01", "2026-11-29", "2026-10-01", "2026-10-29", metric="shipped"),
        ),
        (
            "Сравни брони в сентябре и октябре",
            ToolCall("compare", "2026-10-01", "2026-10-31", "2026-09-01", "2026-09-30", metric="reserved"),
        ),
        (
            "В какой день больше всего отгрузили в октябре?",
            ToolCall("biggest_day", "2026-10-01", "2026-10-31", metric="shipped"),
        ),
        ("Когда последний раз была встреча?", ToolCall("last", kind="meeting")),
        ("Сколько сообщений написал клиент за неделю?", ToolCall("count", "2026-11-23", "2026-11-29", kind="message")),
        ("Какие встречи были в октябре?", ToolCall("meetings", "2026-10-01", "2026-10-31")),
        ("Что мы обещали клиенту?", ToolCall("promises", state="open")),
        ("Какие обещания просрочены?", ToolCall("promises", state="overdue")),
        ("Какие тревоги были за неделю?", ToolCall("alerts", "2026-11-23", "2026-11-29")),
        ("Какой риск ухода за месяц?", ToolCall("risk_history", "2026-10-31", "2026-11-29")),
        ("изменился ли тон этого клиента за последний месяц?", ToolCall("tone", "2026-10-31", "2026-11-29")),
        ("какие проблемы всплывают в письмах и встречах?", ToolCall("problems", "2026-09-01", "2026-11-29")),
    ],
)
def test_a_question_of_figures_calls_its_tool(question: str, call: ToolCall) -> None:
    """With the days that it names, or the usual ones."""
    assert plan(question, TODAY).calls == (call,)


@pytest.mark.parametrize(
    "question",
    ["Сколько стоит упаковка?", "Кто подписывает акты?", "Какие ошибки были в отгрузках?", "Сколько паллет привезут?"],
)
def test_a_question_of_words_calls_none(question: str) -> None:
    """What only sounds like a figure of the warehouse is looked for in words."""
    wanted = plan(question, TODAY)
    assert (wanted.calls, wanted.words) == ((), True)


def test_a_reason_is_looked_for_beside_the_figure() -> None:
    """The comparison says how much, words why."""
    assert plan("Почему упали отгрузки?", TODAY).words
    assert not plan("Насколько упали отгрузки?", TODAY).words


@pytest.mark.parametrize(
    ("question", "metric"),
    [("Что с отгрузками?", "shipped"), ("Как дела с бронями?", "reserved"), ("Что у клиента с возвратами?", "returns")],
)
def test_how_it_goes_is_a_figure_beside_the_time_before(question: str, metric: str) -> None:
    """And what was said of it."""
    wanted = plan(question, TODAY)
    [call] = wanted.calls
    assert (call.name, call.metric, call.since, call.until2) == ("compare", metric, "2026-10-31", "2026-10-30")
    assert wanted.words


def test_a_price_is_no_stock() -> None:
    """What keeping goods costs is looked for in words."""
    assert plan("Сколько стоит хранение на складе?", TODAY).calls == ()


def test_days_counted_from_today_bound_the_words_too() -> None:
    """A month by its name does not: one speaks of December in November."""
    assert plan("что писали про оплату за неделю", TODAY)[3:] == ("2026-11-23", "2026-11-29")
    assert plan("сколько паллет привезут в декабре", TODAY)[3:] == ("", "")


def test_fields_of_the_profile_are_asked_for() -> None:
    """By their own words."""
    assert "sells" in plan("Что продаёт клиент?", TODAY).fields
    assert "tariffs" in plan("Какой у него тариф?", TODAY).fields
    assert "pains" not in plan("Когда отгрузили больше всего?", TODAY).fields

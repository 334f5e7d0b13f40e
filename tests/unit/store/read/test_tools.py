"""Figures about one client: each against another statement over the same rows, or a count by hand (C2)."""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from itertools import count

import pytest
import pytest_asyncio

from processors.answers.figures import told
from processors.days import day_start, local_day_of, local_time
from schemas import events as ev
from schemas.answers import TOOLS, ToolCall
from schemas.codec import event_id
from schemas.errors import Refused
from schemas.minutes import OFFLINE, Action, MeetingMinutes, Minutes, Point
from streams.settings import Store
from streams.store.database import Database
from streams.store.read.tools import figure
from tests.unit.store import fakes
from tests.unit.store.conftest import opened
from tests.unit.store.records import NOW

LEAD, OTHER = "12345", "777"
TODAY = local_time(NOW).date()
_NUMBERS = count()


def day(back: int) -> date:
    """So many days before today."""
    return TODAY - timedelta(days=back)


def at(back: int, hour: int = 12) -> int:
    """An hour of that day, ms UTC."""
    return day_start(local_day_of(day(back))) + hour * 3_600_000


def goods(type_: type, back: int, qty: int, lead: str = LEAD, **more: object) -> ev.Event:
    """A document of the warehouse."""
    number = next(_NUMBERS)
    given = {
        "event_id": event_id("w", number),
        "lead_id": lead,
        "ts": at(back),
        "source": "wms:main",
        "doc": str(number),
    }
    made: ev.Event = type_(**(given | {"qty": qty} | more))
    return made


def message(back: int, client: bool = True) -> ev.Message:
    """A chat message."""
    number = next(_NUMBERS)
    return ev.Message(
        event_id=event_id("m", number),
        lead_id=LEAD,
        ts=at(back),
        source="telegram:bot",
        chat_id="-1",
        message_id=str(number),
        author=ev.Author("7", "Анна", client),
        text="где товар",
    )


def minutes(back: int, made: Minutes, lead: str = LEAD) -> MeetingMinutes:
    """Minutes of a meeting."""
    return MeetingMinutes(
        event_id=event_id("mm", lead, made.version),
        lead_id=lead,
        ts=at(back),
        source="minutes",
        recording_id="r1",
        room="lead-12345",
        duration_ms=1,
        people=[],
        minutes=made,
    )


SHIPPED = {0: 40, 3: 100, 10: 60, 40: 300, 70: 500, 100: 700}


@pytest_asyncio.fixture(scope="module")
async def filled(shared_store: Store) -> AsyncIterator[Database]:
    """A client with goods and talks, and another whose figures must not be in his."""
    events: list[ev.Event] = [goods(ev.Shipment, back, qty) for back, qty in SHIPPED.items()]
    events += [goods(ev.Shipment, 1, 9_999, OTHER), goods(ev.Reservation, 2, 50), goods(ev.Reservation, 2, -20)]
    events += [goods(ev.Inbound, 5, 70), goods(ev.Inbound, 5, 1_000, planned=True), goods(ev.Return, 6, 8)]
    events += [goods(ev.Pick, 7, 33), goods(ev.StockSnapshot, 9, 900, complete=True)]
    events += [goods(ev.StockSnapshot, 2, 640, complete=True), goods(ev.StockSnapshot, 1, 5, complete=False)]
    events += [message(1), message(2), message(2, client=False), message(40)]
    talk = Minutes(
        "Говорили о приёмке.",
        OFFLINE,
        actions=[
            Action("прислать акт", "Мария", str(day(-3)), "пришлю акт", 0),
            Action("найти короб", "Олег", str(day(5)), "найду", 1),
        ],
        pains=[Point("приёмка идёт шесть дней", "шесть дней стоит машина", 2)],
        open_questions=[Point("кто платит за брак", "кто платит за брак", 3)],
        tone="плохой",
    )
    events += [minutes(4, talk)]
    async with opened(shared_store) as database:
        await fakes.Feed(database)([*events, *events[:3]])
        yield database


@pytest.mark.parametrize(
    ("name", "kind", "more"),
    [
        ("shipped", "shipment", ""),
        ("reserved", "reservation", ""),
        ("picked", "pick", ""),
        ("inbound", "inbound", "AND NOT JSONExtractBool(payload, 'planned')"),
        ("returns", "return", ""),
    ],
)
@pytest.mark.parametrize(("since", "until"), [(29, 0), (10, 3), (200, 0), (60, 31)])
async def test_sums_equal_another_statement(
    filled: Database, name: str, kind: str, more: str, since: int, until: int
) -> None:
    """Over payloads, with repeats taken out by hand and the period in the zone's own words."""
    [(qty, rows)] = await filled.read(
        f"""SELECT sum(n), count() FROM
        (
            SELECT DISTINCT event_id, JSONExtractInt(payload, 'qty') AS n FROM events
            WHERE lead_id = '{LEAD}' AND kind = '{kind}' {more}
                AND toDate(ts, 'Europe/Moscow') BETWEEN '{day(since)}' AND '{day(until)}'
        )"""
    )
    found = await figure(filled, LEAD, ToolCall(name, str(day(since)), str(day(until))), NOW)  # type: ignore[arg-type]
    assert (found.value, found.rows_seen, found.unit) == (qty, rows, "шт")


async def test_what_is_usual_is_the_mean_of_the_periods_before(filled: Database) -> None:
    """As far back as the history reaches: three periods of thirty days, of which the newest is asked for."""
    found = await figure(filled, LEAD, ToolCall("shipped", str(day(29)), str(day(0))), NOW)
    assert found.value == sum(qty for back, qty in SHIPPED.items() if back < 30)
    assert found.usual == round((300 + 500) / 2, 1)
    young = await figure(filled, LEAD, ToolCall("returns", str(day(29)), str(day(0))), NOW)
    assert young.usual is None


async def test_a_comparison_has_both_periods(filled: Database) -> None:
    """And its sentence the change."""
    call = ToolCall("compare", str(day(29)), str(day(0)), str(day(59)), str(day(30)), metric="shipped")
    found = await figure(filled, LEAD, call, NOW)
    assert (found.value, found.other) == (200.0, 300.0)
    assert "меньше на\u00a033\u00a0%" in told(found)


async def test_the_biggest_day_the_stock_and_the_last_event(filled: Database) -> None:
    """Counted by hand: an incomplete list of stock is none."""
    biggest = await figure(filled, LEAD, ToolCall("biggest_day", str(day(29)), str(day(0)), metric="shipped"), NOW)
    assert (biggest.value, biggest.items[0].ts) == (100.0, at(3))
    stock = await figure(filled, LEAD, ToolCall("stock_now"), NOW)
    assert (stock.value, stock.as_of, stock.usual) == (640.0, at(2), 900.0)
    last = await figure(filled, LEAD, ToolCall("last", kind="shipment"), NOW)
    assert (last.as_of, last.rows_seen, last.usual) == (at(0), 6, 20.0)


async def test_events_are_counted_and_only_the_clients_messages(filled: Database) -> None:
    """Two of his within thirty days."""
    found = await figure(filled, LEAD, ToolCall("count", str(day(29)), str(day(0)), kind="message"), NOW)
    assert found.value == 2
    assert "2\u00a0сообщения клиента" in told(found)


async def test_promises_by_state(filled: Database) -> None:
    """One whose day is over, one to come, each with its owner and day."""
    late = await figure(filled, LEAD, ToolCall("promises", state="overdue"), NOW)
    both = await figure(filled, LEAD, ToolCall("promises", state="all"), NOW)
    assert {item.text.split(" (")[0] for item in both.items} == {"Мария: прислать акт", "Олег: найти короб"}
    assert late.value is not None


async def test_problems_come_of_all_sources_with_their_quotes(filled: Database) -> None:
    """Pains and open questions of the newest minutes."""
    call = ToolCall("problems", str(day(89)), str(day(0)))
    found = await figure(filled, LEAD, call, NOW)
    assert [item.quote for item in found.items] == ["шесть дней стоит машина", "кто платит за брак"]


async def test_what_a_better_version_no_longer_says_is_no_problem(filled: Database) -> None:
    """Of a meeting the newest minutes count."""
    former = minutes(4, Minutes("Спорили.", OFFLINE, pains=[Point("дорого", "дорого", 0)]), lead="556")
    await fakes.Feed(filled, first=1000)([former, minutes(4, Minutes("Решили.", OFFLINE, version=2), lead="556")])
    assert (await figure(filled, "556", ToolCall("problems"), NOW)).items == []


async def test_the_tone_is_compared_with_the_days_before(filled: Database) -> None:
    """One talk in a bad tone is no change yet; by months where the period is long."""
    month = await figure(filled, LEAD, ToolCall("tone", str(day(29)), str(day(0))), NOW)
    assert (month.value, month.other) == (1.0, 0.0)
    assert told(month).startswith("Тон не изменился заметно")
    year = await figure(filled, LEAD, ToolCall("tone", str(day(200)), str(day(0))), NOW)
    assert len(year.items) >= 6


@pytest.mark.parametrize("name", TOOLS)
async def test_every_tool_answers_for_a_client_without_events(filled: Database, name: str) -> None:
    """In a sentence with a point, and no figure that nobody counted."""
    call = ToolCall(name, metric="shipped", kind="call")  # type: ignore[arg-type]
    found = await figure(filled, "555", call, NOW)
    assert (found.rows_seen, found.as_of, found.usual) in ((0, 0, None), (0, 0, 0.0))
    assert told(found).endswith(".")
    assert "None" not in told(found)


async def test_a_call_that_is_none_is_refused(filled: Database) -> None:
    """Without a lead, with days that are none, with a metric nobody counts."""
    for lead, call in (
        ("", ToolCall("shipped")),
        (LEAD, ToolCall("shipped", "2026-13-01")),
        (LEAD, ToolCall("shipped", "2026-02-01", "2026-01-01")),
        (LEAD, ToolCall("shipped", "0001-01-01", "0001-01-02")),
        (LEAD, ToolCall("compare", metric="secrets")),
        (LEAD, ToolCall("last", kind="secrets")),
        (LEAD, ToolCall("promises", state="secrets")),
    ):
        with pytest.raises(Refused):
            await figure(filled, lead, call, NOW)

"""The list of clients, on real chDB: the heaviest first, page by page, the same before and after the night."""

import msgspec
import pytest
from aiokafka import ConsumerRecord
from msgspec.structs import replace

from processors.identity import Identities
from schemas import events as ev
from schemas.cards import ClientCard
from schemas.errors import Refused
from schemas.minutes import OFFLINE, Action, Minutes
from schemas.sources import Identity
from streams.engine.settle import Batch
from streams.store.database import Database
from streams.store.jobs.days import Days
from streams.store.read.pages.clients import PAGE, Asked, clients
from streams.store.sinks.rows import alert_rows
from streams.store.sinks.scores import score_rows
from streams.store.sinks.sink import CardSink, Sink
from tests.unit.alerting.alerts import LEAVING
from tests.unit.store import fakes
from tests.unit.store.read.happenings import ALERT, NOBODY, OUR, SCORE, said, score, shipped
from tests.unit.store.records import DAY, HOUR, NOW, batch
from tests.unit.store.samples import event_of


async def test_the_list(database: Database) -> None:
    """The heaviest first, each with why, a week ago, eight weeks of shipments, last contacts and what is overdue."""
    scores = [score("1", 1, 35, NOW - 8 * DAY), score("1", 2, 82, NOW - HOUR), score("2", 1, 5, NOW)]
    await Sink(database, SCORE, score_rows)(batch("lead.scores", map(SCORE.encode, scores)))
    await Sink(database, ALERT, alert_rows)(batch("lead.alerts", [ALERT.encode(replace(LEAVING, lead_id="1"))]))
    goods = [shipped(n, 10, NOW - n * DAY, "1") for n in range(20)] + [shipped(1, 7, NOW, "3")]
    late = Minutes("", OFFLINE, actions=[Action("акт", "Мария", "2026-11-01", "пришлю акт", 0)])
    talk = replace(event_of(ev.MeetingMinutes), lead_id="1", minutes=late, ts=NOW - 30 * DAY)
    feed = fakes.Feed(database)
    await feed([*goods, talk, said(1, "где?", NOW - HOUR, lead="1"), said(2, "тут", NOW, OUR, lead="1")])
    named = ClientCard(lead_id="1", source="bitrix", ts=NOW, name="ООО «Пледы»", responsible="Иванова")
    keyed = ConsumerRecord("clients", 0, 0, NOW, 1, b"1/bitrix", msgspec.json.encode(named), None, 8, 1, ())
    await CardSink(database)(Batch("clients", 0, 1, [keyed]))

    page = await clients(database, Asked(), NOBODY, NOW)
    assert [one.lead_id for one in page.clients] == ["1", "2", "3"]
    first = page.clients[0]
    assert (first.name, first.curator, first.points, first.level, first.points_before) == (
        "ООО «Пледы»", "Иванова", 82, "red", 35,
    )  # fmt: skip
    assert (first.reasons, first.alerts, first.overdue) == (["leaving_phrase"], 1, 1)
    assert first.shipments == [0, 0, 0, 0, 0, 60, 70, 70]
    assert first.last == {"message": NOW - HOUR}
    assert (page.total, page.next, page.curators) == (3, "", ["Иванова"])
    for asked, found in (
        (Asked("плед"), ["1"]),
        (Asked("3"), ["3"]),
        (Asked(risk="red"), ["1"]),
        (Asked(curators=["иванова"]), ["1"]),
        (Asked(sort="name"), ["1", "2", "3"]),
        (Asked(cursor="2"), ["3"]),
        (Asked("нет такого"), []),
    ):
        assert [one.lead_id for one in (await clients(database, asked, NOBODY, NOW)).clients] == found, asked
    merged = Identities()
    merged.apply("lead:2", Identity("lead", "2", "1"))
    assert [one.lead_id for one in (await clients(database, Asked(), merged, NOW)).clients] == ["1", "3"]
    with pytest.raises(Refused):
        await clients(database, Asked(sort="size"), NOBODY, NOW)


async def test_who_left_stands_last(database: Database) -> None:
    """However many points he had: nothing is at risk any more."""
    scores = [score("1", 1, 82, NOW), score("2", 1, 5, NOW)]
    await Sink(database, SCORE, score_rows)(batch("lead.scores", map(SCORE.encode, scores)))
    await fakes.Feed(database)([replace(event_of(ev.ClientOutcome), lead_id="1", outcome="left")])
    found = await clients(database, Asked(), NOBODY, NOW)
    assert [(one.lead_id, one.points, one.outcome) for one in found.clients] == [("2", 5, ""), ("1", 82, "left")]


async def test_the_list_after_a_night(database: Database) -> None:
    """Weeks are the same whether the night has counted them or not; what came since is in, once."""
    goods = [shipped(n, 10, NOW - n * DAY) for n in range(10)]
    await fakes.Feed(database)(goods)
    [before] = (await clients(database, Asked(), NOBODY, NOW)).clients
    clock = fakes.Clock()
    days = Days(database, fakes.Lag(), "03:00", clock)
    await days._count(0, NOW - 5 * HOUR)
    [after] = (await clients(database, Asked(), NOBODY, NOW)).clients
    assert after == before
    await fakes.Feed(database, first=50)([shipped(99, 5, NOW)], at=NOW + 1)
    [more] = (await clients(database, Asked(), NOBODY, NOW)).clients
    assert more.shipments[-1] == before.shipments[-1] + 5


async def test_pages_of_the_list(database: Database) -> None:
    """Every client once, page behind page."""
    await fakes.Feed(database)([shipped(1, 1, NOW, str(lead)) for lead in range(1, PAGE + 8)])
    first = await clients(database, Asked(), NOBODY, NOW)
    second = await clients(database, Asked(cursor=first.next), NOBODY, NOW)
    assert (len(first.clients), len(second.clients), second.next) == (PAGE, 7, "")
    assert len({one.lead_id for one in first.clients + second.clients}) == PAGE + 7

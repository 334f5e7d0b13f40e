"""Figures of pages beside plain SQL over every event: repeats, deletions, marks, a night that counted, or none."""

import pytest

from processors.cards import Cards
from processors.days import day_start, local_day
from processors.identity import Identities
from processors.pages import WEEKS
from processors.profile import Booked
from schemas.topics import DAY_MS
from streams.store.database import Database
from streams.store.jobs.days import Days
from streams.store.read.pages.clients import Asked, clients
from streams.store.read.pages.details import details
from streams.store.read.pages.places import LATEST, TIES, Place, Span, places
from streams.store.read.pages.sight import CONTACTS, GOODS, Sight
from streams.store.read.pages.whole import whole
from streams.store.read.profiles import read_profile
from tests.unit.store import fakes
from tests.unit.store.records import HOUR, NOW

NOBODY = Identities()
LEADS = 6
SYNC = {"lightweight_deletes_sync": 2, "mutations_sync": 2}

EVENTS = """
INSERT INTO events (lead_id, ts, event_id, kind, action, qty, payload, ingested_at, seniority)
SELECT toString(cityHash64(number, 7) % {leads:UInt32}),
    fromUnixTimestamp64Milli({now:Int64} - toInt64(cityHash64(number, 1) % 8640000000)) AS at, number,
    ['reservation', 'shipment', 'message', 'return', 'pick', 'tick', 'call'][cityHash64(number, 2) % 7 + 1] AS what,
    multiIf(what = 'message', ['client', 'staff'][cityHash64(number, 3) % 2 + 1],
        what = 'reservation', ['created', 'changed', 'cancelled'][cityHash64(number, 3) % 3 + 1], ''),
    toInt32(cityHash64(number, 4) % 90) - if(what = 'reservation', 30, 0), '{{}}', at, {salt:UInt64} * 1000 + number % 7
FROM numbers({start:UInt64}, {rows:UInt64})"""
"""A hundred days; another salt is a repeat of the same that was accepted later."""

OTHERS = """
INSERT INTO scores (lead_id, ts, score_id, version, points, level, background, parts, ingested_at, seniority)
SELECT toString(number % {leads:UInt32}),
    fromUnixTimestamp64Milli({now:Int64} - toInt64(cityHash64(number) % 1728000000)) AS at, number, number,
    cityHash64(number) % 100, 'green', 0, '[]', at, number FROM numbers(60)""", """
INSERT INTO alerts (alert_id, version, lead_id, rule, severity, status, opened_at, updated_at, evidence, figures,
    ingested_at)
SELECT intDiv(number, 3), number % 3, toString(intDiv(number, 3) % {leads:UInt32}), 'order_silence', 'warning',
    ['open', 'acknowledged', if(number % 2, 'resolved', 'open')][number % 3 + 1],
    fromUnixTimestamp64Milli({now:Int64} - number * 3600000) AS at, at, '[]', '{{}}', at FROM numbers(90)""", """
INSERT INTO promised (lead_id, talk, kind, event_id, ts, version, owners, dues, texts, ingested_at, position)
SELECT toString(number % {leads:UInt32}), concat('t', toString(intDiv(number, 2))), 'meeting', number,
    fromUnixTimestamp64Milli({now:Int64} - number * 86400000) AS at, number % 2, ['Анна', 'клиент', ''],
    ['2020-01-01', '2199-01-01', 'скоро'], [concat('а', toString(number)), 'б', 'в'], at, number
FROM numbers(40)""", """
INSERT INTO promise_marks (lead_id, promise, ts, event_id, mark, author, note, ingested_at, seniority)
SELECT lead_id, id, fromUnixTimestamp64Milli({now:Int64} + number), number,
    ['kept', 'open', 'broken', 'cancelled'][cityHash64(id, number) % 4 + 1], 'Мария', 'да', now64(3), number
FROM (SELECT lead_id, arrayJoin(ids) AS id FROM promised WHERE version = 1) AS p, numbers(2) AS n
WHERE id % 2"""  # fmt: skip


async def add(database: Database, start: int, rows: int, salt: int) -> None:
    """A part of its own."""
    asked = {"start": start, "rows": rows, "salt": salt, "now": NOW, "leads": LEADS}
    await database.change(EVENTS.replace("{{}}", "{}"), asked)


async def filled(database: Database, night: bool) -> None:
    """With repeats that are not merged, rows that are gone, and what came since the night."""
    await add(database, 0, 3000, 2)
    await add(database, 500, 900, 1)
    for sql in OTHERS:
        await database.change(sql.replace("{{}}", "{}"), {"now": NOW, "leads": LEADS})
    await database.forget([("1", number) for number in range(0, 3000, 3)])
    await database.change("DELETE FROM events WHERE lead_id = '4'", None, SYNC)
    if night:  # what is taken away of days gone by is out of the days after the next one
        await Days(database, fakes.Lag(), "03:00", lambda: NOW)._count(0, NOW - 5 * HOUR)
    fresh = await database.read(
        "SELECT lead_id, event_id FROM events WHERE ts > fromUnixTimestamp64Milli({at:Int64}) LIMIT 5",
        {"at": NOW - 2 * HOUR},
    )
    await database.forget([(lead, id_) for lead, id_ in fresh])


async def by_kind(database: Database, lead: str, what: str) -> dict[str, int]:
    """Of what the client himself did."""
    rows = await database.read(
        f"""SELECT kind, {what} FROM events FINAL WHERE lead_id = {{lead:String}} AND kind IN {{kinds:Array(String)}}
        AND (kind, action) NOT IN (('message', 'staff'), ('reservation', 'changed'), ('reservation', 'cancelled'))
        GROUP BY kind""",
        {"lead": lead, "kinds": [*CONTACTS]},
    )
    return dict(rows)


@pytest.mark.parametrize("night", [True, False])
async def test_the_list_says_what_all_rows_say(database: Database, night: bool) -> None:
    """Who is there, weeks, last contacts, points now and a week ago, open alerts, what is overdue."""
    await filled(database, night)
    found = {one.lead_id: one for one in (await clients(database, Asked(), NOBODY, NOW)).clients}
    known = "SELECT lead_id FROM events FINAL UNION DISTINCT SELECT lead_id FROM scores"
    assert found.keys() == {lead for (lead,) in await database.read(known)}
    today = local_day(NOW)
    for lead, one in found.items():
        weeks = await database.read(
            """SELECT intDiv({today:Int32} - toInt32(toDate(ts, 'Europe/Moscow')), 7) AS ago, sum(qty) FROM events FINAL
            WHERE lead_id = {lead:String} AND kind = 'shipment' GROUP BY ago""",
            {"lead": lead, "today": today},
        )
        told = {ago: pieces for ago, pieces in weeks if 0 <= ago < WEEKS}
        assert one.shipments == [told.get(ago, 0) for ago in reversed(range(WEEKS))], lead
        assert one.last == await by_kind(database, lead, "toUnixTimestamp64Milli(max(ts))")
        [(points, open_, late)] = await database.read(
            """SELECT (SELECT points FROM scores_current WHERE lead_id = {lead:String}),
            (SELECT count() FROM alerts_current WHERE lead_id = {lead:String} AND status != 'resolved'),
            (SELECT count() FROM promises WHERE lead_id = {lead:String} AND state = 'past')""",
            {"lead": lead},
        )
        assert (one.points, one.alerts, one.overdue) == (points, open_, late)
        [(before,)] = await database.read(
            """SELECT argMax(points, (ts, version)) FROM scores FINAL
            WHERE lead_id = {lead:String} AND ts <= fromUnixTimestamp64Milli({at:Int64})""",
            {"lead": lead, "at": NOW - 7 * DAY_MS},
        )
        assert one.points_before == before


async def walked(database: Database, lead: str) -> list[Place]:
    """His chat messages, five a page: fewer than he has, so that days which hold enough of them are looked at first."""
    sight, at, found = Sight(database, lead), Place(LATEST, ""), list[Place]()
    while page := await places(sight, Span(frozenset({"chat"}), at, 0, 5)):
        found, at = found + page, page[-1]
    return found


SELDOM = """
INSERT INTO events (lead_id, ts, event_id, kind, action, qty, payload, ingested_at, seniority)
SELECT '9', fromUnixTimestamp64Milli({now:Int64} - ago * 86400000) AS at, ago, 'shipment', '', 1, '{}', at, 1
FROM (SELECT arrayJoin([3, 4, 40, 70, 71, 300]) AS ago)"""
"""Days too far from each other to fill a page of as many days as it has rows."""


async def days_walked(database: Database, lead: str) -> list[Place]:
    """Days of his warehouse, four a page, each page asked for by itself as people do."""
    at, found = Place(LATEST, ""), list[Place]()
    while True:
        sight = Sight(database, lead, until=local_day(at.ts))
        page = await places(sight, Span(frozenset({"wms"}), at, 0, 4))
        rows = await details(sight, page)
        assert [row.place for row in rows] == [place.told() for place in page]
        if not page:
            return found
        found, at = found + page, page[-1]


@pytest.mark.parametrize("night", [True, False])
async def test_no_day_is_left_out(database: Database, night: bool) -> None:
    """Days of who has some every day, of who is there seldom, of nobody: all of them, each once, however far back."""
    await database.change(SELDOM, {"now": NOW})
    await filled(database, night)
    for lead, least in (("0", 90), ("9", 6), ("4", 0)):
        days = await database.read(
            """SELECT toInt32(toDate(ts, 'Europe/Moscow')) AS day, toUnixTimestamp64Milli(max(ts)) FROM events FINAL
            WHERE lead_id = {lead:String} AND kind IN {kinds:Array(String)} GROUP BY day ORDER BY day DESC""",
            {"lead": lead, "kinds": [*GOODS]},
        )
        assert await days_walked(database, lead) == [Place(ts, f"d{day}") for day, ts in days]
        assert len(days) >= least


@pytest.mark.parametrize("night", [True, False])
async def test_a_page_says_what_all_rows_say(database: Database, night: bool) -> None:
    """Days, what was reserved, since when he is there, alerts, promises with marks; the rows of his warehouse."""
    await filled(database, night)
    states, busiest = set[str](), 0
    for lead in ("0", "1", "4", "5"):
        page = await whole(database, lead, Cards(), NOBODY, 90, NOW)
        chats = await database.read(
            """SELECT toUnixTimestamp64Milli(ts), event_id FROM events FINAL
            WHERE lead_id = {lead:String} AND kind = 'message' ORDER BY ts DESC, event_id DESC""",
            {"lead": lead},
        )
        assert await walked(database, lead) == [Place(ts, f"e{id_:016x}") for ts, id_ in chats]
        busiest = max(busiest, len(chats))
        days = await database.read(
            """SELECT toInt32(toDate(ts, 'Europe/Moscow')) AS day, sum(qty), count(), max(ts) FROM events FINAL
            WHERE lead_id = {lead:String} AND kind = 'shipment' GROUP BY day""",
            {"lead": lead},
        )
        pieces = {day_start(day): qty for day, qty, *_ in days}
        [shipments] = [one for one in page.daily.series if one.name == "shipment"]
        assert shipments.values == [pieces.get(day, 0) for day in page.daily.days]
        shown = {row.ts: row for row in page.timeline.rows if row.kind == "day"}
        for row in shown.values():
            told = [(one.documents, one.pieces) for one in row.goods if one.kind == "shipped"]
            of_day = [(count, qty) for day, qty, count, _ in days if day == local_day(row.ts)]
            assert told == of_day
        [(goods)] = await database.read(
            """SELECT countIf(action = 'created'), sumIf(qty, qty > 0), countIf(qty < 0), -sumIf(qty, qty < 0)
            FROM events FINAL WHERE lead_id = {lead:String} AND kind = 'reservation'
            AND ts > fromUnixTimestamp64Milli({now:Int64}) - toIntervalDay(30)""",
            {"lead": lead, "now": NOW},
        )
        assert (await read_profile(database, lead, NOW)).booked == Booked(30, *goods)
        assert page.card.last == await by_kind(database, lead, "toUnixTimestamp64Milli(max(ts))")
        alerts = await database.read(
            """SELECT leftPad(lower(hex(alert_id)), 16, '0'), version FROM alerts_current
            WHERE lead_id = {lead:String} AND status != 'resolved' ORDER BY opened_at DESC, alert_id""",
            {"lead": lead},
        )
        assert [(one.alert_id, one.version) for one in page.card.alerts] == list(alerts)
        promises = await database.read(
            """SELECT leftPad(lower(hex(promise)), 16, '0'), talk, number, text, owner, due,
            ifNull(toString(due_day), ''), state, toUnixTimestamp64Milli(marked_at), marked_by, note FROM promises
            WHERE lead_id = {lead:String} ORDER BY ts DESC, talk, number""",
            {"lead": lead},
        )
        assert [
            (one.promise, one.talk, one.number, one.text, one.owner, one.due, one.day, one.state, one.marked_at,
             one.marked_by, one.note) for one in page.card.promises
        ] == list(promises)  # fmt: skip
        states |= {one.state for one in page.card.promises}
    assert busiest > 5 + TIES
    assert states >= {"kept", "broken", "cancelled", "past", "open", "undated"}

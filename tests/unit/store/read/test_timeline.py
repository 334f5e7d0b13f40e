"""A client's time line, on real chDB: every event once, messages with their edits, days of the warehouse, search."""

from msgspec.structs import replace

from processors.days import day_start, local_day
from processors.notes import written
from processors.pages import Row
from schemas import events as ev
from schemas.codec import event_id
from streams.store.database import Database
from streams.store.read.pages.places import GROUPS
from streams.store.read.pages.timeline import found_in, timeline
from streams.store.sinks.rows import alert_rows
from streams.store.sinks.sink import Sink
from tests.unit.alerting.alerts import LEAVING
from tests.unit.store import fakes
from tests.unit.store.read.happenings import ALERT, ANNA, NOBODY, OUR, said, shipped
from tests.unit.store.records import DAY, HOUR, NOW, batch
from tests.unit.store.samples import ALL_EVENTS, LEAD, event_of


def edit(number: int, text: str, ts: int) -> ev.MessageEdited:
    common = {"event_id": event_id("edit", number, ts), "lead_id": LEAD, "ts": ts, "source": "telegram:main"}
    return ev.MessageEdited("-5", str(number), ANNA, text, **common)  # type: ignore[arg-type]


async def all_rows(database: Database, kinds: str = "") -> list[Row]:
    """Every page of the time line, one behind the other."""
    rows: list[Row] = []
    before = ""
    while True:
        page = await timeline(database, LEAD, NOBODY, kinds, before, 0)
        assert len(page.rows) <= 50
        rows += page.rows
        before = page.next
        if not before:
            return rows


TOLD = (
    *("meeting", "message", "chat_summary", "call", "call_transcribed", "mail", "crm_changed", "note", "day", "alert"),
    "command_changed",
    *("profile_corrected", "promise_marked", "client_outcome", "alerts_muted", "identity_linked"),
)


async def test_every_event_is_told_once(database: Database) -> None:
    """Of every kind that a person may want to see there is a row; of those of the machine none."""
    alert = replace(LEAVING, lead_id=LEAD, opened_at=NOW)
    await Sink(database, ALERT, alert_rows)(batch("lead.alerts", [ALERT.encode(alert)]))
    await fakes.Feed(database)(ALL_EVENTS)
    rows = await all_rows(database)
    assert [(row.ts, row.place.partition("-")[2]) for row in rows] == sorted(
        ((row.ts, row.place.partition("-")[2]) for row in rows), reverse=True
    )
    kinds = [row.kind for row in rows]
    assert sorted(kinds) == sorted(TOLD)
    assert {row.group for row in rows} == set(GROUPS)
    for group in GROUPS:
        assert [row.kind for row in await all_rows(database, group)] == [r.kind for r in rows if r.group == group]
    meeting_row = next(row for row in rows if row.kind == "meeting")
    assert (meeting_row.recording, meeting_row.duration_ms) == ("r1", 600_000)
    assert meeting_row.minutes is not None and meeting_row.minutes.summary == "«итоги»"


async def test_a_message_says_what_it_said_before(database: Database) -> None:
    """Edits stand in their message's row, also a page away from it; a withdrawn one says when; an edit whose message
    nobody has brought is a row by itself."""
    first, last = said(1, "где 80 коробок?", NOW), said(3, "приём", NOW + 3)
    between = [said(n + 100, "да", NOW + 2 * HOUR + n) for n in range(60)]
    changed = [edit(1, "где 90 коробок?", NOW + HOUR), edit(1, "где 95 коробок?", NOW + 3 * HOUR)]
    alone = [edit(9, "правка", NOW + 1), edit(9, "правка правки", NOW + 2)]
    gone = ev.MessageDeleted(
        "-5", "3", event_id="d" * 16, lead_id=LEAD, ts=NOW + HOUR, source="telegram:main"
    )  # fmt: skip
    await fakes.Feed(database)([first, last, *between, *changed, *alone, gone])
    rows = {row.ref: row for row in await all_rows(database) if row.text != "да"}
    assert len(await all_rows(database)) == 63
    assert rows["-5/1"].text == "где 95 коробок?"
    assert [(one.text, one.until) for one in rows["-5/1"].former] == [
        ("где 80 коробок?", NOW + HOUR), ("где 90 коробок?", NOW + 3 * HOUR),
    ]  # fmt: skip
    assert rows["-5/3"].gone_at == NOW + HOUR
    assert (rows["-5/9"].text, rows["-5/9"].former[0].text, rows["-5/9"].ts) == ("правка правки", "правка", NOW + 1)


async def test_pages_lose_nothing(database: Database) -> None:
    """Rows of one moment that fill more than a page: each is told once, whatever kind it is."""
    many = [said(n, f"слово {n}", NOW) for n in range(130)]
    goods = [shipped(n, 3, NOW - n * DAY) for n in range(70)]
    notes = [written(LEAD, f"n{n}", f"заметка {n}", OUR, NOW, pinned=False) for n in range(8)]
    await fakes.Feed(database)([*many, *goods, *notes])
    rows = await all_rows(database)
    assert len(rows) == len({row.place for row in rows}) == 130 + 70 + 8


async def test_the_warehouse_by_day(database: Database) -> None:
    """A day is a row, with the pieces that are usual on such a day."""
    monday = day_start(local_day(NOW) - 5)
    goods = [shipped(n, 400 + n, monday - 7 * n * DAY + HOUR) for n in range(1, 6)]
    await fakes.Feed(database)([*goods, shipped(90, 200, monday + HOUR), shipped(91, 40, monday + 2 * HOUR)])
    first = (await all_rows(database))[0]
    assert (first.kind, first.ts) == ("day", monday + 2 * HOUR)
    [shipments] = first.goods
    assert (shipments.kind, shipments.documents, shipments.pieces, shipments.usual) == ("shipped", 2, 240, 403)


async def test_search_in_a_time_line(database: Database) -> None:
    """Words in any form; of a meeting the second at which they were said; only this client's."""
    start = NOW - HOUR
    talk = replace(
        event_of(ev.MeetingTranscribed), ts=start, utterances=[ev.Utterance(751_000, 753_000, "коробка мятая", "Анна")]
    )
    await fakes.Feed(database)([talk, said(1, "где коробки?", NOW), said(1, "коробки", NOW, lead="9")])
    found = await found_in(database, LEAD, NOBODY, "", "коробка", "", 0)
    assert [(row.group, row.text, row.at_ms) for row in found.rows] == [
        ("chat", "где коробки?", None), ("meeting", "коробка мятая", 751_000),
    ]  # fmt: skip
    assert [row.group for row in (await found_in(database, LEAD, NOBODY, "meeting", "коробка", "", 0)).rows] == [
        "meeting"
    ]

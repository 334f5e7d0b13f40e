"""Daily reports on real chDB: figures against ones known beforehand, each report once, missed ones made up."""

import msgspec
import pytest
from msgspec.structs import replace

from schemas import events as ev
from schemas.alerts import Alert
from schemas.codec import Codec, event_id
from schemas.errors import Transient
from schemas.failed import DeadLetter
from schemas.reports import DailyReport, ReportLine
from schemas.topics import REPORTS
from streams.store.database import Database
from streams.store.jobs.clock import latest_at
from streams.store.jobs.reports import Reports
from streams.store.sinks.letters import failure_rows
from streams.store.sinks.rows import alert_rows
from streams.store.sinks.sink import Sink
from tests.unit.store.fakes import Clock, Feed, Lag, Sent
from tests.unit.store.records import DAY, NOW, batch
from tests.unit.store.samples import OPENED, event_of

LAST = latest_at(NOW, "20:00")
"""Yesterday evening."""


def maker(database: Database, now: int = NOW, lag: Lag | None = None) -> tuple[Reports, Sent]:
    sent = Sent()
    return Reports(database, lag or Lag(), sent, "20:00", Clock(now)), sent


def reports(sent: Sent) -> list[DailyReport]:
    assert {output.topic for output in sent} <= {REPORTS.name}
    found = [msgspec.json.decode(output.value or b"", type=DailyReport) for output in sent]
    assert [output.key for output in sent] == [report.report_id.encode() for report in found]
    sent.clear()
    return found


def changed(event: ev.Event, n: int, **fields: object) -> ev.Event:
    return msgspec.structs.replace(event, event_id=event_id("r", n), **fields)


async def test_figures(database: Database) -> None:
    """Everything that arrived in the window is counted once; history, staff and other windows are not."""
    talk, say = event_of(ev.MeetingRecorded), event_of(ev.Message)
    book = msgspec.structs.replace(event_of(ev.Reservation), action="created", qty=10)
    events = [
        talk,
        changed(talk, 1, status="empty", recording_id="r2"),
        changed(talk, 2, recording_id="r3", lead_id="2", duration_ms=90_000),
        say,
        changed(say, 3, author=ev.Author("9", client=False)),
        book,
        changed(book, 4, action="cancelled", qty=-3),
        changed(book, 5, lead_id="3", ts=LAST - 9 * DAY),
        changed(book, 6, backfill=True),
        event_of(ev.MeetingTranscribed),
    ]
    feed = Feed(database)
    await feed(events, at=LAST - 1000)
    await feed(events, at=LAST - 900)  # delivered twice
    await feed([changed(book, 7)], at=LAST)  # belongs to the next report
    alerts = Sink(database, Codec[Alert](Alert), alert_rows)
    second = msgspec.structs.replace(OPENED, alert_id="a" * 16, lead_id="2")
    states = [
        OPENED,
        second,
        msgspec.structs.replace(second, version=2, status="snoozed", acknowledged_by="А"),
        msgspec.structs.replace(OPENED, alert_id="b" * 16, lead_id="2"),
        msgspec.structs.replace(OPENED, alert_id="b" * 16, lead_id="2", version=2, status="resolved"),
    ]
    await alerts(batch("lead.alerts", map(msgspec.json.encode, states), at=LAST - 500))
    late = msgspec.structs.replace(OPENED, version=2, status="resolved")
    await alerts(batch("lead.alerts", [msgspec.json.encode(late)], first=9, at=LAST + 1))  # after the window
    letter = DeadLetter("t", 0, 1, LAST - 50 * DAY, "a", "E", "e", b"")
    closed = msgspec.structs.replace(letter, offset=2)
    answered = msgspec.structs.replace(closed, answer="dropped", by="anna")
    await Sink(database, Codec[DeadLetter](DeadLetter), failure_rows)(
        batch("dead.letters", [*map(msgspec.json.encode, (letter, closed, answered))], at=LAST - 2)
    )
    made, _ = maker(database)
    assert await made.figures("x", LAST - DAY, LAST) == DailyReport(
        report_id="x",
        since=LAST - DAY,
        until=LAST,
        meetings=2,
        meeting_minutes=12,  # 10 min and 1.5 min
        messages=1,
        reservations=2,
        reserved_qty=20,
        cancelled=1,
        cancelled_qty=3,
        alerts_opened=3,
        alerts_open=2,
        alerts_unseen=1,
        unassigned=0,
        dead_letters=2,
        open_letters=1,
        leads=[
            ReportLine("2", meetings=1, alerts=2),
            ReportLine("12345", 1, 1, 1, 1, reserved_qty=10, cancelled=1, cancelled_qty=3),
            ReportLine("3", reservations=1, reserved_qty=10),
        ],
    )


async def test_a_new_installation_sends_nothing_old(database: Database) -> None:
    """Without events there is nothing to make up; the first report comes at the first time of day."""
    made, sent = maker(database)
    assert await made.daily.catch_up() == 0
    made.daily._clock = Clock(LAST + DAY)
    assert await made.daily.catch_up() == 1
    assert [report.report_id for report in reports(sent)] == ["2026-11-21"]
    assert await made.daily.catch_up() == 0


async def test_missed_reports_are_made_up_once(database: Database) -> None:
    """After a stop each missed day gets its report, at most seven; published ones stay published after a restart."""
    await Feed(database)([event_of(ev.Message)], at=LAST - 3 * DAY + 5)
    made, sent = maker(database)
    await made.daily.catch_up()
    found = reports(sent)
    assert [report.report_id for report in found] == ["2026-11-18", "2026-11-19", "2026-11-20"][-len(found) :]
    assert [report.until - report.since for report in found] == [DAY] * 3
    assert [report.messages for report in found] == [1, 0, 0]
    restarted, sent = maker(database)
    assert await restarted.daily.catch_up() == 0
    later, sent = maker(database, NOW + 30 * DAY)
    assert await later.daily.catch_up() == 7
    assert reports(sent)[-1].report_id == "2026-12-20"


async def test_a_report_that_was_not_acknowledged_comes_again(database: Database) -> None:
    """Kafka first, then the table: a fault in between repeats the same report, it does not lose it."""
    await Feed(database)([event_of(ev.Message)], at=LAST - 5)
    made, sent = maker(database)
    sent.fault = Transient("away")
    with pytest.raises(Transient):
        await made.daily.catch_up()
    assert await made.daily.catch_up() == 1
    assert [report.report_id for report in reports(sent)] == ["2026-11-20"]


async def test_by_hand(database: Database) -> None:
    """A report by hand is of today so far, has its own id and does not stand for the scheduled one."""
    await Feed(database)([event_of(ev.Message)], at=NOW - 1000)
    made, sent = maker(database)
    report = await made.publish_now()
    assert report == reports(sent)[0]
    assert (report.report_id, report.messages) == ("2026-11-21T10:30:00", 1)
    assert (NOW - report.since) == 10.5 * 3_600_000
    evening, sent = maker(database, LAST + DAY)
    assert await evening.daily.catch_up() == 1


async def test_an_album_is_one_message(database: Database) -> None:
    """Three photos that were sent together and one alone are two."""
    photo = event_of(ev.Message)
    parts = [replace(photo, event_id=event_id("part", n), album="a") for n in range(3)]
    await Feed(database)([*parts, photo], at=LAST - 5)
    made, sent = maker(database)
    await made.daily.catch_up()
    assert reports(sent)[-1].messages == 2

"""The lists of the daily report on real chDB: each thing in the report of its time, in its newest version."""

import msgspec
from msgspec.structs import replace

from processors.promises import promise_id
from schemas import events as ev
from schemas.alerts import Alert
from schemas.codec import Codec, event_id
from schemas.minutes import OFFLINE, UNKNOWN, Action, Minutes
from schemas.outcomes import Outcome
from schemas.promises import Mark
from schemas.reports import ChatLine, DailyReport, SilentLead, UnknownClient
from schemas.rounds import SourceHealth
from schemas.sources import ClientRef, Unassigned
from streams.store.database import Database
from streams.store.jobs.clock import latest_at
from streams.store.jobs.reports import Reports
from streams.store.sinks.rows import alert_rows, unassigned_rows
from streams.store.sinks.sink import Sink
from tests.unit.store.fakes import Clock, Feed, Lag, Sent
from tests.unit.store.records import DAY, NOW, batch
from tests.unit.store.samples import LEAD, OPENED, event_of

UNTIL = latest_at(NOW, "20:00")
"""2026-11-20 20:00 in Moscow."""


async def report(database: Database, until: int = UNTIL) -> DailyReport:
    return await Reports(database, Lag(), Sent(), "20:00", Clock()).make("x", until - DAY, until)


def minutes(recording: str, version: int = 1, due: str = UNKNOWN, **fields: object) -> ev.MeetingMinutes:
    """Minutes whose summary tells its version."""
    promise = Action("прислать счёт", "Анна", due, "пришлю счёт", 1)
    made = Minutes(f"{recording} v{version}", OFFLINE, version, actions=[promise])
    known = {"recording_id": recording, "minutes": made, "ts": UNTIL - DAY // 2} | fields
    return replace(event_of(ev.MeetingMinutes), event_id=event_id("m", recording, version), **known)


async def test_meetings(database: Database) -> None:
    """A meeting is told once, when its first minutes come, in the version of that time; without minutes it is named."""
    feed = Feed(database)
    recorded = replace(event_of(ev.MeetingRecorded), ts=UNTIL - DAY // 2)
    await feed([replace(recorded, recording_id=name, event_id=event_id("r", name)) for name in "abc"], UNTIL - 5000)
    await feed([minutes("a"), minutes("a", 2)], UNTIL - 4000)
    await feed([minutes("b", 2), minutes("a", 3)], UNTIL + 1000)
    today, tomorrow = await report(database), await report(database, UNTIL + DAY)
    assert [event.minutes.summary for event in today.minutes] == ["a v2"]
    assert [meeting.recording_id for meeting in today.untold] == ["b", "c"]
    assert [event.minutes.summary for event in tomorrow.minutes] == ["b v2"]
    assert tomorrow.untold == []


async def test_promises(database: Database) -> None:
    """Those of today and tomorrow, from the newest minutes and from chats; a corrected one is told as it is now."""
    feed = Feed(database)
    chat = replace(event_of(ev.ChatSummary), ts=UNTIL - 6 * DAY, minutes=minutes("x", due="2026-11-21").minutes)
    told: list[ev.Event] = [
        minutes("a", due="2026-11-20"),
        minutes("b", due="2026-11-22"),
        minutes("c", due="2026-11-20"),
        minutes("c", 2, due="2026-12-20"),
        minutes("d", due="до пятницы"),
        chat,
    ]
    await feed(told, UNTIL - 5 * DAY)
    found = (await report(database)).promises
    assert [(promise.action.due, promise.ts) for promise in found] == [
        ("2026-11-20", UNTIL - DAY // 2),
        ("2026-11-21", UNTIL - 6 * DAY),
    ]


async def test_overdue_promises(database: Database) -> None:
    """Those of two weeks that nobody has marked by then, the latest first; a mark of later changes no report of before,
    and one that is taken back does not count. What is marked is not told as due either."""
    feed = Feed(database)
    due = {"a": 19, "b": 10, "c": 5, "d": 12, "e": 18, "f": 20}
    await feed(
        [minutes(name, due=f"2026-11-{day:02}", ts=UNTIL - 20 * DAY) for name, day in due.items()], UNTIL - 19 * DAY
    )

    def mark(talk: str, word: Mark, at: int) -> ev.PromiseMarked:
        known = {"promise": promise_id(talk, "прислать счёт"), "mark": word, "ts": at}
        return replace(event_of(ev.PromiseMarked), event_id=event_id("k", talk, at), **known)

    await feed([mark(talk, "kept", UNTIL - 9000) for talk in "def"], UNTIL - 9000)
    await feed([mark("e", "open", UNTIL - 8000)], UNTIL - 8000)
    await feed([mark("a", "broken", UNTIL + 1000)], UNTIL + 1000)
    today, tomorrow = await report(database), await report(database, UNTIL + DAY)
    assert [one.recording_id for one in today.overdue] == ["a", "e", "b"]
    assert today.overdue[0].promise == promise_id("a", "прислать счёт")
    assert today.promises == []
    assert [one.recording_id for one in tomorrow.overdue] == ["e", "b"]


async def test_risks_and_chats(database: Database) -> None:
    """Alerts as they stood then, the worst first; what each chat came to."""
    second = replace(OPENED, alert_id="00000000000000ab", severity="warning", opened_at=UNTIL - 9 * DAY)
    closed = replace(OPENED, alert_id="0" * 15 + "c", status="resolved")
    values = [msgspec.json.encode(alert) for alert in (second, closed, OPENED)]
    sink = Sink(database, Codec[Alert](Alert), alert_rows)
    await sink(batch("lead.alerts", values, at=UNTIL - 5000))
    late = msgspec.json.encode(replace(OPENED, version=2, status="resolved"))
    await sink(batch("lead.alerts", [late], first=9, at=UNTIL + 5000))
    await Feed(database)([event_of(ev.ChatSummary)], UNTIL - 100)
    found = await report(database)
    assert found.risks == [OPENED, second]
    assert found.chats == [ChatLine(LEAD, "Спросили о счёте.")]
    assert (await report(database, UNTIL + DAY)).risks == [second]


async def test_who_left_is_told_once_and_is_no_risk(database: Database) -> None:
    """In the report of the day on which it was said; from then on none of his alerts, until he is there again."""
    feed = Feed(database)
    await Sink(database, Codec[Alert](Alert), alert_rows)(
        batch("lead.alerts", [msgspec.json.encode(OPENED)], at=UNTIL - 3 * DAY)
    )

    def word(outcome: Outcome, at: int) -> ev.ClientOutcome:
        made = event_of(ev.ClientOutcome)
        return replace(made, event_id=event_id("o", at), outcome=outcome, ts=at, lead_id=OPENED.lead_id)

    await feed([word("stays", UNTIL - 2 * DAY)], UNTIL - 2 * DAY + 5)
    await feed([word("left", UNTIL - 500)], UNTIL - 400)
    await feed([word("returned", UNTIL + DAY + 500)], UNTIL + DAY + 600)
    told = [await report(database, UNTIL + days * DAY) for days in (-1, 0, 1, 2)]
    assert [[one.outcome for one in each.outcomes] for each in told] == [["stays"], ["left"], [], ["returned"]]
    assert [len(each.risks) for each in told] == [1, 0, 0, 1]


async def test_what_the_portal_closed_is_a_hint(database: Database) -> None:
    """Of a client of the warehouse, on the day it was closed; not once a person has spoken, nor of history."""
    feed = Feed(database)

    def closed(lead: str, deal: str, stage: str, at: int, **fields: object) -> ev.CrmChanged:
        known = {"lead_id": lead, "entity": "deal", "entity_id": deal, "fields": {"stageId": stage}, "ts": at}
        return replace(event_of(ev.CrmChanged), event_id=event_id(lead, deal, at), **known | fields)

    booked = replace(event_of(ev.Reservation), ts=UNTIL - 9 * DAY)
    await feed([replace(booked, lead_id=lead, event_id=event_id("b", lead)) for lead in "1234"], UNTIL - 9 * DAY)
    old = [closed("1", "5", "NEW", UNTIL - 8 * DAY), closed("2", "6", "LOSE", UNTIL - 8 * DAY)]
    await feed([*old, closed("4", "8", "LOSE", UNTIL - 8 * DAY, backfill=True)], UNTIL - 8 * DAY)
    fresh = [closed("1", "5", "C5:LOSE", UNTIL - 900), closed("2", "6", "LOSE", UNTIL - 900)]
    fresh += [closed("3", "7", "APOLOGY", UNTIL - 900), closed("5", "9", "LOSE", UNTIL - 900)]
    await feed(fresh, UNTIL - 900)
    said = replace(event_of(ev.ClientOutcome), lead_id="3", event_id="3" * 16, ts=UNTIL - 100, outcome="stays")
    await feed([said], UNTIL - 100)
    assert [(one.lead_id, one.entity_id, one.stage) for one in (await report(database)).hints] == [
        ("1", "5", "C5:LOSE")
    ]
    assert (await report(database, UNTIL + DAY)).hints == []


async def test_silence(database: Database) -> None:
    """Used to be there on four days or more, and nothing for a week; our own people's words do not count."""
    feed = Feed(database)

    async def active(lead: str, *ages: int, staff_age: int | None = None) -> None:
        says = [replace(event_of(ev.Message), lead_id=lead, ts=UNTIL - age * DAY) for age in ages]
        if staff_age is not None:
            author = ev.Author("9", client=False)
            says.append(replace(event_of(ev.Message), lead_id=lead, ts=UNTIL - staff_age * DAY, author=author))
        await feed([replace(say, event_id=event_id(lead, say.ts)) for say in says], UNTIL - 100)

    await active("1", 10, 11, 12, 13, staff_age=1)
    await active("2", 2, 10, 11, 12)
    await active("3", 10, 11, 12)
    await active("4", 50, 51, 52, 53)
    assert (await report(database)).silent == [SilentLead("1", UNTIL - 10 * DAY)]


async def test_who_was_linked_is_no_stranger(database: Database) -> None:
    """What came again under its own id, as a client's, is told neither in the list nor in the count; what came later
    does not change the report of its time."""
    chat = ClientRef("tg_chat", "-5")
    waiting = [
        Unassigned(event_id("u", n), UNTIL, "telegram", chat, "source.telegram", msgspec.Raw(b"{}")) for n in range(3)
    ]
    values = list(map(msgspec.json.encode, waiting))
    await Sink(database, Codec[Unassigned](Unassigned), unassigned_rows)(batch("u", values, at=UNTIL - 500))
    feed = Feed(database)
    again = [replace(event_of(ev.Message), event_id=event_id("u", n), ts=UNTIL - 600) for n in range(3)]
    await feed(again[:2], UNTIL - 100)
    await feed(again[2:], UNTIL + 100)
    found = await report(database)
    assert (found.unassigned, found.unknown) == (1, [UnknownClient("tg_chat", "-5", 1)])
    assert found.messages == 2


async def test_strangers_and_sources(database: Database) -> None:
    """Who is not linked yet, most events first; and when each source was last heard."""
    refs = [ClientRef("tg_chat", "-5"), ClientRef("jitsi_room", "lead 5"), ClientRef("tg_chat", "-5")]
    waiting = [
        Unassigned(event_id("u", n), UNTIL, "telegram", ref, "source.telegram", msgspec.Raw(b"{}"))
        for n, ref in enumerate(refs)
    ]
    values = list(map(msgspec.json.encode, waiting))
    await Sink(database, Codec[Unassigned](Unassigned), unassigned_rows)(batch("u", values, at=UNTIL - 100))
    feed = Feed(database)
    await feed([replace(event_of(ev.Message), source="telegram:bot", ts=UNTIL - 3 * DAY)], UNTIL - 2 * DAY)
    await feed([replace(event_of(ev.Reservation), source="wms:main", ts=UNTIL - 300)], UNTIL - 100)
    old = replace(event_of(ev.Message), event_id=event_id("old"), source="telegram:bot", backfill=True, ts=UNTIL - 400)
    await feed([old], UNTIL - 100)  # an import is no life
    made: list[ev.Event] = [event_of(ev.Fleet), event_of(ev.MeetingMinutes), event_of(ev.CommandChanged)]
    ours = zip(made, ("store", "minutes", "commands"), strict=True)
    await feed([replace(event, source=source, ts=UNTIL - 300) for event, source in ours], UNTIL - 100)
    found = await report(database)
    assert found.unknown == [UnknownClient("tg_chat", "-5", 2), UnknownClient("jitsi_room", "lead 5", 1)]
    assert found.sources == [SourceHealth("telegram:bot", UNTIL - 2 * DAY, 0), SourceHealth("wms:main", UNTIL - 100, 1)]

"""Promises on real chDB: those of the newest minutes, with a person's mark, and only of their own client."""

import msgspec

from processors.promises import promise_id
from schemas.codec import EVENT, encode, event_id
from schemas.minutes import OFFLINE, UNKNOWN, ChatSummary, Minutes
from schemas.promises import Mark, PromiseMarked
from streams.store.database import Database
from streams.store.sinks.rows import event_rows
from streams.store.sinks.sink import Sink
from tests.unit.store.records import NOW, batch
from tests.unit.store.samples import LEAD
from tests.unit.store.sinks.minutes import minutes, promise


async def test_promises_are_those_of_the_newest_minutes(database: Database) -> None:
    """A later version replaces the former, also where it has none; owner and day are as they were said, or empty."""
    sink = Sink(database, EVENT, event_rows)
    values = [
        minutes(2, [promise("пришлю договор", due="2999-01-01"), promise("позвоню", UNKNOWN, "завтра")]),
        minutes(1, [promise("это услышано неверно")]),
        minutes(1, [promise("старое")], "r2"),
        minutes(2, [], "r2"),
        minutes(1, [promise("отправлю счёт", due="2020-01-01")], "r3"),
    ]
    for borders in ([5], [2, 3], [1, 1, 3]):  # a replay with other borders is no other promise
        at = 0
        for size in borders:
            await sink(batch("lead.events", values[at : at + size], first=at))
            at += size
    rows = await database.read(
        "SELECT talk, owner, text, due, toString(due_day), state FROM promises ORDER BY talk, number"
    )
    assert [tuple(row) for row in rows] == [
        ("r1", "Анна", "пришлю договор", "2999-01-01", "2999-01-01", "open"),
        ("r1", "", "позвоню", "завтра", None, "undated"),
        ("r3", "Анна", "отправлю счёт", "2020-01-01", "2020-01-01", "past"),
    ]


def marked(text: str, mark: Mark, at: int, talk: str = "r1", lead: str = LEAD) -> bytes:
    """A person's word on a promise."""
    event = PromiseMarked(
        promise_id(talk, text), text, mark, "Мария", event_id=event_id("marked", text, mark, at), lead_id=lead, ts=at,
        source="person",
    )  # fmt: skip
    return encode(event)


async def test_a_mark_outlives_new_minutes_and_the_newest_counts(database: Database) -> None:
    """Where the words stay the mark stays, whatever number they have now; `open` takes it back; another client's word
    on the same words is his own; a replay changes nothing."""
    values = [
        minutes(1, [promise("пришлю договор", due="2999-01-01"), promise("позвоню")]),
        marked("пришлю договор", "broken", NOW + 1),
        marked("пришлю договор", "kept", NOW + 3),
        marked("пришлю договор", "open", NOW + 2),
        marked("позвоню", "cancelled", NOW + 4),
        marked("позвоню", "open", NOW + 5),
        marked("позвоню", "kept", NOW + 6, lead="8"),
        minutes(2, [promise("обещано ещё"), promise("пришлю договор", due="2020-01-01"), promise("позвоню")]),
    ]
    sink = Sink(database, EVENT, event_rows)
    for first, size in ((0, 8), (1, 3), (2, 6)):
        await sink(batch("lead.events", values[first : first + size], first=first))
    rows = await database.read(
        "SELECT text, state, marked_by, toUnixTimestamp64Milli(marked_at), promise FROM promises ORDER BY number"
    )
    assert [tuple(row) for row in rows] == [
        ("обещано ещё", "undated", "", 0, int(promise_id("r1", "обещано ещё"), 16)),
        ("пришлю договор", "kept", "Мария", NOW + 3, int(promise_id("r1", "пришлю договор"), 16)),
        ("позвоню", "undated", "Мария", NOW + 5, int(promise_id("r1", "позвоню"), 16)),
    ]


async def test_a_days_summary_made_anew_replaces_the_first(database: Database) -> None:
    """Of two summaries of one day the later one counts."""

    def chat(number: int, text: str) -> bytes:
        made = Minutes("день", OFFLINE, 3, actions=[promise(text)])
        known = {"event_id": event_id("chat", number), "lead_id": LEAD, "ts": NOW, "source": "minutes"}
        return encode(msgspec.convert(known | {"day": "2026-11-21", "messages": 3, "minutes": made}, ChatSummary))

    await Sink(database, EVENT, event_rows)(batch("lead.events", [chat(1, "первое"), chat(2, "второе")]))
    assert await database.read("SELECT kind, text FROM promises") == [("chat", "второе")]


async def test_what_is_anothers_promises_nothing(database: Database) -> None:
    """An event that is moved to another client takes its promises along, and what was said of them."""
    values = [minutes(1, [promise("привезём")]), marked("привезём", "kept", NOW)]
    await Sink(database, EVENT, event_rows)(batch("lead.events", values))
    ids = (event_id("minutes", "r1", 1), event_id("marked", "привезём", "kept", NOW))
    await database.forget([(LEAD, int(id_, 16)) for id_ in ids])
    for table in ("promises", "promise_marks FINAL"):
        assert await database.read(f"SELECT count() FROM {table}") == [(0,)]

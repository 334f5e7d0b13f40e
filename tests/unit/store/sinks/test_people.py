"""What dashboards read of clients, promises and messages, on real chDB: each as its topic tells it, replay or not."""

from datetime import UTC, date, datetime

import msgspec
from aiokafka import ConsumerRecord
from msgspec.structs import replace

from alerting.outbox import Item, Wish, begin, fail, finish, want
from alerting.render import Rendered
from processors.privacy.register import effect_of
from processors.promises import promise_id
from schemas.cards import ClientCard
from schemas.codec import EVENT, Codec, encode, event_id
from schemas.minutes import OFFLINE, UNKNOWN, Action, ChatSummary, MeetingMinutes, Minutes
from schemas.outcomes import ClientOutcome
from schemas.people import AccessEntry
from schemas.privacy import Consent
from schemas.promises import Mark, PromiseMarked
from schemas.scores import Part, Score
from streams.engine.settle import Batch
from streams.store.database import Database
from streams.store.read.access import lines
from streams.store.read.rows_of import tables_of_leads
from streams.store.sinks.outbox import outbox_rows
from streams.store.sinks.people import ConsentSink, access_rows
from streams.store.sinks.rows import event_rows
from streams.store.sinks.scores import score_rows
from streams.store.sinks.sink import CardSink, Sink
from tests.unit.store.records import DAY, NOW, batch, record
from tests.unit.store.samples import LEAD

FIRST = datetime.fromtimestamp(0, UTC)


def minutes(version: int, actions: list[Action], talk: str = "r1", at: int = NOW) -> bytes:
    """Minutes of a meeting."""
    event = MeetingMinutes(
        event_id=event_id("minutes", talk, version),
        lead_id=LEAD,
        ts=at,
        source="minutes",
        recording_id=talk,
        room="lead-1",
        duration_ms=1,
        people=[],
        minutes=Minutes("итоги", OFFLINE, version, actions=actions),
    )
    return encode(event)


def promise(text: str, owner: str = "Анна", due: str = UNKNOWN) -> Action:
    """A promise."""
    return Action(text, owner, due, text, 0)


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


def cards(*told: tuple[str, ClientCard | None]) -> Batch:
    """Records of `clients`."""
    made = [record(n, msgspec.json.encode(card) if card else b"", NOW + n) for n, (_, card) in enumerate(told)]
    for one, (key, card) in zip(made, told, strict=True):
        object.__setattr__(one, "key", key.encode())
        if card is None:
            object.__setattr__(one, "value", None)
    return Batch("clients", 0, 1, made)


async def test_leads_have_names_curators_and_their_risk(database: Database) -> None:
    """A person's word goes before a source's, a tombstone takes back, and the newest score stands beside it."""
    told = cards(
        ("7/bitrix", ClientCard(lead_id="7", source="bitrix", ts=NOW + 9, name="ООО Заря", responsible="Мария")),
        ("7/hand", ClientCard(lead_id="7", source="hand", ts=NOW, name="Заря")),
        ("8/bitrix", ClientCard(lead_id="8", source="bitrix", ts=NOW, name="Никто")),
        ("8/bitrix", None),
    )
    for _ in range(2):
        assert not (await CardSink(database)(told)).rejected
    await Sink(database, EVENT, event_rows)(batch("lead.events", [minutes(1, []).replace(LEAD.encode(), b"7")]))
    score = Score(
        score_id=event_id("score", 1), lead_id="7", version=1, ts=NOW, points=61.5, level="red",
        parts=[Part("order_silence", 50, 1, 0.5, 0, 7), Part("tone", 9, 1, 0.1, 0, 7)],
    )  # fmt: skip
    later = replace(score, score_id=event_id("score", 2), version=2, ts=NOW + 1, points=70.0)
    await Sink(database, Codec[Score](Score), score_rows)(
        batch("lead.scores", [msgspec.json.encode(later), msgspec.json.encode(score)])
    )
    rows = await database.read(
        "SELECT lead_id, client, curator, toUnixTimestamp64Milli(since), points, level, reasons, open_alerts, outcome, "
        "toString(outcome_since) FROM leads"
    )
    assert [tuple(row) for row in rows] == [
        ("7", "Заря", "Мария", NOW, 70.0, "red", ["order_silence", "tone"], 0, "", None),
    ]


async def test_the_last_word_on_a_client_stands_beside_his_name(database: Database) -> None:
    """Whatever order it comes in, replayed or not; what is moved to another lead goes."""

    def word(outcome: str, since: str, ts: int) -> bytes:
        known = {"event_id": event_id("o", ts), "lead_id": "7", "ts": ts, "source": "person", "author": "Мария"}
        return encode(msgspec.convert(known | {"outcome": outcome, "since": since}, ClientOutcome))

    sink, current = Sink(database, EVENT, event_rows), "SELECT outcome, toString(outcome_since) FROM leads"
    words = [word("left", "2026-11-01", NOW), word("returned", "2026-11-20", NOW + 9)]
    words.append(word("left", "2026-11-03", NOW + 5))
    for part in (words, words[:1], words[1:]):
        await sink(batch("lead.events", part))
    assert await database.read(current) == [("returned", "2026-11-20")]
    assert await database.read("SELECT count() FROM outcomes FINAL") == [(3,)]
    await database.forget([("7", int(event_id("o", NOW + 9), 16))])
    assert await database.read(current) == [("left", "2026-11-03")]


async def test_an_unreadable_card_is_a_dead_letter(database: Database) -> None:
    """It is rejected, and the others of its batch are stored."""
    broken = cards(("7/hand", ClientCard(lead_id="7", source="hand", ts=NOW, name="Заря")))
    mixed = Batch("clients", 0, 1, [record(5, b"{broken"), *broken.records])
    assert (await CardSink(database)(mixed)).bad == {5: "DecodeError"}
    assert await database.read("SELECT client FROM leads") == [("Заря",)]


def stored(items: list[Item]) -> Batch:
    """Records of `notify.outbox`, a second apart."""
    made = [record(n, msgspec.json.encode(item), NOW + n * 1000) for n, item in enumerate(items)]
    return Batch("notify.outbox", 0, 1, made)


async def test_deliveries_say_when_to_whom_and_how_it_ended(database: Database) -> None:
    """Tries, seconds from the news to the chat, a refusal, a mail, an edit that was wanted while the first was sent."""

    def wish(key: str, version: int = 1) -> Wish:
        return Wish(key, "lead:7", version, 1, NOW - 500, Rendered("текст", ()))

    first = want(None, wish("a"), "lead.alerts")
    other = want(None, wish("b"), "lead.alerts")
    assert first is not None and other is not None
    calling = begin(first)
    edited = want(calling, wish("a", 2), "lead.alerts")
    assert edited is not None
    half = finish(edited, 1, -100, 5)
    lost = fail(begin(other), 1, "chat not found")
    items = [first, calling, begin(calling), edited, half, finish(half, 2, -100, 5), other, begin(other), lost]
    items += [replace(lost, mailed=1)]
    sink, told = Sink(database, Codec[Item](Item), outbox_rows), stored(items)
    for part in (told.records, told.records[:4], told.records[4:]):  # again, with other borders
        await sink(Batch("notify.outbox", 0, 1, part))
    rows = await database.read(
        "SELECT key, version, receiver, result, tries, seconds, news, error FROM deliveries ORDER BY key, version"
    )
    assert [tuple(row) for row in rows] == [
        ("a", 1, "lead:7", "sent", 2, 4.5, True, ""),
        ("a", 2, "lead:7", "sent", 1, 5.5, False, ""),
        ("b", 1, "lead:7", "mailed", 1, 9.5, True, "chat not found"),
    ]


async def test_when_a_row_was_stored(database: Database) -> None:
    """`stored_at` is the moment of the insert, `ingested_at` stays the broker's."""
    await Sink(database, EVENT, event_rows)(batch("lead.events", [minutes(1, [])], at=NOW - DAY))
    [(ingested, lag)] = await database.read(
        "SELECT toUnixTimestamp64Milli(ingested_at), abs(dateDiff('second', stored_at, now64(3))) FROM events FINAL"
    )
    assert ingested == NOW - DAY
    assert lag < 600


def keyed(offset: int, key: str, value: bytes | None) -> ConsumerRecord[bytes, bytes]:
    """A record of a topic of keys; None takes back."""
    return ConsumerRecord("consents", 0, offset, NOW, 1, key.encode(), value, None, 3, 0, ())


async def test_who_agreed_to_what(database: Database) -> None:
    """A row a person and client, by the day of today; his last record counts; who was taken back is gone."""
    kept = [
        Consent(person_id="a" * 16, name="Ольга", leads=["7", "8"], at=NOW, by="x", basis="contract", scope=["record"]),
        Consent(person_id="b" * 16, name="Иван", leads=["7"], at=NOW, by="x", objected_on="2026-01-02"),
        Consent(person_id="c" * 16, name="Пётр", leads=["7"], at=NOW, by="x", basis="law", until="2020-01-01"),
        Consent(person_id="d" * 16, name="Анна", leads=["7"], at=NOW, by="x", objected_on="2200-01-02"),
    ]
    records = [keyed(n, one.person_id, msgspec.json.encode(one)) for n, one in enumerate(kept)]
    records += [keyed(9, "d" * 16, None)]
    for _ in range(2):
        await ConsentSink(database)(Batch("consents", 0, 1, records))
    rows = await database.read(
        "SELECT person, lead_id, standing, may_record, may_transcribe, may_go_outside FROM consents_current"
        " ORDER BY 1, 2"
    )
    assert rows == [
        ("Иван", "7", "objected", False, False, False),
        ("Ольга", "7", "basis", True, False, False),
        ("Ольга", "8", "basis", True, False, False),
        ("Пётр", "7", "none", True, True, True),
    ]
    for one in kept[:3]:
        effect = effect_of(one, date(2026, 11, 29), notified=False)
        [line] = [row for row in rows if (row[0], row[1]) == (one.name, "7")]
        assert line[3:] == (effect.record, effect.transcript, effect.llm_external)


async def test_who_opened_what(database: Database) -> None:
    """By person, client and time, newest first; a line that the broker was told twice is one; an erasure leaves it."""
    codec: Codec[AccessEntry] = Codec(AccessEntry)
    entries = [
        AccessEntry(
            at=NOW + n, user=f"u{n % 2}", name="Ольга", action="view", lead=str(7 + n % 3), writer="w", number=n
        )
        for n in range(6)
    ]
    for _ in range(2):
        await Sink(database, codec, access_rows)(batch("audit.access", [codec.encode(one) for one in entries]))
    found = await lines(database, "", "", 0, 1 << 42, 100)
    assert ([line.number for line in found.lines], found.more) == ([5, 4, 3, 2, 1, 0], False)
    assert found.lines[0] == entries[5]
    assert [line.number for line in (await lines(database, "u1", "8", 0, 1 << 42, 100)).lines] == [1]
    assert [line.number for line in (await lines(database, "", "", NOW + 1, NOW + 3, 100)).lines] == [2, 1]
    of_nobody = AccessEntry(at=NOW + 9, user="", name="", action="refused", object="/login", writer="w9")
    await Sink(database, codec, access_rows)(batch("audit.access", [codec.encode(of_nobody)], first=100))
    assert (await lines(database, "", "", NOW + 9, NOW + 10, 1)).lines == [of_nobody], "without a client, too"
    cut = await lines(database, "", "", 0, NOW + 9, 2)
    assert ([line.number for line in cut.lines], cut.more) == ([5, 4], True)
    assert "access_log" not in await tables_of_leads(database)

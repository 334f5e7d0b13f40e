"""What dashboards read of clients and messages to people, on real chDB: each as its topic tells it, replay or not."""

from datetime import date

import msgspec
from aiokafka import ConsumerRecord
from msgspec.structs import replace

from alerting.outbox import Item, Wish, begin, fail, finish, want
from alerting.render import Rendered
from processors.privacy.register import effect_of
from schemas.cards import ClientCard
from schemas.codec import EVENT, Codec, encode, event_id
from schemas.outcomes import ClientOutcome
from schemas.people import AccessEntry
from schemas.privacy import Consent
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
from tests.unit.store.sinks.minutes import minutes


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

"""What a trace is found by, on real chDB: origins, names at the source, events of a finding, deliveries, minutes."""

import msgspec
from msgspec.structs import replace

from alerting.outbox import Item, wait
from schemas.alerts import Alert, Evidence, Signal
from schemas.codec import EVENT, Codec, encode, event_id
from schemas.command_changed import CommandChanged
from schemas.failed import DeadLetter
from schemas.meetings import MeetingSaid
from schemas.outlets import Handover
from streams.engine.settle import Batch
from streams.store.database import Database
from streams.store.sinks.dead_letters import DeadLetterSink
from streams.store.sinks.handovers import handover_rows
from streams.store.sinks.outbox import outbox_rows
from streams.store.sinks.rows import alert_rows, event_rows, signal_rows
from streams.store.sinks.sink import Sink
from tests.unit.store.records import NOW, batch, record
from tests.unit.store.samples import ALL_EVENTS, OPENED, SIGNAL, reservation


async def test_an_event_has_its_origin_and_the_name_that_its_source_gives_it(database: Database) -> None:
    """Its own place where it came of no raw record; chat and message, recording, document."""
    await Sink(database, EVENT, event_rows)(batch("lead.events", map(encode, ALL_EVENTS)))
    known = replace(reservation(1), origin="source.wms/3/41")
    await Sink(database, EVENT, event_rows)(batch("lead.events", [encode(known)], first=500, partition=2))
    rows = await database.read(
        "SELECT kind, origin, ref FROM events FINAL WHERE event_id = {id:UInt64}", {"id": int(known.event_id, 16)}
    )
    assert rows == [("reservation", "source.wms/3/41", "R-1")]
    named = dict(
        await database.read("SELECT kind, ref FROM events FINAL WHERE origin LIKE 'lead.events/0/%' AND ref != ''")
    )
    assert named == {
        **dict.fromkeys(("message", "message_edited", "message_deleted"), "-1/5"),
        **dict.fromkeys(("meeting_recorded", "meeting_transcribed", "meeting_minutes"), "r1"),
        **dict.fromkeys(("call", "call_transcribed"), "c1"),
        "command_changed": "c" * 16,
        "meeting_room": "m1", "meeting_said": "m1", "mail": "m1", "note": "n1", "crm_changed": "deal:9",
        "reservation": "R-1", "pick": "P-1",
        "shipment": "S-1", "inbound": "I-1", "return": "V-1", "adjustment": "A-1", "stock_snapshot": "Q-1",
    }  # fmt: skip
    assert await database.read("SELECT count() FROM events WHERE origin = ''") == [(0,)]


async def test_what_was_stored_before_gets_its_names(database: Database) -> None:
    """The defaults of the migration read them in the payload, the same as the sink writes; of kinds there were then."""
    before = [event for event in ALL_EVENTS if not isinstance(event, MeetingSaid | CommandChanged)]
    await Sink(database, EVENT, event_rows)(batch("lead.events", map(encode, before)))
    written = await database.read("SELECT kind, ref FROM events FINAL ORDER BY kind")
    columns = "lead_id, ts, event_id, source, kind, action, qty, backfill, payload, ingested_at, seniority"
    await database.change("CREATE TABLE before AS events")
    await database.change(f"INSERT INTO before ({columns}) SELECT {columns} FROM events FINAL")
    assert await database.read("SELECT kind, ref FROM before ORDER BY kind") == written


async def test_findings_name_their_events(database: Database) -> None:
    """Each once; a figure of a day is of no event."""
    first, second = event_id("m", 1), event_id("m", 2)
    evidence = [Evidence(first, NOW, "message"), Evidence(first, NOW, "message"), Evidence("", NOW, "day"),
                Evidence(second, NOW, "message")]  # fmt: skip
    signal = replace(SIGNAL, evidence=evidence, origin="source.telegram/0/3")
    alert = replace(OPENED, evidence=evidence, origin="source.telegram/0/3")
    await Sink(database, Codec[Signal](Signal), signal_rows)(batch("lead.signals", [msgspec.json.encode(signal)]))
    await Sink(database, Codec[Alert](Alert), alert_rows)(batch("lead.alerts", [msgspec.json.encode(alert)]))
    for table in ("signals", "alerts"):
        found = f"SELECT event_ids, origin FROM {table} WHERE has(event_ids, {{id:UInt64}})"
        ids = [int(first, 16), int(second, 16)]
        assert await database.read(found, {"id": ids[1]}) == [(ids, "source.telegram/0/3")]


def handed(offset: int, outcome: str, **more: object) -> bytes:
    """A record of `out.settled`."""
    known = {"outlet": "bitrix", "place": f"out.bitrix/1/{offset}", "key": "rec", "version": offset, "given_at": NOW,
             "at": NOW + 1500, "lead_id": "7", "origin": "source.transcripts/0/1", "outcome": outcome}  # fmt: skip
    return msgspec.json.encode(msgspec.convert(known | more, Handover))


async def test_deliveries_are_of_all_outlets(database: Database) -> None:
    """Delivered after a wait, refused, buried after its attempts, waiting with a reason and a time; a replay is no
    other delivery; and a message that Telegram does not take now."""
    values = [
        handed(1, "waiting", error="503", at=NOW + 100), handed(1, "delivered", tries=3),
        handed(2, "refused", error="no such lead"), handed(3, "waiting", error="500"),
        handed(4, "waiting", error="429", retry_at=NOW + 12_000),
    ]  # fmt: skip
    sink = Sink(database, Codec[Handover](Handover), handover_rows)
    for borders in (values, values[:2], values[2:]):
        assert not (await sink(batch("out.settled", borders))).rejected
    letter = DeadLetter("out.bitrix", 1, 3, NOW, "notify.out.bitrix", "RecordFault", "500", b"x")
    await DeadLetterSink(database)(batch("dead.letters", [msgspec.json.encode(letter)]))
    item = wait(Item(key="a", topic="lead.alerts", to="lead:7", version=1, offset=0, ts=NOW, text="x", origin="o"),
                "429 Too Many Requests", NOW + 12_000)  # fmt: skip
    sent = Batch("notify.outbox", 0, 1, [record(0, msgspec.json.encode(item))])
    await Sink(database, Codec[Item](Item), outbox_rows)(sent)
    rows = await database.read(
        "SELECT outlet, key, version, result, tries, seconds, error, toUnixTimestamp64Milli(retry_at), origin "
        "FROM deliveries ORDER BY outlet, version"
    )
    origin = "source.transcripts/0/1"
    assert [tuple(row) for row in rows] == [
        ("bitrix", "rec", 1, "sent", 3, 1.5, "503", 0, origin),
        ("bitrix", "rec", 2, "failed", 1, None, "no such lead", 0, origin),
        ("bitrix", "rec", 3, "failed", 1, None, "500", 0, origin),
        ("bitrix", "rec", 4, "waiting", 1, None, "429", NOW + 12_000, origin),
        ("telegram", "a", 1, "waiting", 0, None, "429 Too Many Requests", NOW + 12_000, "o"),
    ]


async def test_minutes_count_records_and_a_replay_adds_nothing(database: Database) -> None:
    """By source and kind, over borders of blocks and batches; letters by stage, deliveries by outlet."""
    values = [encode(reservation(n)) for n in range(30)]
    sink = Sink(database, EVENT, event_rows)
    first = 4096 - 10
    await sink(batch("lead.events", values, first=first))
    await sink(batch("lead.events", values[:7], first=first))
    await sink(batch("lead.events", values[5:], first=first + 5))
    await sink(batch("lead.events", values[:3], first=first, partition=1))
    await sink(batch("lead.events", values[:4], first=first + 4096))  # the same places of the next block
    await sink(batch("lead.events", values[:2], first=first + 100, at=NOW + 60_000))
    letter = DeadLetter("source.wms", 1, 3, NOW, "pipeline.source.wms", "Invalid", "?", b"x")
    await DeadLetterSink(database)(batch("dead.letters", [msgspec.json.encode(letter)]))
    await Sink(database, Codec[Handover](Handover), handover_rows)(batch("out.settled", [handed(1, "delivered")]))
    rows = await database.read(
        "SELECT toUnixTimestamp(minute) * 1000, edge, name, kind, records FROM edges_minute ORDER BY edge, minute"
    )
    minute = NOW // 60_000 * 60_000
    assert [tuple(row) for row in rows] == [
        (minute, "dead_letter", "pipeline.source.wms", "Invalid", 1),
        (minute, "delivery", "bitrix", "sent", 1),
        (minute, "event", "wms", "reservation", 37),
        (minute + 60_000, "event", "wms", "reservation", 2),
    ]

"""Sinks on real chDB: what is stored comes back, and delivering again changes nothing."""

import random

import msgspec
import pytest

from schemas import events as ev
from schemas.alerts import Alert, Signal
from schemas.codec import EVENT, Codec, decode, encode, event_id
from schemas.errors import Transient
from schemas.failed import DeadLetter
from schemas.scores import Part, Score
from schemas.sources import ClientRef, Unassigned
from streams.settings import Store
from streams.store.clickhouse import StatementFailed
from streams.store.database import Database
from streams.store.read import history
from streams.store.sinks.dead_letters import DeadLetterSink
from streams.store.sinks.letters import failure_rows
from streams.store.sinks.rows import alert_rows, event_rows, signal_rows, unassigned_rows
from streams.store.sinks.scores import score_rows
from streams.store.sinks.sink import Sink, token
from tests.unit.store.records import DAY, NOW, batch
from tests.unit.store.samples import ALL_EVENTS, LEAD, OPENED, SIGNAL, event_of, reservation


async def test_every_event_comes_back(database: Database) -> None:
    """Each of the event types is stored with its columns, and its payload decodes to the same event."""
    outcome = await Sink(database, EVENT, event_rows)(batch("lead.events", map(encode, ALL_EVENTS)))
    assert not outcome.rejected
    rows = await database.read("SELECT kind, lead_id, hex(event_id), payload, action, qty FROM events FINAL")
    stored = {kind: (lead, number, payload, action, qty) for kind, lead, number, payload, action, qty in rows}
    assert len(stored) == len(ALL_EVENTS)
    for event in ALL_EVENTS:
        lead, number, payload, _, qty = stored[str(event.__struct_config__.tag)]
        assert (lead, int(number, 16)) == (event.lead_id, int(event.event_id, 16))
        assert decode(payload.encode()) == event
        assert qty == getattr(event, "qty", 0)
    assert {kind: row[3] for kind, row in stored.items() if row[3]} == {
        "meeting_room": "joined",
        "message": "client",
        "message_edited": "staff",
        "note": "client",
        "call": "in",
        "call_transcribed": "in",
        "mail": "out",
        "crm_changed": "updated",
        "reservation": "cancelled",
        "inbound": "planned",
        "alert_action": "seen",
        "promise_marked": "kept",
        "client_outcome": "stays",
        "command_changed": "done",
    }


async def test_other_batch_borders_change_nothing(database: Database) -> None:
    """Redelivered with other batch borders, and in an order of its own, `FINAL` is what went in, once."""
    values = [encode(reservation(n)) for n in range(400)]
    sink = Sink(database, EVENT, event_rows)
    await sink(batch("lead.events", values[:250]))
    await sink(batch("lead.events", values[:250]))  # the same borders: the token
    dice = random.Random(1)
    at = 100
    while at < len(values):
        size = dice.randint(1, 90)
        await sink(batch("lead.events", values[at : at + size], first=at))
        at += size
    [(rows, ids, pieces)] = await database.read("SELECT count(), uniqExact(event_id), sum(qty) FROM events FINAL")
    assert (rows, ids, pieces) == (400, 400, sum(range(400)))


async def test_a_token_names_exactly_its_records(database: Database) -> None:
    """The same offsets in a topic that was made anew are other records: they are stored."""
    sink = Sink(database, EVENT, event_rows)
    await sink(batch("lead.events", [encode(reservation(1))], at=NOW))
    await sink(batch("lead.events", [encode(reservation(2))], at=NOW + 1))
    assert await database.read("SELECT count() FROM events FINAL") == [(2,)]
    await sink(batch("lead.events", [encode(reservation(2))], first=5, at=NOW + 1))
    assert await database.read("SELECT count() FROM events") == [(3,)], (
        "another place, another insert: FINAL makes it one"
    )
    one, two = batch("lead.events", [b"", b""]), batch("lead.events", [b""])
    assert len({token(one), token(two)}) == 2


async def test_a_batch_over_many_months(database: Database) -> None:
    """History of more than a hundred months is no reason to stop: the engine's default limit would be."""
    values = [encode(reservation(n, ts=NOW - n * 31 * DAY)) for n in range(120)]
    await Sink(database, EVENT, event_rows)(batch("lead.events", values))
    [(rows,)] = await database.read("SELECT count() FROM events FINAL WHERE ts > now64(3) - INTERVAL 2 YEAR")
    assert rows >= 20


async def test_unreadable_records_are_rejected_alone(database: Database) -> None:
    """Broken JSON and unknown types are values for the dead letters; their neighbours are stored."""
    values = [b"{", encode(reservation(1)), b'{"type": "no_such"}', encode(reservation(2))]
    outcome = await Sink(database, EVENT, event_rows)(batch("lead.events", values))
    assert [record.offset for record, _ in outcome.rejected] == [0, 2]
    assert await database.read("SELECT count() FROM events FINAL") == [(2,)]


async def test_a_poison_row_raises(database: Database) -> None:
    """A row that ClickHouse or the client cannot take raises something that is not `Transient`, so settle halves."""
    talk = msgspec.structs.replace(event_of(ev.MeetingTranscribed), utterances=[ev.Utterance(-1, 2, "?")])
    sink = Sink(database, EVENT, event_rows)
    with pytest.raises(Exception) as caught:
        await sink(batch("lead.events", [encode(talk)]))
    assert not isinstance(caught.value, Transient)
    bad = msgspec.structs.replace(OPENED, status="nonsense")
    with pytest.raises(StatementFailed) as refused:
        await Sink(database, Codec[Alert](dict), lambda _: alert_rows([(bad, batch("t", [b""]).records[0])]))(
            batch("lead.alerts", [b"{}"])
        )
    assert refused.value.code == 469
    await sink(batch("lead.events", [encode(reservation(1))], first=9))
    assert await database.read("SELECT count() FROM events FINAL WHERE kind = 'reservation'") == [(1,)]


@pytest.mark.parametrize("together", [True, False])
async def test_a_repeat_with_another_time_is_no_other_row(database: Database, together: bool) -> None:
    """One id, one time, one row, one count: what was accepted first stays, also over the border of a month."""
    end_of_month = NOW - 22 * DAY
    first = reservation(1, lead_id="5", ts=end_of_month, qty=7)
    again = [reservation(1, lead_id="5", ts=end_of_month + n * 8 * DAY, qty=90 + n) for n in range(3)]
    sink = Sink(database, EVENT, event_rows)
    values = [encode(event) for event in [first, *again]]
    if together:
        await sink(batch("lead.events", values))
    else:
        for offset in (3, 1, 0, 2, 3):  # redelivered in pieces, the first not first
            await sink(batch("lead.events", [values[offset]], first=offset, at=NOW + offset))
    stored = await database.read("SELECT toUnixTimestamp64Milli(ts), qty FROM events FINAL")
    assert stored == [(end_of_month, 7)]
    assert await database.read("SELECT sum(events), sum(qty) FROM lead_days") == [(1, 7)]
    told = (await history.events(database, "5", 10, history.cursor(None))).events
    assert [event.ts for event in told] == [end_of_month]


async def test_signals_alerts_and_unassigned(database: Database) -> None:
    """The other topics come back through the API's queries; an alert shows its newest version."""
    seen = msgspec.structs.replace(OPENED, version=2, status="acknowledged", acknowledged_by="Анна", updated_at=NOW + 5)
    alerts = Codec[Alert](Alert)
    await Sink(database, Codec[Signal](Signal), signal_rows)(batch("lead.signals", [msgspec.json.encode(SIGNAL)]))
    for offset, alert in enumerate([OPENED, seen, OPENED]):
        await Sink(database, alerts, alert_rows)(batch("lead.alerts", [alerts.encode(alert)], first=offset))
    who = Unassigned("ab" * 8, NOW, "wms", ClientRef("wms_customer", "ООО"), "source.wms", msgspec.Raw(b'{"a":1}'))
    await Sink(database, Codec[Unassigned](Unassigned), unassigned_rows)(
        batch("lead.unassigned", [msgspec.json.encode(who)])
    )
    [signal] = (await history.signals(database, LEAD, 10)).signals
    assert msgspec.convert(msgspec.json.decode(msgspec.json.encode(signal)), Signal) == SIGNAL
    [stored] = (await history.alerts(database, "", 10)).alerts
    assert msgspec.convert(msgspec.json.decode(msgspec.json.encode(stored)), Alert) == seen
    assert (await history.alerts(database, "open", 10)).alerts == []
    assert await database.read("SELECT count() FROM alerts FINAL") == [(2,)]
    assert await database.read("SELECT client_value, record FROM unassigned FINAL") == [("ООО", '{"a":1}')]


async def test_every_score_stays_and_the_newest_is_current(database: Database) -> None:
    """Scores come back as they were said, newest first, also those before a time; one sent again is one row."""
    said = [
        Score(
            score_id=event_id("score", LEAD, str(version)),
            lead_id=LEAD,
            version=version,
            ts=NOW + version // 2,  # two of them within one millisecond
            points=20.0 + version,
            level="yellow",
            background=1.5,
            parts=[
                Part("tone", 12.5, 0.5, 0.25, 1.0, 14.0, 3.0, 1.0, "00" * 8),
                Part("order_silence", 9.0, 0.1, 0.6, 0, 0),
            ],
        )
        for version in (1, 2, 3)
    ]
    scores = Codec[Score](Score)
    await Sink(database, scores, score_rows)(batch("lead.scores", map(scores.encode, [*said, said[0]])))
    found = (await history.scores(database, LEAD, 10, 0)).scores
    read = [msgspec.convert(msgspec.to_builtins(row) | {"lead_id": LEAD}, Score) for row in found]
    assert read == said[::-1]
    earlier = (await history.scores(database, LEAD, 10, NOW + 1)).scores
    assert [row.version for row in earlier] == [1]
    assert await database.read("SELECT version, points FROM scores_current") == [(3, 23.0)]
    assert (await history.scores(database, "77", 10, 0)).scores == []


async def test_dead_letters_never_make_dead_letters(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """A dead letter is stored; one that is unreadable or refused is dropped, else it would beget another for ever."""
    letter = DeadLetter("source.wms", 2, 7, NOW, "pipeline.source.wms", "ValidationError", "плохо", b"\xff\x00", None)
    sink = DeadLetterSink(database)
    outcome = await sink(batch("dead.letters", [b"{", msgspec.json.encode(letter)]))
    assert not outcome.rejected
    stored = await database.read("SELECT topic, partition, offset, error, hex(payload) FROM failures FINAL")
    assert stored == [("source.wms", 2, 7, "плохо", "FF00")]

    async def refuse(*_: object) -> None:
        raise StatementFailed("no", 469)

    monkeypatch.setattr(database, "insert", refuse)
    other = msgspec.json.encode(msgspec.structs.replace(letter, offset=8))
    with pytest.raises(StatementFailed):
        await sink(batch("dead.letters", [other] * 2))
    assert not (await sink(batch("dead.letters", [other]))).rejected


async def test_before_clickhouse_is_open_a_batch_waits(store: Store) -> None:
    """Nothing is lost or rejected while the engine starts."""
    with pytest.raises(Transient):
        await Sink(Database(store), EVENT, event_rows)(batch("lead.events", [encode(reservation(1))]))


def test_rows_of_nothing() -> None:
    """A batch in which every record was rejected has no rows."""
    assert event_rows([]) == signal_rows([]) == alert_rows([]) == unassigned_rows([]) == failure_rows([]) == []

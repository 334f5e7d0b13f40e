"""From a name to all that came of it, on real chDB: each way in, each place where a thing can stand."""

import msgspec
import pytest
from msgspec.structs import replace

from alerting.outbox import Item, begin, finish
from schemas import events as ev
from schemas.alerts import Alert, Evidence, Signal
from schemas.codec import EVENT, Codec, encode, event_id
from schemas.errors import Refused, Transient
from schemas.failed import DeadLetter
from schemas.outlets import Handover
from schemas.sources import ClientRef, Unassigned
from schemas.traces import Step, Trace
from streams.engine.process import Batch
from streams.store.database import Database
from streams.store.read.raw import Raw
from streams.store.read.traces import Traces
from streams.store.sinks.dead_letters import DeadLetterSink
from streams.store.sinks.handovers import handover_rows
from streams.store.sinks.outbox import outbox_rows
from streams.store.sinks.rows import alert_rows, event_rows, signal_rows, unassigned_rows
from streams.store.sinks.sink import Sink
from tests.unit.store.records import NOW, batch, record
from tests.unit.store.samples import OPENED, SIGNAL, event_of, reservation

RAW, ALERT_ID = "source.wms/3/41", "0abc" + "f" * 12
EVENT_ID = event_id("wms", 1)


class Kafka:
    """What `RawRecords` would know."""

    def __init__(self, **known: Raw) -> None:
        self.known = {RAW: Raw(NOW, exists=True)}

    async def look(self, origin: str) -> Raw:
        return self.known.get(origin, Raw())


class Desk:
    """A store, a Kafka, and a question."""

    def __init__(self, database: Database) -> None:
        self.database, self.kafka, self.behind, self.now = database, Kafka(), 0, NOW + 60_000

    async def lag(self) -> dict[str, int]:
        return {"lead.events": self.behind}

    async def find(self, name: str) -> Trace:
        return await Traces(self.database, self.kafka, self.lag, lambda: self.now).find(name)  # type: ignore[arg-type]


@pytest.fixture
def desk(database: Database) -> Desk:
    """An empty store."""
    return Desk(database)


async def store_events(database: Database, *events: ev.Event, at: int = NOW + 3) -> None:
    await Sink(database, EVENT, event_rows)(batch("lead.events", map(encode, events), at=at))


async def store_alert(database: Database, *, sent: int = 2) -> None:
    """A reservation whose raw record is known; the signal, an alert in two versions, and messages of `sent` of them."""
    await store_events(database, replace(reservation(1), origin=RAW))
    evidence = [Evidence(EVENT_ID, NOW, "reservation")]
    signal = replace(SIGNAL, lead_id="1", evidence=evidence, origin=RAW, alert_id=ALERT_ID)
    await Sink(database, Codec[Signal](Signal), signal_rows)(
        batch("lead.signals", [msgspec.json.encode(signal)], at=NOW + 14)
    )
    first = replace(OPENED, alert_id=ALERT_ID, lead_id="1", version=1, evidence=evidence, origin=RAW, rings=True)
    later = replace(first, version=2, origin="source.telegram/0/9", status="acknowledged", rings=False)
    alerts = Sink(database, Codec[Alert](Alert), alert_rows)
    await alerts(batch("lead.alerts", [msgspec.json.encode(first)], at=NOW + 20))
    await alerts(batch("lead.alerts", [msgspec.json.encode(later)], first=1, at=NOW + 9000))
    item = Item(key=ALERT_ID, topic="lead.alerts", to="lead:1", version=1, offset=0, ts=NOW + 20, text="x", news=1)
    states = [item, begin(item), finish(begin(item), 1, -100, 881)][: sent + 1]
    records = [record(n, msgspec.json.encode(one), NOW + 30 + 45 * n) for n, one in enumerate(states)]
    await Sink(database, Codec[Item](Item), outbox_rows)(Batch("notify.outbox", 0, 1, records))


def told(steps: list[Step]) -> list[tuple[str, str, int | None, int | None]]:
    """Stage, what, which step it follows, and how long after it; of the store's own clock nothing."""
    return [(step.stage, step.what, step.after, None if step.stage == "stored" else step.ms) for step in steps]


async def test_an_event_of_the_warehouse_up_to_its_message(desk: Desk) -> None:
    """Every stage with the time between, the message in Telegram, and where it stands: what a person pressed later is
    another record's doing."""
    await store_alert(desk.database)
    trace = await desk.find(EVENT_ID)
    assert told([step for step in trace.steps if step.stage != "stored"]) == [
        ("received", "", None, None),
        ("parsed", "reservation", 0, 3),
        ("signal", "leaving_phrase", 1, 11),
        ("alert", "leaving_phrase", 2, 6),
        ("delivery", "telegram", 3, 100),
    ]
    assert [step.stage for step in trace.steps][-1] == "stored", "the store's clock is a real one"
    [message] = [step for step in trace.steps if step.stage == "delivery"]
    assert (message.message, message.state, message.tries) == ("-100/881", "done", 1)
    assert (trace.origins, trace.leads, trace.stands.state) == ([RAW], ["1"], "done")


async def test_each_name_leads_to_the_same(desk: Desk) -> None:
    """Event, raw record, document, alert, signal, and our own message in Telegram."""
    await store_alert(desk.database)
    expected = (await desk.find(EVENT_ID)).steps
    for name in (EVENT_ID.upper(), RAW, "R-1", f" {SIGNAL.signal_id} "):
        assert (await desk.find(name)).steps == expected, name
    for name in (ALERT_ID, "-100/881"):
        trace = await desk.find(name)
        assert [step for step in trace.steps if step.version != 2] == expected, name
        assert [step.detail for step in trace.steps if step.version == 2] == ["acknowledged"], "all that became of it"


async def test_nobody_knows_it(desk: Desk) -> None:
    """Said so, whatever the name; an empty one is refused."""
    await store_alert(desk.database)
    for name in ("f" * 16, "source.wms/3/40", "nothing.here/1/2", "-5/7", "R-2", "'; DROP TABLE events; --"):
        trace = await desk.find(name)
        assert (trace.stands.state, trace.steps) == ("unknown", []), name
    with pytest.raises(Refused):
        await desk.find("  ")


async def test_what_telegram_does_not_take_waits(desk: Desk) -> None:
    """With the number of tries; an alert that nobody has noted yet waits for the worker."""
    await store_alert(desk.database, sent=1)
    stands = (await desk.find(EVENT_ID)).stands
    assert (stands.state, stands.stage, stands.worker) == ("waiting", "delivery", "telegram")
    await desk.database.change("TRUNCATE TABLE outbox")
    stands = (await desk.find(EVENT_ID)).stands
    assert (stands.state, stands.stage, stands.worker) == ("waiting", "alert", "notify")


async def test_on_its_way(desk: Desk) -> None:
    """Not read by the pipeline; read, and the store is behind; read a moment ago; read, and of no interest."""
    desk.kafka.known[RAW] = Raw(NOW, exists=True, unread=1200)
    stands = (await desk.find(RAW)).stands
    assert (stands.state, stands.stage, stands.worker, stands.behind) == ("waiting", "received", "pipeline", 1200)
    desk.kafka.known[RAW], desk.behind = Raw(NOW, exists=True), 7
    stands = (await desk.find(RAW)).stands
    assert (stands.state, stands.worker, stands.behind) == ("waiting", "store", 7)
    desk.behind, desk.now = 0, NOW + 900
    assert (await desk.find(RAW)).stands.state == "waiting"
    desk.now = NOW + 60_000
    trace = await desk.find(RAW)
    assert (trace.stands.state, [step.stage for step in trace.steps]) == ("nothing", ["received"])


async def test_a_dead_letter_and_its_replay(desk: Desk) -> None:
    """A bad record says its fault; sent back by a person it keeps its trace, and the event stands behind it."""
    letter = DeadLetter("source.wms", 3, 41, NOW, "pipeline.source.wms", "Invalid", "no qty", b"{}")
    await DeadLetterSink(desk.database)(batch("dead.letters", [msgspec.json.encode(letter)], at=NOW + 5))
    trace = await desk.find(RAW)
    assert (trace.stands.state, trace.stands.worker, trace.stands.detail) == (
        "failed", "pipeline.source.wms", "Invalid: no qty",
    )  # fmt: skip
    assert told(trace.steps) == [("received", "", None, None), ("dead", "pipeline.source.wms", 0, 5)]
    answered = replace(letter, payload=b"", error="", answer="replayed", by="Мария", at=NOW + 50)
    await DeadLetterSink(desk.database)(batch("dead.letters", [msgspec.json.encode(answered)], first=1, at=NOW + 50))
    await store_events(desk.database, replace(reservation(1), origin=RAW), at=NOW + 80)
    trace = await desk.find(RAW)
    assert [step.stage for step in trace.steps] == ["received", "dead", "parsed", "stored"]
    assert (trace.stands.state, trace.steps[1].state) == ("done", "done")


async def test_the_folds_dead_letter_is_found_by_the_event(desk: Desk) -> None:
    """It stands on `lead.events`, at a place that no table has."""
    event = replace(reservation(1), origin=RAW)
    await store_events(desk.database, event)
    letter = DeadLetter("lead.events", 3, 7, NOW, "pipeline.lead.events", "KeyError", "x", encode(event))
    await DeadLetterSink(desk.database)(batch("dead.letters", [msgspec.json.encode(letter)], at=NOW + 9))
    stands = (await desk.find(EVENT_ID)).stands
    assert (stands.state, stands.worker) == ("failed", "pipeline.lead.events")


async def test_whose_it_is_nobody_knows(desk: Desk) -> None:
    """By the raw record and by the event's id; once linked it goes on from there."""
    waits = Unassigned(EVENT_ID, NOW, "wms:main", ClientRef("wms_customer", "ООО"), "source.wms", msgspec.Raw(b"{}"))
    value = msgspec.json.encode(replace(waits, origin=RAW))
    await Sink(desk.database, Codec[Unassigned](Unassigned), unassigned_rows)(
        batch("lead.unassigned", [value], at=NOW + 4)
    )
    for name in (RAW, EVENT_ID):
        trace = await desk.find(name)
        assert (trace.stands.state, trace.steps[-1].detail) == ("unassigned", "wms_customer:ООО"), name
    await store_events(desk.database, replace(reservation(1), origin=RAW))
    trace = await desk.find(EVENT_ID)
    assert (trace.stands.state, {step.stage for step in trace.steps}) == (
        "done", {"received", "unassigned", "parsed", "stored"},
    )  # fmt: skip


async def test_a_meeting_is_one_line_from_the_recording_to_the_outlets(desk: Desk) -> None:
    """The transcript's record stands behind the recording's event, the minutes behind the words, what was given to
    Bitrix24 behind the minutes; one outlet waits with its reason and time."""
    recorded = replace(event_of(ev.MeetingRecorded), event_id=event_id("r", 1), origin="source.recordings/0/1")
    words = replace(event_of(ev.MeetingTranscribed), event_id=event_id("r", 2), origin="source.transcripts/0/1")
    minutes = replace(event_of(ev.MeetingMinutes), event_id=event_id("r", 3), origin="source.transcripts/0/1")
    await store_events(desk.database, recorded, at=NOW + 10)
    await Sink(desk.database, EVENT, event_rows)(batch("lead.events", [encode(words)], first=1, at=NOW + 500))
    await Sink(desk.database, EVENT, event_rows)(batch("lead.events", [encode(minutes)], first=2, at=NOW + 700))
    desk.kafka.known |= {"source.recordings/0/1": Raw(NOW, exists=True),
                         "source.transcripts/0/1": Raw(NOW + 400, exists=True)}  # fmt: skip
    given = Handover(outlet="bitrix", place="out.bitrix/0/1", key="r1", version=1, outcome="delivered",
                     given_at=NOW + 700, at=NOW + 1700, lead_id="12345", origin="source.transcripts/0/1")  # fmt: skip
    waits = replace(given, outlet="notebook", place="out.notebook/0/1", outcome="waiting", error="503",
                    retry_at=NOW + 12_000)  # fmt: skip
    await Sink(desk.database, Codec[Handover](Handover), handover_rows)(
        batch("out.settled", [msgspec.json.encode(one) for one in (given, waits)])
    )
    trace = await desk.find("r1")
    assert [(step.stage, step.what, step.after) for step in trace.steps if step.stage != "stored"] == [
        ("received", "", None),
        ("parsed", "meeting_recorded", 0),
        ("received", "", 1),
        ("parsed", "meeting_transcribed", 2),
        ("parsed", "meeting_minutes", 3),
        ("delivery", "notebook", 4),
        ("delivery", "bitrix", 4),
    ]
    assert trace.stands == msgspec.structs.replace(
        trace.stands, state="waiting", stage="delivery", worker="notebook", detail="503", retry_at=NOW + 12_000
    )


async def test_a_record_with_a_days_events_is_bounded(desk: Desk) -> None:
    """The first are told, and that there are more; Kafka that does not answer costs the first time only."""
    await store_events(desk.database, *(replace(reservation(n), origin=RAW) for n in range(120)))
    desk.kafka.known.clear()
    trace = await desk.find(RAW)
    assert trace.more and 40 <= sum(step.stage == "parsed" for step in trace.steps) <= 80
    assert trace.stands.state == "done"

    async def away() -> dict[str, int]:
        raise Transient("no broker")

    desk.lag = away  # type: ignore[method-assign]
    assert (await desk.find("source.wms/0/1")).stands.state == "unknown"

"""How much went where, on real chDB: minutes, what is usual at this hour, open letters, what waits."""

import msgspec
import pytest

from alerting.outbox import Item, wait
from schemas.codec import EVENT, Codec, encode
from schemas.errors import Refused
from schemas.failed import DeadLetter
from schemas.traffic import DayCount, MinuteCount, OpenHeap, Waiting
from streams.engine.process import Batch
from streams.store.database import Database
from streams.store.read.traffic import LONGEST_MS, flow
from streams.store.sinks.dead_letters import DeadLetterSink
from streams.store.sinks.outbox import outbox_rows
from streams.store.sinks.rows import event_rows
from streams.store.sinks.sink import Sink
from tests.unit.store.records import DAY, HOUR, NOW, batch, record
from tests.unit.store.samples import reservation

MINUTE = NOW // 60_000 * 60_000


async def test_an_empty_store_says_nothing(database: Database) -> None:
    """No division by the days that nobody has seen."""
    told = await flow(database, 0, NOW)
    assert (told.minutes, told.usual, told.letters, told.waiting) == ([], {}, [], [])


async def test_minutes_and_what_is_usual_at_this_hour(database: Database) -> None:
    """Two days of sixty events in this hour are half an event a minute over the four days; another hour is another's,
    this hour is now and not usual; older minutes are asked for."""
    sink, first = Sink(database, EVENT, event_rows), 0
    values = [encode(reservation(n)) for n in range(60)]
    for at in (NOW - 4 * DAY, NOW - DAY, NOW - DAY - 5 * HOUR):
        await sink(batch("lead.events", values, first=first, at=at))
        first += 60
    await sink(batch("lead.events", values[:2], first=first, at=NOW - 5 * HOUR))
    await sink(batch("lead.events", values[:3], first=first + 2, at=NOW))
    told = await flow(database, 0, NOW + 1000)
    assert told.minutes == [MinuteCount(MINUTE, "event", "wms", "reservation", 3)]
    assert told.usual == {"wms": 0.5}
    assert told.day == [DayCount("event", "wms", 5)], "of the last 24 hours"
    assert len((await flow(database, NOW - LONGEST_MS + 5000, NOW)).minutes) == 2
    with pytest.raises(Refused):
        await flow(database, NOW - LONGEST_MS - 1, NOW)


async def test_what_stands(database: Database) -> None:
    """Open letters by stage and class, those with an answer not; messages that wait, with the reason."""
    letters = [DeadLetter("source.wms", 0, n, NOW, "pipeline.source.wms", "Invalid", "x", b"") for n in range(3)]
    done = msgspec.structs.replace(letters[0], answer="dropped")
    sink = DeadLetterSink(database)
    await sink(batch("dead.letters", [msgspec.json.encode(one) for one in (*letters, done)], at=NOW + 9))
    item = wait(
        Item(key="a", topic="lead.alerts", to="lead:7", version=1, offset=0, ts=NOW, text="x", news=1), "429", 0
    )
    sent = Batch("notify.outbox", 0, 1, [record(0, msgspec.json.encode(item), NOW + 5)])
    await Sink(database, Codec[Item](Item), outbox_rows)(sent)
    told = await flow(database, 0, NOW + 1000)
    assert told.letters == [OpenHeap("pipeline.source.wms", "Invalid", 2, NOW + 9)]
    assert told.waiting == [Waiting("telegram", 1, NOW, "429")]
    assert told.day == [DayCount("dead_letter", "pipeline.source.wms", 3)]
    assert MinuteCount(MINUTE, "dead_letter", "pipeline.source.wms", "Invalid", 3) in told.minutes

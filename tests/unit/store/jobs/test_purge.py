"""Rows of an erased client go from every table of real chDB, and again when they come back."""

from msgspec.structs import replace

from processors.privacy.erasing import Denied, digest
from schemas import events as ev
from schemas.codec import EVENT
from schemas.erasures import Erasure
from streams.engine.settle import Batch
from streams.store.database import Database
from streams.store.jobs.purge import Purge
from streams.store.read.rows_of import rows_of
from streams.store.sinks.rows import event_rows
from streams.store.sinks.sink import Sink
from tests.unit.store.records import NOW, record
from tests.unit.store.samples import event_of


class Known:
    """As `KnownErasures`, with one that has begun."""

    def __init__(self) -> None:
        self.denied = Denied()
        self.denied.apply(
            Erasure(
                erasure_id="0" * 16,
                lead_id="7",
                reason="r",
                requested_by="a",
                requested_at=1,
                started_at=NOW,
                denied=[digest("lead:7"), digest("tg_chat:-100200300")],
                refs=["lead:7", "tg_chat:-100200300"],
            )
        )


async def fill(database: Database, number: int) -> None:
    """A meeting of two clients, what waits of two chats, a dead letter of his, a report about both."""
    events = [replace(event_of(ev.MeetingTranscribed), lead_id=lead, recording_id=f"r{lead}", ts=NOW) for lead in "78"]
    records = [record(number + at, EVENT.encode(event)) for at, event in enumerate(events)]
    await Sink(database, EVENT, event_rows)(Batch("lead.events", 0, 1, records))
    for chat, id_ in (("-100200300", 1), ("-100200301", 2)):
        await database.change(
            "INSERT INTO unassigned (client_kind, client_value, ts, event_id, source, topic, record, ingested_at)"
            f" VALUES ('tg_chat', '{chat}', fromUnixTimestamp64Milli({NOW}), {id_}, 's', 't', '{{}}', now64())"
        )
        await database.change(
            "INSERT INTO failures (ts, agent, topic, partition, offset, error_class, error, payload, ingested_at)"
            f" VALUES (now64(), 'a', 't', 0, {id_}, 'e', 'e', '{{\"chat\": {chat}}}', now64())"
        )


async def test_every_table_and_again(database: Database) -> None:
    """What is another's stays; a backup that brings his rows back is purged the same way; nothing to do is nothing."""
    purge = Purge(database, Known())  # type: ignore[arg-type]
    await fill(database, 10)
    others = await rows_of(database, "8")
    assert others["transcripts"] > 0 and others["events"] == 1
    assert await rows_of(database, "7") == others
    assert await purge.look() > 0
    assert set((await rows_of(database, "7")).values()) == {0}
    assert await rows_of(database, "8") == others
    for table, left in (("unassigned", "client_value = '-100200301'"), ("failures", "offset = 2")):
        assert await database.read(f"SELECT count(), countIf({left}) FROM {table}") == [(1, 1)], table
    assert await purge.look() == 0
    await fill(database, 20)
    assert await purge.look() > 0
    assert set((await rows_of(database, "7")).values()) == {0}
